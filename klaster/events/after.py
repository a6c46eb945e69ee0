"""What is still to do after an event, in its order, for the tab of the desk and the overview."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from klaster.events import evidence
from klaster.events.models import Event, Survey


@dataclass(frozen=True)
class Step:
    """`is_done` is None for what nobody must do; `url` is empty where the page for it is not built or not allowed."""

    title: str
    text: str
    url: str
    action: str
    is_done: bool | None = False


def steps(event: Event) -> list[Step]:
    """Attendance first: certificates and figures stand on it. Thanks come when what the letter links to is there."""
    had_a_place = event.registrations.confirmed().count()
    came = len(evidence.sessions_attended(event))
    return [
        _attendance(event, had_a_place, came),
        _certificates(event, came),
        _survey(event),
        Step(
            _("Thank those who came"),
            _("A letter with the certificate, the survey and the materials."),
            _address("event_messages", event),
            pgettext("mail", "Letters"),
            None,
        ),
        _materials(event),
        _photos(event),
        Step(
            _("Take the report"),
            _("Figures, agenda, organisations and the results of the survey, as PDF and XLSX."),
            _address("event_report", event),
            _("Report"),
            None,
        ),
    ]


def _address(name: str, event: Event, anchor: str = "") -> str:
    try:
        return reverse(name, args=[event.slug]) + anchor
    except NoReverseMatch:
        return ""


def _attendance(event: Event, had_a_place: int, came: int) -> Step:
    if came:
        text = ngettext(
            "%(came)d of %(places)d registered people was recorded as present.",
            "%(came)d of %(places)d registered people were recorded as present.", came,
        )  # fmt: skip
    else:
        text = _(
            "Nobody is recorded as present yet: there can be no certificates, and it is not known how many people came."
        )
    return Step(_("Record who came"), text % {"came": came, "places": had_a_place}, _address("event_door", event),
                _("Record attendance"), bool(came))  # fmt: skip


def _certificates(event: Event, came: int) -> Step:
    issued = event.certificates.valid().count()
    had = event.certificates.order_by().values("registration").distinct().count()
    text = (
        ngettext("%(number)d certificate is valid.", "%(number)d certificates are valid.", issued)
        if issued
        else _("In one step for everybody who came; each can be checked by its code.")
    )
    return Step(_("Issue certificates"), text % {"number": issued}, _address("event_certificates", event),
                _("Certificates"), bool(issued) and had >= came)  # fmt: skip


def _survey(event: Event) -> Step:
    asked = Survey.objects.filter(event=event).first()
    if asked is None:
        text = _("Ask those who came what they thought of it; nobody learns who answered what.")
    elif asked.is_draft:
        text = _("It is prepared and not open yet.")
    else:
        number = asked.spent.count()
        said = ngettext("%(number)d person has answered.", "%(number)d people have answered.", number)
        until = (
            ""
            if asked.is_over or asked.closes_on is None
            else _("Open until %(day)s.") % {"day": date_format(asked.closes_on)}
        )
        text = f"{said % {'number': number}} {until}".strip()
    is_done = asked is not None and not asked.is_draft
    if asked and asked.is_over:
        return Step(_("Read the survey"), text, _address("survey_results", event), _("Results"), is_done)
    return Step(_("Open a survey"), text, _address("event_survey", event), _("Survey"), is_done)


def _materials(event: Event) -> Step:
    number = event.materials.count()
    text = (
        ngettext("There is %(number)d.", "There are %(number)d.", number)
        if number
        else _("Slides, minutes and recordings, for everybody or for those who took part.")
    )
    url = reverse("part_new", args=[event.slug, "material"])
    return Step(_("Add materials"), text % {"number": number}, url, _("New material"), bool(number))


def _photos(event: Event) -> Step:
    number = event.photos.count()
    text = ngettext(
        "%(number)d picture stands on the event's page.", "%(number)d pictures stand on the event's page.", number
    ) if number else _("A few pictures make people come next time.")  # fmt: skip
    return Step(_("Add pictures"), text % {"number": number}, _address("event_photos", event), _("Pictures"),
                bool(number))  # fmt: skip
