"""Styles are as many as the pages need."""

import re
from pathlib import Path

KLASTER = Path(__file__).parent.parent.parent
CLASS = re.compile(r"\.(-?[a-z_][a-z0-9_-]*)", re.IGNORECASE)
# Wagtail's own pages carry them.
OTHERS = {"w-theme-dark", "w-theme-system"}


def style_sheets():
    return sorted(KLASTER.glob("**/static/**/*.css"))


def classes(file):
    """Names of the classes in the selectors of a style sheet."""
    text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
    return set(CLASS.findall(" ".join(re.findall(r"([^{};]+)\{", text))))


def is_on(pages, name):
    """Whether a page has the class, or makes it: label--{{ level }}, c-{{ hue }}."""
    stems = [name[: end.start() + 1] for end in re.finditer(r"-(?!$)|[a-z](?=\d+$)", name)]
    written = "|".join([re.escape(name) + r"(?![\w-])", *(re.escape(stem) + r"\{" for stem in stems)])
    return re.search(rf"(?<![\w-])({written})", pages) is not None


def test_every_class_with_a_style_is_on_some_page():
    sources = [*KLASTER.glob("**/templates/**/*.html"), *KLASTER.glob("**/*.py"), *KLASTER.glob("**/static/**/*.js")]
    pages = "\n".join(file.read_text() for file in sources if "tests" not in file.relative_to(KLASTER).parts)
    unused = {(file.name, name) for file in style_sheets() for name in classes(file) - OTHERS if not is_on(pages, name)}
    assert unused == set()


def test_a_class_that_no_page_has_is_noticed():
    pages = '<p class="label label--{{ level }}"><i class="c-{{ hue }}">'
    assert [name for name in ("label", "label--gold", "c-7", "lab", "tag--ok", "tag") if not is_on(pages, name)] == [
        "lab",
        "tag--ok",
        "tag",
    ]


def test_style_sheets_stay_short():
    assert [file.name for file in style_sheets() if len(file.read_text().splitlines()) > 500] == []
