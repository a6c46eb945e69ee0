"""The agenda editor: a grid of rooms and times, and the lists it draws on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import files
from klaster.core.keys import key_of
from klaster.directory.views.answers import telling
from klaster.directory.views.editing import save_form
from klaster.events import agenda, desk, times
from klaster.events.actions import agenda as actions
from klaster.events.forms.agenda import (
    MaterialForm,
    PartForm,
    PartnerForm,
    RoomForm,
    SessionForm,
    SpeakerForm,
    TrackForm,
)
from klaster.events.models import Event, EventPartner, Material, Registration, Room, Session, Speaker, Track
from klaster.events.part_words import PartConverter


@dataclass(frozen=True)
class Part:
    """A kind of rows of the agenda; `word` stands in addresses."""

    model: type[models.Model]
    form: type[PartForm]
    relation: str
    word: str | Promise
    title: str | Promise
    new: str | Promise
    edit: str | Promise
    text: str | Promise = ""
    has_order: bool = True


PARTS = {
    "session": Part(
        Session, SessionForm, "sessions", gettext_lazy("sessions"), gettext_lazy("Sessions"),
        gettext_lazy("New session"), gettext_lazy("Edit the session"), has_order=False,
    ),
    "room": Part(
        Room, RoomForm, "rooms", gettext_lazy("rooms"), gettext_lazy("Rooms"), gettext_lazy("New room"),
        gettext_lazy("Edit the room"), gettext_lazy("Columns of the agenda, in this order."),
    ),
    "track": Part(
        Track, TrackForm, "tracks", gettext_lazy("tracks"), gettext_lazy("Tracks"), gettext_lazy("New track"),
        gettext_lazy("Edit the track"), gettext_lazy("Threads that run through the agenda, whatever the room."),
    ),
    "speaker": Part(
        Speaker, SpeakerForm, "speakers", gettext_lazy("speakers"), gettext_lazy("Speakers"),
        gettext_lazy("New speaker"), gettext_lazy("Edit the speaker"),
        gettext_lazy("In the order in which the page of the event shows them."),
    ),
    "partner": Part(
        EventPartner, PartnerForm, "partners", gettext_lazy("partners"), gettext_lazy("Partners"),
        gettext_lazy("New partner"), gettext_lazy("Edit the partner"),
        gettext_lazy("Who supports, funds or reports on the event."),
    ),
    "material": Part(
        Material, MaterialForm, "materials", gettext_lazy("materials"), gettext_lazy("Materials"),
        gettext_lazy("New material"), gettext_lazy("Edit the material"),
        gettext_lazy("Slides, minutes, recordings: for everybody, or for those who take part."),
    ),
}  # fmt: skip


class AgendaPartConverter(PartConverter):
    parts = PARTS


def sessions_of(event: Event) -> list[Session]:
    rows = Session.objects.filter(event=event).select_related("room", "track").prefetch_related("speakers")
    return list(rows.in_order())


def grid(event: Event, *, moved: Session | None = None) -> dict[str, Any]:
    """What the grid shows: days with their lines, warnings by session, sessions without a time."""
    event = Event.objects.get(pk=event.pk)
    sessions, rooms = sessions_of(event), list(event.rooms.all())
    warnings = agenda.conflicts(event, sessions)
    for session in sessions:
        session.warnings = warnings.get(session.pk, [])  # type: ignore[attr-defined]
    return {
        "event": event,
        "days": agenda.days(event, sessions, rooms),
        "without_time": [session for session in sessions if not session.starts],
        "rooms": rooms,
        "moved": next((each for each in sessions if moved and each.pk == moved.pk), None),
        "warned": sum(bool(each.warnings) for each in sessions),  # type: ignore[attr-defined]
    }


@never_cache
@require_GET
def event_agenda_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda, and the rooms, tracks, speakers, partners and materials it has."""
    event = desk.event_for(request, slug)
    lists = [
        {"name": name, "part": part, "rows": list(getattr(event, part.relation).all())}
        for name, part in PARTS.items()
        if name != "session"
    ]
    return render(request, "events/event_agenda_edit.html", grid(event) | {"lists": lists})


@never_cache
@require_http_methods(["GET", "POST"])
def part_new(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """A new row of the agenda. A session begun from a place of the grid knows its room and time."""
    event = desk.event_for(request, slug)
    return edit_part(request, event, part, PARTS[part].model(event=event))


@never_cache
@require_http_methods(["GET", "POST"])
def part_edit(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    event = desk.event_for(request, slug)
    row = get_object_or_404(getattr(event, PARTS[part].relation), pk=pk)
    row.event = event
    return edit_part(request, event, part, row)


def edit_part(request: HttpRequest, event: Event, name: str, row: Any) -> HttpResponse:
    part = PARTS[name]
    initial = from_the_grid(event, request) if name == "session" and not row.pk else {}
    form = part.form(request.POST or None, request.FILES or None, instance=row, initial=initial)
    context = {"event": event, "name": name, "part": part, "row": row}

    def done(saved: Any) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(place_of(event, name, saved))

    fresh = part.model(pk=row.pk, event=event)
    return save_form(request, form, actions.save_part, fresh, "events/agenda_part.html", context, done=done)


def place_of(event: Event, name: str, row: Any) -> str:
    anchor = f"session-{row.pk}" if name == "session" else PARTS[name].relation
    return reverse("event_agenda_edit", args=[event.slug]) + f"#{anchor}"


def from_the_grid(event: Event, request: HttpRequest) -> dict[str, Any]:
    """What the place says from which the session was begun: "?starts=2027-05-05T09:00&room=3"."""
    wall = wall_typed(request.GET.get("starts", ""))
    if wall is None:
        return {}
    starts = times.first_moment(wall, event.zone)
    ends = times.moved(starts, actions.DEFAULT_LENGTH, event.zone)
    return {"starts": starts, "ends": ends, "room": request.GET.get("room", "")}


def wall_typed(text: str) -> datetime.datetime | None:
    try:
        wall = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return wall if wall.tzinfo is None else None


@require_POST
def part_delete(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    event = desk.event_for(request, slug)
    row: Any = get_object_or_404(getattr(event, PARTS[part].relation), pk=pk)
    with telling(request):
        actions.delete_part(row, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Deleted."))
    anchor = "agenda-grid" if part == "session" else PARTS[part].relation
    return redirect(reverse("event_agenda_edit", args=[slug]) + f"#{anchor}")


@require_POST
def part_move(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    """Up or down in its list."""
    event = desk.event_for(request, slug)
    if not PARTS[part].has_order:
        raise Http404
    row: Any = get_object_or_404(getattr(event, PARTS[part].relation), pk=pk)
    actions.reorder(row, by=request.user, step=-1 if request.POST.get("do") == "up" else 1)  # type: ignore[arg-type]
    return redirect(reverse("event_agenda_edit", args=[slug]) + f"#{PARTS[part].relation}")


class MoveForm(forms.Form):
    """To a place of the grid (`starts` by the clock, `room`), or some minutes later or earlier."""

    starts = forms.CharField(required=False)
    minutes = forms.IntegerField(required=False, min_value=-1440, max_value=1440)
    room = forms.CharField(required=False)

    def __init__(self, *args: Any, event: Event, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.event = event

    def values(self) -> dict[str, Any]:
        """Raises ValidationError for a room or a time that is none."""
        if not self.is_valid():
            raise ValidationError(_("This is no place of the agenda."))
        values: dict[str, Any] = {"minutes": self.cleaned_data["minutes"] or 0}
        if typed := self.cleaned_data["starts"]:
            wall = wall_typed(typed)
            if wall is None:
                raise ValidationError(_("This is no place of the agenda."))
            values["starts"] = times.first_moment(wall, self.event.zone)
        if "room" in self.data:
            chosen = self.cleaned_data["room"]
            room = self.event.rooms.filter(pk=key_of(chosen)).first()
            if chosen and room is None:
                raise ValidationError(_("This room is no longer there."))
            values["room"] = room
        return values


@require_POST
def session_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a session elsewhere; htmx gets the grid, with what does not fit now."""
    event = desk.event_for(request, slug)
    session = get_object_or_404(Session, event=event, pk=pk)
    problem = ""
    try:
        session = actions.move_session(session, by=request.user, **MoveForm(request.POST, event=event).values())  # type: ignore[arg-type]
    except ValidationError as error:
        problem = " ".join(error.messages)
    if request.htmx:  # type: ignore[attr-defined]
        context = grid(event, moved=session) | {"problem": problem}
        return render(request, "events/parts/agenda_grid.html", context)
    if problem:
        messages.error(request, problem)
    return redirect(place_of(event, "session", session))


@login_not_required
@require_GET
def material_file(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """A file of the event, for everybody or for those who take part: by account, or by the link of a letter (?r=)."""
    found = Material.objects.filter(event__slug=slug, pk=pk).exclude(file="").select_related("event")
    material = found.visible_to(request.user).first() or found.first_for(holder_of(request.GET.get("r", "")))
    if material is None:
        raise Http404
    try:
        return files.attachment(material.file.open("rb"), material.file.name)
    except OSError:
        raise Http404 from None


def holder_of(token: str) -> Registration | None:
    """The registration that a signed link stands for."""
    return Registration.objects.confirmed().of_token(token).first() if token else None
