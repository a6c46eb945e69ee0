"""`manage.py set_up_pages`: a home page and a list of news in every language, and who may edit them."""

from typing import Any

from django.core.management.base import BaseCommand

from klaster.pages.set_up import set_up


class Command(BaseCommand):
    help = "Make what the site's pages stand on. Run it after migrate; it may run as often as one likes."

    def handle(self, **options: Any) -> None:
        home = set_up()
        self.stdout.write(f"Pages are in place; the home page is {home.full_url}.")
