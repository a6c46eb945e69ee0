"""What people send: judged by content, never by name or by what the browser says of it.

    class LogoForm(forms.ModelForm):
        logo = uploads.PictureField(label=_("Logo"), required=False)

    agreement = uploads.DocumentField(label=_("Agreement"), kinds=["pdf", "docx", "odt"])

Pictures are drawn anew in a process of its own (redraw.py) and come out without anything that was hidden in them.
Documents are checked and kept as they are; nothing here opens them, and files.py serves them as attachments only.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import puremagic
from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.template.defaultfilters import filesizeformat
from django.utils import formats
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MAX_PIXELS = 40_000_000
PICTURE_KINDS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}  # what comes out of redraw.py
PICTURE_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
REDRAW = Path(__file__).with_name("redraw.py")
REDRAW_SECONDS = 20

ZIP_ENTRIES, ZIP_BYTES, ZIP_RATIO = 5_000, 300_000_000, 200
MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml)", re.IGNORECASE)


# --- pictures -------------------------------------------------------------------------------------------------------
def clean_picture(upload: File[bytes]) -> ContentFile[bytes]:
    """The picture drawn anew, as a file with a fitting extension; raises ValidationError with a sentence.

    `.image_width` and `.image_height` of the result are in pixels.
    """
    check_size(upload)
    upload.seek(0)
    about, picture = _redraw(upload.read())
    if "problem" in about:
        raise ValidationError(_picture_problem(about, upload), code="invalid_image")
    stem = Path(upload.name or "picture").stem
    file: ContentFile[bytes] = ContentFile(picture, name=f"{stem}.{PICTURE_KINDS[about['format']]}")
    file.image_width, file.image_height = about["width"], about["height"]  # type: ignore[attr-defined]
    return file


def _redraw(data: bytes) -> tuple[dict[str, Any], bytes]:
    command = [sys.executable, "-I", str(REDRAW), str(MAX_PIXELS)]
    try:
        run = subprocess.run(command, input=data, capture_output=True, timeout=REDRAW_SECONDS, env={}, cwd="/")
    except subprocess.TimeoutExpired:
        return {"problem": "broken", "detail": "too slow"}, b""
    head, newline, picture = run.stdout.partition(b"\n")
    if run.returncode or not newline:  # killed by a limit
        return {"problem": "broken", "detail": f"exit {run.returncode}"}, b""
    return json.loads(head), picture


def _picture_problem(about: dict[str, Any], upload: File[bytes]) -> str:
    if about["problem"] == "large":
        return gettext("The picture has too many pixels: at most %(megapixels)s million.") % {
            "megapixels": MAX_PIXELS // 1_000_000
        }
    if about["problem"] == "unknown":
        words = gettext("This is not a picture we can show: save it as PNG, JPEG or WebP.")
        return f"{words} {looks_like(upload)}".strip()
    return gettext("The picture is damaged. Save it anew and try again.")


# --- documents ------------------------------------------------------------------------------------------------------
def is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]


def is_text(data: bytes) -> bool:
    """Plain text or CSV in an encoding people here use, and no markup a browser might take for a page."""
    if MARKUP.search(data[:4096].replace(b"\x00", b"")):
        return False
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\x00" in data and not wide:
        return False
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1257"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def is_office(main_part: str) -> Callable[[bytes], bool]:
    """Office Open XML: a ZIP with its list of types and the main part."""

    def check(data: bytes) -> bool:
        names = zip_names(data)
        return names is not None and {"[Content_Types].xml", main_part} <= names

    return check


def is_open_document(mimetype: str) -> Callable[[bytes], bool]:
    """OpenDocument: a ZIP whose first entry, not packed, says what it is."""

    def check(data: bytes) -> bool:
        head = b"mimetype" + f"application/vnd.oasis.opendocument.{mimetype}".encode()
        return data[30:200].startswith(head) and zip_names(data) is not None

    return check


CHECKS: dict[str, Callable[[bytes], bool]] = {
    "pdf": is_pdf,
    "docx": is_office("word/document.xml"),
    "xlsx": is_office("xl/workbook.xml"),
    "pptx": is_office("ppt/presentation.xml"),
    "odt": is_open_document("text"),
    "ods": is_open_document("spreadsheet"),
    "odp": is_open_document("presentation"),
    "csv": is_text,
    "txt": is_text,
}


def zip_names(data: bytes) -> set[str] | None:
    """Names in a ZIP whose directory can be read; None for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError, EOFError):
        return None


def check_document(upload: File[bytes], kinds: Iterable[str] = tuple(CHECKS)) -> str:
    """The kind ("pdf", "xlsx", …) that name and content agree on; raises ValidationError with a sentence."""
    kinds = sorted(kinds)
    check_size(upload)
    extension = Path(upload.name or "").suffix.lower().removeprefix(".")
    if extension not in kinds:
        raise ValidationError(
            _("Send one of these: %(kinds)s."), params={"kinds": ", ".join(kinds).upper()}, code="invalid_extension"
        )
    upload.seek(0)
    data = upload.read()
    upload.seek(0)
    if not CHECKS[extension](data):
        raise ValidationError(
            (gettext("The name says %(kind)s, the content does not.") % {"kind": extension.upper()})
            + f" {looks_like(upload)}".rstrip(),
            code="invalid_content",
        )
    if zipfile.is_zipfile(io.BytesIO(data)) and CHECKS[extension] is not is_text:
        check_archive(data)
    return extension


def check_archive(data: bytes) -> None:
    """An office document: no bomb, no paths that lead out, no macros, nothing encrypted, no template from elsewhere."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        packed = max(1, sum(entry.compress_size for entry in entries))
        if len(entries) > ZIP_ENTRIES or unpacked > ZIP_BYTES or unpacked / packed > ZIP_RATIO:
            raise ValidationError(_("The file would unpack to far too much."), code="bomb")
        names = [entry.filename for entry in entries]
        if len(set(names)) != len(names) or any(leads_out(name) for name in names):
            raise ValidationError(_("The file is damaged. Save it anew and try again."), code="broken")
        if any(entry.flag_bits & 1 for entry in entries):
            raise ValidationError(_("The file is protected by a password. Send it without one."), code="encrypted")
        if any(is_program(name) for name in names):
            raise ValidationError(_("The file holds macros. Save it without them."), code="macros")
        for name in names:
            if name.endswith("settings.xml.rels") and b"attachedTemplate" in _read(archive, name):
                raise ValidationError(_("The file loads a template from elsewhere. Save it without."), code="template")


def leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/")


def is_program(name: str) -> bool:
    name = name.lower()
    return name.endswith(("vbaproject.bin", ".js", ".exe", ".dll", ".vbs")) or name.startswith(("basic/", "scripts/"))


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as entry:
            return entry.read(1_000_000)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise ValidationError(_("The file is damaged. Save it anew and try again."), code="broken") from None


# --- for both -------------------------------------------------------------------------------------------------------
def check_size(upload: File[bytes], limit: int | None = None) -> None:
    limit = limit or settings.MAX_UPLOAD_BYTES
    if not upload.size:
        raise ValidationError(_("The file is empty."), code="empty")
    if upload.size > limit:
        raise ValidationError(
            _("The file is too large (%(size)s): at most %(limit)s."),
            params={"size": size_in_words(upload.size), "limit": size_in_words(limit)},
            code="too_large",
        )


def looks_like(upload: File[bytes]) -> str:
    """A hint for a person: what the content seems to be."""
    upload.seek(0)
    head = upload.read(64_000)
    upload.seek(0)
    if MARKUP.search(head[:4096]):
        return gettext("It looks like a web page or a drawing.")
    if head.startswith(b"PK"):  # any of a dozen kinds; a wrong guess helps nobody
        return ""
    try:
        return gettext("It looks like %(kind)s.") % {"kind": puremagic.from_string(head).lstrip(".").upper()}
    except (puremagic.PureError, ValueError):
        return ""


def size_in_words(size: int) -> str:
    """ "20 MB", not "19.1 MB": a megabyte is a million bytes, as the limit is set and as systems show files."""
    if size < 1_000_000:
        return filesizeformat(size)
    return gettext("%(number)s MB") % {"number": formats.number_format(f"{size / 1_000_000:.1f}".removesuffix(".0"))}


def picture_help() -> str:
    """In the language of the page, not of the moment the form was defined: "%" on a lazy text is not lazy."""
    return gettext("PNG, JPEG or WebP, at most %(limit)s.") % {"limit": size_in_words(settings.MAX_UPLOAD_BYTES)}


def document_help(kinds: list[str]) -> str:
    limit = size_in_words(settings.MAX_UPLOAD_BYTES)
    return gettext("%(kinds)s, at most %(limit)s.") % {"kinds": ", ".join(kinds).upper(), "limit": limit}


class PictureField(forms.FileField):
    """A picture that is drawn anew before the form hands it on."""

    widget = forms.ClearableFileInput

    def __init__(self, **kwargs: Any):
        kwargs.setdefault(
            "help_text",
            lazy(picture_help, str)(),
        )
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": ",".join(f".{extension}" for extension in PICTURE_EXTENSIONS)}

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        return clean_picture(upload) if isinstance(upload, UploadedFile) else upload


class DocumentField(forms.FileField):
    """A document of one of `kinds`."""

    def __init__(self, *, kinds: Iterable[str] = ("pdf",), **kwargs: Any):
        self.kinds = sorted(kinds)
        kwargs.setdefault(
            "help_text",
            lazy(document_help, str)(self.kinds),
        )
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": ",".join(f".{kind}" for kind in self.kinds)}

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        if isinstance(upload, UploadedFile):
            check_document(upload, self.kinds)
        return upload


class CappedUpload(FileUploadHandler):
    """Stops reading a request whose files are larger than any may be; the answer is 413."""

    def __init__(self, request: Any = None):
        super().__init__(request)
        self._room = settings.MAX_UPLOAD_BYTES * 2  # a form may carry more than one file

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._room -= len(raw_data)
        if self._room < 0:
            raise RequestDataTooBig("Files larger than MAX_UPLOAD_BYTES.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
