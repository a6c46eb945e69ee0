"""The process that runs the jobs: letters, fetching, periodic tasks."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand

from klaster.core import jobs


class Command(BaseCommand):
    help = "Run the jobs of the queue until stopped by Ctrl-C or SIGTERM; several may run side by side."

    def handle(self, *args: Any, **options: Any) -> None:
        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(work_until_told())


async def work_until_told() -> None:
    """Jobs that run are finished first (20 seconds), as systemd's SIGTERM asks."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  for the type checker
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await jobs.work()
