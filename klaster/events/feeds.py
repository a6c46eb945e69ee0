"""Coming events as Atom (RFC 4287), in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from klaster.core import languages
from klaster.events.event_places import place_of, shown
from klaster.events.models import Event
from klaster.events.when import in_words

EVENTS_IN_A_FEED = 50


def atom(request: HttpRequest, events: Iterable[Event]) -> HttpResponse:
    """Each event: what, when, where. Readers see it again when it is moved or called off, since it changes then."""
    code = languages.current()
    home = settings.SITE_URL + reverse("event_list")
    feed = Atom1Feed(
        title=_("Events"), link=home, description=_("Coming events of the network."), language=code,
        feed_url=settings.SITE_URL + request.get_full_path(), feed_guid=home,
    )  # fmt: skip
    latest = sorted(events, key=lambda event: event.updated_at, reverse=True)
    for event in latest[:EVENTS_IN_A_FEED]:
        feed.add_item(
            title=f"{event.get_state_display().capitalize()}: {event.title}" if event.is_off else str(event.title),
            link=settings.SITE_URL + event.get_absolute_url(),
            description=" · ".join(filter(None, (in_words(event), place_of(event).short, str(event.summary)))),
            unique_id=f"urn:uuid:{event.uid}:{code}",
            pubdate=event.created_at,
            updateddate=event.updated_at,
            author_name=(shown(event.organiser, event.organiser_name) or {}).get("name"),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
