"""Series of events as places a menu may lead to: the monthly forum stands one click from everywhere."""

from __future__ import annotations

from klaster.events.models import Series
from klaster.newsroom import destinations


def names() -> list[tuple[str, str]]:
    rows = Series.objects.published().order_by("is_invented", "slug")
    return [(str(series.pk), str(series.name)) for series in rows]


def address(name: str) -> str | None:
    series = Series.objects.published().filter(pk=name).first() if name.isdecimal() else None
    return series.get_absolute_url() if series else None


destinations.register("series", destinations.Family(names, address))
