"""The network file: what a country's file may say, read and checked before anything is written. Pure.

`read(data)` gives a NetworkFile of plain dataclasses, or every problem of the file at once, each with its line.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from klaster.directory.network_file.checks import check
from klaster.directory.network_file.schema import SECTIONS, Meta, NetworkFile
from klaster.directory.network_file.values import Reader, country, each, entry, language
from klaster.directory.network_file.yaml_lines import LARGEST, Mapping, Problem
from klaster.directory.network_file.yaml_lines import read as read_yaml


class NetworkFileError(Exception):
    """The file cannot be loaded; `problems` says everything that is wrong, by line."""

    def __init__(self, problems: list[Problem]):
        super().__init__("; ".join(f"{problem.line}: {problem.text}" for problem in problems))
        self.problems = sorted(set(problems))


def read_file(file: Path) -> NetworkFile:
    """`read` of a file, of which no more is taken in than may be. OSError if it cannot be opened."""
    with file.open("rb") as opened:
        return read(opened.read(LARGEST + 1))


def read(data: bytes) -> NetworkFile:
    """What the file says. Raises NetworkFileError with every problem there is."""
    root, problems = read_yaml(data)
    if not isinstance(root, Mapping):
        raise NetworkFileError(problems or [Problem(1, _("The file is empty or no mapping of sections."))])
    reader = Reader(problems)
    file = _sections(root, reader)
    reader.problems += check(file)
    if reader.problems:
        raise NetworkFileError(reader.problems)
    return file


def _sections(root: Mapping, reader: Reader) -> NetworkFile:
    reader.unknown_names(root, ("meta", "country", "languages", *SECTIONS))
    for name in ("meta", "country", "languages"):
        if name not in root.items:
            reader.problem(1, _("“%(name)s” is missing.") % {"name": name})
    file = NetworkFile(lines=root.lines)
    file.languages = reader.value(root, "languages", each(language), default=[])
    reader.languages = tuple(file.languages)
    file.country = reader.value(root, "country", country, default="")
    file.meta = reader.value(root, "meta", entry(Meta), default=None) or Meta()
    for name, said in SECTIONS.items():
        setattr(file, name, reader.value(root, name, each(entry(said)), default=[]))
    return file


__all__ = ["NetworkFile", "NetworkFileError", "Problem", "read", "read_file"]
