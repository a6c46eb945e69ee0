"""How likely two entries are one and the same, and why. Pure: dataclasses in and out, no database, no clock.

Points from 0 to 100. A name alone that is the same but for the legal form is enough to ask a person; a website alone is
not. Two different legal-entity codes of one country are two entries, whatever they are called: that is what codes are
for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from urllib.parse import urlsplit

from klaster.directory.duplicates import legal_forms

WORTH_ASKING = 50
SHORT = 3  # letters; names that short are often the same by chance
# Where many have a page of their own below one host, the host says nothing.
SHARED_HOSTS = {
    "facebook.com", "fb.com", "linkedin.com", "lt.linkedin.com", "instagram.com", "youtube.com", "twitter.com", "x.com",
    "sites.google.com", "wixsite.com", "wordpress.com", "blogspot.com", "github.io", "rekvizitai.vz.lt", "linktr.ee",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """What is compared. `names` are all in any language, other names and abbreviations too; `place`, `region` and
    `coordinator` are keys, None where unknown."""

    pk: int
    names: tuple[str, ...]
    country: str = ""
    legal_code: str = ""
    website: str = ""
    place: int | None = None
    region: str | None = None
    coordinator: int | None = None

    @cached_property
    def cores(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, map(legal_forms.core, self.names))))


@dataclass(frozen=True)
class Reason:
    """Why, by a code that has words in each language, and what goes into them. Negative points speak against it."""

    code: str
    points: int
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    points: int
    reasons: tuple[Reason, ...]

    @property
    def is_worth_asking(self) -> bool:
        return self.points >= WORTH_ASKING


def compare(a: Entry, b: Entry) -> Score:
    """The same whichever comes first."""
    if a.legal_code and b.legal_code and a.legal_code != b.legal_code and a.country == b.country:
        return Score(0, (Reason("other_code", -100),))
    found = [*by_code(a, b), *by_name(a, b), *by_website(a, b), *by_where(a, b)]
    points = max(0, min(100, sum(reason.points for reason in found)))
    return Score(points, tuple(sorted(found, key=lambda reason: (-reason.points, reason.code))))


def by_code(a: Entry, b: Entry) -> Iterable[Reason]:
    if a.legal_code and a.legal_code == b.legal_code:
        yield Reason("same_code", 80, {"code": a.legal_code})
    elif (a.legal_code and a.legal_code in b.names) or (b.legal_code and b.legal_code in a.names):
        yield Reason("same_code", 80, {"code": a.legal_code or b.legal_code})


def by_name(a: Entry, b: Entry) -> Iterable[Reason]:
    same = sorted(set(a.cores) & set(b.cores), key=lambda core: (-len(core), core))
    if same:
        yield Reason("same_name", 60 if len(same[0]) > SHORT else 30, {"name": written(same[0], a, b)})
        return
    pairs = [(similarity(one, two), min(one, two), max(one, two)) for one, two in product(a.cores, b.cores)]
    best, first, second = max(pairs, default=(0.0, "", ""))
    points = next((points for least, points in ((0.9, 55), (0.75, 45), (0.6, 30)) if best >= least), 0)
    if points:
        names = {"first": written(first, a, b), "second": written(second, a, b)}
        yield Reason("similar_name", points, names | {"percent": str(round(best * 100))})


def written(core: str, *entries: Entry) -> str:
    """The name of this core as somebody wrote it, the shortest where there are several."""
    names = {name for entry in entries for name in entry.names if legal_forms.core(name) == core}
    return min(names, key=lambda name: (len(name), name), default=core)


def by_website(a: Entry, b: Entry) -> Iterable[Reason]:
    if (host := host_of(a.website)) and host == host_of(b.website):
        yield Reason("same_website", 30, {"host": host})


def by_where(a: Entry, b: Entry) -> Iterable[Reason]:
    if a.country and b.country and a.country != b.country:
        yield Reason("other_country", -30)
    elif a.place and a.place == b.place:
        yield Reason("same_place", 10)
    elif a.region and a.region == b.region:
        yield Reason("same_county", 5)
    if a.coordinator and a.coordinator == b.coordinator:
        yield Reason("same_coordinator", 20)


def host_of(url: str) -> str:
    """ "https://www.Zuvis.lt/apie" → "zuvis.lt"; nothing for hosts that many share."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return "" if host in SHARED_HOSTS or any(host.endswith(f".{each}") for each in SHARED_HOSTS) else host


def trigrams(text: str) -> set[str]:
    """Groups of three letters of each word, as PostgreSQL's pg_trgm counts them."""
    padded = (f"  {word} " for word in text.split())
    return {word[at : at + 3] for word in padded for at in range(len(word) - 2)}


def similarity(a: str, b: str) -> float:
    """Share of the groups of three letters that two texts have in common, 0 to 1."""
    ours, theirs = trigrams(a), trigrams(b)
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0
