"""The network in figures, each with its picture, its table and what a reader should know about it.

Later apps add theirs when they are ready (`AppConfig.ready`):

    figures.register("events_by_year", by_year)          # by_year(scope: Scope) -> Chart

A figure counts what `scope` gives it, or asks the database once; never once for each row.
"""

from __future__ import annotations

from collections.abc import Callable

from klaster.directory.figures import of_the_directory as own
from klaster.directory.figures.chart import Chart
from klaster.directory.figures.scope import Scope

__all__ = ["Chart", "Scope", "every", "named", "register"]

Builder = Callable[[Scope], Chart]

BUILDERS: dict[str, Builder] = {
    "members_by_kind": own.members_by_kind,
    "members_by_county": own.members_by_county,
    "members_by_sector": own.members_by_sector,
    "members_over_time": own.members_over_time,
    "clusters_by_sector": own.clusters_by_sector,
    "label_holders": own.label_holders,
}


def register(code: str, builder: Builder) -> None:
    """`code` stands in the addresses of the figure and its table."""
    BUILDERS[code] = builder


def named(code: str, scope: Scope) -> Chart | None:
    builder = BUILDERS.get(code)
    return builder(scope) if builder else None


def every(scope: Scope) -> list[Chart]:
    return [builder(scope) for builder in BUILDERS.values()]
