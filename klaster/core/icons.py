"""The icon sprite: exactly the icons that templates use, from the lucide set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

SPRITE = Path(__file__).parent / "static" / "core" / "icons.svg"
TEMPLATES = Path(__file__).parent.parent
# {% icon "mail" %}, and icon="mail" where a component draws it for its caller
USE = re.compile(r"""\{%\s*icon\s+"([a-z0-9-]+)"|\bicon="([a-z0-9-]+)\"""")
SYMBOL = re.compile(r"""<symbol id="i-([a-z0-9-]+)\"""")
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg">\n'
    "<!-- Lucide icons, ISC licence, and Feather icons, MIT licence: see NOTICE. Made by: manage.py icons -->\n"
)


def used(folder: Path = TEMPLATES) -> set[str]:
    """Names of the icons in the templates under a folder."""
    texts = (file.read_text() for file in sorted(folder.glob("**/templates/**/*.html")))
    return {first or second for text in texts for first, second in USE.findall(text)}


def drawn(sprite: Path = SPRITE) -> set[str]:
    """Names of the icons in the sprite."""
    return set(SYMBOL.findall(sprite.read_text()))


def sprite(symbols: Iterable[tuple[str, str]]) -> str:
    """The file for (name, inner SVG of a 24 × 24 icon) pairs, a line each, so that two branches merge."""
    lines = (f'<symbol id="i-{name}" viewBox="0 0 24 24">{inner}</symbol>\n' for name, inner in sorted(symbols))
    return HEAD + "".join(lines) + "</svg>\n"
