"""PDFs from our own templates, by WeasyPrint: tagged, with a title, in the language of their words.

    data = pdf.make("events/certificate.html", {"person": …})

The template begins with `{% extends "core/pdf.html" %}` (blocks title, styles, content) and is escaped as every other.
It names pictures and styles as every page (`{% static "core/css/pdf.css" %}`), so that a browser can print it, too, or
as `data:`. There is nothing else to be had: no network, no files of the machine.

A machine without Pango makes no PDF: PdfUnavailable, whose text is a sentence for the page.
"""

from __future__ import annotations

import base64
import importlib
import re
import threading
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from klaster.core import files, languages

log = structlog.get_logger(__name__)

PACKAGE = "https://package.invalid/"  # what addresses in a template are relative to: a host that cannot exist
VARIANT = "pdf/ua-1"  # tagged for who reads by ear
KINDS = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}
PICTURE_KINDS = {"image/png", "image/jpeg", "image/gif", "image/webp"}
LIGHT = re.compile(r"light-dark\(((?:[^(),]|\([^()]*\))+),(?:[^()]|\([^()]*\))+\)")  # paper is light

# Pango and fontconfig are shared by all threads of a process, and one large document is memory enough at a time.
_one_at_a_time = threading.Lock()


class PdfUnavailable(Exception):
    """This machine cannot make PDFs; `str()` is a sentence for the reader."""

    def __str__(self) -> str:
        return str(_("This server cannot make PDFs at the moment. Print the page instead, or tell the office."))


class NotForPdf(ValueError):
    """A document asked for something from outside the package; it is left out."""


def make(template: str, context: Mapping[str, Any], *, language: str | None = None) -> bytes:
    """The PDF of a template, in `language` (else the reader's). Raises PdfUnavailable."""
    with override(language or languages.current()):
        html = render_to_string(template, dict(context))
    return joined([lay_out(html)])


def lay_out(html: str) -> Any:
    """The document as WeasyPrint lays it out: `pages`, `write_pdf()`."""
    source = engine().HTML(string=html, base_url=PACKAGE, url_fetcher=_fetcher())
    with _one_at_a_time:
        return source.render(pdf_variant=VARIANT)


def joined(documents: list[Any]) -> bytes:
    """One PDF of documents that were laid out one after another, which takes less memory than all at once."""
    first, *_others = documents
    with _one_at_a_time:
        whole = first.copy([page for document in documents for page in document.pages])
        return bytes(whole.write_pdf(pdf_variant=VARIANT))


def engine() -> Any:
    """WeasyPrint, loaded when it is first needed; PdfUnavailable where the libraries it draws with are missing."""
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:
        log.warning("no PDFs on this machine", error=str(error).splitlines()[0])
        raise PdfUnavailable from error


def is_available() -> bool:
    try:
        engine()
    except PdfUnavailable:
        return False
    return True


def download(data: bytes, name: str) -> FileResponse:
    """A PDF for who was found to be allowed it."""
    response = files.attachment(BytesIO(data), name)
    response["Content-Type"] = "application/pdf"
    return response


def _fetcher() -> Any:
    """Gives static files of the package and decodes `data:`. It overrides the one method that fetches anything, and
    has no way of its own to the network or to files."""
    urls = importlib.import_module("weasyprint.urls")

    class Fetcher(urls.URLFetcher):  # type: ignore[misc,name-defined]
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if url.startswith(PACKAGE):
                kind, body = static_file(url.removeprefix(PACKAGE).removeprefix(settings.STATIC_URL.lstrip("/")))
            elif url.startswith("data:"):
                kind, body = inline_picture(url)
            else:
                raise NotForPdf(url)
            return urls.URLFetcherResponse(url, body, {"Content-Type": kind})

    return Fetcher(allow_redirects=False)


def static_file(name: str) -> tuple[str, bytes]:
    """(kind, content) of a static file of the package; style sheets as they are on paper, in the light theme."""
    kind = KINDS.get(Path(name).suffix)
    if kind is None or ".." in name or "%" in name:
        raise NotForPdf(name)
    found = finders.find(name)
    if isinstance(found, str):
        body = Path(found).read_bytes()
    elif settings.STATIC_ROOT and staticfiles_storage.exists(name):  # with the hash of its content in its name
        with staticfiles_storage.open(name) as file:
            body = file.read()
    else:
        raise NotForPdf(name)
    if kind == "text/css":
        body = LIGHT.sub(r"\1", body.decode()).encode()
    return kind, body


def inline_picture(url: str) -> tuple[str, bytes]:
    """(kind, content) of what `picture()` made."""
    head, _comma, body = url.removeprefix("data:").partition(",")
    kind, _semicolon, coding = head.partition(";")
    if kind not in PICTURE_KINDS or coding != "base64":
        raise NotForPdf(head)
    return kind, base64.b64decode(body, validate=True)
