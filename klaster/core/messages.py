"""The words of the site in its languages: compiles the .po files, so that users need no gettext tools.

`locale/` holds our own words; `locale_wagtail/` what Wagtail's own translations leave in English in the office,
`locale_django/` what Django's and django-countries' do: refusals of passwords and fields, spans of time, countries.

    python -m klaster.core.messages

This module runs before Django does and imports nothing of it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "locale"
FOLDERS = (FOLDER, FOLDER.with_name("locale_wagtail"), FOLDER.with_name("locale_django"))


def compile_all(*folders: Path) -> list[Path]:
    """Compile what is newer than its compiled form; returns the files that were written."""
    found = [po for folder in folders or FOLDERS for po in sorted(folder.glob("*/LC_MESSAGES/*.po"))]
    return [mo for po in found if (mo := compile_one(po))]


def compile_one(po: Path) -> Path | None:
    """None if the compiled file is up to date. Raises OSError for a file that is no .po file."""
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime_ns > po.stat().st_mtime_ns:
        return None
    import polib  # noqa: PLC0415  only when there is something to do

    new = mo.with_suffix(f".{os.getpid()}")
    new.write_bytes(polib.pofile(str(po), encoding="utf-8").to_binary())
    new.replace(mo)  # whoever starts at the same moment reads the old file or the new one, never a half
    return mo


if __name__ == "__main__":
    for file in compile_all():
        sys.stdout.write(f"compiled {file.relative_to(FOLDER.parent)}\n")
