"""Tables people take away: CSV that opens right in a spreadsheet and runs nothing there."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# A cell that begins so is a formula to a spreadsheet (OWASP, "CSV injection"); an apostrophe makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """A value as text that no spreadsheet computes. Numbers stay numbers, also negative ones."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def lines(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a CSV file: the byte order mark tells Excel that it is UTF-8."""
    line = io.StringIO()
    writer = csv.writer(line)
    yield "\ufeff"
    for row in itertools.chain([columns], rows):
        writer.writerow([cell(value) for value in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def csv_response(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A CSV file to save under this name. `columns` are the headings."""
    response = StreamingHttpResponse(lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
