"""The desk's letters in a real browser: axe, the width, one look in each theme."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import lists
from klaster.core.models import Letter
from klaster.core.tests.visits import browse_as
from klaster.directory.factories import both
from klaster.events import emails, letters
from klaster.events import factories as f
from klaster.events.actions import messages
from tests.test_every_page_in_a_browser import LOOKS, problems

pytestmark = pytest.mark.browser


@pytest.fixture
def addresses(transactional_db, settings, site, context, live_server):
    """(name, arguments) of pages with something on each, for somebody of the office who is signed in."""
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    office, series = UserFactory(secretariat=True), f.SeriesFactory()
    event = f.EventFactory(series=series, mode="both", title=both("Klasterių forumas", "Cluster Forum"))
    for number in range(4):
        category = f.CategoryFactory(event=event)
        letters.told(f.RegistrationFactory(event=event, category=category, is_online=number == 1), "confirmed")
    draft = f.MailingFactory(event=event, by=office, subject=both("Kaip atvykti: {event}", "Getting there: {event}"))
    sent = messages.send(f.MailingFactory(event=event, by=office), by=office)
    emails.write_mailing(sent.pk)
    for letter, state in zip(Letter.objects.order_by("pk"), ["failed", "uncertain", "sent"], strict=False):
        Letter.objects.filter(pk=letter.pk).update(
            state=state, error="550 no such mailbox", sent_at=timezone.now() if state == "sent" else None
        )
    browse_as(office, context, live_server.url)
    token = lists.url(f"events.series {series.pk}", "ona@example.org", "en").split("/")[-2]
    return [
        ("event_messages", [event.slug]),
        ("event_letter_text", [event.slug, "confirmed"]),
        ("event_letter_times", [event.slug]),
        ("event_mailing_new", [event.slug]),
        ("event_mailing", [event.slug, draft.pk]),
        ("event_mailing", [event.slug, sent.pk]),
        ("event_outbox", [event.slug]),
        ("leave_list", [token]),
    ]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_letters_can_be_read_and_used(addresses, live_server, page, width, scheme):
    found = []
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for name, arguments in addresses:
        with override("lt" if scheme == "light" else "en"):
            page.goto(live_server.url + reverse(name, args=arguments))
        found += [(name, problem) for problem in problems(page)]
        if len(page.query_selector_all("h1")) != 1:
            found.append((name, "not one h1"))
    assert found == []
