"""Tables people send: CSV in whatever form a program wrote it, XLSX, XLS, XLSB and ODS, as rows with line numbers.

    with spreadsheets.opened(data) as table:
        table.about.encoding, table.about.sheet
        for row in table.rows: row.line, row.cells, row.faults

The file is read in a process of its own with little memory and little time (read_sheet.py), row by row. What cannot be
read raises ValidationError with one sentence in the reader's language, perhaps only at the row where it breaks: whoever
stores rows does it in a transaction.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from klaster.core import uploads

READER = Path(__file__).with_name("read_sheet.py")
READER_SECONDS = 90
MOST_ROWS = 200_000

# 8-bit pages by the first language of the network, the likeliest first; anything can be read in the last.
BALTIC, CENTRAL, WESTERN = "cp1257", "cp1250", "cp1252"
PAGES_OF = {
    **dict.fromkeys(("lt", "lv", "et"), (BALTIC, WESTERN)),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "ro"), (CENTRAL, WESTERN)),
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be"), ("cp1251", WESTERN)),
    "el": ("cp1253", WESTERN),
    "tr": ("cp1254", WESTERN),
}
# What a person may choose where the letters came out wrong.
ENCODINGS = ["utf-8", "utf-16", "cp1257", "iso8859-13", "cp1250", "cp1252", "cp1251", "cp775"]

PROBLEMS = {
    "empty": _("The file is empty."),
    "unknown": _("This is not a table we can read: save it as XLSX or CSV."),
    "markup": _(
        "This is a web page under the name of a table. Open it in a spreadsheet program and save it as XLSX or CSV."
    ),
    "encoding": _("The letters of this file cannot be read. Save it as CSV in UTF-8, or as XLSX."),
    "open quote": _("A quotation mark in line %(line)s is never closed: everything after it would be one cell."),
    "inner quote": _(
        "In line %(line)s a quotation mark stands inside a cell: write it twice, or save the file as XLSX."
    ),
    "password": _("The file is protected by a password. Send it without one."),
    "broken": _("The file is damaged. Save it anew and try again."),
    "doctype": _("The file holds definitions that no spreadsheet program writes. Save it anew and try again."),
    "far": _("Something stands in cell %(cell)s, far outside the table. Clear what is beyond the table and try again."),
    "errors": _("The table is full of formulas without a result. Save it in a spreadsheet program and try again."),
    "columns": _("Line %(line)s has more than %(limit)s columns."),
    "rows": _("The table has more than %(limit)s rows. Send it in parts."),
    "large": _("The table is too large to be read. Leave out what is not needed, or send it in parts."),
}


@dataclass(frozen=True)
class About:
    """How a file was read. `sheets` are those one can choose from; `hidden` ones are never read."""

    kind: str
    encoding: str = ""
    separator: str = ""
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    hidden: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """`line` as a spreadsheet program or an editor numbers it, from 1. Faults by column, from 0: "long" (the cell was
    cut), "error" (such as #REF!), "formula" (one that nobody computed)."""

    line: int
    cells: list[str]
    faults: dict[int, str]


@dataclass
class Table:
    about: About
    rows: Iterator[Row]


@contextlib.contextmanager
def opened(data: bytes, *, sheet: str = "", encoding: str = "", head: int = 0) -> Iterator[Table]:
    """The table in a file. `head` reads that many rows and no more. Raises ValidationError with a sentence."""
    if not data:
        raise problem("empty")
    if data.startswith(b"PK") and zipfile.is_zipfile(BytesIO(data)):
        uploads.check_archive(data)
    wishes = {"sheet": sheet, "encoding": encoding if encoding in ENCODINGS else "", "pages": pages(),
              "rows": head or MOST_ROWS, "head": bool(head)}  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-I", str(READER)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
    )  # fmt: skip
    clock = threading.Timer(READER_SECONDS, child.kill)
    clock.start()
    try:
        source, output = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
        with contextlib.suppress(BrokenPipeError):
            source.write(json.dumps(wishes).encode() + b"\n" + data)
            source.close()
        about = next(answers(output), None)
        if about is None or "kind" not in about:
            raise problem("large")
        yield Table(About(**about), rows(output))
    finally:
        clock.cancel()
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        child.wait()


def answers(output: IO[bytes]) -> Iterator[Any]:
    """What the reader says, line by line; its own problems as ours."""
    for line in output:
        if not line.endswith(b"\n"):  # killed in the middle of a word
            return
        said = json.loads(line)
        if isinstance(said, dict) and "problem" in said:
            raise problem(said.pop("problem"), **said)
        yield said


def rows(output: IO[bytes]) -> Iterator[Row]:
    """Ends well only if the reader said that it came to the end: a limit may have killed it."""
    for said in answers(output):
        if isinstance(said, dict):
            return
        line, cells, faults = said
        yield Row(line, cells, {int(column): fault for column, fault in faults.items()})
    raise problem("large")


def problem(code: str, **values: Any) -> ValidationError:
    return ValidationError(PROBLEMS[code], params=values, code=code.replace(" ", "_"))


def pages() -> list[str]:
    return list(PAGES_OF.get(settings.LANGUAGES[0][0].split("-")[0], (WESTERN,)))


def letters_of(column: int) -> str:
    """A column as spreadsheet programs name it: 0 is "A", 26 is "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# Untranslated: rows keep them, and whoever reads them translates.
FAULTS = {
    "long": gettext_noop("The cell is too long; its end was cut off."),
    "error": gettext_noop("The cell shows an error of the spreadsheet."),
    "formula": gettext_noop("The cell holds a formula without a result."),
}
