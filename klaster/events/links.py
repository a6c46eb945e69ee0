"""What the workspace shows of events."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.directory.workspace import Act, Desk, Group, Link, Todo
from klaster.events.models import Event, RegistrationState

OF_EVENTS = ("my_events", "event_new", "series_new", "series_edit", "my_evidence")


def links(desk: Desk) -> Iterator[Link]:
    """Events I run: for whoever may begin one, or works on one."""
    if desk.person.is_secretariat or desk.clusters or Event.objects.helped_by(desk.person).exists():
        yield Link(_("Events I run"), reverse("my_events"), "calendar-days", Group.ACTIVITY, pages=OF_EVENTS)


def applications(desk: Desk) -> Iterator[Todo]:
    """People who wait for the organiser's word, at events this person runs as a coordinator or in a team."""
    if desk.person.is_secretariat:
        return
    waiting = Q(registrations__state=RegistrationState.APPLIED)
    rows = Event.objects.run_by(desk.person).coming().annotate(waiting=Count("registrations", filter=waiting))
    for event in rows.filter(waiting__gt=0):
        count = event.waiting
        yield Todo(
            title=ngettext("%(count)s application waits", "%(count)s applications wait", count) % {"count": count},
            text=str(event.title),
            acts=(Act(_("Decide"), reverse("event_desk", args=[event.slug]) + "#todos"),),
            icon="users",
        )
