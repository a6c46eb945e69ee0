"""Events on the home page, and series as places a menu may lead to."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Site

from klaster.core.fields import Translated
from klaster.directory.factories import both
from klaster.events import factories as e
from klaster.events.models import State
from klaster.pages.models import MenuLink, NetworkSettings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def test_home_page_shows_the_next_events_and_the_monthly_series():
    for number, days in enumerate((40, 10, 30, 20)):
        e.EventFactory(title=both(f"Renginys nr. {number}", f"Event no. {number}"), starts=e.in_days(days))
    e.EventFactory(title=both("Atšauktasis", "Off"), starts=e.in_days(5), state=State.CANCELLED)
    series = e.SeriesFactory(name=both("Mėnesio forumas", "Forum of the month"), rrule="FREQ=MONTHLY")
    shown = Client().get("/lt/").text
    assert shown.index("nr. 1") < shown.index("nr. 3") < shown.index("nr. 2")
    assert "nr. 0" not in shown
    assert "Atšauktasis" not in shown
    assert f"/lt/renginiai/ciklai/{series.slug}/" in shown


def test_home_page_of_a_network_without_events_says_nothing_of_them():
    assert 'id="events"' not in Client().get("/lt/").text


def menu_of(**link):
    kept, _new = NetworkSettings.objects.get_or_create(site=Site.objects.get(is_default_site=True))
    made = MenuLink(settings=kept, title=Translated(), **link)
    made.full_clean()
    made.save()
    return Client().get("/lt/").text


def test_menu_leads_to_a_series_by_its_name_as_long_as_it_is_public():
    series = e.SeriesFactory(name=both("Mėnesio forumas", "Forum of the month"))
    link = f'href="/lt/renginiai/ciklai/{series.slug}/"'
    assert link in menu_of(destination=f"series:{series.pk}")
    series.status = "hidden"
    series.save()
    assert link not in Client().get("/lt/").text


def test_menu_takes_no_series_that_is_not_there():
    for name in ("series:999999", "series:forumas", "series:", "nera:1"):
        with pytest.raises(ValidationError):
            menu_of(destination=name)
