"""Many badges as one file: what the job does, and what the clock forgets."""

from __future__ import annotations

import datetime

from django.core.files.base import ContentFile
from django.utils import timezone

from klaster.core import pdf
from klaster.events import badges
from klaster.events.models import BadgePrint, Registration

KEPT_FOR = datetime.timedelta(days=1)


def make_ordered(order: BadgePrint) -> None:
    """Make the file, unless it is there. People who are gone meanwhile are left out."""
    if order.file:
        return
    rows = BadgePrint.objects.filter(pk=order.pk)
    rows.update(failed=False, done=0)
    place = {pk: number for number, pk in enumerate(order.registrations)}
    people = Registration.objects.filter(event=order.event, pk__in=place).select_related("organisation", "category")
    try:
        data = badges.make(
            order.event, sorted(people, key=lambda each: place[each.pk]), order.format,
            lambda done: rows.update(done=done),
        )  # fmt: skip
    except pdf.PdfUnavailable:
        rows.update(failed=True)
        return
    except Exception:
        rows.update(failed=True)
        raise
    order.file.save("badges.pdf", ContentFile(data), save=False)
    rows.update(file=order.file.name, done=order.total)


def forget_badges() -> int:
    """Delete prints after a day, with their files."""
    old = list(BadgePrint.objects.filter(at__lt=timezone.now() - KEPT_FOR))
    for order in old:
        if order.file:
            order.file.delete(save=False)
        order.delete()
    return len(old)
