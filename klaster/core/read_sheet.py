"""Reads a table file in a process of its own with little memory and little time (see spreadsheets.py).

Reads one JSON line of wishes and then the file from standard input; writes JSON lines: what the file is, its rows as
[line, cells, faults], and last either {"end": rows} or {"problem": …}. What the file is decides its content, never its
name. Cells are text: numbers with a decimal point, days as 2017-05-31, one Unicode form (NFC), no control characters.

Run as a script: it must import nothing of the site.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import json
import re
import resource
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

MEMORY = 900_000_000  # of addresses; half of it is never touched
SECONDS = 60
ROWS, COLUMNS, CELLS = 200_000, 200, 8_000_000
LONGEST = 5_000  # characters of a cell; what is longer is cut and reported
MOST_FAULTS = 20_000

Row = tuple[int, list[str], dict[int, str]]
JOINERS = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
UNSEEN = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069{JOINERS}]")
SPACES = re.compile(r"\s+")
SEPARATORS = ",;\t|"


class Unreadable(Exception):
    """`problem` is a word that spreadsheets.py has a sentence for; `values` go into it."""

    def __init__(self, problem: str, **values: Any):
        super().__init__(problem)
        self.problem, self.values = problem, values


def main() -> None:
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # a system that knows no such limit; the parent's clock is left
            continue
    source = sys.stdin.buffer
    wishes = json.loads(source.readline())
    try:
        about, rows = read(source.read(), wishes)
        say(about)
        count = 0
        for row in rows:
            count += 1
            if count > wishes["rows"]:
                if wishes.get("head"):
                    break
                raise Unreadable("rows", limit=wishes["rows"])
            say(row)
    except Unreadable as error:
        say({"problem": error.problem, **error.values})
    except MemoryError:
        say({"problem": "large"})
    else:
        say({"end": count})
    sys.stdout.flush()


def say(what: object) -> None:
    sys.stdout.buffer.write(json.dumps(what, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def read(data: bytes, wishes: dict[str, Any]) -> tuple[dict[str, Any], Iterator[Row]]:
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06") or data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return read_workbook(data, wishes.get("sheet"))
    return read_text(data, wishes)


def tidy(text: str) -> tuple[str, str]:
    """(one line of plain text in one Unicode form, what was wrong with it)."""
    fault = ""
    if len(text) > LONGEST:
        text, fault = text[:LONGEST], "long"
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = UNSEEN.sub("", text)
    return SPACES.sub(" ", text).strip(), fault


# --- text -----------------------------------------------------------------------------------------------------------
def read_text(data: bytes, wishes: dict[str, Any]) -> tuple[dict[str, Any], Iterator[Row]]:
    encoding = wishes.get("encoding") or encoding_of(data, wishes["pages"])
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise Unreadable("encoding") from None
    text = text.removeprefix("\ufeff")
    if re.match(r"\s*<(?:!doctype|html|table|\?xml|meta|head|body)\b", text[:2000], re.IGNORECASE):
        raise Unreadable("markup")
    first, separator = 0, ""
    if said := re.match(r"sep=(.)[ ]*(?:\r\n|\r|\n)", text, re.IGNORECASE):
        separator, first, text = said[1], 1, text[said.end() :]
    if not UNSEEN.sub("", text).strip():
        raise Unreadable("empty")
    separator = separator or separator_of(text)
    about: dict[str, Any] = {"kind": "text", "encoding": encoding, "separator": separator, "sheets": [], "sheet": ""}
    return about, text_rows(text, separator, first)


def encoding_of(data: bytes, pages: list[str]) -> str:
    """A byte order mark says it; UTF-8 proves itself; the rest is one of the 8-bit pages used here, in their order.

    Statistics over a few short names prefer the wrong page (see docs/decisions/0070): the person sees the letters and
    may name another.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return name
    head = data[:4096]
    nulls = [head[start::2].count(0) for start in (0, 1)]
    if sum(nulls) > len(head) / 5:
        if not min(nulls) > len(head) / 50 and max(nulls) > len(head) / 5:
            return "utf-16-le" if nulls[1] > nulls[0] else "utf-16-be"
        raise Unreadable("unknown")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    if sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) / 100:
        raise Unreadable("unknown")
    for page in pages:
        try:
            data.decode(page)
        except UnicodeDecodeError:
            continue
        return page
    raise Unreadable("encoding")


def separator_of(text: str) -> str:
    """The one that cuts the first lines into the same number of cells, as many as possible."""
    head = text[:50_000]
    best, most = ",", 0.0
    for separator in SEPARATORS:
        try:
            reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
            widths = [len(row) for row, _number in zip(reader, range(60), strict=False) if any(row)]
        except csv.Error:
            continue
        width, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        if width > 1 and (score := (width - 1) * (times / len(widths)) ** 2) > most:
            best, most = separator, score
    return best


def text_rows(text: str, separator: str, first: int) -> Iterator[Row]:
    csv.field_size_limit(max(131_072, len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = first
    while True:
        line = reader.line_num + first + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            raise Unreadable("open quote" if is_open else "inner quote", line=line) from None
        yield from one_row(line, row)


def one_row(line: int, values: list[str], odd: dict[int, str] | None = None) -> Iterator[Row]:
    """Nothing for a row without a word in it."""
    faults = dict(odd or {})
    cells: list[str] = []
    for number, value in enumerate(values):
        text, fault = tidy(value)
        cells.append(text)
        if fault:
            faults[number] = fault
    cells += [""] * (max(faults, default=-1) + 1 - len(cells))
    while cells and not cells[-1] and len(cells) - 1 not in faults:
        cells.pop()
    if len(cells) > COLUMNS:
        raise Unreadable("columns", limit=COLUMNS, line=line)
    if cells:
        yield line, cells, faults


# --- workbooks ------------------------------------------------------------------------------------------------------
def read_workbook(data: bytes, wanted: str | None) -> tuple[dict[str, Any], Iterator[Row]]:
    import python_calamine as calamine  # noqa: PLC0415  under the limits

    archive = open_archive(data) if data.startswith(b"PK") else None
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        worksheet = calamine.SheetTypeEnum.WorkSheet
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == worksheet]
    except calamine.PasswordError:
        raise Unreadable("password") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("password" if is_locked(data, archive) else "broken") from error
    visible = [sheet.name for sheet in sheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    hidden = [sheet.name for sheet in sheets if sheet.name not in visible]
    if not visible:
        raise Unreadable("empty")
    parts = sheet_parts(archive) if archive else {}
    names = [wanted] if wanted in visible else visible
    for name in names:
        odd = scan(archive, parts[name]) if archive and name in parts else {}
        try:
            sheet = book.get_sheet_by_name(name)
        except (calamine.CalamineError, ValueError):
            raise Unreadable("broken") from None
        if sheet.end or name == names[-1]:
            break
    about = {"kind": "workbook", "encoding": "", "separator": "", "sheets": visible, "sheet": name, "hidden": hidden}
    return about, sheet_rows(sheet, odd)


PACKAGE = "EncryptedPackage".encode("utf-16-le")  # as XLSX and XLSB are kept under a password
# XLS: the record FilePass stands right behind the first one, or behind WriteProtect.
FILE_PASS = re.compile(rb"\x09\x08(?:\x10\0.{16}|\x08\0.{8})(?:\x86\0\0\0)?\x2f\0", re.DOTALL)


def is_locked(data: bytes, archive: zipfile.ZipFile | None) -> bool:
    """Whether a workbook that cannot be opened is under a password; the parser calls most of them unknown."""
    if archive is None:
        return PACKAGE in data or bool(FILE_PASS.search(data))
    try:
        return b"encryption-data" in archive.read("META-INF/manifest.xml")  # ODS
    except (KeyError, zipfile.BadZipFile, OSError, RuntimeError):
        return False


def open_archive(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        for entry in archive.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                with archive.open(entry) as part:
                    if b"<!DOCTYPE" in part.read(4096):
                        raise Unreadable("doctype")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError, EOFError):
        raise Unreadable("broken") from None
    return archive


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """In which part of an XLSX file each sheet stands; other kinds have none."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  no DOCTYPE is left in it
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  the same
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, OSError):
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in book.iter(f"{MAIN}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.namelist():
            found[sheet.get("name", "")] = part
    return found


CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]{1,3})(\d{1,7})")([^>]*[^/>])>')
NO_VALUE = re.compile(
    rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
CHUNK = 4_000_000


def scan(archive: zipfile.ZipFile, part: str) -> dict[tuple[int, int], str]:
    """Cells the parser leaves empty though something stands there: errors, and formulas nobody computed.

    Refuses a sheet whose far cells would make the parser lay out millions of empty ones.
    """
    odd: dict[tuple[int, int], str] = {}
    last_row = last_column = 0
    corner = ""
    with archive.open(part) as source:
        rest = b""
        while chunk := source.read(CHUNK):
            text = rest + chunk
            cut = text.rfind(b"</row>") + 1 or text.rfind(b"<") + 1 or 1
            text, rest = text[: cut - 1], text[cut - 1 :]
            for letters, digits, attributes in CELL.findall(text):
                row, column = int(digits), number_of(letters)
                if row > last_row or column > last_column:
                    corner = (letters + digits).decode()
                    last_row, last_column = max(row, last_row), max(column, last_column)
                    if column > COLUMNS or row * last_column > CELLS or row > ROWS * 2:
                        raise Unreadable("far", cell=corner)
                if b't="e"' in attributes:
                    odd[row, column] = "error"
            for letters, digits in NO_VALUE.findall(text):
                odd[int(digits), number_of(letters)] = "formula"
            if len(odd) > MOST_FAULTS:
                raise Unreadable("errors")
            if len(rest) > CHUNK * 2:
                raise Unreadable("large")
    return odd


def number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def sheet_rows(sheet: Any, odd: dict[tuple[int, int], str]) -> Iterator[Row]:
    if not sheet.end:
        raise Unreadable("empty")
    height, width = (last + 1 for last in sheet.end)
    if height * width > CELLS:
        raise Unreadable("large")
    by_line: dict[int, dict[int, str]] = {}
    for (line, column), fault in odd.items():
        by_line.setdefault(line, {})[column - 1] = fault
    merged = Merged(sheet.merged_cell_ranges or [])
    beside = [""] * sheet.start[1]  # the parser leaves out empty columns before the first
    for line, row in enumerate(sheet.iter_rows(), 1):
        cells = [*beside, *(plain(value) for value in row)]
        yield from one_row(line, merged.filled(line, cells), by_line.get(line))


class Merged:
    """Cells merged over several lines: the value of the uppermost is that of all."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]]):
        self.above: dict[int, list[tuple[int, int]]] = {}  # line: (column, line where its value stands)
        for (top, column), (bottom, _right) in ranges:
            for row in range(top + 1, min(bottom, top + 1000) + 1):
                self.above.setdefault(row + 1, []).append((column, top + 1))
        self.wanted = {(line, column) for places in self.above.values() for column, line in places}
        self.lines = {line for line, _column in self.wanted}
        self.values: dict[tuple[int, int], str] = {}

    def filled(self, line: int, cells: list[str]) -> list[str]:
        if any(cells):
            for column, top in self.above.get(line, ()):
                if column < len(cells) and not cells[column]:
                    cells[column] = self.values.get((top, column), "")
        if line in self.lines:
            places = ((line, column) for column in range(len(cells)))
            self.values |= {place: cells[place[1]] for place in places if place in self.wanted}
        return cells


def plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    return str(value)


if __name__ == "__main__":
    main()
