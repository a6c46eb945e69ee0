"""Bringing people into an event from a table: read, looked over, written all or nothing, and back again."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.events import import_rows, letters
from klaster.events.actions import states
from klaster.events.actions.registration import in_the_way
from klaster.events.actions.waiting import give_out, places_of, seat_of
from klaster.events.import_rows import Checked
from klaster.events.models import Event, Registration, RegistrationImport, RegistrationState

State = RegistrationImport.State


@transaction.atomic
def start(event: Event, data: bytes, *, name: str, by: User) -> RegistrationImport:
    """Read a file. Raises ValidationError with one sentence where it cannot be read or has too many rows."""
    demand(by, "events.change_event", event)
    import_ = RegistrationImport.objects.create(event=event, by=by, **import_rows.read_file(data, name))
    audit.record(gettext_noop("table sent"), import_, by=by, after={"rows": len(import_.rows)})
    return import_


def name_columns(import_: RegistrationImport, mapping: Mapping[int, str]) -> None:
    """What stands in each column, as its sender says."""
    if problem := import_rows.problem_of(mapping):
        raise ValidationError(problem)
    RegistrationImport.objects.filter(pk=import_.pk, state=State.READ).update(mapping=dict(mapping))


@transaction.atomic
def confirm(import_: RegistrationImport, *, by: User, tells: bool, without_errors: bool = False) -> RegistrationImport:
    """Register everybody in the table who is not registered yet, or nobody. Pressed twice it is done once."""
    event = states.lock(import_.event)
    demand(by, "events.change_event", event)
    import_ = RegistrationImport.objects.select_for_update(of=("self",)).get(pk=import_.pk)
    if import_.state != State.READ:
        return import_
    import_.event = event
    if problem := import_rows.problem_of(import_.fields()):
        raise ValidationError(problem)
    checked = import_rows.check(import_)
    wrong, known = sum(bool(row.problems) for row in checked), sum(row.is_known for row in checked)
    if wrong and not without_errors:
        raise ValidationError(_("Nothing was imported: mend the rows with errors, or say that they are left out."))
    rows = write(event, [row for row in checked if row.is_ready], by=by)
    if tells and not event.is_over:
        for row in rows:
            letters.told(row, "confirmed")
    import_.state, import_.tells, import_.rows = State.DONE, tells, []
    import_.counts = {"written": len(rows), "known": known, "left_out": wrong}
    import_.written = [row.pk for row in rows]
    import_.save()
    audit.record(gettext_noop("imported"), import_, by=by, after=import_.counts)
    states.settle(event)
    return import_


def write(event: Event, checked: list[Checked], *, by: User) -> list[Registration]:
    """Confirmed registrations for all of these; raises where there are not enough places. The event is locked."""
    number = event.registrations.aggregate(last=Max("number"))["last"] or 0
    left, rows = places_of(event), []
    for at, each in enumerate(checked, start=1):
        row = Registration(event=event, number=number + at, state=RegistrationState.CONFIRMED, **each.values)
        row.confirmed_at = timezone.now()
        seat = (seat_of(event, row),)
        if lacking := left.lacking(seat):
            words = _("Nothing was imported: there is no place for line %(line)s. %(reason)s")
            raise ValidationError(words % {"line": each.line, "reason": in_the_way(event, lacking)}, code="full")
        left.take(seat)
        rows.append(row)
    Registration.objects.bulk_create(rows)
    acts = [(row, None, {"number": row.number, "state": row.state}) for row in rows]
    audit.record_many(gettext_noop("registered from a table"), acts, by=by)
    return rows


@transaction.atomic
def undo(import_: RegistrationImport, *, by: User) -> int:
    """Delete what an import wrote; how many. Who was told, came, or is changed since stays."""
    event = states.lock(import_.event)
    demand(by, "events.change_event", event)
    import_ = RegistrationImport.objects.select_for_update(of=("self",)).get(pk=import_.pk)
    if import_.state != State.DONE:
        raise ValidationError(_("This import was not written, or is undone already."))
    if import_.tells:
        raise ValidationError(
            _("These people were told that they take part: cancel them in the table, so that they hear of it.")
        )
    untouched = event.registrations.filter(
        pk__in=import_.written, state=RegistrationState.CONFIRMED, person=None, attendances=None, answers=None
    )
    deleted = list(untouched)
    event.registrations.filter(pk__in=[row.pk for row in deleted]).delete()
    import_.state, import_.counts = State.UNDONE, {**import_.counts, "undone": len(deleted)}
    import_.save()
    audit.record(gettext_noop("import undone"), import_, by=by, after={"undone": len(deleted)})
    give_out(event)
    return len(deleted)


def discard(import_: RegistrationImport, *, by: User) -> None:
    """Forget a file before anything was written."""
    RegistrationImport.objects.filter(pk=import_.pk, state=State.READ).delete()
    audit.record(gettext_noop("table discarded"), import_, by=by)
