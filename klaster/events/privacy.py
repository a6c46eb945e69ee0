"""What events keep about people: who came to what, what they need, who runs an event."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import User
from klaster.core.privacy import Fate, register
from klaster.events.models import (
    Answer,
    Attendance,
    BadgePrint,
    CalendarKey,
    Certificate,
    ChosenColumns,
    Draw,
    Mailing,
    Material,
    Photo,
    Recipient,
    Registration,
    RegistrationImport,
    StateChange,
    TeamMember,
)

COMING = _("So that you can take part, be told of changes and be counted.")
COMING_KEPT = _(
    "Diet, accessibility and other needs 30 days after the event; the registration for three years, then without name."
)


def registered_as(person: User) -> QuerySet[Registration]:
    return Registration.objects.filter(Q(person=person) | Q(email__iexact=person.email))


def without_name(rows: QuerySet[Registration], person: User) -> None:
    Answer.objects.filter(registration__in=rows.values("pk")).delete()
    rows.update(
        person=None, name=str(_("Erased person")), email="", phone="", position="", dietary="", access_needs="",
        reason="", note="",
    )  # fmt: skip


def answered_by(person: User) -> QuerySet[Answer]:
    return Answer.objects.filter(registration__in=registered_as(person).values("pk"))


def came_or_let_in(person: User) -> QuerySet[Attendance]:
    mine = registered_as(person).values("pk")
    return Attendance.objects.filter(Q(registration__in=mine) | Q(by=person) | Q(undone_by=person))


def certificates_of(person: User) -> QuerySet[Certificate]:
    return Certificate.objects.filter(registration__in=registered_as(person).values("pk"))


def certificates_without_name(rows: QuerySet[Certificate], person: User) -> None:
    rows.update(name="", organisation="")


register(  # before registrations, which afterwards do not lead to the person any more
    Certificate,
    rows=certificates_of,
    purpose=_("So that you can prove that you attended, and others can check it."),
    kept=_("Ten years; then the certificate stays valid without your name."),
    fate=Fate.ANONYMISED,
    export=["event", "shown_number", "code", "name", "organisation", "minutes", "issued_at", "withdrawn_at", "reason"],
    anonymise=certificates_without_name,
)
register(
    Answer,
    rows=answered_by,
    purpose=COMING,
    kept=COMING_KEPT,
    fate=Fate.DELETED,
    export=["question", "value"],
)
register(
    Recipient,
    rows=lambda person: Recipient.objects.filter(registration__in=registered_as(person).values("pk")),
    purpose=COMING,
    kept=COMING_KEPT,
    fate=Fate.DELETED,
    export=["mailing", "written_at"],
)
register(
    Registration,
    "person",
    rows=registered_as,
    purpose=COMING,
    kept=COMING_KEPT,
    fate=Fate.ANONYMISED,
    export=[
        "event", "number", "state", "name", "email", "phone", "shown_organisation", "position", "country", "category",
        "dietary", "access_needs", "is_online", "registered_at", "confirmed_at", "ended_at", "reason",
    ],
    anonymise=without_name,
)  # fmt: skip
register(
    TeamMember,
    "person",
    purpose=_("So that you can run an event or check people in."),
    kept=_("As long as the event."),
    fate=Fate.DELETED,
    export=["event", "role", "added_at"],
)
register(
    StateChange,
    "by",
    purpose=_("So that one can ask why an event was changed."),
    kept=_("As long as the event."),
    fate=Fate.ANONYMISED,
    export=["event", "state", "at"],
)
register(
    Material,
    "added_by",
    purpose=_("So that one can ask where a file comes from."),
    kept=_("As long as the event."),
    fate=Fate.ANONYMISED,
    export=["event", "title", "added_at"],
)
register(
    Attendance,
    "by",
    "undone_by",
    rows=came_or_let_in,
    purpose=_("So that it is known who came: for certificates, and for evidence of what an event was worth."),
    kept=_(
        "As long as the registration. Phones at the door keep a list of names, organisations and codes, so that they "
        "work without a connection; it is deleted a day after the event, on signing out there, or by a button."
    ),
    fate=Fate.ANONYMISED,
    export=["event", "session", "at", "undone_at"],
)
register(
    BadgePrint,
    "by",
    purpose=_("So that you get the badges you asked for."),
    kept=_("One day."),
    fate=Fate.DELETED,
    export=["event", "at", "total"],
)
register(
    Draw,
    "by",
    purpose=_("So that one can ask who drew the lot."),
    kept=_("As long as the event."),
    fate=Fate.ANONYMISED,
    export=["event", "drawn_at"],
)
register(
    CalendarKey,
    "person",
    purpose=_("So that your calendar can read the events you take part in."),
    kept=_("Until you close the address."),
    fate=Fate.DELETED,
    export=["made_at"],
)
register(
    Photo,
    "added_by",
    purpose=_("So that one can ask where a picture comes from."),
    kept=_("As long as the event."),
    fate=Fate.ANONYMISED,
    export=["event", "alt", "added_at"],
)
register(
    Mailing,
    "by",
    "agreed_by",
    purpose=_("So that one can ask who wrote to those who come."),
    kept=_("As long as the event."),
    fate=Fate.ANONYMISED,
    export=["event", "subject", "created_at"],
)
register(
    ChosenColumns,
    "person",
    purpose=_("So that a table looks as you left it."),
    kept=_("As long as the event."),
    fate=Fate.DELETED,
    export=["event", "codes"],
)
register(
    RegistrationImport,
    "by",
    purpose=_("So that you can bring people into an event, and take it back."),
    kept=_("The rows of the file seven days at most, what came of them as long as the event."),
    fate=Fate.DELETED,
    export=["event", "file_name", "created_at", "state"],
)
