"""A figure: what it is called, its table, its picture where there is enough to draw, and its notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from klaster.directory.figures.pictures import LEAST_ROWS, LEAST_YEARS, Bar, Line, bars, line


@dataclass(frozen=True)
class Chart:
    """`rows` of the table begin with the name of what is counted. Of `bars`, `line` and `map` one is drawn, or none.

    `source` and `address` (of the table as a file, without its ending) are those of the directory's figures if empty.
    """

    code: str
    title: str
    unit: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = ()
    bars: Sequence[Bar] = ()
    line: Line | None = None
    map: Mapping[str, Any] | None = None
    source: str = ""
    address: str = ""

    @property
    def is_drawn(self) -> bool:
        return bool(self.bars or self.line or self.map)

    @property
    def why_not_drawn(self) -> str:
        if not self.rows:
            return (
                _("There is nothing to count yet.") if self.source else _("The directory holds nothing to count yet.")
            )
        return _("There is too little for a picture; the table says all.")


def of_kinds(
    code: str, title: str, unit: str, heading: str, rows: Sequence[tuple[str, int]], *, in_order: bool = False,
    **more: Any,
) -> Chart:  # fmt: skip
    """Bars, the longest first or in the order given; of fewer than a handful of rows counted, only the table."""
    drawn = bars(rows, in_order=in_order)
    enough = len(drawn) > 1 and sum(bar.value for bar in drawn) >= LEAST_ROWS
    table = [[bar.label, bar.value] for bar in drawn]
    return Chart(code, title, unit, [heading, unit], table, bars=drawn if enough else (), **more)


def of_years(
    code: str, title: str, unit: str, values: Mapping[int, int], more_columns: Mapping[str, Mapping[int, int]],
    **more: Any,
) -> Chart:  # fmt: skip
    """A line over years; `more_columns` stand in the table only."""
    enough = len(values) >= LEAST_YEARS and max(values.values(), default=0) >= LEAST_ROWS
    table = [
        [str(year), values[year], *(column.get(year, 0) for column in more_columns.values())] for year in sorted(values)
    ]
    columns = [_("Year"), unit, *more_columns]
    return Chart(code, title, unit, columns, table, line=line(values) if enough else None, **more)
