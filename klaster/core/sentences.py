"""Sentences that end with a name: "Pavyzdys Sp. z o.o." brings its own dot, as a Lithuanian date does ("3 d.")."""

from __future__ import annotations

import re

# A dot, tags that end there, a second dot: not three, none of an address or a path.
TWO_DOTS = re.compile(r"(?<![.\s])\.((?:</\w+>)*)\.(?![.\w/])")


def one_dot(text: str) -> str:
    """The sentence with one dot where what was put in ends with one already."""
    return TWO_DOTS.sub(r".\1", text)
