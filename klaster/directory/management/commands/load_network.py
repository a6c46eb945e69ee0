"""manage.py load_network FILE: bring a country's clusters, networks and programmes into the directory."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from klaster.directory import actions, network_file
from klaster.directory.loading import Report


class Command(BaseCommand):
    help = "Load a network file. Checks all of it first; changes nothing that people have edited on the site since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path(settings.NETWORK_FILE))
        parser.add_argument("--check", action="store_true", help="only say what is wrong with the file")

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        try:
            if check:
                network_file.read_file(file)
                self.stdout.write(f"{file.name}: no problems")
            else:
                self.report(file, actions.load_network(file))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except network_file.NetworkFileError as error:
            lines = [f"{file.name}:{problem.line}: {problem.text}" for problem in error.problems]
            raise CommandError("\n".join([*lines, f"{len(lines)} problems; nothing was loaded."])) from error

    def report(self, file: Path, report: Report) -> None:
        for kind in report.kinds:
            self.stdout.write(
                f"{kind:<22} {report.created[kind]:>4} created {report.changed[kind]:>4} changed "
                f"{report.unchanged[kind]:>4} unchanged"
            )
        for title, rows in (
            ("kept as people changed it on the site", report.kept),
            ("removed on the site, not added again", report.removed),
            ("no longer in the file, left as it is", report.gone),
        ):
            for row in rows:
                self.stdout.write(f"{title}: {row}")
        self.stdout.write(f"{file.name}: {report.writes} rows written")
