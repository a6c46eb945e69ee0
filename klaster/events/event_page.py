"""What the page of one event says, gathered from its rows: twelve questions at most, however long its agenda."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klaster.core import languages
from klaster.directory import structured as schema
from klaster.directory.facts import stamp_of
from klaster.events import agenda_grid, more_parts, structured
from klaster.events.event_places import place_of, shown
from klaster.events.models import Event, Material, Session, SessionSpeaker, Speaker
from klaster.events.registration_box import box_of
from klaster.events.when import when, zone_in_words

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

MORE_DATES = 5


@dataclass
class Talker:
    """A speaker and what they speak at."""

    speaker: Speaker
    sessions: list[Session] = field(default_factory=list)

    @property
    def organisation(self) -> dict[str, str] | None:
        return shown(self.speaker.organisation, self.speaker.organisation_name)


@dataclass
class Slot:
    """A session as the agenda shows it."""

    session: Session
    zone: Any
    speakers: list[tuple[Talker, bool]] = field(default_factory=list)  # and whether they moderate
    materials: list[Material] = field(default_factory=list)
    taken: int = 0

    @property
    def is_full(self) -> bool:
        return self.session.capacity is not None and self.taken >= self.session.capacity

    @property
    def until(self) -> Any:
        return self.session.ends.astimezone(self.zone) if self.session.ends else None

    def __getattr__(self, name: str) -> Any:
        """What the grid asks of a session: its times, room and track."""
        return getattr(self.session, name)


def with_relations(events: QuerySet[Event]) -> QuerySet[Event]:
    related = ("organiser", "cluster", "series", "region", "source")
    return events.select_related(*related).prefetch_related("sectors", "co_organisers")


def context(event: Event, reader: Reader) -> dict[str, Any]:
    materials = list(Material.objects.visible_to(reader).filter(event=event))
    slots, speakers = agenda_of(event, materials)
    time, place, box = when(event), place_of(event), box_of(event, reader)
    organisers = organisers_of(event)
    crumbs = crumbs_of(event)
    grid = agenda_grid.days(slots, event.zone)
    figures = [(figure, stamp_of(figure)) for figure in event.figures.select_related("source")]
    dates = more_dates(event, reader)
    parts = (event.description or event.audience, figures, slots, speakers, event.travel, dates)
    return {
        "event": event,
        "when": time,
        "place": place,
        "box": box,
        "more_parts": more_parts.shown_at(event, reader),
        "organisers": organisers,
        "kinds": [capfirst(Event.Kind(kind).label) for kind in event.kinds if kind in Event.Kind.values],
        "languages_in_words": ", ".join(language_name(code) for code in event.languages),
        "stamp": stamp_of(event),
        "days": grid,
        "untimed": agenda_grid.without_times(slots),
        "agenda_zone": zone_in_words(event.zone, event.starts) if grid and event.starts else "",
        "speakers": speakers,
        "partners": partners_of(event),
        "materials": [each for each in materials if each.session_id is None],
        "figures": figures,
        "more_dates": dates,
        "has_parts": sum(map(bool, parts)) > 2,
        "may_run": reader.has_perm("events.change_event", event),
        "may_check_in": reader.has_perm("events.check_in_event", event),
        "crumbs": crumbs,
        "shared": ", ".join(filter(None, (time.days, place.short))),
        "structured": [
            structured.event(event, box, [each["name"] for each in organisers]),
            schema.breadcrumbs(crumbs, event.get_absolute_url()),
        ],
    }


def language_name(code: str) -> str:
    """Within a sentence: some languages begin names of languages with a small letter."""
    name = languages.name_of(code)
    is_small = pgettext("names of languages within a sentence", "as they are") == "small"
    return name[:1].lower() + name[1:] if is_small else name


def crumbs_of(event: Event) -> list[dict[str, str]]:
    series = event.series if event.series and event.series.status == "published" else None
    between = [{"title": str(series.name), "url": series.get_absolute_url()}] if series else []
    return [{"title": _("Events"), "url": reverse("event_list")}, *between, {"title": str(event.title), "url": ""}]


def organisers_of(event: Event) -> list[dict[str, str]]:
    """Those with a public page, and whom the event names instead."""
    entries = [shown(event.organiser, event.organiser_name), *(shown(each) for each in event.co_organisers.all())]
    return [entry for entry in entries if entry]


def agenda_of(event: Event, materials: Sequence[Material]) -> tuple[list[Slot], list[Talker]]:
    """Sessions with who speaks and what is handed out, and all speakers with their sessions: three questions."""
    taken = Count("choices", filter=Q(choices__is_waiting=False))
    sessions = event.sessions.select_related("room", "track").annotate(taken=taken).in_order()
    slots = {session.pk: Slot(session, event.zone, taken=session.taken) for session in sessions}
    speakers = Speaker.objects.filter(event=event).select_related("organisation")
    talkers = {speaker.pk: Talker(speaker) for speaker in speakers}
    for row in SessionSpeaker.objects.filter(session__event=event).order_by("position", "pk") if talkers else ():
        talker, slot = talkers[row.speaker_id], slots[row.session_id]
        slot.speakers.append((talker, row.role == SessionSpeaker.Role.CHAIR))
        talker.sessions.append(slot.session)
    for material in materials:
        if material.session_id in slots:
            slots[material.session_id].materials.append(material)
    return list(slots.values()), list(talkers.values())


def partners_of(event: Event) -> list[dict[str, Any]]:
    found = []
    for partner in event.partners.select_related("organisation"):
        entry = shown(partner.organisation, partner.name)
        if entry:
            entry["url"] = entry["url"] or partner.website
            found.append(entry | {"role": capfirst(partner.get_role_display())})
    return found


def more_dates(event: Event, reader: Reader) -> list[Event]:
    """Coming dates of the same series."""
    if event.series_id is None:
        return []
    others = Event.objects.visible_to(reader).published().coming().filter(series=event.series_id)
    return list(others.exclude(pk=event.pk).select_related("organiser", "region", "cluster")[:MORE_DATES])
