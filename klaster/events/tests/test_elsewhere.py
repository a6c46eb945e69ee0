"""Events on other pages: home, clusters and organisations, menu, search, sitemap."""

import pytest
from django.test import Client

from klaster.directory import factories as f
from klaster.directory.factories import both
from klaster.events import factories as e
from klaster.events.models import State

pytestmark = pytest.mark.django_db


def text_of(address, **asked):
    return Client().get(address, asked).text


def test_page_of_a_cluster_shows_its_events_the_next_first():
    cluster = f.ClusterFactory(slug="saules")
    e.EventFactory(cluster=cluster, title=both("Vėlesnis", "Later"), starts=e.in_days(50))
    e.EventFactory(cluster=cluster, title=both("Artimas", "Near"), starts=e.in_days(5))
    e.EventFactory(cluster=cluster, title=both("Buvęs", "Past"), starts=e.in_days(-5), state=State.HELD)
    e.EventFactory(cluster=cluster, title=both("Slaptas", "Secret"), state=State.DRAFT)
    e.EventFactory(title=both("Svetimas", "Somebody else's"))
    shown = text_of(cluster.get_absolute_url())
    assert shown.index("Artimas") < shown.index("Vėlesnis") < shown.index("Buvęs")
    assert "Slaptas" not in shown
    assert "Svetimas" not in shown
    assert "?cluster=saules" in shown


def test_page_of_an_organisation_shows_what_it_organises_alone_and_with_others():
    organisation = f.OrganisationFactory()
    e.EventFactory(organiser=organisation, title=both("Savas", "Own"))
    e.EventFactory(title=both("Bendras", "Together")).co_organisers.add(organisation)
    shown = text_of(organisation.get_absolute_url())
    assert "Savas" in shown
    assert "Bendras" in shown


def test_pages_without_events_have_no_such_section():
    assert 'id="events"' not in text_of(f.ClusterFactory().get_absolute_url())


def test_search_finds_events_by_name_and_by_text():
    e.EventFactory(title=both("Perkūnijos forumas", "Thunder forum"), summary=both("Apie žaibus", "On lightning"))
    e.EventFactory(title=both("Perkūnijos juodraštis", "Thunder draft"), state=State.DRAFT)
    for words in ("perkūnija", "žaibas"):
        shown = text_of("/lt/paieska/", q=words)
        assert "/lt/renginiai/event-" in shown, words
        assert "juodraštis" not in shown


def test_sitemap_names_public_events_and_series_that_are_real():
    event = e.EventFactory(slug="tikras")
    e.EventFactory(slug="isgalvotas", is_invented=True)
    e.EventFactory(slug="juodrastis", state=State.DRAFT)
    series = e.SeriesFactory(slug="ciklas")
    shown = text_of("/sitemap-events.xml")
    assert event.slug in shown
    assert "isgalvotas" not in shown
    assert "juodrastis" not in shown
    assert series.slug in text_of("/sitemap-series.xml")
    assert "/lt/renginiai/" in text_of("/sitemap-event-lists.xml")
