"""Which words two texts share, and who seems to fit whom by words and tags alone. Pure, with a bounded cost.

The matching (see matching/) compares meanings and computes suggestions in the background; until it has, the page ranks
by this and says so. The words marked in two texts beside each other come from here in both cases.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

WORD = re.compile(r"[^\W\d_]+")
SHORTEST, ENDING = 4, 4  # letters of a word that says something; letters an ending may have
MOST_LINES = 4_000  # of others that are compared; the rest is left out
TECHNOLOGY, SECTOR = 1.5, 0.5  # what a shared tag is worth, in rare words
ENOUGH = 1.25  # two lines that share less are no reason
COMMON = frozenset(
    [
        "about",
        "after",
        "also",
        "been",
        "before",
        "being",
        "between",
        "both",
        "could",
        "does",
        "each",
        "firm",
        "firms",
        "from",
        "have",
        "here",
        "into",
        "just",
        "like",
        "look",
        "looking",
        "made",
        "make",
        "makes",
        "making",
        "more",
        "most",
        "need",
        "needs",
        "offer",
        "offers",
        "only",
        "other",
        "others",
        "over",
        "partner",
        "partners",
        "seek",
        "seeks",
        "series",
        "small",
        "such",
        "than",
        "that",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "very",
        "want",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "will",
        "with",
        "would",
        "your",
        "apie",
        "arba",
        "būtų",
        "dalis",
        "daugiau",
        "gali",
        "galima",
        "ieško",
        "ieškome",
        "ieškau",
        "imone",
        "imones",
        "imoniu",
        "iš",
        "įmonė",
        "įmonės",
        "įmonių",
        "įmonei",
        "jau",
        "kaip",
        "kiek",
        "kita",
        "kiti",
        "kitų",
        "kuri",
        "kuria",
        "kurie",
        "kuris",
        "kurios",
        "kurių",
        "labai",
        "mums",
        "musu",
        "mūsų",
        "nauja",
        "naujas",
        "naujo",
        "nauji",
        "nuo",
        "per",
        "partneri",
        "partneris",
        "partnerio",
        "partnerių",
        "prie",
        "siūlo",
        "siūlome",
        "siūlau",
        "tarp",
        "taip",
        "tiek",
        "turi",
        "turime",
        "visa",
        "visi",
        "visų",
        "yra",
        "tik",
        "mažoms",
        "mažomis",
        "mažiems",
    ]
)


def folded(word: str) -> str:
    """Small letters without signs on them."""
    plain = unicodedata.normalize("NFKD", word.lower())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


FOLDED_COMMON = frozenset(map(folded, COMMON))


def says_something(word: str) -> bool:
    return len(word) >= SHORTEST and word not in FOLDED_COMMON


def are_alike(one: str, two: str) -> bool:
    """Forms of one word, as far as beginnings tell: the same but for endings of four letters at most."""
    same = 0
    for a, b in zip(one, two, strict=False):
        if a != b:
            break
        same += 1
    enough = 3 if min(len(one), len(two)) <= SHORTEST else 4
    return same >= enough and max(len(one), len(two)) - same <= ENDING


@dataclass(frozen=True)
class Piece:
    """A part of a text, and whether the other text has its words, too."""

    text: str
    is_shared: bool = False


def marked(mine: str, theirs: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, the shared words apart."""
    words = [[(m.start(), m.end(), folded(m[0])) for m in WORD.finditer(text)] for text in (mine, theirs)]
    known = [[word for _start, _end, word in each if says_something(word)] for each in words]
    return _pieces(mine, words[0], known[1]), _pieces(theirs, words[1], known[0])


def _pieces(text: str, words: Iterable[tuple[int, int, str]], others: Sequence[str]) -> list[Piece]:
    found, at = [], 0
    for start, end, word in words:
        if says_something(word) and any(are_alike(word, other) for other in others):
            found += [Piece(text[at:start]), Piece(text[start:end], True)] if start > at else [
                Piece(text[start:end], True)
            ]  # fmt: skip
            at = end
    return found + ([Piece(text[at:])] if at < len(text) else [])


@dataclass(frozen=True)
class Said:
    """A line: of whom, offer or need, its text and confirmed tags."""

    pk: int
    whose: int
    is_offer: bool
    text: str
    sectors: frozenset[str] = frozenset()
    technologies: frozenset[str] = frozenset()

    @cached_property
    def stems(self) -> frozenset[str]:
        """Beginnings of its words: four letters tell most words apart and keep forms of one word together."""
        return frozenset(w[:4] for w in map(folded, WORD.findall(self.text)) if says_something(w))


@dataclass
class Fit:
    """Somebody who seems to fit: how well they answer our needs and we theirs (0 to 1), and the best pairs of lines."""

    whose: int
    p_mine: float = 0.0
    p_theirs: float = 0.0
    reasons: list[tuple[int, int, float]] = field(default_factory=list)  # my line, their line, how alike

    @property
    def score(self) -> float:
        """Both directions count; one alone counts little (docs of the matching: two-sided beats one-way by far)."""
        return 0.7 * math.sqrt(self.p_mine * self.p_theirs) + 0.3 * (self.p_mine + self.p_theirs) / 2


def rank(mine: Sequence[Said], theirs: Sequence[Said]) -> list[Fit]:
    """Those who share words or tags with us, offer against need in both directions, the best first.

    Looks at MOST_LINES lines of others at most, each compared with each of ours: sets of few words.
    """
    theirs = theirs[:MOST_LINES]
    worth = _worth(theirs)
    fits: dict[int, Fit] = {}
    best: dict[tuple[int, bool], tuple[float, int, int]] = {}
    for own in mine:
        for other in theirs:
            if own.is_offer == other.is_offer:
                continue
            likeness = _likeness(own, other, worth)
            key = (other.whose, own.is_offer)
            if likeness >= ENOUGH and likeness > best.get(key, (0.0, 0, 0))[0]:
                best[key] = (likeness, own.pk, other.pk)
    for (whose, is_our_offer), (likeness, own_pk, other_pk) in best.items():
        fit = fits.setdefault(whose, Fit(whose))
        share = likeness / (likeness + 2)
        if is_our_offer:
            fit.p_theirs = share
        else:
            fit.p_mine = share
        fit.reasons.append((own_pk, other_pk, round(likeness, 3)))
    for fit in fits.values():
        fit.reasons.sort(key=lambda reason: -reason[2])
    return sorted(fits.values(), key=lambda fit: (-fit.score, fit.whose))


def _worth(lines: Sequence[Said]) -> Mapping[str, float]:
    """Rare words tell more: 1 for a word of one line, near 0 for one of all."""
    counts = Counter(stem for line in lines for stem in line.stems)
    most = math.log(1 + len(lines)) or 1.0
    return {stem: math.log(1 + len(lines) / number) / most for stem, number in counts.items()}


def _likeness(own: Said, other: Said, worth: Mapping[str, float]) -> float:
    shared = sum(worth[stem] for stem in own.stems & other.stems)
    tags = TECHNOLOGY * len(own.technologies & other.technologies) + SECTOR * len(own.sectors & other.sectors)
    return shared + tags
