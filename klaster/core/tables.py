"""Tables people take away, as CSV and as XLSX: both open right in a spreadsheet and run nothing there.

    table = Table(title=_("Clusters"), columns=[_("Name"), _("Founded")], rows=rows, filters=[_("Sector: Food")])
    return response(table, "xlsx")

Rows are read one by one while they are written, so a table of any length needs the same memory. The words of a table
are in the language of the request that asked for it. After the rows stands what was filtered and when: in CSV as a last
line after an empty one, in XLSX as a second sheet.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import math
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import register_converter
from django.urls.converters import StringConverter
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext, override
from wagtail.coreutils import string_to_ascii
from xlsxwriter.worksheet import Worksheet

from klaster.core import languages
from klaster.core.fields import PartialDate

# A cell that begins so is a formula to a spreadsheet (OWASP, "CSV injection"); an apostrophe makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where the spreadsheet's own separator is another than ours, a text is cut there, and what follows begins a cell.
FORMULA_INSIDE = re.compile(r"([;\t\r\n])(\s*[\"']?)(?=[=+\-@＝＋－＠])")
DEFUSED_INSIDE = re.compile(r"([;\t\r\n])(\s*[\"']?)'(?=[=+\-@＝＋－＠])")
PLACES = ("page", "after", "before")  # where in a list its address stands: a table has all of the list
CHUNK = 32_768  # characters of CSV that are sent at once
# Limits of the format (Microsoft, "Excel specifications and limits").
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576
MOST_DIGITS = 15
FIRST_DAY = datetime.date(1900, 3, 1)  # the days before it are counted wrongly, or not at all
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Ending(StringConverter):
    """`path(_("clusters.<table:ending>"), …)`: the same table as CSV and as XLSX."""

    regex = "csv|xlsx"


register_converter(Ending, "table")


@dataclass(frozen=True)
class Table:
    """`title` names the file, `filters` say in words what was chosen, `url` is the full address of the page."""

    title: str
    columns: Sequence[object]
    rows: Iterable[Sequence[object]]
    filters: Sequence[str] = ()
    url: str = ""

    def file_name(self, ending: str) -> str:
        return f"{slugify(string_to_ascii(self.title)) or 'table'}.{ending}"

    def origin(self) -> list[tuple[str, object]]:
        """What this is, what was left out, when it was taken, from where."""
        return [
            (gettext("Table"), self.title),
            (gettext("Filters"), "; ".join(map(str, self.filters)) or gettext("none")),
            (gettext("Taken on"), timezone.now()),
            *([(gettext("Page"), self.url)] if self.url else []),
        ]


def response(table: Table, ending: str) -> HttpResponseBase:
    """A file to save. `ending` is "csv" or "xlsx"; both are attachments no browser shows as a page."""
    return xlsx_response(table) if ending == "xlsx" else csv_response(table)


# --- CSV --------------------------------------------------------------------------------------------------------------
def cell(value: object) -> str:
    """A value as text that no spreadsheet computes. Numbers stay numbers, also negative ones; days are ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        return _local(value).isoformat(" ", "minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    text = FORMULA_INSIDE.sub(r"\1\2'", str(value).replace("\x00", ""))
    # One more also before apostrophes that came so: `plain` takes exactly one away.
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def plain(text: str) -> str:
    """A text as it was before `cell` made it harmless."""
    text = DEFUSED_INSIDE.sub(r"\1\2", text)
    rest = text.removeprefix("'")
    return rest if rest.lstrip("'").startswith(FORMULA_STARTS) else text


def is_origin(cells: Sequence[str]) -> bool:
    """Whether a row is what stands after the rows of a table of ours: what it is and when it was taken."""
    if len(cells) != 1 or " · " not in cells[0]:
        return False
    words = cells[0]
    for language in languages.codes():
        with override(language):
            if words.startswith(f"{gettext('Table')}: ") and f" · {gettext('Taken on')}: " in words:
                return True
    return False


def lines(table: Table) -> Iterator[str]:
    """Lines of a CSV file: the byte order mark tells Excel that it is UTF-8."""
    line = io.StringIO()
    writer = csv.writer(line)
    line.write("\ufeff")
    about = (f"{name}: {value if isinstance(value, str) else cell(value)}" for name, value in table.origin())
    for row in itertools.chain([table.columns], table.rows, [[], [" · ".join(about)]]):
        writer.writerow([cell(value) for value in row])
        if line.tell() >= CHUNK:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


class InLanguage(Iterator[str]):
    """Takes each step in the language and zone of the request, though the server asks for it after the request."""

    def __init__(self, steps: Iterator[str]):
        self.steps, self.language, self.zone = steps, get_language(), timezone.get_current_timezone()

    def __next__(self) -> str:
        with override(self.language), timezone.override(self.zone):
            return next(self.steps)


def csv_response(table: Table) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(InLanguage(lines(table)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{table.file_name("csv")}"'
    return answer


# --- XLSX -------------------------------------------------------------------------------------------------------------
def xlsx_response(table: Table) -> FileResponse:
    """Written to a temporary file row by row, then sent: a ZIP says at its end what is in it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    try:
        write_xlsx(table, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=table.file_name("xlsx"), content_type=XLSX)


def write_xlsx(table: Table, file: IO[bytes]) -> None:
    """The rows on one sheet (on several where they are more than a sheet holds), the origin on the last."""
    write_book([table], file)


def write_book(book_of: Sequence[Table], file: IO[bytes]) -> None:
    """Several tables, each on sheets of its own with its title; the origin of the first on the last."""
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False,
               "strings_to_urls": False, "strings_to_numbers": False}  # fmt: skip
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        styles = {"day": book.add_format({"num_format": "yyyy-mm-dd"}),
                  "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"})}  # fmt: skip
        for table in book_of:
            for number, rows in enumerate(_sheets(iter(table.rows)), start=1):
                _fill(book.add_worksheet(_sheet_name(table.title, number)), table, rows, bold, styles)
        about = book.add_worksheet(_sheet_name(gettext("About this table"), 1))
        about.set_column(0, 1, 24)
        for at, (name, value) in enumerate(book_of[0].origin()):
            about.write_string(at, 0, name, bold)
            _write(about, at, 1, value, styles)


def _fill(sheet: Worksheet, table: Table, rows: Iterator[Sequence[object]], bold: Any, styles: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(table.columns) - 1, 0), 18)
    for column, heading in enumerate(table.columns):
        sheet.write_string(0, column, str(heading)[:LONGEST_CELL], bold)
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(sheet, at, column, value, styles)


def _sheets(rows: Iterator[Sequence[object]]) -> Iterator[Iterator[Sequence[object]]]:
    """The rows in parts that fit a sheet below its headings; at least one part. Each is read before the next."""
    first: list[Sequence[object]] = list(itertools.islice(rows, 1))
    yield itertools.chain(first, itertools.islice(rows, MOST_ROWS - 2))
    while first := list(itertools.islice(rows, 1)):
        yield itertools.chain(first, itertools.islice(rows, MOST_ROWS - 2))


def _sheet_name(title: str, number: int) -> str:
    """At most 31 characters, none of []:*?/\\ and no apostrophe at an end, which Excel refuses."""
    name = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:27] or "Table"
    return f"{name} {number}" if number > 1 else name


def _write(sheet: Worksheet, row: int, column: int, value: object, styles: dict[str, Any]) -> None:
    """One cell: numbers and days as such, everything else as text, whatever it looks like."""
    if isinstance(value, PartialDate) and len(value) == len("2026-01-31"):
        value = value.first_day
    if value is None or value == "":
        return
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and _fits(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.datetime) and value.date() >= FIRST_DAY:
        sheet.write_datetime(row, column, _local(value), styles["time"])
    elif isinstance(value, datetime.date) and value >= FIRST_DAY:
        sheet.write_datetime(row, column, value, styles["day"])
    else:
        text = _words(value)
        sheet.write_string(row, column, text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…")


def _words(value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value).replace("\x00", "")


def _fits(number: float | Decimal) -> bool:
    """A spreadsheet's numbers have 15 digits; longer ones would be rounded, so they are text."""
    return math.isfinite(number) and (
        isinstance(number, float) or len(str(abs(number)).replace(".", "")) <= MOST_DIGITS
    )


def _local(moment: datetime.datetime) -> datetime.datetime:
    """In the reader's zone, without naming it: cells know no zones."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment
