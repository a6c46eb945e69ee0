"""Events in schema.org's words, for machines (https://schema.org/Event)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django_countries import countries

from klaster.directory.structured import CONTEXT, Data, address, without_gaps
from klaster.events.models import Event, Series, State
from klaster.events.when import days_of

if TYPE_CHECKING:
    from klaster.events.registration_box import Box

STATUS: dict[str, str] = {State.CANCELLED: "EventCancelled", State.POSTPONED: "EventPostponed"}
ATTENDANCE: dict[str, str] = {
    Event.Mode.ON_SITE: "OfflineEventAttendanceMode",
    Event.Mode.ONLINE: "OnlineEventAttendanceMode",
    Event.Mode.BOTH: "MixedEventAttendanceMode",
}
KINDS: dict[str, str] = {
    Event.Kind.CONFERENCE: "BusinessEvent",
    Event.Kind.FORUM: "BusinessEvent",
    Event.Kind.MATCHMAKING: "BusinessEvent",
    Event.Kind.TRAINING: "EducationEvent",
    Event.Kind.WORKSHOP: "EducationEvent",
}


def event(row: Event, box: Box | None = None, organisers: Sequence[str] = ()) -> Data:
    """One event. The address of an online room is for those who take part: machines get that of the page."""
    url = address(row.get_absolute_url())
    begins, ends = dates(row)
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": next((KINDS[kind] for kind in row.kinds if kind in KINDS), "Event"),
            "@id": url,
            "url": url,
            "name": str(row.title),
            "description": str(row.summary or row.description),
            "startDate": begins,
            "endDate": ends,
            "eventStatus": f"{CONTEXT}/{STATUS.get(row.state, 'EventScheduled')}",
            "eventAttendanceMode": f"{CONTEXT}/{ATTENDANCE[row.mode]}",
            "location": locations(row, url),
            "inLanguage": list(row.languages),
            "image": address(row.cover.url) if row.cover else "",
            "organizer": [{"@type": "Organization", "name": name} for name in organisers],
            "maximumAttendeeCapacity": None if row.has_two_ways else row.capacity,
            "maximumPhysicalAttendeeCapacity": row.capacity if row.has_two_ways else None,
            "maximumVirtualAttendeeCapacity": row.online_capacity if row.has_two_ways else None,
            "offers": offers(row, box),
            "superEvent": event_series(row.series) if row.series and row.series.status == "published" else {},
        }
    )


def dates(row: Event) -> tuple[str, str]:
    """ISO 8601, as exact as it is known: moments with their offset, days, or the month or year it happened in."""
    days = days_of(row)
    if days is None:
        return str(row.happened), ""
    if row.is_all_day:
        return days[0].isoformat(), days[1].isoformat()
    return row.starts.astimezone(row.zone).isoformat(), row.ends.astimezone(row.zone).isoformat()  # type: ignore[union-attr]


def locations(row: Event, url: str) -> list[Data]:
    found: list[Data] = []
    if row.mode != Event.Mode.ONLINE and (row.venue or row.city or row.country):
        postal = {
            "@type": "PostalAddress",
            "streetAddress": row.address,
            "addressLocality": row.city,
            "addressRegion": str(row.region) if row.region else "",
            "addressCountry": str(row.country),
        }
        name = str(row.venue) or row.city or countries.name(row.country)
        found.append({"@type": "Place", "name": name, "address": without_gaps(postal)})
    if row.is_online:
        found.append({"@type": "VirtualLocation", "url": url})
    return found


def offers(row: Event, box: Box | None) -> Data:
    """Where registration is open or full. What it costs nobody says here, so nothing is said."""
    if box is None or box.state not in (State.OPEN, State.FULL):
        return {}
    return without_gaps(
        {
            "@type": "Offer",
            "url": address(reverse("event_register", args=[row.slug])),
            "availability": f"{CONTEXT}/{'InStock' if box.state == State.OPEN else 'SoldOut'}",
            "validFrom": row.opens_at.isoformat() if row.opens_at else "",
            "availabilityEnds": row.closes_at.isoformat() if row.closes_at else "",
        }
    )


def event_series(row: Series) -> Data:
    url = address(row.get_absolute_url())
    return {"@type": "EventSeries", "@id": url, "name": str(row.name), "url": url}


def series(row: Series, coming: Iterable[Event]) -> Data:
    events = [
        {
            "@type": "Event",
            "name": str(each.title),
            "startDate": dates(each)[0],
            "url": address(each.get_absolute_url()),
        }
        for each in coming
    ]
    data = {"@context": CONTEXT, **event_series(row), "description": str(row.summary), "subEvent": events}
    return without_gaps(data)
