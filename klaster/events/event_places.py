"""Where an event is, in words, and who organises it as far as everybody may see them. Pure but for translations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.directory.models import Organisation
from klaster.events.models import Event


@dataclass(frozen=True)
class Place:
    """`short` for a line of a list; `venue` and `address` for the page."""

    short: str = ""
    venue: str = ""
    language: str = ""
    address: str = ""
    online: str = ""


def place_of(event: Event) -> Place:
    abroad = countries.name(event.country) if event.country and str(event.country) != settings.COUNTRY else ""
    town = ", ".join(filter(None, (event.city, abroad)))
    online = _("online") if event.is_online else ""
    if event.mode == Event.Mode.ONLINE:
        return Place(short=online, online=online)
    on_site = town or str(event.venue)
    short = _("%(place)s and online") % {"place": on_site} if online and on_site else on_site or online
    address = ", ".join(filter(None, (event.address, event.city, abroad)))
    return Place(short, str(event.venue), event.venue.language, address, online)


def shown(organisation: Organisation | None, name: Any = "") -> dict[str, str] | None:
    """Name and address of an organisation with a public page; else the name somebody wrote; else nothing."""
    if organisation is not None and organisation.is_published:
        return {
            "name": str(organisation.name),
            "url": organisation.get_absolute_url(),
            "language": organisation.name.language,
        }
    return {"name": str(name), "url": "", "language": getattr(name, "language", "")} if name else None
