"""The table of registrations, its figures and its import, and one's own calendar, for readers by ear and on a phone."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.events import factories as f
from klaster.events.actions import calendars
from klaster.events.models import Event, RegistrationState

pytestmark = pytest.mark.browser


def test_pages_are_for_everybody(live_server, page, transactional_db, site, settings):
    cluster = ClusterFactory()
    person = AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    event = f.EventFactory(cluster=cluster, mode=Event.Mode.BOTH)
    category = f.CategoryFactory(event=event)
    rows = [f.RegistrationFactory(event=event, state=state, category=category, **more) for state, more in (
        ("confirmed", {"country": "LV", "person": person}), ("applied", {}), ("waiting", {}), ("confirmed", {}),
        ("confirmed", {}), (RegistrationState.CONFIRMED, {"name": "Labai ilga Pavardė-Pavardenytė"}),
    )]  # fmt: skip
    imported = f.RegistrationImportFactory(event=event, by=person, rows=[[2, ["A B", "a@example.org"]], [3, ["", "x"]]])
    calendars.renew_address(person)
    browse_as(person, page.context, live_server.url)
    pages = [
        ("event_registrations", [event.slug]), ("registration_edit", [event.slug, rows[0].pk]),
        ("registration_data", [event.slug, rows[0].pk]), ("event_statistics", [event.slug]),
        ("registration_import_check", [event.slug, imported.pk]), ("my_calendar", []),
    ]  # fmt: skip
    found = {}
    for width, language in ((1280, "lt"), (390, "en")):
        page.set_viewport_size({"width": width, "height": 900})
        for name, args in pages:
            with override(language):
                page.goto(live_server.url + reverse(name, args=args))
            for fold in page.locator("details.fold > summary").all():
                fold.click()
            faults = [each["id"] for each in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append("wide")
            if faults:
                found[name, width] = faults
    assert found == {}
