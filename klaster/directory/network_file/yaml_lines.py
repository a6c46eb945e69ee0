"""YAML read as text with line numbers, for files that people write by hand and may have from anywhere. Pure.

Scalars stay what was typed: `country: NO` is Norway and not false, `as_of: 2017-05` is no date arithmetic, and whoever
reads the tree decides what a word means. Files cannot run code, refer to themselves or grow while being read: explicit
tags, anchors and aliases are refused, and size, depth and number of nodes are limited. Reading is not recursive.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from django.utils.translation import gettext as _

LARGEST = 2_000_000  # bytes; the file of a country with a thousand clusters is smaller
DEEPEST = 20
MOST_NODES = 200_000
NULLS = ("", "~", "null", "Null", "NULL")

Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the wheel has libyaml; without it the same, slower


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, and on which line (from 1)."""

    line: int
    text: str


@dataclass
class Scalar:
    value: str
    line: int
    is_null: bool = False


@dataclass
class Sequence:
    line: int
    items: list[Node] = field(default_factory=list)


@dataclass
class Mapping:
    line: int
    items: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)  # line of each key


Node = Scalar | Sequence | Mapping


class _Refused(Exception):
    """Reading cannot go on after this."""

    def __init__(self, line: int, text: str):
        super().__init__(text)
        self.problem = Problem(line, text)


def read(data: bytes) -> tuple[Node | None, list[Problem]]:
    """The one document in `data` as a tree, or None, and every problem found while reading it."""
    builder = _Builder()
    try:
        if len(data) > LARGEST:
            raise _Refused(1, _("The file is larger than %(limit)s MB.") % {"limit": LARGEST // 1_000_000})
        root = builder.build(_events(_decode(data)))
    except _Refused as stop:
        return None, [*builder.problems, stop.problem]
    return root, builder.problems


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Refused(line, _("This is not UTF-8 text; save the file in UTF-8.")) from error
    for number, line_text in enumerate(text.split("\n"), start=1):
        if bad := unprintable(line_text):
            raise _Refused(number, _("The character %(name)s cannot stand in this file.") % {"name": bad})
    return text


def unprintable(text: str) -> str:
    """Name of the first control or direction-changing character in a text, or nothing."""
    for character in text:
        if character not in "\t\r\n" and (
            unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in BIDI_CONTROLS
        ):
            return f"U+{ord(character):04X}"
    return ""


BIDI_CONTROLS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=Parser)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        text = _("This is not YAML here: %(problem)s.") % {"problem": error.problem or error.context}
        raise _Refused(mark.line + 1 if mark else 1, text) from error
    except yaml.YAMLError as error:
        raise _Refused(1, _("This is not YAML here: %(problem)s.") % {"problem": error}) from error


@dataclass
class _Open:
    """A collection being read; `key` waits for its value."""

    node: Sequence | Mapping
    key: str | None = None
    key_line: int = 0
    awaits_key: bool = True


class _Builder:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.open: list[_Open] = []
        self.root: Node | None = None
        self.documents = self.nodes = 0

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise _Refused(line, _("A second document begins here; a file holds one."))
            elif isinstance(event, yaml.NodeEvent):
                self.node(event, line)
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                self.open.pop()
        return self.root

    def node(self, event: yaml.NodeEvent, line: int) -> None:
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _Refused(line, _("Anchors (&) and aliases (*) cannot be used; write the value again."))
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise _Refused(line, _("Tags (%(tag)s) cannot be used.") % {"tag": tag})
        if self.nodes > MOST_NODES:
            raise _Refused(line, _("The file has more than %(limit)s values.") % {"limit": MOST_NODES})
        if len(self.open) >= DEEPEST:
            raise _Refused(line, _("This is nested more than %(limit)s levels deep.") % {"limit": DEEPEST})
        if isinstance(event, yaml.ScalarEvent):
            is_null = not event.style and event.value in NULLS  # quoted, they are words
            self.place(Scalar("" if is_null else event.value, line, is_null))
            return
        opened = Sequence(line) if isinstance(event, yaml.SequenceStartEvent) else Mapping(line)
        self.place(opened)
        self.open.append(_Open(opened))

    def place(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        here = self.open[-1]
        if isinstance(here.node, Sequence):
            here.node.items.append(node)
        elif here.awaits_key:
            if not isinstance(node, Scalar):
                raise _Refused(node.line, _("A name must be a word, not a list or mapping."))
            here.key, here.key_line, here.awaits_key = node.value, node.line, False
        else:
            self.value(here.node, here.key or "", here.key_line, node)
            here.awaits_key = True

    def value(self, mapping: Mapping, key: str, line: int, node: Node) -> None:
        if key in mapping.items:
            values = {"key": key, "line": mapping.lines[key]}
            self.problems.append(Problem(line, _("“%(key)s” stands here twice; first on line %(line)s.") % values))
            return
        mapping.items[key], mapping.lines[key] = node, line
