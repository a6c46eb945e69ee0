"""Text of the demo files → what Wagtail stores. The format stands in docs/editing.md."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from klaster.core.fields import Translated

NAMESPACE = uuid.UUID("6f1d2b1e-6a0e-4a56-9f3b-0f3b7c6f5d21")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
STRONG = re.compile(r"\*\*([^*]+)\*\*")
NO_BREAK = "\N{NO-BREAK SPACE}"
# A number stays with its unit, a thousand with its hundreds, a short word with the next one.
NUMBERS = re.compile(r"(?<=\d) (?=(?:m\.|d\.|EUR\b|%|\d{3}\b))")
SHORT = {"lt": re.compile(r"(?<=\s)(į|o|ir|iš|su|už|nė) ", re.IGNORECASE)}

PageId = Callable[[str], int]


def key_of(name: str) -> uuid.UUID:
    """The same name gives the same key on every machine: loading twice finds what is there."""
    return uuid.uuid5(NAMESPACE, name)


def say(value: Any, language: str) -> str:
    """A text of the file in a language, or in the one it has; numbers and short words do not part from the next."""
    text = str(Translated(value).in_language(language)[0] if isinstance(value, Mapping) else value or "").strip()
    text = NUMBERS.sub(NO_BREAK, text)
    return SHORT[language].sub(rf"\1{NO_BREAK}", text) if language in SHORT else text


def rich(text: str, page_id: PageId) -> str:
    """Paragraphs, lines beginning with "- ", **strong** and [links](page:key) or (https://…) as Wagtail keeps them."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        if all(line.startswith("- ") for line in lines):
            parts.append("<ul>" + "".join(f"<li>{_inline(line[2:], page_id)}</li>" for line in lines) + "</ul>")
        else:
            parts.append(f"<p>{_inline(' '.join(lines), page_id)}</p>")
    return "".join(parts)


def _inline(text: str, page_id: PageId) -> str:
    def link(match: re.Match[str]) -> str:
        words, target = match.groups()
        if target.startswith("page:"):
            return f'<a linktype="page" id="{page_id(target.removeprefix("page:"))}">{words}</a>'
        if not target.startswith(("https://", "http://")):
            raise ValueError(f"A link leads to page:… or to https://…, not to {target}.")
        return f'<a href="{target}">{words}</a>'

    return STRONG.sub(r"<b>\1</b>", LINK.sub(link, html.escape(text, quote=False)))


class Body:
    """Blocks of one page in one language, with ids that are the same in all of them."""

    def __init__(self, page: str, language: str, page_id: PageId):
        self.page, self.language, self.page_id = page, language, page_id

    def blocks(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        blocks = []
        for number, entry in enumerate(entries):
            [(kind, value)] = entry.items()
            name = "paragraph" if kind == "text" else kind
            path = f"{self.page}/body/{number}"
            blocks.append({"type": name, "value": self._value(kind, value, path), "id": str(key_of(path))})
        return blocks

    def words(self, entries: list[str], path: str) -> list[dict[str, Any]]:
        """Blocks of one word or phrase each."""
        return [
            {"type": "words", "value": say(entry, self.language), "id": str(key_of(f"{self.page}/{path}/{number}"))}
            for number, entry in enumerate(entries)
        ]

    def _value(self, kind: str, value: Any, path: str) -> Any:
        if kind in ("heading", "subheading"):
            return say(value, self.language)
        if kind == "text":
            return rich(say(value, self.language), self.page_id)
        if kind == "figures":
            return {"figures": self._items(value, path, self._figure)}
        if kind == "table":
            return {name: say(value.get(name), self.language) for name in ("caption", "cells", "source")}
        if kind == "links":
            links = self._items(value["links"], path, self._link)
            return {"title": say(value.get("title"), self.language), "links": links}
        if kind in ("sources", "licences", "office", "controller"):
            return None
        raise ValueError(f"{path}: there is no block {kind!r}.")

    def _items(self, entries: list[Any], path: str, make: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"type": "item", "value": make(entry), "id": str(key_of(f"{path}/{number}"))}
            for number, entry in enumerate(entries)
        ]

    def _figure(self, entry: dict[str, Any]) -> dict[str, Any]:
        said = {name: say(entry[name], self.language) for name in ("number", "words", "as_of", "source")}
        return said | {"address": entry.get("address", "")}

    def _link(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "page": self.page_id(entry["page"]) if "page" in entry else None,
            "part": entry.get("view", ""),
            "address": entry.get("address", ""),
            "title": say(entry.get("title"), self.language),
            "note": "",
        }
