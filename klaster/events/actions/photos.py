"""Pictures of an event: added in two sizes, put in order, taken away with their files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext_noop
from PIL import Image

from klaster.accounts.models import User
from klaster.core import audit, files, ordering
from klaster.events.actions import states
from klaster.events.models import Photo

LARGE, SMALL = 1600, 640  # pixels across


def sized(picture: File[bytes], width: int) -> tuple[ContentFile[bytes], tuple[int, int]]:
    """A picture that core.uploads has drawn anew, at most `width` across, and its size."""
    picture.seek(0)
    with Image.open(io.BytesIO(picture.read())) as whole:
        kind = whole.format or "JPEG"
        if whole.width > width:
            resized: Image.Image = whole.resize(
                (width, max(1, round(whole.height * width / whole.width))), Image.Resampling.LANCZOS
            )  # type: ignore[attr-defined]
        else:
            resized = whole.copy()
    buffer = io.BytesIO()
    resized.save(buffer, kind, **({} if kind == "PNG" else {"quality": 82}))
    return ContentFile(buffer.getvalue(), name=Path(picture.name or "picture.jpg").name), resized.size


@transaction.atomic
def add(photo: Photo, picture: File[bytes], *, by: User) -> Photo:
    """Keep a picture whose words are on `photo` already, after those the event has."""
    states.lock(photo.event)
    photo.picture, (photo.width, photo.height) = sized(picture, LARGE)
    photo.small, (photo.small_width, _height) = sized(picture, SMALL)
    photo.position = ordering.end(photo.event.photos)
    photo.added_by = by
    photo.full_clean()
    photo.save()
    audit.record(gettext_noop("added a picture"), photo.event, by=by, after={"picture": photo.picture.name})
    return photo


@transaction.atomic
def change(photo: Photo, *, by: User, values: Mapping[str, Any]) -> Photo:
    """What stands beside a picture."""
    states.lock(photo.event)
    for name, value in values.items():
        setattr(photo, name, value)
    photo.save(update_fields=list(values))
    audit.record(gettext_noop("changed the words of a picture"), photo.event, by=by)
    return photo


@transaction.atomic
def move_up(photo: Photo) -> None:
    states.lock(photo.event)
    ordering.move(photo.event.photos, photo, -1)


@transaction.atomic
def remove(photo: Photo, *, by: User) -> None:
    """The row and, once that is certain, both files: who takes consent back wants the picture gone."""
    audit.record(gettext_noop("took a picture away"), photo.event, by=by, before={"picture": photo.picture.name})
    photo.delete()
    for file in (photo.picture, photo.small):
        files.forget(file)
