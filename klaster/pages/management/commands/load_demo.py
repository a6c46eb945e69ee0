"""`manage.py load_demo`: the pages, news, menu and footer of the demo. It may run as often as one likes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from klaster.pages.demo import load_demo_pages


class Command(BaseCommand):
    help = "Load what there is to try out: pages, news, menu and footer."

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo content does not go into production.")
        self.stdout.write(f"Demo: {load_demo_pages()} new pages.")
