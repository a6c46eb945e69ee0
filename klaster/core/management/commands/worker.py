"""The process that runs the jobs: letters, fetching, periodic tasks."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand

from klaster.core import jobs


class Command(BaseCommand):
    help = "Run the jobs of the queue until stopped by Ctrl-C or SIGTERM; several may run side by side."

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(jobs.work(install_signal_handlers=True))
