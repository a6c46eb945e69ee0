"""The list of clusters: which filters there are today, which clusters pass them, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from klaster.directory.filters import NOWHERE, Choice, ClusterFacts, Facet, Selection
from klaster.directory.models import Cluster, Label, Opening, Region, Sector, Statement
from klaster.directory.models.clusters import ClusterQuerySet

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

ROTATION, NAME, OPENINGS = "rotation", "name", "openings"
ORDERS = {
    ROTATION: _("a new order each day"),
    NAME: _("by name"),
    OPENINGS: _("newest openings first"),
}
YES = "1"
COUNTY_LEVEL = 3


@dataclass(frozen=True)
class Row:
    """What one row of the list is made of before it is filtered."""

    pk: int
    country: str
    region: str | None
    main_sector: str | None
    other_sectors: Sequence[str]
    labels: Sequence[str]
    has_valid_label: bool
    is_open: bool
    is_invented: bool

    @property
    def facts(self) -> ClusterFacts:
        sectors = [code for code in (self.main_sector, *self.other_sectors) if code]
        return ClusterFacts(
            self.pk,
            {
                "sector": frozenset(sectors),
                "county": frozenset([self.region or NOWHERE]),
                "country": frozenset([self.country]),
                "label": frozenset(self.labels),
                "valid": frozenset([YES] if self.has_valid_label else []),
                "open": frozenset([YES] if self.is_open else []),
            },
        )


def published(user: Reader, text: str, order: str) -> list[Row]:
    """All published clusters with these words in them, in this order, with what the filters ask: one question.

    A country has tens of clusters and Europe some thousands, so they are filtered and counted here, where seven facets
    each ignoring itself are a few lines, and not in SQL, where they would be seven questions.
    """
    rows = Cluster.objects.visible_to(user).published().with_words(text)
    others = Cluster.other_sectors.through.objects.filter(cluster=OuterRef("pk"))
    labels = Label.objects.filter(cluster=OuterRef("pk")).order_by()
    values = ordered(rows, order).values_list(
        "pk",
        "country",
        "region_id",
        "main_sector__code",
        ArraySubquery(others.values("sector__code")),
        ArraySubquery(labels.values("level").distinct()),
        Exists(labels.valid()),
        Exists(Opening.objects.open().filter(cluster=OuterRef("pk"))),
        "is_invented",
    )
    return [Row(*value) for value in values]


def ordered(rows: ClusterQuerySet, order: str) -> QuerySet:
    if order == NAME:
        return rows.by_name()
    return rows.newest_openings_first() if order == OPENINGS else rows.in_daily_rotation(home=settings.COUNTRY)


def facets(rows: Sequence[Row]) -> list[Facet]:
    """The filters, with the choices that exist: all sectors and counties, the countries and levels there are."""
    sectors = [Choice(sector.code, str(sector.name)) for sector in Sector.objects.by_name()]
    abroad = {row.region for row in rows if row.region and row.country != settings.COUNTRY}
    regions = Region.objects.filter(Q(level=COUNTY_LEVEL, country=settings.COUNTRY) | Q(code__in=abroad)).by_name()
    counties = [Choice(region.code, str(region.name)) for region in regions]
    codes = sorted({row.country for row in rows} | {settings.COUNTRY}, key=lambda code: code != settings.COUNTRY)
    return [
        Facet("sector", _("Sector"), sectors),
        Facet("county", _("County"), [*counties, Choice(NOWHERE, _("County not stated"))]),
        Facet("country", _("Country"), [Choice(code, countries.name(code)) for code in codes]),
        Facet("label", _("Excellence label"), [Choice(level, label) for level, label in reversed(Label.Level.choices)]),
        Facet("valid", _("Validity"), [Choice(YES, _("label valid today"))]),
        Facet("open", _("Openings"), [Choice(YES, _("seeks members or partners"))]),
    ]


def shown(pks: Sequence[int]) -> list[Cluster]:
    """These clusters in this order, with all that a row of the list shows, in five questions."""
    rows = (
        Cluster.objects.filter(pk__in=pks)
        .select_related("main_sector", "region", "coordinator")
        .prefetch_related(
            "other_sectors",
            Prefetch("labels", Label.objects.order_by(F("valid_until").desc(nulls_last=True), "-issued", "pk")),
            Prefetch("openings", Opening.objects.open(), to_attr="open_openings"),
            Prefetch(
                "statements",
                Statement.objects.filter(kind__code="members", number__isnull=False).newest_first(),
                to_attr="stated_members",
            ),
        )
        .with_member_count()
    )
    by_pk = {row.pk: row for row in rows}
    return [by_pk[pk] for pk in pks if pk in by_pk]


def matching(rows: Sequence[Row], selection: Selection) -> list[int]:
    return [row.pk for row in rows if selection.admits(row.facts)]


COLUMNS = [
    _("Name"), _("Sector"), _("Other sectors"), _("Coordinator"), _("Country"), _("County"), _("Founded"),
    _("Members"), _("Label"), _("Label valid until"), _("Seeks"), _("Website"), _("Page"), _("Invented"),
]  # fmt: skip


def cells(cluster: Cluster) -> list[object]:
    """One line of the table that can be taken away, in the order of COLUMNS."""
    label = next(iter(cluster.labels.all()), None)
    return [
        cluster.name,
        cluster.main_sector or "",
        "; ".join(str(sector) for sector in cluster.other_sectors.all()),
        cluster.coordinator if cluster.coordinator and cluster.coordinator.is_published else "",
        cluster.country.name,
        cluster.region or "",
        cluster.founded,
        members_of(cluster) or "",
        label.get_level_display() if label else "",
        (label.valid_until or label.get_validity_display()) if label else "",
        "; ".join(str(opening.title) for opening in cluster.open_openings),
        cluster.website,
        settings.SITE_URL + cluster.get_absolute_url(),
        _("yes") if cluster.is_invented else "",
    ]


def members_of(cluster: Cluster) -> int:
    """Members it is said to have or, where nobody says, those with a page here."""
    stated = next(iter(cluster.stated_members), None)
    return int(stated.number) if stated and stated.number is not None else cluster.member_count
