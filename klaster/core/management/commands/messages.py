"""Collect the words of the site for translators; how to translate them stands in docs/add-a-feature.md."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.management.commands import makemessages

from klaster.core import messages

SOURCE_LANGUAGE = "en"
NOT_OURS = [".venv", ".local", "static", "tests", "factories.py", "conftest.py", "benchmarks", "migrations"]


class Command(BaseCommand):
    help = (
        "Collect the words of the site into locale/*/LC_MESSAGES/django.po, for each language but English, in which "
        "the code is written. Needs the gettext tools (apt-get install gettext)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0])
        folder.mkdir(exist_ok=True)
        known = {path.name for path in folder.iterdir() if path.is_dir()}
        codes = sorted({code for code, _name in settings.LANGUAGES} - {SOURCE_LANGUAGE} | known)
        with contextlib.chdir(settings.BASE_DIR):
            collect(codes)
        for code in codes:
            missing = tidy(folder / code / "LC_MESSAGES" / "django.po")
            self.stdout.write(f"{code}: {missing or 'nothing'} left to translate")
        messages.compile_all(folder)


def collect(codes: list[str]) -> None:
    makemessages.Command().run_from_argv(
        ["manage.py", "makemessages", "--verbosity=0", "--no-obsolete", "--add-location=never", "--no-wrap"]
        + [f"--locale={code}" for code in codes]
        + [f"--ignore={pattern}" for pattern in NOT_OURS]
    )


def tidy(po: Path) -> int:
    """Sort by message and drop what changes by itself, so that a diff shows changed words only.

    Returns how many messages have no translation yet.
    """
    file = polib.pofile(str(po), encoding="utf-8", wrapwidth=0)
    file.header, file.metadata_is_fuzzy = "", False
    kept = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")
    file.metadata = {"Language": po.parts[-3]} | {name: file.metadata[name] for name in kept if name in file.metadata}
    file.sort(key=lambda entry: (entry.msgid.casefold(), entry.msgid, entry.msgctxt or ""))
    file.save(str(po))
    return len(file.untranslated_entries()) + len(file.fuzzy_entries())
