"""The queue: procrastinate on the same PostgreSQL. A job deferred in an action commits and vanishes with it.

An app's tasks live in its `jobs.py` or `emails.py`, take ids, fetch again, and may run twice without harm:

    @jobs.task("newsroom.fetch_feed")
    def fetch_feed(feed_id: int) -> None: ...

    fetch_feed.defer(feed_id=feed.pk)          # or .configure(lock=f"feed {feed.pk}", schedule_in={"minutes": 5})
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import procrastinate
from django.utils.module_loading import autodiscover_modules
from procrastinate.contrib.django import app

MAX_TRIES = 5
# Waits of 4, 16, 64 and 256 seconds, then the job is parked as failed and shown to the office.
RETRY = procrastinate.RetryStrategy(max_attempts=MAX_TRIES, exponential_wait=4)


def task(name: str, *, queue: str = "default", **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A task that is tried five times before it is parked."""
    return app.task(name=name, queue=queue, retry=options.pop("retry", RETRY), **options)


def discover() -> None:
    """Find the tasks of every app: they are defined in modules that Django itself does not import."""
    autodiscover_modules("jobs", "letters", "emails")
