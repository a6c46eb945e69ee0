"""Badges: what stands on each, how large the name can be, the QR code of its code; a PDF of many of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import segno
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import override
from fontTools.ttLib import TTFont

from klaster.core import languages, pdf
from klaster.events.models import BadgePrint, Event, Registration

AT_ONCE = 50  # badges that are made while somebody waits, and between two steps of progress
QUIET = 4  # modules of white around a QR code, as ISO/IEC 18004 has it
BOLD = 1.1  # how much wider letters are in bold; measured widths are of the regular ones
POINT = 25.4 / 72  # millimetres

NAME_SIZES = (60, 54, 48, 42, 36, 32, 28, 24, 20, 17, 14, 12, 10, 8)  # points; each has its class in badges.css
TEXT_SIZES = (17, 14, 12, 10, 8)
PIECE = re.compile(r"[^\s-]+-?|-")  # what a line is not broken in


@dataclass(frozen=True)
class Sheet:
    """A format: badges on a page, and the millimetres a badge has for its name and for other text."""

    on_page: int
    name: tuple[float, float]
    text: tuple[float, float]


SHEETS = {
    BadgePrint.Format.A6: Sheet(1, (89, 52), (89, 18)),
    BadgePrint.Format.A4_4: Sheet(4, (89, 52), (89, 18)),
    BadgePrint.Format.A4_8: Sheet(8, (57, 20), (57, 10)),
    BadgePrint.Format.ROLL_62: Sheet(1, (54, 32), (54, 13)),
}


@dataclass(frozen=True)
class Badge:
    """What stands on a badge, in the event's language; sizes in points."""

    registration: Registration
    name: str
    name_size: int
    organisation: str
    organisation_size: int
    country: str
    category: str
    hue: int
    qr: QrCode

    @property
    def code(self) -> str:
        """In two halves, so that it can be read out."""
        whole = self.registration.code
        return f"{whole[:5]} {whole[5:]}"


@dataclass(frozen=True)
class QrCode:
    side: int  # modules, with the quiet zone
    path: str  # of an SVG, a unit a module


def qr_code(text: str) -> QrCode:
    """The code as runs of dark modules; a quarter of it may be dirty and it is still read."""
    rows = [list(row) for row in segno.make_qr(text, error="q").matrix]
    runs = [run for y, row in enumerate(rows) for run in _runs(row, y)]
    return QrCode(len(rows) + 2 * QUIET, "".join(runs))


def _runs(row: list[int], y: int) -> Iterator[str]:
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield f"M{start + QUIET} {y + QUIET}h{x - start}v1h-{x - start}z"
            start = None


def language_of(event: Event) -> str:
    """The first of the event's languages that the site speaks, else that of the network."""
    known = languages.codes()
    return next((code for code in event.languages if code in known), settings.LANGUAGE_CODE)


# --- how large ------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def _advances() -> tuple[dict[int, int], int]:
    """Widths of the letters of our type, and of its square."""
    with TTFont(Path(str(finders.find("core/fonts/inter.woff2")))) as font:
        metrics, by_letter = font["hmtx"].metrics, font.getBestCmap()
        return {letter: metrics[name][0] for letter, name in by_letter.items()}, font["head"].unitsPerEm


def width(text: str) -> float:
    """Of a text in bold, in ems. A letter our type has not is taken for a square."""
    advances, em = _advances()
    return sum(advances.get(ord(letter), em) for letter in text) / em * BOLD


def fit(text: str, room: tuple[float, float], sizes: Iterable[int]) -> int:
    """The largest of these sizes at which whole words fit into the room (millimetres); at the smallest they break."""
    words = PIECE.findall(text) or [""]
    spaces = [0.0, *(0.0 if word.endswith("-") else width(" ") for word in words)]
    pieces = list(zip(words, spaces, strict=False))
    longest = max(width(word) for word in words)
    size = 0
    for size in sizes:
        most = room[0] / (size * POINT)
        lines, filled = 1, 0.0
        for word, space in pieces:
            if filled and filled + space + width(word) > most:
                lines, filled = lines + 1, 0.0
            filled += (space if filled else 0) + width(word)
        if longest <= most and lines * size * 1.12 * POINT <= room[1]:
            break
    return size


def plain(text: str) -> str:
    """Without signs that nobody sees and that turn the words around them."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf"))


# --- all of them ----------------------------------------------------------------------------------------------------
def in_order(registrations: QuerySet[Registration], order: str) -> list[Registration]:
    """Everything a badge shows, in the order asked for. People sort by the last word of their name."""
    rows = list(registrations.select_related("organisation", "category").order_by("number"))
    if order == BadgePrint.Order.NUMBER:
        return rows
    rows = languages.in_order(rows, lambda row: surname_first(row.name))
    if order == BadgePrint.Order.ORGANISATION:
        rows = languages.in_order(rows, lambda row: row.shown_organisation)
    return rows


def surname_first(name: str) -> str:
    *first, last = name.split() or [""]
    return " ".join([last, *first])


def badge(registration: Registration, sheet: Sheet) -> Badge:
    name, organisation = plain(registration.name), plain(registration.shown_organisation)
    category = registration.category
    return Badge(
        registration=registration,
        name=name,
        name_size=fit(name, sheet.name, NAME_SIZES),
        organisation=organisation,
        organisation_size=fit(organisation, sheet.text, TEXT_SIZES),
        country=str(registration.get_country_display()) if registration.country else "",
        category=str(category) if category else "",
        hue=category.hue if category else 0,
        qr=qr_code(registration.code),
    )


def page(event: Event, registrations: list[Registration], kind: str) -> str:
    """The badges as a page of HTML, which a browser prints as it stands."""
    sheet = SHEETS[BadgePrint.Format(kind)]
    with override(language_of(event)):
        made = [badge(each, sheet) for each in registrations]
        pages = [made[first : first + sheet.on_page] for first in range(0, len(made), sheet.on_page)]
        return render_to_string("events/badges/sheet.html", {"event": event, "pages": pages, "format": kind})


def make(event: Event, registrations: list[Registration], kind: str, told: Callable[[int], object] = bool) -> bytes:
    """The PDF; `told` hears from time to time how many badges are laid out. Raises PdfUnavailable."""
    step = AT_ONCE - AT_ONCE % SHEETS[BadgePrint.Format(kind)].on_page
    parts = []
    for first in range(0, len(registrations), step):
        some = registrations[first : first + step]
        parts.append(pdf.lay_out(page(event, some, kind)))
        told(first + len(some))
    return pdf.joined(parts)
