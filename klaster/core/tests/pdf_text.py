"""What stands in a PDF, read where WeasyPrint has laid it out: no test needs a reader of PDFs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in box.all_children() if hasattr(box, "all_children") else ():
        yield from boxes(child)


def words(page: Any) -> str:
    """The words of a page in the order of reading, with one space between lines."""
    lines = (box.text for box in boxes(page._page_box) if hasattr(box, "text"))
    return " ".join(" ".join(lines).split())
