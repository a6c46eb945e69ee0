"""Members by kind, county and sector and over the years; clusters by sector; who held a label in which year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.directory import maps, panels
from klaster.directory.cluster_list import COUNTY_LEVEL
from klaster.directory.figures.chart import Chart, of_kinds, of_years
from klaster.directory.figures.pictures import LEAST_ROWS, over_years
from klaster.directory.figures.scope import Membership, Scope
from klaster.directory.models import Label, Organisation, Region, Sector


def members_by_kind(scope: Scope) -> Chart:
    kinds = Counter({row.organisation: row.kind for row in scope.members}.values())
    rows = [(capfirst(str(label)), kinds[kind]) for kind, label in Organisation.Kind.choices]
    notes = [_("An organisation in several clusters is counted once; associated partners are counted, too.")]
    return of_kinds("members_by_kind", _("Members by kind"), _("Organisations"), _("Kind"), rows, notes=notes)


def members_by_sector(scope: Scope) -> Chart:
    sectors: dict[int | None, set[int]] = {}
    for row in scope.members:
        sectors.setdefault(row.sector, set()).add(row.organisation)
    rows = _by_sector({sector: len(members) for sector, members in sectors.items()})
    notes = [_("The sector is the main one of the cluster; whoever is in clusters of two sectors counts in both.")]
    return of_kinds("members_by_sector", _("Members by sector"), _("Organisations"), _("Sector"), rows, notes=notes)


def clusters_by_sector(scope: Scope) -> Chart:
    rows = _by_sector(Counter(scope.cluster_sectors))
    notes = [_("Each cluster is counted in its main sector.")]
    return of_kinds("clusters_by_sector", _("Clusters by sector"), _("Clusters"), _("Sector"), rows, notes=notes)


def _by_sector(counts: Mapping[int | None, int]) -> list[tuple[str, int]]:
    rows = [(str(sector), counts.get(sector.pk, 0)) for sector in Sector.objects.by_name()]
    return [*rows, (_("Sector not stated"), counts.get(None, 0))]


# --- by county --------------------------------------------------------------------------------------------------------
def members_by_county(scope: Scope) -> Chart:
    """A map of the country where its boundaries are known; who is abroad or has no county stands in the table."""
    places = {row.organisation: row for row in scope.members}.values()
    counties = Counter(row.region for row in places)
    regions = list(Region.objects.filter(level=COUNTY_LEVEL, country=settings.COUNTRY).by_name())
    here = [(region, counties[region.code]) for region in regions]
    abroad = sum(row.country not in ("", settings.COUNTRY) for row in places)
    unstated = len(places) - abroad - sum(number for _region, number in here)
    table: list[tuple[str, int]] = [(str(region), number) for region, number in here] if places else []
    rest = [(_("Abroad"), abroad), (_("County not stated"), unstated)]
    rows = [*sorted(table, key=lambda row: -row[1]), *((name, number) for name, number in rest if number)]
    located = sum(number for _region, number in here)
    return Chart(
        "members_by_county",
        _("Members by county"),
        _("Organisations"),
        [_("County"), _("Organisations")],
        rows,
        notes=[_("The county is that of the organisation's seat."), _("Boundaries © EuroGeographics, NUTS 2024.")],
        map=_map(here) if located >= LEAST_ROWS else None,
    )


def _map(counts: Iterable[tuple[Region, int]]) -> dict[str, Any] | None:
    drawn = maps.country_map(settings.COUNTRY)
    if drawn is None:
        return None
    numbers = {region.code: (str(region), number) for region, number in counts}
    bounds = panels.steps(max(number for _name, number in numbers.values()))
    counties = []
    for county in drawn.counties:
        name, number = numbers.get(county.code, (county.code, 0))
        step = sum(number >= bound for bound in bounds)
        counties.append(panels.County(county.code, name, number, step, "", county.path, county.x, county.y))
    return {"map": drawn, "counties": counties, "legend": panels.legend(bounds)}


# --- over the years ---------------------------------------------------------------------------------------------------
def members_over_time(scope: Scope) -> Chart:
    spans = [(row.organisation, row.joined, row.left) for row in scope.memberships]
    return of_years(
        "members_over_time",
        _("Members over time"),
        _("Organisations at the end of the year"),
        over_years(spans, scope.day),
        {},
        notes=[*_this_year(scope), *_unknown_joined(scope.members)],
    )


def _this_year(scope: Scope) -> list[str]:
    return [_("%(year)s stands as it is today.") % {"year": scope.day.year}]


def _unknown_joined(members: Iterable[Membership]) -> list[str]:
    known = {row.organisation for row in members if row.joined}
    number = len({row.organisation for row in members} - known)
    if not number:
        return []
    words = ngettext(
        "Of %(number)s member of today it is not known since when; it is not in this figure.",
        "Of %(number)s members of today it is not known since when; they are not in this figure.",
        number,
    )
    return [words % {"number": number}]


def label_holders(scope: Scope) -> Chart:
    """Clusters that held a label at the end of each year; by level only in the table."""
    whole = [row for row in scope.labels if row.first_day and row.valid_until]
    spans = [(row.cluster, row.first_day, row.first_day_after) for row in whole]
    levels = {
        capfirst(str(label)): over_years(
            [(row.cluster, row.first_day, row.first_day_after) for row in whole if row.level == level], scope.day
        )
        for level, label in Label.Level.choices
    }
    undated = len(scope.labels) - len(whole)
    notes = _this_year(scope)
    if undated:
        words = ngettext(
            "Of %(number)s label it is not known from when until when it is valid; it is not in this figure.",
            "Of %(number)s labels it is not known from when until when they are valid; they are not in this figure.",
            undated,
        )
        notes.append(words % {"number": undated})
    return of_years(
        "label_holders",
        _("Holders of an excellence label over time"),
        _("Clusters at the end of the year"),
        over_years(spans, scope.day),
        levels,
        notes=notes,
    )
