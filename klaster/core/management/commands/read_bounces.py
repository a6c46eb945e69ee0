"""Read what mail servers sent back, and mark the letters that did not arrive."""

from __future__ import annotations

import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError

from klaster.core import bounces

log = structlog.get_logger(__name__)
CAP = bounces.MOST_BYTES + 1


class Command(BaseCommand):
    help = (
        "Read delivery status messages (RFC 3464): one from standard input, as a mail server pipes it, or all of a "
        "Maildir or mbox. Messages of a Maildir that were read are moved from new to cur; reading twice is harmless."
    )

    def add_arguments(self, parser: Any) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--maildir", type=Path)
        where.add_argument("--mbox", type=Path)

    def handle(self, *args: Any, maildir: Path | None = None, mbox: Path | None = None, **options: Any) -> None:
        counts: Counter[bounces.Outcome] = Counter()
        for source, path in self.sources(maildir, mbox):
            try:
                counts[bounces.take(source)] += 1
            except Exception:  # one message must not hold up the others; a pipe that fails would bounce the bounce
                log.exception("bounce not read")
                continue
            if path:
                path.rename(path.parent.parent / "cur" / f"{path.name}:2,S")
        for outcome in bounces.Outcome:
            self.stdout.write(f"{counts[outcome]:>7} {outcome.value}")

    def sources(self, maildir: Path | None, mbox: Path | None) -> Iterator[tuple[bytes, Path | None]]:
        """Each message, and where it lies in a Maildir."""
        if maildir is None and mbox is None:
            yield sys.stdin.buffer.read(CAP), None
            return
        place = maildir or mbox
        if place is None or not place.exists():
            raise CommandError(f"There is no {place}.")
        if mbox:
            with closing(mailbox.mbox(str(mbox), create=False)) as box:
                for key in box.iterkeys():
                    yield box.get_file(key).read(CAP), None
            return
        for path in sorted((place / "new").iterdir()):
            with path.open("rb") as file:
                yield file.read(CAP), path
