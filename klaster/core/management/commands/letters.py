"""What stands in the outgoing mail, and the hand on it: hold, release, try again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count

from klaster.core import letters
from klaster.core.models import Letter

State = Letter.State


class Command(BaseCommand):
    help = (
        "Show how many letters stand in which state; `hold` keeps back all that are queued (after a restore, before "
        "the worker starts), `release` queues what is held, `retry` queues what failed or is uncertain."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("verb", nargs="?", choices=["hold", "release", "retry"])

    def handle(self, *args: Any, verb: str | None = None, **options: Any) -> None:
        verbs: dict[str, Callable[[], int]] = {
            "hold": lambda: letters.hold(Letter.objects.all()),
            "release": lambda: letters.release(Letter.objects.filter(state=State.HELD)),
            "retry": lambda: letters.release(Letter.objects.needing_a_person()),
        }
        if verb:
            self.stdout.write(f"{verb}: {verbs[verb]()} letters")
        counts = dict(Letter.objects.order_by().values_list("state").annotate(Count("pk")))
        self.stdout.write("\n".join(f"{counts.get(state, 0):>7} {state}" for state in State.values))
