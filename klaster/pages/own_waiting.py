"""What of the platform itself waits for the office."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from klaster.core import jobs
from klaster.core.waiting import Order, Waiting


def parked_jobs(person: Any) -> Iterator[Waiting]:
    if person.has_perm("procrastinate.view_procrastinatejob"):
        number = jobs.parked().count()
        words = ngettext("%(number)s job that failed", "%(number)s jobs that failed", number) % {"number": number}
        url = f"{reverse('procrastinatejob:index')}?status=failed"
        yield Waiting(words, number, url, "tasks", Order.FAULTS)
