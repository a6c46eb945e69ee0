"""`manage.py load_demo`: people, invented clusters, pages, news, menu and footer. It may run as often as one likes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from klaster.accounts.demo import create_demo_people
from klaster.directory.demo import load_demo_directory
from klaster.events.demo import load_demo_events
from klaster.matchmaking.demo import load_demo_matchmaking
from klaster.matchmaking.demo_board import load_demo_board
from klaster.matchmaking.demo_timetable import load_demo_timetable
from klaster.newsroom.actions import appoint_author
from klaster.pages.demo import load_demo_pages


class Command(BaseCommand):
    help = "Load what there is to try out: people, invented clusters, pages, news, menu and footer."

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo content does not go into production.")
        people = create_demo_people()
        entries = load_demo_directory(people)
        events = load_demo_events(people)
        participants = load_demo_matchmaking(people)
        load_demo_timetable(people)
        load_demo_board(people)
        author = appoint_author(people["author"], by=people["secretariat"])
        pages = load_demo_pages(author)
        self.stdout.write(
            f"Demo: {entries} new invented entries, {events} new events, "
            f"{participants} new participants, {pages} new pages."
        )
