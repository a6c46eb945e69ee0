"""PDFs are made of our templates and of nothing else."""

import base64
import importlib
import logging
import re
from pathlib import Path

import pytest
from django.template import engines
from django.utils.translation import override

from klaster.core import pdf
from klaster.core.tests.pdf_text import boxes, words

pytestmark = pytest.mark.skipif(not pdf.is_available(), reason="no Pango here: apt-get install libpango-1.0-0")

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="
)
PAGE = """{% extends "core/pdf.html" %}{% block title %}{{ title }}{% endblock %}
{% block content %}<h1>{{ title }}</h1><p>{{ text }}</p>{% endblock %}"""


def laid_out(page=PAGE, **values):
    values = {"title": "Pažymėjimas", "text": "", **values}
    return pdf.lay_out(engines["django"].from_string(page).render(values))


def pictures(document):
    return [box for page in document.pages for box in boxes(page._page_box) if hasattr(box, "replacement")]


def test_a_document_has_title_language_and_its_words_in_our_type():
    with override("lt"):
        document = laid_out(text="Žąsų ėjimas: 9 val.")
    assert words(document.pages[0]) == "Pažymėjimas Žąsų ėjimas: 9 val."
    assert (document.metadata.title, document.metadata.lang) == ("Pažymėjimas", "lt")
    data = document.write_pdf(pdf_variant=pdf.VARIANT, uncompressed_pdf=True)
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/FontName /[A-Z]+\+Inter", data)
    assert b"/Marked true" in data
    assert b"/Lang (lt)" in data


@pytest.mark.parametrize(
    "name",
    [
        "<img src='file:///etc/passwd'>", "</p><link rel=attachment href='file:///etc/passwd'><script>alert(1)</script>",
        "{{ settings.SECRET_KEY }}", "<style>@import url(http://127.0.0.1:9/x.css);</style>",
        "‮elbitsoh‬ ‏שלום‏", "Ž" * 5000, "a\ufffeb",
    ],
)  # fmt: skip
def test_a_hostile_name_is_only_words(name):
    document = laid_out(title=name, text="toliau")
    shown = " ".join(words(page) for page in document.pages)
    assert shown.replace(" ", "").startswith(name.replace(" ", "")[:20])
    assert shown.endswith("toliau")
    assert not pictures(document)
    data = document.write_pdf(uncompressed_pdf=True)
    assert b"root:" not in data
    assert b"EmbeddedFile" not in data


HOSTILE = [
    "file:///etc/passwd", "http://127.0.0.1:9/x.png", "https://example.org/x.png", "//example.org/x.png", "ftp://x/y.png",
    "../../../etc/passwd.png", "core/../../../manage.py", "core/%2e%2e/x.png", "https://package.invalid/../x.png",
    "https://package.invalid@127.0.0.1:9/x.png", "klaster/settings.py", "data:image/svg+xml;base64,PHN2Zy8+",
    "data:text/html,<p>x", "data:image/png,raw", "gopher://x", "\\\\host\\share.png",
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE)
def test_nothing_comes_from_outside_the_package(address, caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        document = laid_out(
            '{% extends "core/pdf.html" %}{% block styles %}<link rel="stylesheet" href="{{ url }}">'
            '<link rel="attachment" href="{{ url }}">{% endblock %}{% block content %}<img src="{{ url }}" alt="">'
            '<object data="{{ url }}"></object><svg><image href="{{ url }}" width="9" height="9"/></svg>{% endblock %}',
            url=address,
        )
        data = document.write_pdf(uncompressed_pdf=True)
    assert not [box for box in pictures(document) if type(box.replacement).__name__ == "RasterImage"]
    assert b"root:" not in data
    assert b"EmbeddedFile" not in data


def test_the_fetcher_opens_nothing_by_itself(monkeypatch):
    fetcher = pdf._fetcher()
    for address in HOSTILE:
        for ask in (fetcher.fetch, fetcher, fetcher.open):
            with pytest.raises(ValueError):  # noqa: PT011
                ask(address)


def test_pictures_of_ours_and_static_files_are_there():
    page = '{% extends "core/pdf.html" %}{% block content %}<img src="{{ url }}" alt="">{% endblock %}'
    assert len(pictures(laid_out(page, url=f"data:image/png;base64,{base64.b64encode(PNG).decode()}"))) == 1
    assert len(pictures(laid_out(page, url="core/symbol.svg"))) == 1


def test_paper_is_light():
    _kind, css = pdf.static_file("core/css/tokens.css")
    assert b"light-dark(" not in css
    assert b"--ink: #15211c;" in css
    assert b"--veil: rgb(11 18 15 / 55%);" in css
    assert css.count(b"{") == Path("klaster/core/static/core/css/tokens.css").read_bytes().count(b"{")


def test_a_machine_without_pango_says_so(monkeypatch):
    def missing(name):
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(importlib, "import_module", missing)
    assert not pdf.is_available()
    with override("en"), pytest.raises(pdf.PdfUnavailable, match="cannot make PDFs"):
        pdf.make("core/pdf.html", {})
