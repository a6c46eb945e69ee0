"""What the workspace shows of events."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from klaster.directory.workspace import Desk, Group, Link
from klaster.events.actions.events import run_by

OF_EVENTS = ("my_events", "event_new", "series_new", "series_edit")


def links(desk: Desk) -> Iterator[Link]:
    """Events I run: for whoever may begin one, or works on one."""
    if desk.person.is_secretariat or desk.clusters or run_by(desk.person).exists():
        yield Link(_("Events I run"), reverse("my_events"), "calendar-days", Group.ACTIVITY, pages=OF_EVENTS)
