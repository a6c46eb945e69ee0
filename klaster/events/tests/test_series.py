"""Series: events made by the rule, what is left out or moved, what stays when the rule changes; copies of events."""

import datetime
import zoneinfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.events import factories as f
from klaster.events.actions import copying
from klaster.events.actions import series as actions
from klaster.events.actions.events import save_event
from klaster.events.jobs import extend_series
from klaster.events.models import Event, Series, SessionSpeaker, State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
ZONE = zoneinfo.ZoneInfo("Europe/Vilnius")
NOW = datetime.datetime(2026, 9, 1, 9, tzinfo=ZONE)


def at(year, month, day, hour=15):
    return datetime.datetime(year, month, day, hour, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cluster():
    return ClusterFactory()


@pytest.fixture
def coordinator(client, cluster):
    person = AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    client.force_login(person)
    return person


def data(cluster, **changes):
    return {
        "name_lt": "Forumas", "name_en": "Forum", "cluster": cluster.pk, "organiser": cluster.coordinator.pk,
        "starts_day": "2026-09-03", "starts_time": "15:00", "minutes": "90", "time_zone": "Europe/Vilnius",
        "pattern": "monthly_weekday", "ends": "open", "is_public": "on",
    } | changes  # fmt: skip


@pytest.fixture
def series(client, cluster, coordinator):
    assert client.post(reverse("series_new"), data(cluster)).status_code == 302
    return Series.objects.get()


def posted(client, series, **changes):
    address = reverse("series_edit", args=[series.slug])
    form = client.get(address).context["form"]
    own = {name: form[name].value() for name in ("version", "seen")}
    return client.post(address, data(series.cluster, **own, **changes))


def days(series):
    return [f"{event.starts.astimezone(ZONE):%m-%d %H}" for event in series.events.order_by("starts")]


def test_a_rule_of_plain_choices_makes_the_events_of_a_year(series):
    assert series.rrule == "FREQ=MONTHLY;BYDAY=1TH"
    assert days(series)[:4] == ["09-03 15", "10-01 15", "11-05 15", "12-03 15"]
    assert series.events.count() == 12
    event = series.events.first()
    assert (event.state, event.minutes if hasattr(event, "minutes") else 90) == (State.PUBLISHED, 90)
    assert event.ends - event.starts == datetime.timedelta(minutes=90)
    with time_machine.travel(NOW + datetime.timedelta(days=60), tick=False):
        assert extend_series(timestamp=0) == 2
        assert extend_series(timestamp=0) == 0


def test_a_preview_saves_nothing(client, cluster, coordinator):
    answer = client.post(reverse("series_new"), data(cluster, do="preview", ends="count", count="3"))
    assert [f"{date.starts:%m-%d}" for date in answer.context["preview"]] == ["09-03", "10-01", "11-05"]
    assert "15:00" in answer.text
    assert not Series.objects.exists()


WRONG = [
    ({"ends": "count"}, "count"),
    ({"ends": "until"}, "until"),
    ({"ends": "until", "until": "2026-09-01"}, "until"),
    ({"pattern": "monthly_last"}, "starts"),
    ({"starts_day": "2026-10-29"}, "pattern"),
    ({"starts_day": "2027-03-28", "starts_time": "03:30"}, "starts"),
    ({"minutes": "0"}, "minutes"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_what_cannot_be_is_said_at_its_field(client, cluster, coordinator, change, field):
    answer = client.post(reverse("series_new"), data(cluster, **change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_another_time_moves_what_is_free_and_keeps_what_people_registered_for(client, series):
    taken, moved = series.events.order_by("starts")[1:3]
    f.RegistrationFactory(event=taken)
    Event.objects.filter(pk=moved.pk).update(starts=at(2026, 11, 6), ends=at(2026, 11, 6, 17))
    assert posted(client, series, starts_time="16:00").status_code == 302
    assert days(series)[:4] == ["09-03 16", "10-01 15", "11-06 15", "12-03 16"]
    assert series.events.count() == 12
    taken.refresh_from_db()
    assert taken.series_date == at(2026, 10, 1, 16)


def test_another_rule_takes_away_what_is_free(client, series):
    taken = series.events.order_by("starts")[1]
    f.RegistrationFactory(event=taken)
    assert posted(client, series, pattern="yearly").status_code == 302
    assert days(series) == ["09-03 15", "10-01 15"]
    page = client.get(reverse("series_edit", args=[series.slug]))
    assert "no longer by the rule" in page.text


def test_a_date_is_left_out_taken_back_and_added(client, series):
    address, october = reverse("series_date", args=[series.slug]), at(2026, 10, 1)
    client.post(address, {"do": "leave", "starts": october.isoformat()})
    assert "10-01 15" not in days(series)
    assert extend_series(timestamp=0) == 0
    client.post(address, {"do": "back", "starts": october.isoformat()})
    assert "10-01 15" in days(series)
    client.post(address, {"do": "add", "further_day": "2026-10-15", "further_time": "10:00"})
    assert "10-15 10" in days(series)
    f.RegistrationFactory(event=series.events.get(series_date=october))
    client.post(address, {"do": "leave", "starts": october.isoformat()})
    assert "10-01 15" in days(series)
    assert client.post(address, {"do": "leave", "starts": "x"}).status_code == 404


def test_this_and_all_following_say_the_same_but_on_their_dates(series, coordinator):
    _first, second, third = series.events.order_by("starts")[:3]
    values = {"venue": {"lt": "Rotušė"}, "starts": second.starts + datetime.timedelta(hours=1), "ends": second.ends}
    version = second.updated_at.isoformat()
    save_event(second, by=coordinator, values=values, version=version, following=True)
    venues = [str(event.venue) for event in series.events.order_by("starts")]
    assert (venues[0], set(venues[1:])) == ("", {"Rotušė"})
    third.refresh_from_db()
    assert (third.starts, third.sequence) == (at(2026, 11, 5), 1)
    with time_machine.travel(NOW + datetime.timedelta(days=60), tick=False):
        extend_series(timestamp=0)
    assert str(series.events.order_by("-starts").first().venue) == "Rotušė"


def test_series_are_of_those_who_run_them(client, series):
    client.force_login(UserFactory())
    assert client.get(reverse("series_new")).status_code == 403
    for method in (client.get, client.post):
        assert method(reverse("series_edit", args=[series.slug])).status_code == 404
    other = AffiliationFactory(organisation=ClusterFactory().coordinator, manager=True).person
    with pytest.raises(PermissionDenied):
        actions.leave_out(series, at(2026, 10, 1), by=other)


def test_a_copy_has_agenda_and_questions_and_nobody_who_registered(client, cluster, coordinator):
    event = f.EventFactory(
        cluster=cluster, organiser=cluster.coordinator, starts=at(2026, 10, 24, 9), ends=at(2026, 10, 24, 17),
        closes_at=at(2026, 10, 20, 12), sequence=4, lottery_seed="x",
    )  # fmt: skip
    room, speaker, category = f.RoomFactory(event=event), f.SpeakerFactory(event=event), f.CategoryFactory(event=event)
    session = f.SessionFactory(event=event, room=room, starts=at(2026, 10, 24, 10), ends=at(2026, 10, 24, 11))
    SessionSpeaker.objects.create(session=session, speaker=speaker, role="chair")
    f.QuestionFactory(event=event).categories.add(category)
    event.quotas.create(category=category, places=5)
    event.quotas.create(country="LV", places=5)
    f.RegistrationFactory(event=event)
    when = {"starts_day": "2026-10-31", "starts_time": "10:00", "ends_day": "2026-10-31", "ends_time": "18:00"}
    assert client.post(reverse("event_copy", args=[event.slug]), when | {"ends_time": "09:00"}).status_code == 422
    assert client.post(reverse("event_copy", args=[event.slug]), when).status_code == 302
    copy = Event.objects.exclude(pk=event.pk).get()
    assert (copy.state, copy.sequence, copy.lottery_seed, copy.registrations.count()) == (State.DRAFT, 0, "", 0)
    assert copy.uid != event.uid
    assert copy.closes_at == at(2026, 10, 27, 13)
    copied = copy.sessions.get()
    assert (copied.starts, copied.room, copied.speaking.get().role) == (at(2026, 10, 31, 11), copy.rooms.get(), "chair")
    assert copied.speaking.get().speaker == copy.speakers.get() != speaker
    assert copy.questions.get().categories.get() == copy.categories.get() != category
    assert {(quota.category, str(quota.country)) for quota in copy.quotas.all()} == {
        (copy.categories.get(), ""), (None, "LV"),
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        copying.copy_event(event, by=UserFactory(), starts=copy.starts, ends=copy.ends)
