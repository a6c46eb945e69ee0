"""manage.py load_events FILE: bring a country's past events and its series into the site."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from klaster.events import events_file
from klaster.events.loading import load_events


class Command(BaseCommand):
    help = "Load a file of past events. Checks all of it first; what people edited on the site since stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path(settings.EVENTS_FILE))
        parser.add_argument("--check", action="store_true", help="only say what is wrong with the file")

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        try:
            if check:
                events_file.read_file(file)
                self.stdout.write(f"{file.name}: no problems")
                return
            report = load_events(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except events_file.NetworkFileError as error:
            lines = [f"{file.name}:{problem.line}: {problem.text}" for problem in error.problems]
            raise CommandError("\n".join([*lines, f"{len(lines)} problems; nothing was loaded."])) from error
        for row in report.kept:
            self.stdout.write(f"kept as people changed it on the site: {row}")
        self.stdout.write(f"{file.name}: {report.writes} rows written")
