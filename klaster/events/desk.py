"""The organiser's desk: one frame around all pages of an event that people work on."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klaster.events.models import Event


@dataclass(frozen=True)
class Tab:
    """A page of the desk: `perm` is asked of the event, `pages` are names of addresses reached from it."""

    name: str
    title: str | Promise
    icon: str
    perm: str = "events.change_event"
    pages: tuple[str, ...] = ()


AFTER = (
    "event_certificates", "certificate_withdraw", "event_survey", "survey_open", "survey_question",
    "survey_question_new", "survey_results", "event_photos", "event_photo", "event_report",
)  # fmt: skip

TABS = [
    Tab("event_desk", _("Overview"), "clipboard-list"),
    Tab("event_edit", _("The event"), "pencil", pages=("event_state",)),
    Tab("event_agenda_edit", _("Agenda"), "calendar-days"),
    Tab(
        "event_form_edit",
        _("Registration form"),
        "list-checks",
        pages=("event_form_preview", "form_part_new", "form_part_edit"),
    ),
    Tab(
        "event_registrations", _("Registrations"), "users", "events.read_registrations",
        pages=(
            "registration_edit", "registration_data", "registrations_decide", "event_statistics", "registration_import",
            "registration_import_check",
        ),
    ),
    Tab(
        "event_messages",
        pgettext_lazy("mail", "Letters"),
        "mail",
        pages=(
            "event_letter_text",
            "event_letter_times",
            "event_mailing_new",
            "event_invitation_new",
            "event_mailing",
            "event_mailing_edit",
            "event_outbox",
        ),
    ),
    Tab(
        "event_door",
        _("At the door"),
        "scan-line",
        "events.check_in_event",
        pages=("event_badges", "event_badge_print", "event_door_counters", "event_door_late"),
    ),
    Tab("event_after", _("After the event"), "award", pages=AFTER),
    Tab("event_team", _("Team"), "user-plus"),
]  # fmt: skip


def tabs(request: HttpRequest, event: Event) -> list[dict[str, object]]:
    """Those the person may open, with their address and whether it is the page of now."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    may = {perm: request.user.has_perm(perm, event) for perm in {tab.perm for tab in TABS}}
    found = []
    for tab in TABS:
        if not may[tab.perm]:
            continue
        try:
            url = reverse(tab.name, args=[event.slug])
        except NoReverseMatch:
            continue
        found.append({"tab": tab, "url": url, "current": here == tab.name or here in tab.pages})
    return found


def event_for(request: HttpRequest, slug: str, perm: str = "events.change_event") -> Event:
    """The event of the address, for somebody who may do `perm` with it. Not seen and not allowed are both 404."""
    event = Event.objects.visible_to(request.user).select_related("organiser", "cluster").filter(slug=slug).first()
    if event is None or not request.user.has_perm(perm, event):
        raise Http404
    return event
