"""manage.py icons: draw the sprite anew after a template began or ceased to use an icon."""

from __future__ import annotations

import re
from importlib import resources
from zipfile import ZipFile

from django.core.management.base import BaseCommand, CommandError

from klaster.core import icons


class Command(BaseCommand):
    help = "Write core/icons.svg with the icons that templates use."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        names = icons.used()
        with resources.files("lucide").joinpath("lucide.zip").open("rb") as file, ZipFile(file) as archive:
            known = set(archive.namelist())
            if missing := sorted(name for name in names if f"{name}.svg" not in known):
                raise CommandError(f"Lucide has no icon {', '.join(missing)}.")
            symbols = [(name, inner(archive.read(f"{name}.svg").decode())) for name in names]
        icons.SPRITE.write_text(icons.sprite(symbols))
        self.stdout.write(f"{len(symbols)} icons in {icons.SPRITE.name}")


def inner(svg: str) -> str:
    """What is drawn inside the <svg> element, on one line."""
    body = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", svg, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "", body).replace(" />", "/>")
