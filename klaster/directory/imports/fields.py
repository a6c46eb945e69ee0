"""What a column of a table can be, and how its heading is recognised. Pure: no models, no settings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Field:
    """`words` are headings in plain letters; the first that fits wins. `of_member` are about the membership."""

    code: str
    title: Promise | str
    words: tuple[str, ...]
    of_member: bool = False


FIELDS = [
    Field("name", _("name"), (
        "pavadinimas", "imones pavadinimas", "organizacijos pavadinimas", "organizacija", "imone", "narys",
        "nario pavadinimas", "juridinio asmens pavadinimas", "juridinis asmuo", "dalyvis", "istaiga",
        "istaigos pavadinimas", "name", "company", "company name", "organisation", "organization",
        "organisation name", "organization name", "member", "member name", "legal name", "title", "firm",
    )),
    Field("name_en", _("name in English"), (
        "pavadinimas angliskai", "pavadinimas anglu kalba", "pavadinimas en", "name in english", "english name",
        "name en", "name english",
    )),
    Field("abbreviation", _("abbreviation"), (
        "trumpinys", "santrumpa", "sutrumpintas pavadinimas", "trumpas pavadinimas", "abbreviation", "acronym",
        "short name",
    )),
    Field("legal_code", _("legal-entity code"), (
        "kodas", "imones kodas", "juridinio asmens kodas", "ja kodas", "j a kodas", "organizacijos kodas",
        "registracijos numeris", "registracijos nr", "registro kodas", "istaigos kodas", "code", "legal code",
        "legal entity code", "company code", "company number", "company registration number", "registration number",
        "registration no", "registration code", "reg no", "register number", "reg nr",
    )),
    Field("kind", _("kind of organisation"), (
        "rusis", "organizacijos rusis", "tipas", "organizacijos tipas", "imones dydis", "dydis", "dydzio kategorija",
        "imones tipas", "kind", "type", "organisation type", "organization type", "kind of organisation",
        "company size", "size", "sme",
    )),
    Field("country", _("country"), ("salis", "valstybe", "salies kodas", "country", "country code", "state")),
    Field("region", _("county"), (
        "apskritis", "regionas", "apskritis ir miestas", "county", "region", "nuts", "nuts3", "nuts 3", "nuts code",
    )),
    Field("place", _("town"), (
        "vieta", "vietove", "miestas", "gyvenviete", "savivaldybe", "place", "town", "city", "municipality",
        "location",
    )),
    Field("website", _("website"), (
        "svetaine", "interneto svetaine", "tinklalapis", "interneto puslapis", "tinklapis", "www", "url", "website",
        "web", "web site", "homepage", "web page", "internet address", "internetas",
    )),
    Field("nace", _("activities (NACE)"), (
        "nace", "nace kodas", "nace kodai", "evrk", "evrk kodas", "veikla", "veiklos", "veiklos kodas",
        "ekonomine veikla", "veiklos rusis", "nace code", "nace codes", "nace rev 2 1", "activity", "activities",
        "activity code", "activities nace", "activities nace rev 2 1", "veiklos nace", "veiklos nace rev 2 1",
    )),
    Field("joined", _("member since"), (
        "narys nuo", "nuo", "istojo", "istojimo data", "prisijungimo data", "narystes pradzia", "nario nuo",
        "istojimo i klasteri data", "joined", "member since", "since", "joined on", "join date", "date joined",
        "membership start", "member from",
    ), of_member=True),
    Field("left", _("member until"), (
        "narys iki", "iki", "isstojo", "pasitrauke", "isstojimo data", "narystes pabaiga", "ne narys nuo", "left",
        "member until", "until", "left on", "membership end", "outside from",
    ), of_member=True),
    Field("committed_by", _("committed by"), (
        "isipareigojimas", "isipareigojo", "isipareigojimo budas", "isipareigojimo pagrindas", "kuo isipareigota",
        "narystes pagrindas", "sutartis",
        "commitment", "committed by", "commitment by", "agreement",
    ), of_member=True),
    Field("membership_kind", _("kind of membership"), (
        "narystes rusis", "narystes tipas", "narystes statusas", "nario tipas", "nario rusis", "membership",
        "membership kind", "membership type", "kind of membership", "member type",
    ), of_member=True),
]  # fmt: skip
BY_CODE = {field.code: field for field in FIELDS}
BY_WORDS = {words: field.code for field in FIELDS for words in field.words}

# Columns about people: their cells are not even kept until the import is confirmed.
PERSONAL = re.compile(
    r"\b(e ?mail|e ?pastas|el pastas|el p|pastas|mail|phone|tel|telefonas|telefono|mobile|mob|contact|kontaktas"
    r"|kontaktinis|kontaktai|vadovas|vadove|director|direktorius|direktore|asmuo|atstovas|atstove|person"
    r"|representative|vardas|pavarde|first name|surname|last name|asmens kodas|gim|birth)\b"
)
NOT_PERSONAL = re.compile(r"\bjuridinio? asm|\bjuridinis asm|\blegal person")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def plain(text: str) -> str:
    """Lower case without accents and signs: "Įmonės pavadinimas:" is "imones pavadinimas"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).split())


def is_personal(heading: str) -> bool:
    words = plain(heading)
    return bool(PERSONAL.search(words)) and not NOT_PERSONAL.search(words) and words not in BY_WORDS


def guess(heading: str) -> str:
    """What a column with this heading is; "" where nobody can tell."""
    words = plain(heading)
    if not words or is_personal(heading):
        return ""
    if words in BY_WORDS:
        return BY_WORDS[words]
    without_brackets = plain(re.sub(r"\(.*?\)|\[.*?\]|\*", " ", heading))
    return BY_WORDS.get(without_brackets, "")


def guess_all(headings: Sequence[str], *, members: bool) -> dict[int, str]:
    """Field by column, from 0. Each field once: of two columns that fit the first is taken."""
    found: dict[int, str] = {}
    for column, heading in enumerate(headings):
        code = guess(heading)
        if code and code not in found.values() and (members or not BY_CODE[code].of_member):
            found[column] = code
    return found


def header_of(rows: Iterable[Sequence[str]]) -> int:
    """Which of the first rows holds the headings, from 0: the one with most known ones, else the first."""
    best, most = 0, 0
    for number, cells in enumerate(rows):
        known = len({guess(cell) for cell in cells} - {""})
        if known > most:
            best, most = number, known
    return best
