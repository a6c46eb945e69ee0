"""What other pages show of the directory: the network in figures, a map, marks, openings. Public and real rows only."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, Max, OuterRef, Q, Window
from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.core import freshness, languages
from klaster.directory import maps
from klaster.directory.cluster_list import COUNTY_LEVEL
from klaster.directory.facts import number
from klaster.directory.filters import NOWHERE
from klaster.directory.models import Cluster, Label, Opening, Organisation, Region, Statement
from klaster.directory.models.organisations import today

MOST_FIGURES = 5
MOST_OPENINGS = 3
EVERYBODY = AnonymousUser()


class Overview:
    """The directory of today as one page shows it: what its panels have in common is asked once."""

    @cached_property
    def clusters(self) -> list[Cluster]:
        """What figures count: public clusters of the network's country, without invented ones; sectors side by side."""
        labels = Label.objects.filter(cluster=OuterRef("pk")).order_by()
        rows = Cluster.objects.visible_to(EVERYBODY).real().filter(country=settings.COUNTRY)
        return list(
            rows.select_related("main_sector", "region")
            .annotate(has_label=Exists(labels), has_valid_label=Exists(labels.valid()))
            .order_by("main_sector__position", "slug")
        )

    @cached_property
    def openings(self) -> list[Opening]:
        """The newest ones; each says how many there are, and how many of clusters that are not invented."""
        rows = Opening.objects.visible_to(EVERYBODY).listed().select_related("cluster__main_sector")
        real = Count("pk", filter=Q(cluster__is_invented=False))
        counted = rows.annotate(number=Window(Count("pk")), number_of_real=Window(real))
        return list(counted.order_by("-published_at", "pk")[:MOST_OPENINGS])


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, the address of the list behind it, and since when or by whom it is so."""

    number: str
    words: str | Promise
    url: str
    stamp: str


def figures(seen: Overview) -> list[Figure]:
    """Counted from the rows of today; where there is nothing to count there is no figure, and sources fill the line."""
    counted = [clusters(seen.clusters), labelled(seen.clusters), organisations(), openings(seen.openings)]
    found = [figure for figure in counted if figure]
    return [*found, *stated(MOST_FIGURES - len(found))]


def as_of(moment: datetime.datetime | None) -> str:
    day = moment.date() if moment else today()
    return formats.date_format(day, "DATE_FORMAT")


def clusters(rows: Sequence[Cluster]) -> Figure | None:
    if not rows:
        return None
    words = ngettext("cluster of the country", "clusters of the country", len(rows))
    url = f"{reverse('cluster_list')}?country={settings.COUNTRY}"
    return Figure(formats.number_format(len(rows)), words, url, as_of(max(row.updated_at for row in rows)))


def labelled(rows: Sequence[Cluster]) -> Figure | None:
    """Clusters that hold or held an excellence label; how many are valid today stands under it."""
    holders = sum(row.has_label for row in rows)  # type: ignore[attr-defined]
    if not holders:
        return None
    valid = sum(row.has_valid_label for row in rows)  # type: ignore[attr-defined]
    words = ngettext("with an excellence label", "with an excellence label", holders)
    levels = "".join(f"&label={level}" for level in Label.Level.values)
    url = f"{reverse('cluster_list')}?country={settings.COUNTRY}{levels}"
    stamp = ngettext("%(number)s is valid today", "%(number)s are valid today", valid) % {"number": valid}
    if not valid:
        stamp = _("none known to be valid today")
    return Figure(formats.number_format(holders), words, url, stamp)


def organisations() -> Figure | None:
    rows = Organisation.objects.visible_to(EVERYBODY).real()
    found = rows.aggregate(number=Count("pk"), changed=Max("updated_at"))
    if not found["number"]:
        return None
    words = ngettext("organisation in and around them", "organisations in and around them", found["number"])
    return Figure(formats.number_format(found["number"]), words, reverse("organisation_list"), as_of(found["changed"]))


def openings(rows: Sequence[Opening]) -> Figure | None:
    found = rows[0].number_of_real if rows else 0  # type: ignore[attr-defined]
    if not found:
        return None
    words = ngettext("opening for members and partners", "openings for members and partners", found)
    return Figure(formats.number_format(found), words, reverse("opening_list"), as_of(None))


def stated(most: int) -> list[Figure]:
    """Numbers that sources state of programmes, each leading to where the statement stands."""
    rows = (
        Statement.objects.with_details()
        .select_related("programme")
        .filter(
            programme__status="published",
            programme__is_invented=False,
            is_shown=True,
            kind__is_field=False,
            kind__unit={},
            number__isnull=False,
        )
        .order_by("kind__position", "pk")
    )
    return [
        Figure(
            number=f"{number(row.number)}+" if row.bound == Statement.Bound.AT_LEAST else number(row.number),
            words=str(row.kind.name),
            url=f"{row.programme.get_absolute_url()}#fact-{row.kind.code}",
            stamp=" · ".join(filter(None, [str(row.programme.name), row.as_of.display() if row.as_of else ""])),
        )
        for row in rows[: max(most, 0)]
    ]


@dataclass(frozen=True)
class County:
    """One county of the map and of the list beside it. `step` is its colour, 0 to 4."""

    code: str
    name: str
    number: int
    step: int
    url: str
    path: str = ""
    x: float = 0
    y: float = 0


def counties_by_name() -> list[tuple[str, str]]:
    rows = Region.objects.filter(level=COUNTY_LEVEL, country=settings.COUNTRY).by_name()
    return [(region.code, str(region.name)) for region in rows]


def county_map(clusters: Sequence[Cluster]) -> dict[str, Any] | None:
    """Clusters by county, drawn and listed; None where no boundaries of the country are known."""
    drawn = maps.country_map(settings.COUNTRY)
    if drawn is None:
        return None
    numbers = Counter(row.region_id for row in clusters if row.region and row.region.level == COUNTY_LEVEL)
    bounds = steps(max(numbers.values(), default=0))
    listed = f"{reverse('cluster_list')}?country={settings.COUNTRY}&county="
    paths = {county.code: county for county in drawn.counties}
    counties = []
    for code, name in freshness.remembered(("counties", settings.COUNTRY, languages.current()), counties_by_name):
        here, place = numbers[code], paths.get(code)
        at = {"path": place.path, "x": place.x, "y": place.y} if place else {}
        step = sum(here >= bound for bound in bounds)
        counties.append(County(code, name, here, step, listed + code, **at))
    return {
        "map": drawn,
        "counties": counties,
        "most_first": sorted(counties, key=lambda county: -county.number),  # stable: names stay in order
        "legend": legend(bounds),
        "not_stated": len(clusters) - sum(numbers.values()),
        "not_stated_url": listed + NOWHERE,
        "date": as_of(None),
    }


def steps(most: int) -> list[int]:
    """The least number of each of the four colours above zero; whole numbers a reader understands."""
    if most <= 4:
        return [1, 2, 3, 4]
    if most <= 10:
        return [1, 2, 4, 6]
    return [1, *(max(low, round(most * share)) for low, share in ((2, 0.15), (3, 0.35), (4, 0.65)))]


def legend(bounds: Sequence[int]) -> list[dict[str, Any]]:
    """Each colour with the numbers it stands for."""
    found = [{"step": 0, "words": "0"}]
    for step, (low, above) in enumerate(zip(bounds, [*bounds[1:], None], strict=True), start=1):
        if above is None:
            words = _("%(number)s or more") % {"number": low}
        else:
            words = str(low) if above == low + 1 else f"{low}–{above - 1}"
        found.append({"step": step, "words": words})
    return found


def marks(clusters: Sequence[Cluster]) -> list[dict[str, Any]]:
    """Every one of them for the picture of the network."""
    return [
        {"name": str(row.name), "url": row.get_absolute_url(), "slug": row.slug, "hue": row.hue} for row in clusters
    ]  # fmt: skip
