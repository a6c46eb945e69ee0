"""Reference lists that come with the platform: NACE, NUTS 2024, places, county boundaries; see data/LICENCES.md.

Reading the files is pure; `load()` brings them into the database and never changes what stands there already, except
to add what is missing: names corrected by a network file or in the office stay.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.db import transaction

from klaster.core.fields import Translated
from klaster.directory.models import ActivityClass, Place, Region

DATA = Path(__file__).parent / "data"
NACE_FILES = {ActivityClass.Version.NACE_2: "nace2.csv.gz", ActivityClass.Version.NACE_2_1: "nace21.csv.gz"}

# NUTS uses two letters of its own for Greece and the United Kingdom; everything else is ISO 3166-1.
COUNTRY_OF_NUTS = {"EL": "GR", "UK": "GB"}
# The language the official names of a country's regions are in, where it is one. Elsewhere: "und", undetermined.
LANGUAGE_OF_COUNTRY = {
    "AL": "sq", "AT": "de", "BG": "bg", "CY": "el", "CZ": "cs", "DE": "de", "DK": "da", "EE": "et", "ES": "es",
    "FI": "fi", "FR": "fr", "GR": "el", "HR": "hr", "HU": "hu", "IE": "en", "IS": "is", "IT": "it", "LI": "de",
    "LT": "lt", "LU": "fr", "LV": "lv", "ME": "sr", "MK": "mk", "MT": "mt", "NL": "nl", "NO": "nb", "PL": "pl",
    "PT": "pt", "RO": "ro", "RS": "sr", "SE": "sv", "SI": "sl", "SK": "sk", "TR": "tr", "XK": "sq",
}  # fmt: skip
UNDETERMINED = "und"

Ring = list[list[float]]
Polygon = list[Ring]


def rows(name: str) -> Iterator[dict[str, str]]:
    file = DATA / name
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return csv.DictReader(text.decode("utf-8").splitlines())


def country_of(nuts_code: str) -> str:
    """ISO 3166-1 alpha-2 code of the country a NUTS code lies in."""
    return COUNTRY_OF_NUTS.get(nuts_code[:2], nuts_code[:2])


@cache
def region_codes() -> frozenset[str]:
    return frozenset(row["code"] for row in rows("nuts2024.csv.gz"))


@cache
def county_codes() -> frozenset[str]:
    """Codes of level 3, where entries lie."""
    return frozenset(row["code"] for row in rows("nuts2024.csv.gz") if row["level"] == "3")


@cache
def activity_codes(version: str) -> frozenset[str]:
    return frozenset(row["code"] for row in rows(NACE_FILES[ActivityClass.Version(version)]))


@cache
def places() -> frozenset[tuple[str, str, str]]:
    """(country, region, name) of every place the platform comes with."""
    return frozenset((row["country"], row["region"], row["name"]) for row in rows("places.csv"))


@cache
def boundaries() -> dict[str, list[Polygon]]:
    """Polygons of every NUTS 3 region, degrees of longitude and latitude. © EuroGeographics."""
    text = gzip.decompress((DATA / "boundaries.json.gz").read_bytes())
    loaded: dict[str, list[Polygon]] = json.loads(text)
    return loaded


def is_complete() -> bool:
    """Whether the lists have been loaded at all; a table that has rows has them from `load()`."""
    versions = ActivityClass.objects.order_by().values_list("version", flat=True).distinct()
    return Region.objects.exists() and Place.objects.exists() and set(versions) == set(NACE_FILES)


@transaction.atomic
def load() -> dict[str, int]:
    """Add what is missing; rows added by model name. Safe to run again and again."""
    return {"Region": _load_regions(), "Place": _load_places(), "ActivityClass": sum(map(_load_activities, NACE_FILES))}


def _load_regions() -> int:
    known = set(Region.objects.values_list("code", flat=True))
    missing = [_region(row) for row in rows("nuts2024.csv.gz") if row["code"] not in known]
    Region.objects.bulk_create(missing)
    return len(missing)


def _region(row: dict[str, str]) -> Region:
    country = country_of(row["code"])
    name = Translated({LANGUAGE_OF_COUNTRY.get(country, UNDETERMINED): row["name"]})
    if row["latin"]:
        name["en"] = row["latin"]  # what a reader without Greek or Cyrillic can read
    return Region(code=row["code"], level=int(row["level"]), country=country, name=name)


def _load_places() -> int:
    known = set(Place.objects.values_list("geonames_id", flat=True))
    missing = [
        Place(
            geonames_id=int(row["geonames_id"]), name=row["name"], country=row["country"], region_id=row["region"],
            population=int(row["population"]),
        )
        for row in rows("places.csv")
        if int(row["geonames_id"]) not in known
    ]  # fmt: skip
    Place.objects.bulk_create(missing)
    return len(missing)


@cache
def _translations() -> dict[str, dict[str, str]]:
    """Titles of NACE Rev. 2 in every language they are published in, by the English title in small letters."""
    return {row["en"].lower(): _titles(row) for row in rows(NACE_FILES[ActivityClass.Version.NACE_2])}


def _titles(row: dict[str, str]) -> dict[str, str]:
    return {code: text for code, text in row.items() if code not in ("code", "level", "parent") and text}


def _load_activities(version: ActivityClass.Version) -> int:
    known = dict(ActivityClass.objects.filter(version=version).values_list("code", "pk"))
    by_level = defaultdict(list)
    for row in rows(NACE_FILES[version]):
        if row["code"] not in known:
            by_level[int(row["level"])].append(row)
    for level in sorted(by_level):  # parents first, so that children can point at them
        created = ActivityClass.objects.bulk_create(_activity(version, row, known) for row in by_level[level])
        known.update((activity.code, activity.pk) for activity in created)
    return sum(map(len, by_level.values()))


def _activity(version: str, row: dict[str, str], known: dict[str, int]) -> ActivityClass:
    # Rev. 2.1 came out in English; where its title is word for word one of Rev. 2, its translations hold too.
    name = Translated({**_translations().get(row["en"].lower(), {}), **_titles(row)})
    parent = known[row["parent"]] if row["parent"] else None
    return ActivityClass(version=version, code=row["code"], level=int(row["level"]), parent_id=parent, name=name)
