"""Who did what to which row, and what changed by it: `audit.record("published", article, by=user)`.

In an action, after the row was saved and inside its transaction, so that act and record stand or fall together:

    before = audit.snapshot(cluster)
    cluster.name = name
    cluster.save()
    audit.record("renamed", cluster, by=by, before=before)

What a model must not leave behind in the audit (names and addresses of people, secrets) it lists in `audit_hidden`:
that such a field changed is recorded, its values are not. A model whose text names a person says what may stand for it
in `audit_text`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import get_contextvars

from klaster.core.models import AuditEvent, label_of

HIDDEN = "(hidden)"
Snapshot = dict[str, Any]
Act = tuple[models.Model, Mapping[str, Any] | None, Mapping[str, Any] | None]  # a row, before, after

_request: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


class AuditMiddleware:
    """Lets `record` see the request it serves: its id, and in "view as" the person behind (`request.actor`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


def record(
    action: str,
    obj: models.Model,
    *,
    by: models.Model | str | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEvent:
    """Write one act down.

    `by` is a person, the name of a command or task, or None for the system. `before` and `after` are snapshots (or
    plain dictionaries of what matters); with `before` alone the row's present values are compared with it. Only what
    differs is kept.
    """
    event = _event(action, obj, by=by, before=before, after=after, note=note)
    event.save(force_insert=True)
    return event


def record_many(
    action: str, acts: Iterable[Act], *, by: models.Model | str | None, note: str = "", batch_size: int = 1000
) -> None:
    """Write the same act upon many rows down, as `record` does each: the history of every row shows it."""
    events = [_event(action, obj, by=by, before=before, after=after, note=note) for obj, before, after in acts]
    AuditEvent.objects.bulk_create(events, batch_size=batch_size)


def _event(
    action: str,
    obj: models.Model,
    *,
    by: models.Model | str | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    note: str,
) -> AuditEvent:
    if before is not None and after is None:
        after = snapshot(obj)
    old, new = changes(before or {}, after or {})
    actor, seen_as = _people(by)
    return AuditEvent(
        action=action,
        actor_id=actor,
        on_behalf_of_id=seen_as,
        program=by if isinstance(by, str) else "",
        object_type=label_of(obj),
        object_pk=str(obj.pk),
        object_text=_text(obj),
        before=old,
        after=new,
        note=note,
        request_id=str(get_contextvars().get("request_id", ""))[:64],
    )


def snapshot(obj: models.Model) -> Snapshot:
    """The row's own columns by field name, as JSON can hold them, without what the clock writes by itself.

    Take it before changing anything.
    """
    hidden = getattr(obj, "audit_hidden", ())
    values: Snapshot = {}
    for field in obj._meta.concrete_fields:
        if field.primary_key or getattr(field, "auto_now", False):
            continue
        value = getattr(obj, field.attname)
        if isinstance(value, FieldFile):
            value = value.name
        elif isinstance(value, Mapping):
            value = dict(value)
        else:
            value = field.get_prep_value(value)  # what the column holds: of a country its code
        values[field.name] = _Hidden(value) if field.name in hidden or field.name == "password" else value
    return values


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Snapshot, Snapshot]:
    """What differs between two snapshots: its old values and its new ones."""
    names = [name for name in {**before, **after} if before.get(name, ...) != after.get(name, ...)]
    old = {name: _shown(before[name]) for name in names if name in before}
    new = {name: _shown(after[name]) for name in names if name in after}
    return old, new


class _Hidden:
    """A value that can be compared and never printed."""

    __slots__ = ("_value",)

    def __init__(self, value: Any):
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hidden) and self._value == other._value

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return HIDDEN


def _shown(value: Any) -> Any:
    return HIDDEN if isinstance(value, _Hidden) else value


def _text(obj: models.Model) -> str:
    text = getattr(obj, "audit_text", None)
    return str(obj if text is None else text)[:300]


def _people(by: models.Model | str | None) -> tuple[int | None, int | None]:
    """(who acts, through whose eyes). In "view as" `by` is the person looked through, and both are kept.

    `by` may also be somebody who is not here at all: whose invitation is accepted gives what it promised.
    """
    if by is None or isinstance(by, str):
        return None, None
    request = _request.get()
    actor, seen_as = getattr(request, "actor", None), getattr(request, "user", None)
    if actor is not None and actor.pk is not None and actor.pk != by.pk and seen_as is not None and seen_as.pk == by.pk:
        return actor.pk, by.pk
    return by.pk, None
