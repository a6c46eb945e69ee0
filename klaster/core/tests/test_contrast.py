"""Pairs of tokens that meet on a page, computed in both themes: text at least 4.5 : 1, marks and controls 3 : 1."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parent.parent / "static" / "core" / "css"
COLOUR = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
TOKENS = {name: (light, dark) for name, light, dark in COLOUR.findall((CSS / "tokens.css").read_text())}

GROUNDS = ["ground", "raised", "sunken"]
HUES = [f"hue-{number}" for number in range(1, 13)]
TEXT = [
    *((ink, on) for ink in ["ink", "ink-soft", "ink-faint", "action", "attention-ink", "error"] for on in GROUNDS),
    *((ink, on) for ink in ["ink", "ink-soft"] for on in ["action-soft", "attention-soft", "error-soft"]),
    ("action-hover", "ground"),
    ("action", "action-soft"),
    ("action-hover", "action-soft"),
    ("attention-ink", "attention-soft"),
    ("error", "error-soft"),
    ("error-hover", "ground"),
    ("on-action", "action"),
    ("on-action", "action-hover"),
    ("on-error", "error"),
    ("on-error", "error-hover"),
    ("ground", "ink"),
    ("ink", "seq-0"),
    ("ink-faint", "seq-0"),
    ("ink", "seq-1"),
    ("ink", "seq-2"),
    ("on-seq-3", "seq-3"),
    ("on-seq-4", "seq-4"),
]
MARKS = [
    *((mark, on) for mark in ["field-border", "focus", "attention", "error", "action"] for on in GROUNDS),
    *((hue, on) for hue in HUES for on in ["ground", "raised"]),
    *((f"label-{level}", on) for level in ["bronze", "silver", "gold"] for on in ["ground", "raised"]),
    ("attention", "attention-soft"),
    ("error", "error-soft"),
    ("action", "action-soft"),
    ("action", "seq-0"),
    ("rule-strong", "ground"),
    ("seq-4", "seq-0"),
]


def luminance(colour):
    """Relative luminance of a #rrggbb colour, as WCAG 2.2 defines it."""
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("least", "pairs"), [(4.5, TEXT), (3, MARKS)], ids=["text", "marks"])
def test_pairs_that_meet_can_be_told_apart(theme, least, pairs):
    ratios = {pair: contrast(TOKENS[pair[0]][theme], TOKENS[pair[1]][theme]) for pair in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least} == {}


def test_every_sector_hue_has_its_class():
    classes = re.findall(r"\.c-(\d+) \{\s*color: var\(--hue-(\d+)\);", (CSS / "components" / "marks.css").read_text())
    assert classes == [(str(number), str(number)) for number in range(1, 13)]


def test_components_name_roles_and_never_colours():
    for file in CSS.glob("**/*.css"):
        if file.name != "tokens.css":
            assert re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsl", file.read_text()) == [], file.name


def test_every_token_that_is_used_exists_and_every_one_that_exists_is_used():
    texts = {file.name: re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL) for file in CSS.glob("**/*.css")}
    declared = {name for text in texts.values() for name in re.findall(r"[\s;{](--[a-z0-9-]+)\s*:", text)}
    used = {name for text in texts.values() for name in re.findall(r"var\((--[a-z0-9-]+)", text)}
    of_wagtail = {name for name in declared | used if name.startswith("--w-")}
    assert used - declared - of_wagtail == set()
    assert declared - used - of_wagtail == set()
