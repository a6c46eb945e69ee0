"""Public pages ask little, however much they show: at most 12 questions, as many for three rows as for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from klaster.core import freshness, kept_pages
from klaster.directory import factories as f
from klaster.events import factories as e
from klaster.events.models import EventFigure, EventPartner, Material, SessionSpeaker
from klaster.matchmaking import factories as m
from klaster.newsroom.factories import article
from klaster.newsroom.models import ArticleIndexPage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site")]
both = f.both
MOST = 12
name_of_events = both("Saulės klasterio mugė", "Saulės klasteris fair")
FIRST_AFTER_A_CHANGE = 24  # the home page, when menu and footer have to be worked out as well


@pytest.fixture(autouse=True)
def made_anew(monkeypatch, settings):
    """No page is kept; what all pages have in common is, as on a real site."""
    monkeypatch.setattr(kept_pages, "store", kept_pages.Store(0))
    settings.KEPT_PAGES_MB = 1
    yield
    freshness.close()


@pytest.fixture
def entries():
    """What the pages of the tests are of."""
    name = both("Saulės klasteris", "Saulės klasteris")
    return {
        "cluster": f.ClusterFactory(slug="saules", name=name, main_sector=f.SectorFactory()),
        "network": f.NetworkFactory(slug="tinklas", is_home=True),
        "organisation": f.OrganisationFactory(slug="imone"),
        "region": f.RegionFactory(),
        "event": an_event(series=(series := e.SeriesFactory(slug="ciklas", rrule="FREQ=MONTHLY"))),
        "series": series,
        "posting": m.PostingFactory(slug="poreikis-2026", side="need", technologies=["laser"]),
        "over": over(),
    }


def an_event(**values):
    return e.EventFactory(slug="renginys", capacity=50, **values)


def over():
    event = e.EventFactory(slug="buvo", state="held", starts=e.in_days(-9))
    e.SurveyFactory(event=event, closes_on=e.in_days(-2).date())
    return event


def add_to_agenda(event):
    """One more of all that the page of an event shows."""
    room, track = e.RoomFactory(event=event), e.TrackFactory(event=event)
    session = e.SessionFactory(event=event, room=room, track=track)
    speaker = e.SpeakerFactory(event=event, organisation=f.OrganisationFactory())
    SessionSpeaker.objects.create(session=session, speaker=speaker)
    EventPartner.objects.create(event=event, organisation=f.OrganisationFactory())
    Material.objects.create(event=event, title=both("Skaidrės", "Slides"), url="https://example.org/")
    EventFigure.objects.create(event=event, what=both("Šalys", "Countries"), number=7, source=f.SourceFactory())
    event.co_organisers.add(f.OrganisationFactory())
    event.sectors.add(f.SectorFactory())
    e.RegistrationFactory(event=event)


def add_one_of_each(language, entries):
    """One more of all that lists and panels show."""
    other = f.ClusterFactory(region=entries["region"], main_sector=f.SectorFactory())
    for cluster in (entries["cluster"], other):
        f.LabelFactory(cluster=cluster)
        f.OpeningFactory(cluster=cluster)
        f.ClusterMembershipFactory(cluster=cluster)
        f.StatementFactory(cluster=cluster)
        f.AchievementFactory(cluster=cluster)
    f.ClusterMembershipFactory(cluster=other, organisation=entries["organisation"])
    f.NetworkParticipationFactory(cluster=other, network=entries["network"])
    f.NetworkParticipationFactory(cluster=entries["cluster"])
    f.StatementFactory(cluster=None, programme=f.ProgrammeFactory(), number=5, is_shown=True)
    article(language, clusters=[other], summary="Saulės klasteris")
    e.EventFactory(title=name_of_events, cluster=entries["cluster"], series=entries["series"])
    e.EventFactory(organiser=entries["organisation"], cluster=other, starts=e.in_days(-5), state="held")
    add_to_agenda(entries["event"])
    add_to_agenda(entries["over"])
    e.PhotoFactory(event=entries["over"])
    e.SurveyQuestionFactory(survey=entries["over"].survey, is_public=True)
    add_to_board(entries)


def add_to_board(entries):
    """One more posting near to the one of the tests, of an organisation and of a cluster, in two languages."""
    m.TechnologyFactory(code="laser")
    near = {"technologies": ["laser"], "title": "Saulės lazeriai", "language": "lt"}
    for owner in ({"organisation": entries["organisation"]}, {"cluster": entries["cluster"], "organisation": None}):
        m.PostingTextFactory(posting=m.PostingFactory(**near, **owner), language="en", title="Solar lasers")
    m.PostingTextFactory(posting=entries["posting"], language=f"x{entries['posting'].texts.count()}")


def pages(language):
    with override(language):
        clusters = reverse("cluster_list")
        found = {
            "home": f"/{language}/",
            "news": ArticleIndexPage.objects.get(locale__language_code=language).url,
            "clusters": clusters,
            "clusters, filtered": f"{clusters}?country=LT&label=any&open=1",
            "cluster": reverse("cluster_detail", args=["saules"]),
            "network": reverse("network_detail", args=["tinklas"]),
            "organisation": reverse("organisation_detail", args=["imone"]),
            "organisations, filtered": f"{reverse('organisation_list')}?country=LT&q=saul",
            "event": reverse("event_detail", args=["renginys"]),
            "event that is over": reverse("event_detail", args=["buvo"]),
            "series": reverse("series_detail", args=["ciklas"]),
            "events": reverse("event_list"),
            "events, filtered": f"{reverse('event_list')}?kind=conference&q=mug",
            "events by month": f"{reverse('event_list')}?view=month",
            "events that were": f"{reverse('event_list')}?view=past",
            "postings": reverse("posting_list"),
            "postings, filtered": f"{reverse('posting_list')}?q=saul%20-nera&technology=laser",
            "posting": reverse("posting_detail", args=["poreikis-2026"]),
            "search": f"{reverse('search')}?q=klasteris",
            "suggestions": f"{reverse('search_suggest')}?q=saul",
        }
        lists = ("network_list", "organisation_list", "opening_list", "sector_list", "programme_list", "figure_list")
        return found | {name: reverse(name) for name in lists}


def asked(address):
    """Questions of one visit, after one that worked out what pages have in common."""
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("language", ["lt", "en"])
def test_pages_ask_little_and_no_more_for_more_rows(language, entries):
    add_one_of_each(language, entries)
    few = {name: asked(address) for name, address in pages(language).items()}
    for _ in range(2):
        add_one_of_each(language, entries)
    many = {name: asked(address) for name, address in pages(language).items()}
    assert {name: number for name, number in many.items() if number > MOST} == {}
    assert many == few


def test_home_page_made_first_after_a_change(entries, settings):
    settings.KEPT_PAGES_MB = 0
    add_one_of_each("lt", entries)
    assert asked("/lt/") <= FIRST_AFTER_A_CHANGE


def test_what_is_remembered_changes_at_once(entries):
    article("lt", clusters=[entries["cluster"]], title="Pirma naujiena")
    news = ArticleIndexPage.objects.get(locale__language_code="lt")
    seen = lambda address: Client().get(address).text  # noqa: E731
    assert "Vilniaus apskritis" in seen("/lt/")
    assert "Saulės klasteris" in seen(news.url)
    entries["region"].name = both("Sostinės apskritis", "Capital County")
    entries["region"].save()
    entries["cluster"].name = both("Mėnulio klasteris", "Moon cluster")
    entries["cluster"].save()
    assert "Sostinės apskritis" in seen("/lt/")
    assert "Mėnulio klasteris" in seen(news.url)
    english = news.get_translations().get(locale__language_code="en")
    assert f'{english.url}"' in seen(news.url)
    english.specific.unpublish()
    assert f'{english.url}"' not in seen(news.url)
    news.specific.title = "Kas naujo"
    news.specific.save_revision().publish()
    assert "Kas naujo" in seen("/lt/")
