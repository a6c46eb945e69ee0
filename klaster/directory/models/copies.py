"""What was told about a row goes with the row: letters that carried it, notices that named who wrote."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from klaster.core.models import Letter, Notice, label_of


def delete_copies(model: type[models.Model], pks: Iterable[int]) -> None:
    """Delete letters and notices about these rows; a notice's key is "app.model pk", perhaps with a word after it."""
    label = label_of(model())
    numbers = [str(pk) for pk in pks]
    if not numbers:
        return
    told = Notice.objects.filter(key__regex=rf"^{label} ({'|'.join(numbers)})( |$)")
    notices = [str(pk) for pk in told.values_list("pk", flat=True)]
    Letter.objects.filter(
        Q(about_type=label, about_pk__in=numbers) | Q(about_type=label_of(Notice()), about_pk__in=notices)
    ).delete()
    told.delete()
