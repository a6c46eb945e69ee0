"""Two rows that are one thing become one, and that can be taken back.

`unite(journal, kept, gone)` makes everything that points to `gone` point to `kept`, of whatever app, and deletes
`gone`. It finds the pointers by itself: foreign keys, one-to-one and many-to-many of all models (hidden ones too) and
generic foreign keys. References by name and number, as the audit's, are history and stay.

Each change is written into a journal with what stood in the database before and after, so that `undo(steps)` can put it
back exactly: what somebody changed since is kept and reported.

Where two rows may not stand side by side (the same member of the same cluster at the same time), an app says how they
become one; apps that come later as well:

    @merging.before_moving(ClusterMembership)
    def unite_periods(move: Move) -> bool: ...     # True: done, nothing is left to move

Rows that name others without a foreign key follow by `merging.follow(function)`.

Nothing here asks for rights, writes the audit or begins a transaction: an action does (see klaster.directory).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Model = type[models.Model]
Pointer = models.ForeignKey
Step = dict[str, Any]
Columns = dict[str, Any]


class CannotMerge(ValidationError):
    """Something stands against it; the message says what a person can do."""


# --- rows as the database holds them ----------------------------------------------------------------------------------
def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def table_of(model: Model) -> str:
    return quoted(model._meta.db_table)


def columns_of(model: Model) -> list[Any]:
    """Those of the model's own table that Django writes; the database keeps others by itself."""
    return [each for each in model._meta.local_concrete_fields if not each.generated]


def key_of(model: Model) -> str:
    return str(model._meta.pk.column)  # type: ignore[union-attr]


def read(model: Model, pk: Any) -> Columns | None:
    """The row by column, each value as PostgreSQL writes it into JSON: exact, and the same for every type."""
    with connection.cursor() as cursor:
        query = f"select to_jsonb(t) from {table_of(model)} t where {quoted(key_of(model))} = %s"  # noqa: S608
        cursor.execute(query, [pk])
        row = cursor.fetchone()
    if row is None:
        return None
    values = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return {each.column: values[each.column] for each in columns_of(model)}


def write(model: Model, pk: Any, values: Columns) -> None:
    """Set these columns of a row, given as `read` gives them."""
    names = ", ".join(map(quoted, values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table_of(model)} set ({names}) = row({', '.join(f'r.{quoted(name)}' for name in values)}) "  # noqa: S608
            f"from jsonb_populate_record(null::{table_of(model)}, %s) r "
            f"where {table_of(model)}.{quoted(key_of(model))} = %s",
            [json.dumps(values), pk],
        )


def insert(model: Model, values: Columns) -> None:
    """Put a row back as `read` gave it; columns that came since get the default of their field."""
    known = {each.column: each for each in columns_of(model)}
    late = {name: each for name, each in known.items() if name not in values}
    values = {name: value for name, value in values.items() if name in known}
    for name, each in late.items():
        values[name] = each.get_db_prep_save(each.get_default(), connection)
    names = ", ".join(map(quoted, values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table_of(model)} ({names}) "  # noqa: S608
            f"select {', '.join(f'r.{quoted(name)}' for name in values)} "
            f"from jsonb_populate_record(null::{table_of(model)}, %s) r",
            [json.dumps(values)],
        )


def clocks_of(model: Model) -> set[str]:
    """Columns that say when a row was last saved: they differ after every change and say nothing."""
    return {each.column for each in columns_of(model) if getattr(each, "auto_now", False)}


# --- the journal ------------------------------------------------------------------------------------------------------
@dataclass
class Journal:
    """What was done, in order. `context` carries what hooks want to know of the merge, such as chosen fields."""

    steps: list[Step] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)

    def update(self, model: Model, pk: Any, **values: Any) -> None:
        """Set fields of one row, by name and Python value."""
        before = read(model, pk)
        model._base_manager.filter(pk=pk).update(**values)
        after = read(model, pk)
        if before is None or after is None:
            return
        changed = [name for name in after if before[name] != after[name] and name not in clocks_of(model)]
        if not changed:
            return
        self._add("update", model, pk=str(pk), before={name: before[name] for name in changed},
                  after={name: after[name] for name in changed})  # fmt: skip

    def move(self, model: Model, pks: Sequence[Any], pointer: Pointer, to: Any) -> None:
        """Let rows that pointed to one thing point to another, in one question."""
        kept = model._base_manager.filter(pk__in=pks)
        old = kept.values_list(pointer.attname, flat=True).first()
        kept.update(**{pointer.attname: to})
        self._add("move", model, pks=[str(pk) for pk in pks], column=pointer.column, before=_plain(pointer, old),
                  after=_plain(pointer, to))  # fmt: skip

    def delete(self, row: models.Model, *, into: models.Model | None = None) -> None:
        """Delete one row that nothing points to any more; `into` is the one it became. Files stay where they are:
        undoing needs them."""
        model = type(row)
        if model._meta.parents:
            raise CannotMerge(_("“%(row)s” cannot be united with another one."), params={"row": row})
        values = read(model, row.pk)
        model._base_manager.filter(pk=row.pk)._raw_delete(connection.alias)  # type: ignore[attr-defined]
        self._add("delete", model, pk=str(row.pk), row=values, into=str(into.pk) if into else "")

    def create(self, row: models.Model) -> None:
        row.save(force_insert=True)
        self._add("create", type(row), pk=str(row.pk), row=read(type(row), row.pk))

    def _add(self, what: str, model: Model, **more: Any) -> None:
        self.steps.append({"do": what, "model": model._meta.label_lower, **more})

    def moved(self) -> dict[str, int]:
        """How many rows of each model point elsewhere now, by label of the model."""
        numbers: dict[str, int] = {}
        for step in self.steps:
            if step["do"] == "move":
                numbers[step["model"]] = numbers.get(step["model"], 0) + len(step["pks"])
        return numbers


def _plain(pointer: Pointer, value: Any) -> Any:
    return json.loads(json.dumps(pointer.get_prep_value(value), default=str))


# --- who points to it -------------------------------------------------------------------------------------------------
def pointers(model: Model) -> list[Pointer]:
    """Every foreign key of every app's table that points to this one, in a fixed order."""
    found: list[Pointer] = []
    for other in apps.get_models(include_auto_created=True):
        if other._meta.proxy or not other._meta.managed or other._meta.swapped:
            continue
        for each in other._meta.local_fields:
            parent = getattr(each.remote_field, "parent_link", False)
            if each.is_relation and each.related_model is model and not parent:
                found.append(each)  # type: ignore[arg-type]
    return sorted(found, key=lambda each: (each.model._meta.label_lower, each.name))


def generic_pointers() -> Iterator[GenericForeignKey]:
    for other in apps.get_models():
        for each in other._meta.private_fields:
            if isinstance(each, GenericForeignKey) and not other._meta.proxy:
                yield each


def lock(kept: models.Model, gone: models.Model, *, first: Sequence[Model] = ()) -> None:
    """Hold both rows and all that point to the one that goes, in the order in which everybody locks.

    That is: rows of the tables `first` that will change, then the two by number, then the rest by table and number.
    Whoever holds one of these and wants a later one never waits for us while we wait for them.
    """
    found = pointers(type(kept))
    for model in first:
        for pointer in (each for each in found if each.model is model and model is not type(kept)):
            _hold(model, pointer.column, [getattr(gone, pointer.target_field.attname)])
    _hold(type(kept), key_of(type(kept)), [kept.pk, gone.pk])
    for pointer in found:
        _hold(pointer.model, pointer.column, [getattr(gone, pointer.target_field.attname)])


def _hold(model: Model, column: str, values: list[Any]) -> None:
    key, table = quoted(key_of(model)), table_of(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {key} from {table} where {quoted(column)} = any(%s) order by {key} for update",  # noqa: S608
            [values],
        )
        cursor.fetchall()


# --- uniting ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Move:
    """One row that shall point to `kept` instead of `gone` by the field `pointer`."""

    journal: Journal
    row: models.Model
    pointer: Pointer
    kept: models.Model
    gone: models.Model


_before: dict[Model, Callable[[Move], bool]] = {}
_following: list[Callable[[Journal, models.Model, models.Model], None]] = []


def before_moving(model: Model) -> Callable[[Callable[[Move], bool]], Callable[[Move], bool]]:
    """Let a function look at each row of a model before it moves; True says that nothing is left to do."""

    def decorate(function: Callable[[Move], bool]) -> Callable[[Move], bool]:
        _before[model] = function
        return function

    return decorate


def follow(function: Callable[[Journal, models.Model, models.Model], None]) -> Callable[..., None]:
    """Call this for every row that gives way to another: for what names rows without a foreign key."""
    if function not in _following:
        _following.append(function)
    return function


def unite(journal: Journal, kept: models.Model, gone: models.Model) -> None:
    """Everything that points to `gone` points to `kept`, and `gone` is deleted. Raises CannotMerge with a sentence."""
    for pointer in pointers(type(gone)):
        _move_all(journal, pointer, kept, gone)
    for generic in generic_pointers():
        _move_generic(journal, generic, kept, gone)
    for function in _following:
        function(journal, kept, gone)
    journal.delete(gone, into=kept)


def _move_all(journal: Journal, pointer: Pointer, kept: models.Model, gone: models.Model) -> None:
    model = pointer.model
    target = pointer.target_field.attname
    rows = model._base_manager.filter(**{pointer.attname: getattr(gone, target)}).order_by("pk")
    if model is type(kept):
        for row in rows:
            _move_within(journal, row, pointer, kept, gone)
        return
    hook = _before.get(model)
    pks = list(rows.values_list("pk", flat=True))
    if hook is None and pks and _try(lambda: journal.move(model, pks, pointer, getattr(kept, target))):
        return
    for pk in pks:
        left = model._base_manager.filter(pk=pk).first()
        if left is None or (hook is not None and hook(Move(journal, left, pointer, kept, gone))):
            continue
        _move_one(journal, left, pointer, kept)


def _move_one(journal: Journal, row: models.Model, pointer: Pointer, kept: models.Model) -> None:
    value = getattr(kept, pointer.target_field.attname)
    if _try(lambda: journal.move(pointer.model, [row.pk], pointer, value)):
        return
    twin = _twin(row, pointer, kept)
    if twin is None:
        words = _("“%(row)s” (%(kind)s) stands against it: both have one, and only one may be. Change it first.")
        raise CannotMerge(words, params={"row": row, "kind": row._meta.verbose_name})
    unite(journal, twin, row)


def _try(act: Callable[[], None]) -> bool:
    """Whether the database let it happen."""
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return False
    return True


def _move_within(journal: Journal, row: models.Model, pointer: Pointer, kept: models.Model, gone: models.Model) -> None:
    """A row of the same table (a part of it, say): nothing may end up above itself."""
    if row.pk == gone.pk:
        return
    above = _above(kept, pointer)
    if row.pk == kept.pk or row.pk in above:
        value = getattr(gone, pointer.attname)
        if value in (kept.pk, row.pk) or value in above:
            value = None
        if value is None and not pointer.null:
            raise CannotMerge(_("One of them is a part of the other. Change that first."))
        journal.move(pointer.model, [row.pk], pointer, value)
        return
    _move_one(journal, row, pointer, kept)


def _above(row: models.Model, pointer: Pointer) -> set[Any]:
    """Keys of what stands above a row, up to the top."""
    found: set[Any] = set()
    value = getattr(row, pointer.attname)
    while value is not None and value not in found:
        found.add(value)
        value = type(row)._base_manager.filter(pk=value).values_list(pointer.attname, flat=True).first()
    return found


def _move_generic(journal: Journal, generic: GenericForeignKey, kept: models.Model, gone: models.Model) -> None:
    model = generic.model
    kind = ContentType.objects.get_for_model(gone, for_concrete_model=generic.for_concrete_model)
    pointer = model._meta.get_field(generic.fk_field)
    which = {generic.ct_field: kind, generic.fk_field: pointer.to_python(gone.pk)}
    for row in model._base_manager.filter(**which).order_by("pk"):
        value = pointer.to_python(kept.pk)
        if not _try(lambda row=row, value=value: journal.move(model, [row.pk], pointer, value)):  # type: ignore[misc]
            words = _("“%(row)s” (%(kind)s) stands against it: both have one, and only one may be. Change it first.")
            raise CannotMerge(words, params={"row": row, "kind": row._meta.verbose_name})


def _twin(row: models.Model, pointer: Pointer, kept: models.Model) -> models.Model | None:
    """The row of `kept` that says the same and is in the way; None if it says something else."""
    model = pointer.model
    for names, condition in unique_sets(model):
        if pointer.name not in names:
            continue
        same = {name: getattr(row, model._meta.get_field(name).attname) for name in names}  # type: ignore[union-attr]
        same[pointer.name] = getattr(kept, pointer.target_field.attname)
        found = model._base_manager.filter(**same).exclude(pk=row.pk)
        twin = (found.filter(condition) if condition else found).first()
        if twin is not None and (model._meta.auto_created or says_the_same(row, twin, but=pointer.name)):
            return twin
    return None


def unique_sets(model: Model) -> list[tuple[tuple[str, ...], models.Q | None]]:
    """Names of fields that are unique together, each with the condition under which they are."""
    found: list[tuple[tuple[str, ...], models.Q | None]] = []
    found += [(tuple(names), None) for names in model._meta.unique_together]
    found += [((each.name,), None) for each in model._meta.local_fields if each.unique and not each.primary_key]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            found.append((tuple(constraint.fields), constraint.condition))
    return found


def says_the_same(row: models.Model, other: models.Model, *, but: str = "") -> bool:
    """Whether two rows of one table differ in nothing but their number, when they were saved, and the field `but`."""
    model = type(row)
    ours, theirs = read(model, row.pk), read(model, other.pk)
    if ours is None or theirs is None:
        return False
    clocks = {each.column for each in columns_of(model) if getattr(each, "auto_now_add", False)} | clocks_of(model)
    told_apart = clocks | {key_of(model), *(each.column for each in columns_of(model) if each.name == but)}
    return all(ours[name] == theirs[name] for name in ours if name not in told_apart)


# --- undoing ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Left:
    """Something undoing did not put back, because somebody changed it since: which row, and which of its columns."""

    model: str
    pk: str
    why: str  # "changed", "gone", "back" (there is such a row again) or "collides"
    columns: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"model": self.model, "pk": self.pk, "why": self.why, "columns": list(self.columns)}


def undo(steps: Iterable[Step]) -> list[Left]:
    """Put everything back, the last change first. What was changed since stays as it is, and is told."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # so that a step that does not fit is known at once
    left: list[Left] = []
    for step in reversed(list(steps)):
        try:
            model = apps.get_model(step["model"])
        except LookupError:
            left.append(Left(step["model"], str(step.get("pk", "")), "gone"))
            continue
        try:
            with transaction.atomic():
                left += _BACK[step["do"]](model, step)
        except IntegrityError:
            left.append(Left(step["model"], str(step.get("pk") or ", ".join(step.get("pks", []))), "collides"))
    return left


def _update_back(model: Model, step: Step) -> list[Left]:
    now = read(model, step["pk"])
    if now is None:
        return [Left(step["model"], step["pk"], "gone")]
    same = [name for name in step["after"] if now.get(name, ...) == step["after"][name]]
    changed = tuple(name for name in step["after"] if name not in same)
    if same:
        write(model, step["pk"], {name: step["before"][name] for name in same})
        _tick(model, [step["pk"]])
    return [Left(step["model"], step["pk"], "changed", changed)] if changed else []


def _move_back(model: Model, step: Step) -> list[Left]:
    pointer = next(each for each in columns_of(model) if each.column == step["column"])
    rows = dict(model._base_manager.filter(pk__in=step["pks"]).values_list("pk", pointer.attname))
    now = {str(pk): _plain(pointer, value) for pk, value in rows.items()}
    back = [pk for pk in step["pks"] if pk in now and now[pk] == step["after"]]
    model._base_manager.filter(pk__in=back).update(**{pointer.attname: step["before"]})
    return [
        Left(step["model"], pk, "changed" if pk in now else "gone", (step["column"],) if pk in now else ())
        for pk in step["pks"]
        if pk not in back
    ]


def _delete_back(model: Model, step: Step) -> list[Left]:
    if read(model, step["pk"]) is not None:
        return [Left(step["model"], step["pk"], "back")]
    insert(model, step["row"])
    return []


def _create_back(model: Model, step: Step) -> list[Left]:
    now = read(model, step["pk"])
    if now is None:
        return []
    if any(now.get(name) != value for name, value in step["row"].items() if name not in clocks_of(model)):
        return [Left(step["model"], step["pk"], "changed")]
    model._base_manager.filter(pk=step["pk"]).delete()
    return []


def _tick(model: Model, pks: Sequence[Any]) -> None:
    """The rows were changed just now, whatever they say again."""
    names = [each.name for each in columns_of(model) if each.column in clocks_of(model)]
    if names:
        model._base_manager.filter(pk__in=pks).update(**dict.fromkeys(names, timezone.now()))


_BACK: dict[str, Callable[[Model, Step], list[Left]]] = {
    "update": _update_back,
    "move": _move_back,
    "delete": _delete_back,
    "create": _create_back,
}
