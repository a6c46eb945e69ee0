"""What a cell means: days, codes, addresses, kinds, activities. Never guessed where two readings are possible.

Pure: no models, no clock. Raises `Unclear` with words for a person; `params` go into them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_noop, override

from klaster.core import tables
from klaster.directory import legal_codes
from klaster.directory.imports.fields import plain

Words = str


class Unclear(Exception):
    """A cell that cannot be taken as it is: an untranslated sentence and what goes into it."""

    def __init__(self, words: Words, **params: Any):
        super().__init__(words)
        self.words, self.params = words, params


# --- days -----------------------------------------------------------------------------------------------------------
MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "january jan sausio sausis saus", "february feb vasario vasaris vas", "march mar kovo kovas kov",
            "april apr balandzio balandis bal", "may geguzes geguze geg", "june jun birzelio birzelis birz",
            "july jul liepos liepa liep", "august aug rugpjucio rugpjutis rugp",
            "september sep sept rugsejo rugsejis rugs",
            "october oct spalio spalis spal", "november nov lapkricio lapkritis lapkr",
            "december dec gruodzio gruodis gruod",
        ),
        1,
    )
    for month in names.split()
}  # fmt: skip
EXAMPLE = "2017-05-31"
NUMBERS = re.compile(r"(\d{1,4})\s*[-./\s]\s*(\d{1,2})\s*[-./\s]\s*(\d{1,4})\.?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")


def day(text: str, order: str = "") -> datetime.date | None:
    """A day as Lithuanian, English or ISO 8601 writes it; `order` is "day" or "month" where a person said which of two
    numbers comes first."""
    if not text:
        return None
    if found := NUMBERS.fullmatch(text):
        return numbered(text, found[1], found[2], found[3], order)
    words = plain(text)
    if re.fullmatch(r"\d{4}( m)?", words) or re.fullmatch(r"\d{4}( m)? \d{1,2}( men\w*)?", words):
        raise Unclear(gettext_noop("“%(value)s” is not a whole day: write it as %(example)s."), **said(text))
    year_first = re.fullmatch(r"(\d{4})(?: m)? ([a-z]+)(?: men\w*)? (\d{1,2})(?: d)?", words)
    day_first = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?(?: d)?(?: of)? ([a-z]+) (\d{4})(?: m)?", words)
    month_first = re.fullmatch(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})", words)
    if year_first:
        year, month, number = year_first.groups()
    elif day_first:
        number, month, year = day_first.groups()
    elif month_first:
        month, number, year = month_first.groups()
    else:
        raise Unclear(gettext_noop("“%(value)s” is not a day: write it as %(example)s."), **said(text))
    if month not in MONTHS:
        raise Unclear(gettext_noop("“%(value)s” is not a day: write it as %(example)s."), **said(text))
    return real_day(text, int(year), MONTHS[month], int(number))


def numbered(text: str, first: str, second: str, third: str, order: str) -> datetime.date:
    if len(first) == 4 and len(third) <= 2:
        return real_day(text, int(first), int(second), int(third))
    if len(third) != 4 or len(first) > 2:
        raise Unclear(gettext_noop("“%(value)s” has no year of four digits: write it as %(example)s."), **said(text))
    one, two, year = int(first), int(second), int(third)
    if one == two or (one > 12) != (two > 12):
        number, month = (two, one) if two > 12 else (one, two)
        return real_day(text, year, month, number)
    if one > 12 or not order:
        if one > 12:
            raise Unclear(gettext_noop("There is no day “%(value)s”."), value=text)
        raise Unclear(
            gettext_noop("“%(value)s” can be two days: write %(one)s or %(other)s."),
            value=text, one=f"{year}-{two:02}-{one:02}", other=f"{year}-{one:02}-{two:02}",
        )  # fmt: skip
    return real_day(text, year, two, one) if order == "day" else real_day(text, year, one, two)


def real_day(text: str, year: int, month: int, number: int) -> datetime.date:
    try:
        found = datetime.date(year, month, number)
    except ValueError:
        raise Unclear(gettext_noop("There is no day “%(value)s”."), value=text) from None
    if not 1800 <= year <= 2100:
        raise Unclear(gettext_noop("The year of “%(value)s” cannot be right."), value=text)
    return found


def said(text: str) -> dict[str, str]:
    return {"value": text[:60], "example": EXAMPLE}


# --- names, codes, addresses ----------------------------------------------------------------------------------------
LONGEST_NAME = 200
DECIMALS = re.compile(r"(\d[\d\s]*)[.,]0+")


def name(text: str) -> str:
    """The name of an organisation. A formula is none; one that was made text by an apostrophe on the way out is."""
    if text.startswith(("=", "@", "＝", "＠")):
        raise Unclear(gettext_noop("This is a formula, not a name."))
    text = tables.plain(text)
    if len(text) > LONGEST_NAME:
        raise Unclear(gettext_noop("At most %(limit)s characters; this has %(length)s."), limit=200, length=len(text))
    if text and not any(letter.isalnum() for letter in text):
        raise Unclear(gettext_noop("A name needs letters."))
    return text


def legal_code(text: str, country: str) -> str:
    """In the form of the country's register; a number that a spreadsheet wrote with decimals is a code without."""
    code = tables.plain(text)
    if decimals := DECIMALS.fullmatch(code):
        code = decimals[1]
    if re.fullmatch(r"\d[.,]?\d*[eE]\+\d+", code):
        raise Unclear(gettext_noop("The spreadsheet shortened this number: format the column as text."))
    if code and not country:
        raise Unclear(gettext_noop("A code needs a country."))
    try:
        return legal_codes.clean(code, country)
    except ValidationError as error:
        (message,) = error.error_dict["legal_code"]
        with override(None):  # the words as they are written in the program; who reads them translates
            raise Unclear(str(message.message), value=text[:60]) from None


HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#].*)?")
check_address = URLValidator(schemes=["http", "https"])


def website(text: str) -> str:
    text = tables.plain(text)
    if not text:
        return ""
    address = f"https://{text}" if HOST.fullmatch(text) else text
    scheme, _colon, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    address = f"{scheme.lower()}://{host.lower()}{slash}{path}"
    try:
        check_address(address)
    except ValidationError:
        raise Unclear(gettext_noop("“%(value)s” is not the address of a website."), value=text[:60]) from None
    if len(address) > 200:
        raise Unclear(
            gettext_noop("At most %(limit)s characters; this has %(length)s."), limit=200, length=len(address)
        )
    return address


# --- kinds and activities -------------------------------------------------------------------------------------------
KINDS = {
    "labai maza": "micro", "labai maza imone": "micro", "mikro": "micro", "mikroimone": "micro", "maza": "small",
    "maza imone": "small", "vidutine": "medium", "vidutine imone": "medium", "didele": "large",
    "didele imone": "large", "stambi imone": "large", "imone": "company", "bendrove": "company", "verslas": "company",
    "mokslas": "research", "mokslo institucija": "research", "universitetas": "research", "kolegija": "research",
    "institutas": "research", "mokslo ir studiju institucija": "research", "asociacija": "association",
    "viesoji istaiga": "public", "valstybes institucija": "public", "savivaldybe": "public",
    "mokslo ir technologiju parkas": "park", "kita": "other", "kitas": "other", "university": "research",
    "research": "research", "institute": "research", "sme": "", "mvi": "", "smv": "", "large enterprise": "large",
    "small enterprise": "small", "medium enterprise": "medium", "micro enterprise": "micro", "business": "company",
    "firm": "company", "public body": "public", "ngo": "association",
}  # fmt: skip
COMMITMENTS = {
    "sutartis": "agreement", "jungtines veiklos sutartis": "agreement", "susitarimas": "agreement",
    "agreement": "agreement", "contract": "agreement", "signed": "agreement", "mokestis": "fee",
    "nario mokestis": "fee", "fee": "fee", "paid": "fee", "none": "", "nera": "", "no": "", "ne": "",
}  # fmt: skip
MEMBERSHIPS = {
    "narys": "member", "tikrasis narys": "member", "pilnateisis narys": "member", "full member": "member",
    "asocijuotas": "associated", "asocijuotas narys": "associated", "partneris": "associated",
    "associate": "associated", "associated member": "associated", "associate member": "associated",
    "partner": "associated",
}  # fmt: skip


def one_of(text: str, known: dict[str, str]) -> str:
    """A value by one of the words it goes by, in plain letters."""
    words = plain(tables.plain(text))
    if words and not known.get(words) and words not in COMMITMENTS:
        raise Unclear(gettext_noop("“%(value)s” is not a word we know here."), value=text[:60])
    return known.get(words, "")


def activities(text: str, known: Collection[str]) -> list[str]:
    """NACE classes from a list of codes. "26,51" is a class with a decimal comma unless it can be two divisions."""
    text = tables.plain(text)
    if pair := re.fullmatch(r"([A-U]?\d{2}),(\d{1,2})", text.replace(" ", "") if ", " not in text else text):
        one, other = pair.groups()
        single = class_of(f"{one}.{other}", known)
        if single and one in known and other in known:
            raise Unclear(
                gettext_noop("“%(value)s” can be one activity or two: write %(one)s or %(other)s."),
                value=text, one=single, other=f"{one}; {other}",
            )  # fmt: skip
        if single:
            return [single]
    found = []
    for part in re.split(r"[;|/\n]+|,\s*(?!\d{1,2}\b(?!\.))|,\s+|\s{1,}(?=[A-U]?\d{2}\b)", text):
        if not part or not part.strip(" ,"):
            continue
        code = class_of(part, known)
        if not code:
            raise Unclear(gettext_noop("There is no class %(codes)s in NACE Rev. 2.1."), codes=part.strip()[:60])
        found.append(code)
    return list(dict.fromkeys(found))


def class_of(text: str, known: Collection[str]) -> str:
    """ "C26.51 Making clocks" is 26.51; a spreadsheet writes 26.10 as 26.1, which is the group when there is one."""
    match = re.match(r"\s*([A-U])?[ .]?(\d{2}(?:[.,]\d{1,2})?|\d{4})?(?!\d)", text)
    section, code = match.groups() if match else (None, None)
    code = (code or section or "").replace(",", ".")
    if re.fullmatch(r"\d{4}", code):
        code = f"{code[:2]}.{code[2:]}"
    return code if code in known else f"{code}0" if "." in code and f"{code}0" in known else ""
