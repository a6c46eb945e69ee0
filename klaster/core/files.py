"""Where files lie and how they go out: under names of our own, and never as something a browser would run."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils._os import safe_join
from django.utils.http import http_date
from django.utils.text import slugify
from django.views.static import was_modified_since

SANDBOX = "default-src 'none'; sandbox"
# Folders whose files anybody may see. Documents and originals go out through views that know who may have them.
PUBLIC_FOLDERS = ("events", "images", "logos")
PICTURE_TYPES = {"avif": "image/avif", "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg",
                 "png": "image/png", "webp": "image/webp"}  # fmt: skip
A_YEAR = 31_536_000


class Storage(FileSystemStorage):
    """Files under `folder/<random>/<plain name>.<extension>`: nobody guesses it, and nothing typed gets into a path."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        path = Path(name)
        extension = "".join(c for c in path.suffix.lower().removeprefix(".") if c.isascii() and c.isalnum())[:8]
        folder = f"{path.parent.as_posix()}/{secrets.token_urlsafe(9)}".removeprefix("./")
        room = max(8, min(50, (max_length or 100) - len(folder) - len(extension) - 2))
        plain = slugify(path.stem)[:room].strip("-") or "file"
        return f"{folder}/{plain}.{extension or 'bin'}"

    def delete(self, name: str) -> None:
        super().delete(name)
        folder = Path(self.path(name)).parent
        if folder != Path(self.location) and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def public_file(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """A picture anybody may see; everything else in the folder of files does not exist here."""
    kind = PICTURE_TYPES.get(Path(path).suffix.lower().removeprefix("."))
    if kind is None or path.split("/")[0] not in PUBLIC_FOLDERS:
        raise Http404
    try:
        file = Path(safe_join(settings.MEDIA_ROOT, path))
        found = file.stat()
    except (SuspiciousFileOperation, OSError, ValueError):
        raise Http404 from None
    if not file.is_file() or not file.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise Http404
    if not was_modified_since(request.headers.get("If-Modified-Since"), found.st_mtime):
        return HttpResponse(status=304)
    response = FileResponse(file.open("rb"), content_type=kind)
    response["Last-Modified"] = http_date(found.st_mtime)
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"  # a changed picture has a new name
    return guarded(response)


def forget(file: FieldFile) -> None:
    """Delete it once the row no longer names it for good."""
    storage, name = file.storage, file.name or ""
    transaction.on_commit(lambda: storage.delete(name))


def service_worker(script: str) -> HttpResponse:
    """A script of the static files as the service worker of its own address; for a wider scope the view says so."""
    return HttpResponse(Path(str(finders.find(script))).read_bytes(), content_type="text/javascript; charset=utf-8")


def attachment(file: IO[bytes] | Any, name: str) -> FileResponse:
    """A file for who was found to be allowed it: saved, not shown. `name` is what it is saved as."""
    plain = os.path.basename(name.replace("\\", "/")) or "file"
    response = FileResponse(file, as_attachment=True, filename=plain, content_type="application/octet-stream")
    response["Cache-Control"] = "private, no-store"
    return guarded(response)


def guarded(response: FileResponse) -> FileResponse:
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response
