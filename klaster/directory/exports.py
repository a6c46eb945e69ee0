"""The directory's lists as tables to take away: their columns, and a row of each. What is on the page is in the table.

Rows come in batches, so that the table of a whole country needs no more memory than one page of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from klaster.core import languages, tables
from klaster.directory import cluster_list
from klaster.directory.filters import Facet, Selection
from klaster.directory.models import (
    ActivityClass,
    Cluster,
    ClusterMembership,
    ContactMessage,
    Network,
    Opening,
    Organisation,
    Programme,
)

if TYPE_CHECKING:
    from klaster.directory.search import Group

BATCH = 500
EACH_MINUTE = 20  # tables one reader takes away


def table(
    request: HttpRequest, title: str, page: str, columns: Sequence[object], rows: Iterable[Sequence[object]],
    filters: Sequence[str] = (),
) -> tables.Table:  # fmt: skip
    """`page` is the path of the list; what was asked of it stands behind."""
    asked = request.GET.copy()
    for name in tables.PLACES:
        asked.pop(name, None)
    url = f"{settings.SITE_URL}{page}{'?' if asked else ''}{asked.urlencode()}"
    return tables.Table(title, columns, rows, filters, url)


def chosen(facets: Iterable[Facet], selection: Selection) -> list[str]:
    """What was filtered, in words."""
    given = [
        f"{facet.title}: {', '.join(facet.title_of(value) for value in values)}"
        for facet in facets
        if (values := selection.answers.get(facet.name))
    ]
    return [*given, *searched(selection.text)]


def searched(text: str) -> list[str]:
    return [_("Search: %(words)s") % {"words": text}] if text else []


def address(row: Cluster | Organisation | Network | Opening | Programme) -> str:
    return settings.SITE_URL + row.get_absolute_url()


def named(entry: Organisation | None) -> str:
    """An entry that everybody may see; a draft is named nowhere."""
    return str(entry.name) if entry and entry.is_published else ""


def in_country(row: Any) -> str:
    return row.country.name if row.country else ""


def each(rows: QuerySet, cells: Callable[..., list[object]]) -> Iterator[list[object]]:
    return (cells(row) for row in rows.iterator(chunk_size=BATCH))


# --- clusters ---------------------------------------------------------------------------------------------------------
def clusters(pks: Sequence[int]) -> Iterator[list[object]]:
    for start in range(0, len(pks), BATCH):
        yield from map(cluster_list.cells, cluster_list.shown(pks[start : start + BATCH]))


# --- organisations ----------------------------------------------------------------------------------------------------
def organisation_columns() -> list[str]:
    return [
        _("Name"), *(f"{_('Name')} ({code})" for code in languages.codes()), _("Abbreviation"), _("Kind"), _("Country"),
        _("Legal-entity code"), _("County"), _("Place"), _("Activities"), _("Founded"), _("Website"), _("Checked on"),
        _("Page"), _("Invented"),
    ]  # fmt: skip


def organisations(rows: QuerySet[Organisation]) -> Iterator[list[object]]:
    codes = Prefetch("activities", ActivityClass.objects.order_by("version", "code"))
    return each(rows.select_related("region", "place").prefetch_related(codes), organisation)


def organisation(row: Organisation) -> list[object]:
    return [
        str(row.name), *(row.name.get(code, "") for code in languages.codes()), row.abbreviation,
        row.get_kind_display(), in_country(row), row.legal_code, row.region or "",
        row.place or "", "; ".join(f"{each.code} (NACE {each.version})" for each in row.activities.all()), row.founded,
        row.website, row.checked_on, address(row), _("yes") if row.is_invented else "",
    ]  # fmt: skip


# --- openings, networks, programmes -----------------------------------------------------------------------------------
def opening_columns() -> list[str]:
    return [_("Who is sought"), _("Kind"), _("Cluster"), _("Sector"), _("Conditions"), _("Until"), _("Published"),
            _("Page")]  # fmt: skip


def openings(rows: QuerySet[Opening]) -> Iterator[list[object]]:
    return each(rows, opening)


def opening(row: Opening) -> list[object]:
    return [row.title, row.get_kind_display(), row.cluster.name, row.cluster.main_sector or "", row.conditions,
            row.until, row.published_at, address(row)]  # fmt: skip


def network_columns() -> list[str]:
    return [_("Name"), _("Abbreviation"), _("Kind"), _("Country"), _("Operator"), _("Founded"), _("In one sentence"),
            _("Website"), _("Page")]  # fmt: skip


def networks(rows: QuerySet[Network]) -> Iterator[list[object]]:
    return each(rows.select_related("operator"), network)


def network(row: Network) -> list[object]:
    return [row.name, row.abbreviation, row.get_kind_display(), in_country(row),
            named(row.operator), row.founded, row.summary, row.website, address(row)]  # fmt: skip


def programme_columns() -> list[str]:
    return [_("Name"), _("Kind"), _("Coordinator"), _("Part of"), _("Started"), _("Ended"), _("In one sentence"),
            _("Website"), _("Page")]  # fmt: skip


def programmes(rows: QuerySet[Programme]) -> Iterator[list[object]]:
    return each(rows.select_related("coordinator", "part_of"), programme)


def programme(row: Programme) -> list[object]:
    whole = row.part_of.name if row.part_of and row.part_of.is_published else ""
    return [row.name, row.get_kind_display(), named(row.coordinator), whole, row.founded, row.ended, row.summary,
            row.website, address(row)]  # fmt: skip


# --- what was searched for --------------------------------------------------------------------------------------------
def search_columns() -> list[str]:
    return [_("Kind"), _("Name"), _("About it"), _("In one sentence"), _("Page")]


def search_hits(groups: Iterable[Group]) -> Iterator[list[object]]:
    """Each hit with the first of its texts, as the page would show it where the words stand in the name."""
    for group in groups:
        for hit in group.hits:
            about, text = ", ".join(map(str, hit.meta)), hit.texts[0].text if hit.texts else ""
            yield [str(group.kind.title), hit.title.text, about, text, urljoin(f"{settings.SITE_URL}/", hit.url)]


# --- what only a cluster's own people take away -----------------------------------------------------------------------
def member_columns() -> list[str]:
    return [_("Organisation"), _("Legal-entity code"), _("Country"), _("Kind of organisation"), _("Kind of membership"),
            _("Committed by"), _("Joined"), _("Left"), _("Confirmed"), _("Page")]  # fmt: skip


def members(rows: QuerySet[ClusterMembership]) -> Iterator[list[object]]:
    return each(rows.select_related("organisation"), member)


def member(row: ClusterMembership) -> list[object]:
    who = row.organisation
    return [who.name, who.legal_code, in_country(who), who.get_kind_display(),
            row.get_kind_display(), row.get_committed_by_display() if row.committed_by else "", row.joined, row.left,
            row.is_confirmed, address(who)]  # fmt: skip


def message_columns() -> list[str]:
    return [_("Sent"), _("Name"), _("Organisation"), _("E-mail address"), _("Opening"), _("Message")]


def messages(rows: QuerySet[ContactMessage]) -> Iterator[list[object]]:
    return each(rows.select_related("opening"), message)


def message(row: ContactMessage) -> list[object]:
    return [row.sent_at, row.name, row.organisation, row.email, row.opening.title if row.opening else "", row.body]


def of_cluster(cluster: Cluster) -> list[str]:
    return [f"{capfirst(_('cluster'))}: {cluster.name}"]


def list_page(name: str, *args: object) -> str:
    return reverse(name, args=args)
