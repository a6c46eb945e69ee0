"""What visitors see of events: the list in its views, the page of one, the page of a series, the feed."""

import datetime
import json
import random
import zoneinfo
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from icalendar import Calendar

from klaster.accounts.factories import UserFactory
from klaster.directory import factories as f
from klaster.directory.factories import both
from klaster.events import factories as e
from klaster.events import when
from klaster.events.actions import states
from klaster.events.models import Event, EventFigure, Session, SessionSpeaker, State
from klaster.events.registration_box import mark_of

pytestmark = pytest.mark.django_db
VILNIUS = zoneinfo.ZoneInfo("Europe/Vilnius")


def text_of(address, **asked):
    response = Client().get(address, asked)
    assert response.status_code == 200
    return response.text


def found(**asked):
    """Slugs of the events that the list shows, in its order."""
    with translation.override("lt"):
        address = reverse("event_list")
    return [event.slug for event in Client().get(address, asked).context["events"]]


def page_of(event):
    with translation.override("lt"):
        return Client().get(event.get_absolute_url())


# --- the list ---------------------------------------------------------------------------------------------------------
def test_coming_events_stand_by_date_and_drafts_nowhere():
    e.EventFactory(slug="veliau", starts=e.in_days(40))
    e.EventFactory(slug="anksciau", starts=e.in_days(10))
    e.EventFactory(slug="juodrastis", state=State.DRAFT)
    e.EventFactory(slug="buvo", starts=e.in_days(-10), state=State.HELD)
    assert found() == ["anksciau", "veliau"]
    assert found(view="past") == ["buvo"]


def test_archive_puts_events_of_which_only_the_year_is_known_among_the_others():
    at = lambda year: datetime.datetime(year, 5, 16, 9, tzinfo=VILNIUS)  # noqa: E731
    e.EventFactory(slug="2018", starts=at(2018), state=State.HELD)
    e.EventFactory(slug="2016", starts=at(2016), state=State.HELD)
    e.EventFactory(slug="2017", starts=None, ends=None, happened="2017", takes_registrations=False, state=State.HELD)
    assert found(view="past") == ["2018", "2017", "2016"]


def test_filters_narrow_between_and_widen_within():
    food, wood = f.SectorFactory(code="food"), f.SectorFactory(code="wood")
    cluster = f.ClusterFactory(slug="ruko", main_sector=wood)
    e.EventFactory(slug="a", kinds=["forum"], languages=["lt"]).sectors.add(food)
    e.EventFactory(slug="b", kinds=["training"], cluster=cluster, mode="online", city="", country="")
    e.EventFactory(slug="c", kinds=["forum"], country="DE", languages=["en"])
    assert found(kind="forum") == ["a", "c"]
    assert found(kind=["forum", "training"], place="online") == ["b"]
    assert found(place=["DE", "online"]) == ["b", "c"]
    assert found(sector="food") == ["a"]
    assert found(sector="wood") == ["b"]  # that of its cluster
    assert found(language="en") == ["c"]
    assert found(cluster="ruko") == ["b"]
    assert found(kind="nera") == ["a", "b", "c"]
    assert "nera" in text_of("/lt/renginiai/", kind="nera")


def test_numbers_beside_answers_are_those_of_the_lists_they_lead_to():
    """Whatever is chosen: the number heeds all other questions, and a list without one filter is offered."""
    chance = random.Random(7)  # noqa: S311  a made-up world
    sectors = [f.SectorFactory() for _ in range(3)]
    regions = [f.RegionFactory(code=code, level=3, country="LT") for code in ("LT011", "LT022")]
    clusters = [f.ClusterFactory(main_sector=sectors[0]), f.ClusterFactory(main_sector=None), None]
    clusters.append(f.ClusterFactory(main_sector=sectors[1], status="draft"))
    for _number in range(40):
        event = e.EventFactory(
            kinds=chance.sample(["forum", "training", "visit"], chance.choice([1, 2])),
            mode=chance.choice(["online", "both", "on_site"]), country=chance.choice(["LT", "LV", ""]),
            languages=chance.sample(["lt", "en", "de"], chance.choice([0, 1, 2])),
            region=chance.choice([*regions, None]),
            cluster=chance.choice(clusters), is_invented=chance.random() < 0.2,
        )  # fmt: skip
        event.sectors.set(chance.sample(sectors, chance.choice([0, 0, 1, 2])))
    address = reverse("event_list")
    none = Client().get(address).context
    every = [(each.facet.name, counted.choice.value) for each in none["facets"] for counted in each.choices]
    for _round in range(6):
        asked = {}
        for name, value in chance.sample(every, chance.choice([0, 1, 2, 3])):
            asked.setdefault(name, []).append(value)
        shown = Client().get(address, asked).context
        assert shown["page"].paginator.count == len(listed(**asked))
        assert shown["invented"] == sum(event.is_invented for event in listed(**asked))
        for each in shown["facets"]:
            for counted in chance.sample(list(each.choices), min(2, len(each.choices))):
                alone = asked | {each.facet.name: [counted.choice.value]}
                assert counted.count == len(listed(**alone)), (asked, each.facet.name, counted.choice.value)
        assert {event.slug for event in listed(**asked)} == in_the_calendar(**asked)


def listed(**asked):
    """All events of a list, page by page."""
    pages = Client().get(reverse("event_list"), asked).context["page"].paginator
    return [event for page in pages for event in page.object_list]


def in_the_calendar(**asked):
    file = Calendar.from_ical(Client().get(reverse("events_ics"), asked).content)
    return {str(event["URL"]).rstrip("/").rpartition("/")[2] for event in file.events}


def test_a_short_list_is_offered_without_the_filter_that_takes_least():
    e.EventFactory(slug="a", kinds=["forum"], languages=["lt"])
    e.EventFactory(slug="b", kinds=["forum"], languages=["en"])
    for number in range(3):
        e.EventFactory(slug=f"c{number}", kinds=["visit"], languages=["lt"])
    wider = Client().get(reverse("event_list"), {"kind": "forum", "language": "lt"}).context["wider"]
    assert [event.slug for event in wider["events"]] == ["b"]


def test_the_archive_goes_on_to_its_end():
    Event.objects.bulk_create(
        Event(slug=f"senas-{n}", title=both("A", "A"), organiser_name=both("B", "B"), happened="2011", state=State.HELD)
        for n in range(510)
    )
    page = Client().get(reverse("event_list"), {"view": "past", "page": 26}).context["page"]
    assert (page.paginator.count, len(page.object_list)) == (510, 10)


def test_the_list_is_taken_away_as_filtered():
    f.ClusterFactory(slug="ruko")
    e.EventFactory(kinds=["forum"], title=both("=Forumas", "Forum"), organiser=f.OrganisationFactory(status="draft"))
    e.EventFactory(kinds=["visit"], title=both("Vizitas", "Visit"))
    e.EventFactory(kinds=["forum"], title=both("Juodraštis", "Draft"), state=State.DRAFT)
    shown = Client().get("/en/events/", {"kind": "forum", "q": "forum"})
    assert "/en/events.csv?kind=forum&amp;q=forum" in shown.text
    table = b"".join(Client().get("/en/events.csv", {"kind": "forum", "q": "forum"}).streaming_content).decode()
    first, second, *rest = table.removeprefix("\ufeff").splitlines()
    assert first.startswith("Title,Title (")
    assert second.startswith("Forum,'=Forumas,Forum,forum,registration is open,")
    assert "Kind: forum" in rest[-1]
    assert "Visit" not in table
    assert "Draft" not in table
    book = b"".join(Client().get("/lt/renginiai.xlsx", {"view": "past"}).streaming_content)
    assert book.startswith(b"PK")


def test_words_are_found_in_any_form():
    e.EventFactory(slug="debesys", title=both("Debesų mugė", "Fair of clouds"))
    e.EventFactory(slug="kita", title=both("Kita mugė", "Another fair"))
    assert found(q="debesis") == ["debesys"]


def test_each_view_keeps_what_was_chosen():
    e.EventFactory(kinds=["forum"])
    shown = text_of("/lt/renginiai/", kind="forum")
    for view in ("month", "agenda", "past"):
        assert f"?kind=forum&amp;view={view}" in shown


def test_a_cancelled_event_stays_and_says_so():
    event = e.EventFactory(title=both("Atšauktas sąskrydis", "A gathering"))
    states.call_off(event, State.CANCELLED, by=UserFactory(), note=both("Audra", "A storm"))
    assert "Atšaukta" in text_of("/lt/renginiai/")
    shown = page_of(event).text
    assert "Renginys atšauktas." in shown
    assert "Audra" in shown


def test_a_month_shows_each_day_of_an_event_and_leads_to_where_events_are():
    first = datetime.datetime(2031, 5, 30, 10, tzinfo=VILNIUS)
    e.EventFactory(slug="ilgas", starts=first, ends=first + datetime.timedelta(days=3))
    e.EventFactory(slug="birzelis", starts=datetime.datetime(2031, 6, 20, 10, tzinfo=VILNIUS))
    response = Client().get("/lt/renginiai/", {"view": "month", "month": "2031-05"})
    days = [day for week in response.context["weeks"] for day in week if day.entries]
    assert [day.day.day for day in days] == [30, 31]
    assert len(response.context["weeks"][0]) == 7
    assert response.context["before"] is None
    assert "month=2031-06" in response.context["after"]["url"]
    assert found(view="month", month="2031-06") == ["ilgas", "birzelis"]


@pytest.mark.parametrize("month", ["2031-13", "0000-01", "kada nors", "99999-01", ""])
def test_a_month_that_is_none_is_this_one(month):
    response = Client().get("/lt/renginiai/", {"view": "month", "month": month})
    assert response.context["asked"].month.first == timezone.localdate().replace(day=1)


def test_empty_lists_say_what_to_do():
    assert "Šiuo metu renginių nenumatyta" in text_of("/lt/renginiai/")
    e.EventFactory()
    assert "Visas sąlygas atitinkančių renginių nėra" in text_of("/lt/renginiai/", kind="visit")


# --- the page of one --------------------------------------------------------------------------------------------------
def test_a_draft_is_seen_by_who_runs_it():
    cluster = f.ClusterFactory()
    keeper = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    event = e.EventFactory(state=State.DRAFT, cluster=cluster)
    assert page_of(event).status_code == 404
    client = Client()
    client.force_login(keeper)
    response = client.get(f"/lt/renginiai/{event.slug}/")
    assert response.status_code == 200
    assert "Juodraštis" in response.text


def test_times_are_those_of_the_place_and_the_readers_where_they_differ():
    begins = datetime.datetime(2031, 5, 16, 10, tzinfo=zoneinfo.ZoneInfo("Europe/Lisbon"))
    shown = page_of(e.EventFactory(starts=begins, time_zone="Europe/Lisbon")).text
    assert "10:00–18:00" in shown
    assert "Lisbon, UTC+1" in shown
    assert "12:00–20:00 (Vilnius, UTC+3)" in shown
    at_home = page_of(e.EventFactory(starts=datetime.datetime(2031, 5, 16, 10, tzinfo=VILNIUS))).text
    assert "Jūsų laiku" not in at_home


def test_days_in_two_months_of_a_year_name_the_year_once():
    first, last = datetime.date(2027, 1, 13), datetime.date(2027, 2, 25)
    with translation.override("lt"):
        assert when.days_in_words(first, last) == "2027 m. sausio 13 d. – vasario 25 d."
    with translation.override("en"):
        assert when.days_in_words(first, last) == "13 January – 25 February 2027"
        assert when.days_in_words(first, last.replace(year=2028)) == "13 January 2027 – 25 February 2028"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": State.OPEN, "capacity": 10}, "Liko 8 vietos iš 10"),
        ({"state": State.OPEN}, "Registracija atvira"),
        (
            {"state": State.OPEN, "capacity": 10, "waiting_rule": "lottery"},
            "Burtais skiriama vietų: 10 · laukia 1 žmogus",
        ),
        ({"state": State.FULL, "capacity": 2}, "laukia 1 žmogus"),
        ({"state": State.CLOSED}, "Atvykę be registracijos galės registruotis prie durų"),
        ({"state": State.PUBLISHED, "takes_registrations": False}, "Čia registruotis nereikia."),
        ({"state": State.PUBLISHED, "opens_at": e.in_days(3)}, "Registracija dar neprasidėjo"),
        ({"state": State.HELD, "starts": e.in_days(-3)}, "Renginys jau įvyko."),
        ({"state": State.POSTPONED}, "Nauja data bus paskelbta čia."),
        ({"state": State.OPEN, "closes_at": timezone.now() - datetime.timedelta(minutes=1)}, "Registracija baigėsi"),
    ],
)
def test_registration_in_each_state(values, words):
    event = e.EventFactory(**values)
    e.RegistrationFactory(event=event)
    e.RegistrationFactory(event=event, state="offered", offered_until=e.in_days(1))
    e.RegistrationFactory(event=event, state="waiting")
    assert words in page_of(event).text


def test_a_list_says_closed_in_the_minute_before_the_job_comes_by():
    event = e.EventFactory(state=State.OPEN, closes_at=timezone.now() - datetime.timedelta(seconds=1))
    assert mark_of(event).icon == "lock"


def test_agenda_is_a_table_of_rooms():
    event = e.EventFactory(starts=datetime.datetime(2031, 5, 16, 9, tzinfo=VILNIUS))
    big, small = e.RoomFactory(event=event, position=1), e.RoomFactory(event=event, position=2)
    at = lambda hour, minute=0: event.starts + datetime.timedelta(hours=hour, minutes=minute)  # noqa: E731
    e.SessionFactory(event=event, title=both("Kava", "Coffee"), starts=at(0), ends=at(0, 30))
    talk = e.SessionFactory(event=event, room=big, starts=at(1), ends=at(1, 30))
    e.SessionFactory(event=event, room=big, starts=at(1, 30), ends=at(2))
    e.SessionFactory(event=event, room=small, starts=at(1), ends=at(2))
    SessionSpeaker.objects.create(session=talk, speaker=e.SpeakerFactory(event=event, name="Rasa Lietuvaitė"))
    (day,) = page_of(event).context["days"]
    assert [[(cell.columns, cell.rows, len(cell.sessions)) for cell in line.cells] for line in day.lines] == [
        [(2, 1, 1)],
        [(1, 1, 1), (1, 2, 1)],
        [(1, 1, 1)],
    ]
    assert "Rasa Lietuvaitė" in page_of(event).text


def test_past_event_without_times_shows_agenda_figures_and_sources():
    event = e.EventFactory(
        starts=None, ends=None, happened="2017", takes_registrations=False, state=State.HELD, organiser=None,
        organiser_name=both("Senasis rengėjas", "The former organiser"), date_note=both("spėjama", "inferred"),
    )  # fmt: skip
    Session.objects.create(event=event, title=both("Diskusija", "Panel"), said_by=both("Trys klasteriai", "Three"))
    EventFigure.objects.create(
        event=event, what=both("Dalyviai", "Participants"), number=200, bound="at_least", source=f.SourceFactory()
    )
    shown = page_of(event).text
    for words in ("2017 m.", "spėjama", "Senasis rengėjas", "Trys klasteriai", "bent 200"):
        assert words in shown


def test_who_organises_is_not_named_before_they_are_public():
    event = e.EventFactory(organiser=f.OrganisationFactory(name=both("Slapta", "Secret"), status="draft"))
    assert "Slapta" not in page_of(event).text
    assert "Slapta" not in text_of("/lt/renginiai/")
    assert "Slapta" not in text_of("/lt/renginiai/srautas.atom")


def test_machines_are_told_what_it_is():
    event = e.EventFactory(mode="both", online_url="https://slaptas.example.org/", capacity=30, languages=["lt"])
    html = page_of(event).text
    assert "slaptas.example.org" not in html
    said = json.loads(html.split('<script type="application/ld+json">')[1].split("</script>")[0])[0]
    assert said["@type"] == "BusinessEvent"
    assert said["eventStatus"] == "https://schema.org/EventScheduled"
    assert said["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert [place["@type"] for place in said["location"]] == ["Place", "VirtualLocation"]
    assert said["offers"]["availability"] == "https://schema.org/InStock"
    assert datetime.datetime.fromisoformat(said["startDate"]) == event.starts
    states.call_off(event, State.POSTPONED, by=UserFactory(), note=both("", ""))
    later = page_of(event).text
    assert "https://schema.org/EventPostponed" in later
    assert "Offer" not in later


# --- a series ---------------------------------------------------------------------------------------------------------
def test_a_series_shows_what_comes_and_what_was():
    series = e.SeriesFactory(rrule="FREQ=MONTHLY")
    e.EventFactory(series=series, title=both("Būsimas forumas", "A coming forum"))
    e.EventFactory(series=series, title=both("Buvęs forumas", "A past forum"), starts=e.in_days(-9), state=State.HELD)
    e.EventFactory(series=series, title=both("Slaptas", "Secret"), state=State.DRAFT)
    shown = text_of(f"/lt/renginiai/ciklai/{series.slug}/")
    assert "Kas mėnesį" in shown
    assert shown.index("Būsimas forumas") < shown.index("Buvęs forumas")
    assert "Slaptas" not in shown


def test_a_series_that_is_a_draft_is_not_there():
    series = e.SeriesFactory(status="draft")
    assert Client().get(f"/lt/renginiai/ciklai/{series.slug}/").status_code == 404


def test_an_event_leads_to_other_dates_of_its_series():
    series = e.SeriesFactory()
    event, other = e.EventFactory(series=series), e.EventFactory(series=series, starts=e.in_days(60))
    assert [each.pk for each in page_of(event).context["more_dates"]] == [other.pk]


# --- the feed ---------------------------------------------------------------------------------------------------------
def test_feed_is_atom_in_the_language_of_its_page_and_filtered_as_the_list():
    e.EventFactory(kinds=["forum"], title=both("Debesų forumas", "Cloud forum"))
    e.EventFactory(kinds=["visit"])
    for address, title in (("/lt/renginiai/srautas.atom", "Debesų forumas"), ("/en/events/feed.atom", "Cloud forum")):
        response = Client().get(address, {"kind": "forum"})
        assert response["Content-Type"].startswith("application/atom+xml")
        entries = ElementTree.fromstring(response.content).findall("{http://www.w3.org/2005/Atom}entry")  # noqa: S314  our own
        assert [entry.find("{http://www.w3.org/2005/Atom}title").text for entry in entries] == [title]


def test_who_has_registered_finds_the_own_registration_instead_of_the_button():
    event = e.EventFactory(slug="muge")
    register = 'href="/lt/renginiai/muge/registracija/"'
    assert register in page_of(event).text
    person = UserFactory()
    mine = e.RegistrationFactory(event=event, person=person)
    client = Client()
    client.force_login(person)
    shown = client.get("/lt/renginiai/muge/").text
    assert register not in shown
    assert mine.link_token() in shown
    mine.state = "cancelled"
    mine.save()
    assert register in client.get("/lt/renginiai/muge/").text
