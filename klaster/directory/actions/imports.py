"""Bringing a table in, step by step; the long steps are jobs that belong to the same transaction."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from klaster.core import audit, spreadsheets, tables
from klaster.directory import jobs
from klaster.directory.actions.rights import demand
from klaster.directory.imports import checking, fields, rows
from klaster.directory.models import Cluster, Import, ImportFile, ImportRow

if TYPE_CHECKING:
    from klaster.accounts.models import User

State = Import.State
HEAD = 20  # rows among which the headings are looked for
AT_ONCE = 500  # rows that are checked while the person waits


@transaction.atomic
def start_import(data: bytes, *, name: str, by: User, cluster: Cluster | None = None) -> Import:
    """Read a file into rows of an import; of organisations, or with `cluster` of its members.

    Raises ValidationError with one sentence where the file cannot be read or has no rows.
    """
    if cluster:
        demand(by, "directory.change_members", cluster)
    elif not by.has_perm("directory.import_organisations"):
        raise PermissionDenied
    import_ = Import(
        by=by,
        cluster=cluster,
        what=Import.What.MEMBERS if cluster else Import.What.ORGANISATIONS,
        file_name=PurePath(name.replace("\\", "/")).name[-200:] or "table",
        digest=hashlib.sha256(data).hexdigest(),
        default_country=str(cluster.country) if cluster else settings.COUNTRY,
    )
    import_.save()
    ImportFile.objects.create(of=import_, content=data)
    read(import_, data)
    audit.record(gettext_noop("table sent"), import_, by=by, after={"what": import_.what, "rows": import_.total})
    return import_


@transaction.atomic
def read_again(import_: Import, *, by: User, sheet: str = "", encoding: str = "", header_line: int = 0) -> Import:
    """Read the file once more, another sheet or in other letters, or with the headings in another line."""
    import_ = locked(import_, by, State.MAPPING, State.CHECKED)
    import_.rows.all().delete()
    import_.state = State.MAPPING
    read(import_, bytes(import_.file.content), sheet=sheet, encoding=encoding, header_line=header_line)
    return import_


def read(import_: Import, data: bytes, *, sheet: str = "", encoding: str = "", header_line: int = 0) -> None:
    with spreadsheets.opened(data, sheet=sheet, encoding=encoding) as table:
        first = list(itertools.islice(table.rows, HEAD))
        headings = heading_row(first, header_line)
        about = table.about
        import_.encoding, import_.separator, import_.sheet = about.encoding, about.separator, about.sheet[:100]
        import_.sheets = [name[:100] for name in about.sheets]
        import_.hidden_sheets = [name[:100] for name in about.hidden]
        import_.header_line, import_.headings = headings.line, [cell[:200] for cell in headings.cells]
        import_.mapping = fields.guess_all(headings.cells, members=import_.what == Import.What.MEMBERS)
        below = itertools.chain((row for row in first if row.line > headings.line), table.rows)
        import_.total = rows.store(import_.pk, kept_cells(import_, below))
    if not import_.total:
        raise ValidationError(_("The table has headings and no rows."), code="no_rows")
    import_.save()


def heading_row(first: list[spreadsheets.Row], line: int) -> spreadsheets.Row:
    if not first:
        raise spreadsheets.problem("empty")
    if line:
        found = next((row for row in first if row.line == line), None)
        if found is None:
            raise ValidationError(_("There is nothing in line %(line)s."), params={"line": line}, code="no_headings")
        return found
    return first[fields.header_of([row.cells for row in first])]


def kept_cells(import_: Import, table: Iterator[spreadsheets.Row]) -> Iterator[tuple[int, list[str], dict[int, str]]]:
    """Rows without what is about people: such columns, and addresses wherever they stand, are never kept."""
    personal = {column for column, heading in enumerate(import_.headings) if fields.is_personal(heading)}
    for row in table:
        if tables.is_origin(row.cells):
            continue
        cells = [
            "" if column in personal or fields.ADDRESS.search(cell) else cell for column, cell in enumerate(row.cells)
        ]
        yield row.line, cells, {column: fault for column, fault in row.faults.items() if column not in personal}


@transaction.atomic
def name_columns(import_: Import, *, by: User, mapping: Mapping[int, str], values: Mapping[str, Any]) -> Import:
    """Say what stands in each column; all rows are then checked, many of them by a job."""
    import_ = locked(import_, by, State.MAPPING, State.CHECKED)
    import_.mapping = {str(column): name for column, name in mapping.items()}
    for name, value in values.items():
        setattr(import_, name, value)
    import_.state, import_.problem, import_.done = State.CHECKING, "", 0
    import_.full_clean(exclude=["by", "cluster"])
    import_.save()
    if import_.total <= AT_ONCE:
        checking.check(import_.pk)
        import_.refresh_from_db()
    else:
        jobs.check_import.defer(import_id=import_.pk)
    return import_


@transaction.atomic
def decide(import_: Import, *, by: User, choices: Mapping[int, tuple[str, int | None]]) -> None:
    """What is to become of rows, by their numbers: (decision, number of the organisation it is the same as)."""
    import_ = locked(import_, by, State.CHECKED)
    changed = []
    for row in import_.rows.filter(pk__in=choices, has_error=False).order_by("pk"):
        decision, match = choices[row.pk]
        if (decision == ImportRow.Decision.SAME) != bool(match and row.candidate(match)):
            raise ValidationError(_("Line %(line)s: choose one of the organisations shown."), params={"line": row.line})
        if decision == ImportRow.Decision.NEW and any(each["reason"] == "code" for each in row.candidates):
            words = _("Line %(line)s: the directory has an organisation with this code already.")
            raise ValidationError(words, params={"line": row.line})
        row.decision, row.match = decision, match if decision == ImportRow.Decision.SAME else None
        changed.append(row)
    rows.save(changed, ["decision", "match"])


@transaction.atomic
def decide_the_rest(import_: Import, *, by: User, decision: str) -> int:
    """One answer for all rows that wait for one: new, or left out. Gives how many they were."""
    import_ = locked(import_, by, State.CHECKED)
    if decision not in (ImportRow.Decision.NEW, ImportRow.Decision.SKIP):
        raise ValidationError(_("Choose one of the answers."))
    return import_.rows.undecided().update(decision=decision, match=None)


@transaction.atomic
def confirm_import(import_: Import, *, by: User, without_errors: bool = False) -> Import:
    """From here on a job writes it, all or nothing. Rows with errors are left out only if the person said so."""
    import_ = locked(import_, by, State.CHECKED)
    if undecided := import_.rows.undecided().count():
        raise ValidationError(_("Rows that wait for your choice: %(count)s."), params={"count": undecided})
    if not import_.rows.importable().exists():
        raise ValidationError(_("There is no row to import."))
    if import_.rows.filter(has_error=True).exists() and not without_errors:
        raise ValidationError(_("Say that the rows with errors are to be left out."), code="errors")
    import_.state, import_.problem, import_.done = State.WRITING, "", 0
    import_.save(update_fields=["state", "problem", "done"])
    audit.record(gettext_noop("import confirmed"), import_, by=by)
    jobs.write_import.defer(import_id=import_.pk)
    return import_


@transaction.atomic
def undo_import(import_: Import, *, by: User) -> Import:
    """Take it back as far as nobody has changed it since."""
    import_ = locked(import_, by, State.DONE)
    if not import_.rows.exists():
        raise ValidationError(_("What it wrote is no longer remembered: an import can be undone for 30 days."))
    import_.state, import_.problem, import_.done = State.UNDOING, "", 0
    import_.save(update_fields=["state", "problem", "done"])
    jobs.undo_import.defer(import_id=import_.pk)
    return import_


@transaction.atomic
def discard_import(import_: Import, *, by: User) -> None:
    """Nothing was written: forget the file and its rows."""
    import_ = locked(import_, by, State.MAPPING, State.CHECKED, State.FAILED)
    audit.record(gettext_noop("import discarded"), import_, by=by)
    import_.delete()


def locked(import_: Import, by: User, *states: str) -> Import:
    """The import under its lock, in one of these states; a second click finds it in another."""
    import_ = Import.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=import_.pk)
    demand(by, "directory.change_import", import_)
    if import_.state not in states:
        raise ValidationError(_("This import is past that step."), code="past")
    return import_
