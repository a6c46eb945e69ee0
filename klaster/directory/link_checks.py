"""Whether the links of entries still lead somewhere: which there are, and trying them through the guarded client.

Once a day the addresses are gathered; every few minutes some of those that are due are tried, one of each server. If
everything fails at once, it is we who are cut off, and nothing is held against anybody.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.db import models, transaction
from django.db.models import QuerySet

from klaster.core import outbound
from klaster.core.outbound import Limits, OutboundError, Problem
from klaster.directory import links
from klaster.directory.models import Achievement, Cluster, LinkCheck, Network, Organisation, Programme
from klaster.directory.models.base import Publication

log = structlog.get_logger(__name__)

# Where entries name addresses elsewhere: model, column, how its public rows are told.
COLUMNS: list[tuple[type[models.Model], str, str]] = [
    (Cluster, "website", "status"),
    (Cluster, "website_en", "status"),
    (Organisation, "website", "status"),
    (Network, "website", "status"),
    (Programme, "website", "status"),
    (Achievement, "url", "cluster__status"),
]
LIMITS = Limits(seconds=10, connect_seconds=5, max_bytes=200_000)
AT_ONCE = 30
LEAST_TO_DOUBT_OURSELVES = 3
CUT_OFF = {Problem.UNREACHABLE, Problem.SLOW}
LATER = datetime.timedelta(hours=1)
BATCH = 1000


@dataclass(frozen=True)
class Attempt:
    """`problem` is empty where the link works, a Problem, or the number of the answer."""

    worked: bool
    problem: str = ""

    @property
    def may_be_us(self) -> bool:
        return self.problem in CUT_OFF


Try = Callable[[str], Attempt]


def attempt(url: str, client: outbound.Client | None = None) -> Attempt:
    """Ask once. A page longer than we care to read is a page."""
    try:
        answer = (client or outbound.Client(LIMITS)).request("GET", url, headers={"Accept": "text/html,*/*;q=0.5"})
    except OutboundError as error:
        return Attempt(error.problem is Problem.LARGE, "" if error.problem is Problem.LARGE else error.problem.value)
    if links.works(answer.status):
        return Attempt(worked=True)
    return Attempt(worked=False, problem=str(answer.status))


# --- which there are --------------------------------------------------------------------------------------------------
def named() -> Iterator[str]:
    """Addresses that public entries name; some come twice."""
    for model, column, status in COLUMNS:
        rows = model._default_manager.filter(**{status: Publication.PUBLISHED}).exclude(**{column: ""})
        yield from rows.order_by().values_list(column, flat=True).distinct().iterator(chunk_size=BATCH)


def gather() -> tuple[int, int]:
    """Take in addresses that are new, forget those nobody names any more; (how many came, how many went)."""
    wanted = {url for url in named() if urlsplit(url).hostname}
    known = set(LinkCheck.objects.values_list("url", flat=True))
    new, gone = sorted(wanted - known), sorted(known - wanted)
    rows = (LinkCheck(url=url, host=(urlsplit(url).hostname or "")[:253]) for url in new)
    LinkCheck.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    for start in range(0, len(gone), BATCH):
        LinkCheck.objects.filter(url__in=gone[start : start + BATCH]).delete()
    return len(new), len(gone)


# --- trying them ------------------------------------------------------------------------------------------------------
def round_of_checks(now: datetime.datetime, ask: Try = attempt) -> int:
    """Try what is due, one of each server; how many were judged."""
    due = sorted(LinkCheck.objects.due(now), key=lambda row: row.next_try)[:AT_ONCE]
    tried = [(row, ask(row.url)) for row in due]
    if len(tried) >= LEAST_TO_DOUBT_OURSELVES and all(found.may_be_us for _row, found in tried):
        LinkCheck.objects.filter(pk__in=[row.pk for row, _found in tried]).update(next_try=now + LATER)
        log.warning("no server answers: the links are tried again later", links=len(tried))
        return 0
    for row, found in tried:
        _judge(row, found, now)
    return len(tried)


@transaction.atomic
def _judge(row: LinkCheck, found: Attempt, now: datetime.datetime) -> None:
    kept = LinkCheck.objects.select_for_update().filter(pk=row.pk).first()
    if kept is None:  # nobody names it any more
        return
    state = links.after(kept.state, worked=found.worked, now=now)
    kept.status, kept.failures, kept.since = state.status.value, state.failures, state.since
    kept.problem, kept.tried_at, kept.next_try = found.problem, now, links.next_try(state, kept.url, now)
    kept.save()


# --- whose they are ---------------------------------------------------------------------------------------------------
def broken_of(entry: Cluster | Organisation) -> QuerySet[LinkCheck]:
    """Broken links that this entry names, those of a cluster's achievements among them."""
    addresses = [getattr(entry, column) for model, column, _status in COLUMNS if isinstance(entry, model)]
    if isinstance(entry, Cluster):
        addresses += entry.achievements.exclude(url="").values_list("url", flat=True)
    return LinkCheck.objects.broken().filter(url__in=[each for each in addresses if each]).order_by("since", "pk")


def who_names(urls: list[str]) -> dict[str, list[Any]]:
    """The public entries that name each of these addresses; a query for each column."""
    found: dict[str, list[Any]] = {url: [] for url in urls}
    for model, column, status in COLUMNS:
        rows = model._default_manager.filter(**{f"{column}__in": urls, status: Publication.PUBLISHED})
        for row in rows.select_related("cluster") if model is Achievement else rows:
            found[getattr(row, column)].append(row)
    return found
