"""The organiser's desk: making an event, changing it, its states."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent
from klaster.core.tests.test_uploads import picture, upload
from klaster.directory.factories import AffiliationFactory, ClusterFactory, OrganisationFactory
from klaster.events import factories as f
from klaster.events.models import Event, State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
VILNIUS_NIGHTS = {"spring": "2027-03-28", "autumn": "2027-10-31"}


@pytest.fixture
def cluster():
    return ClusterFactory()


@pytest.fixture
def coordinator(cluster, client):
    person = AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    client.force_login(person)
    return person


@pytest.fixture
def event(cluster):
    return f.EventFactory(cluster=cluster, organiser=cluster.coordinator)


def posted(page, **changes):
    """What the form of a page would send, with changes."""
    form = page.context["form"]
    data = {}
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if hasattr(widget, "decompress"):
            parts = value if isinstance(value, list) else widget.decompress(value)
            for suffix, part in zip(widget.widgets_names, parts, strict=True):
                data[f"{bound.html_name}{suffix}"] = "" if part is None else str(part)
        elif value not in (None, False) and not hasattr(bound.field, "max_upload"):
            data[bound.html_name] = "on" if value is True else value
    data.pop("cover", None)
    return {name: value for name, value in (data | changes).items() if value is not None}


def new(**changes):
    return {
        "title_lt": "Forumas", "title_en": "Forum", "kinds": ["forum"], "starts_day": "2027-05-05",
        "starts_time": "09:00", "ends_day": "2027-05-05", "ends_time": "17:00",
    } | changes  # fmt: skip


def test_a_coordinator_makes_a_draft_of_an_own_cluster(client, cluster, coordinator):
    data = new(cluster=cluster.pk, organiser=cluster.coordinator.pk)
    answer = client.post(reverse("event_new"), data)
    event = Event.objects.get()
    assert answer.status_code == 302
    assert (event.slug, event.state, event.cluster) == ("forumas", State.DRAFT, cluster)
    assert event.starts == datetime.datetime(2027, 5, 5, 6, tzinfo=datetime.UTC)
    client.post(reverse("event_new"), data)
    assert set(Event.objects.values_list("slug", flat=True)) == {"forumas", "forumas-2"}
    assert AuditEvent.objects.of(event).get().action == "added"


def test_nobody_makes_an_event_of_somebody_elses_cluster(client, coordinator):
    other = ClusterFactory()
    answer = client.post(reverse("event_new"), new(cluster=other.pk, organiser=other.coordinator.pk))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"cluster", "organiser"}
    assert not Event.objects.exists()


def test_the_office_leaves_the_cluster_empty_and_names_any_organiser(client):
    client.force_login(UserFactory(secretariat=True))
    organisation = OrganisationFactory()
    assert client.post(reverse("event_new"), new(organiser=organisation.slug)).status_code == 302
    event = Event.objects.get()
    assert (event.cluster, event.organiser) == (None, organisation)
    answer = client.post(reverse("event_new"), new(organiser="Nėra tokios"))
    assert "organiser" in answer.context["form"].errors


def test_a_change_that_calendars_show_makes_a_new_version_and_is_told(client, coordinator, event):
    address = reverse("event_edit", args=[event.slug])
    page = client.get(address)
    answer = client.post(address, posted(page, summary_lt="Kitaip", cover=""))
    event.refresh_from_db()
    assert (answer.status_code, event.sequence, str(event.summary)) == (302, 1, "Kitaip")
    assert told(event) == []
    client.post(address, posted(client.get(address), venue_lt="Rotušė"))
    event.refresh_from_db()
    assert event.sequence == 2
    assert told(event) == [("event_changed", ["venue"])]
    client.post(address, posted(client.get(address)))
    event.refresh_from_db()
    assert (event.sequence, len(told(event))) == (2, 1)


def test_times_on_the_nights_when_clocks_are_changed(client, coordinator, event):
    address = reverse("event_edit", args=[event.slug])
    page = client.get(address)
    spring = posted(page, starts_day="2027-03-28", starts_time="03:30", ends_day="2027-03-28", ends_time="09:00")
    answer = client.post(address, spring)
    assert answer.status_code == 422
    assert "03:30" in str(answer.context["form"].errors["starts"])
    assert "04:00" in str(answer.context["form"].errors["starts"])
    autumn = posted(page, starts_day="2027-10-31", starts_time="03:30", ends_day="2027-10-31", ends_time="09:00")
    answer = client.post(address, autumn)
    assert "starts" in answer.context["form"].errors
    assert len(re.findall(r'name="starts_twice"', answer.content.decode())) == 2
    assert client.post(address, autumn | {"starts_twice": "1"}).status_code == 302
    event.refresh_from_db()
    assert event.starts == datetime.datetime(2027, 10, 31, 1, 30, tzinfo=datetime.UTC)
    shown = re.search(r'<input[^>]*name="starts_twice"[^>]*checked[^>]*>', client.get(address).content.decode())
    assert shown, re.findall(r"<input[^>]*twice[^>]*>", client.get(address).content.decode())
    assert 'value="1"' in shown[0]


def test_days_stay_days(client, coordinator, event):
    address = reverse("event_edit", args=[event.slug])
    days = posted(client.get(address), is_all_day="on", starts_day="2027-03-27", ends_day="2027-03-28", ends_time="")
    assert client.post(address, days).status_code == 302
    event.refresh_from_db()
    assert event.ends == datetime.datetime(2027, 3, 28, 21, tzinfo=datetime.UTC)
    page = client.get(address).content.decode()
    assert 'value="2027-03-28"' in page
    assert 'value="2027-03-29"' not in page
    client.post(address, posted(client.get(address), starts_day="2027-03-27", ends_day="2027-03-28"))
    event.refresh_from_db()
    assert event.ends == datetime.datetime(2027, 3, 28, 21, tzinfo=datetime.UTC)


def told(event):
    """Letters to all who registered for the event, in the order of asking: (kind, fields)."""
    jobs = ProcrastinateJob.objects.filter(task_name="events.tell_all", args__event_id=event.pk).order_by("id")
    return [(job.args["kind"], job.args["more"].get("fields")) for job in jobs]


WRONG = [
    ({"ends_time": "08:00"}, "ends"),
    ({"ends_day": "", "ends_time": ""}, "ends"),
    ({"starts_time": ""}, "starts"),
    ({"starts_day": ""}, "starts"),
    ({"closes_at_day": "2027-05-06", "closes_at_time": "09:00"}, "closes_at"),
    ({"opens_at_day": "2027-05-05", "opens_at_time": "10:00"}, "opens_at"),
    ({"title_lt": "", "title_en": ""}, "title"),
    ({"capacity": "0"}, "capacity"),
    ({"region": "LT011", "country": "EE"}, "region"),
    ({"time_zone": "Europe/Nowhere"}, "time_zone"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_what_cannot_be_is_said_at_its_field(client, coordinator, event, change, field):
    address = reverse("event_edit", args=[event.slug])
    day = {"starts_day": "2027-05-05", "starts_time": "09:00", "ends_day": "2027-05-05", "ends_time": "17:00"}
    answer = client.post(address, posted(client.get(address), **(day | change)))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors, answer.context["form"].errors


def test_a_picture_says_what_it_shows(client, coordinator, event, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    address = reverse("event_edit", args=[event.slug])
    page = client.get(address)
    answer = client.post(address, posted(page, cover=upload("sale.png", picture())))
    assert "cover_alt" in answer.context["form"].errors
    assert (
        client.post(address, posted(page, cover=upload("sale.png", picture()), cover_alt_lt="Salė")).status_code == 302
    )
    event.refresh_from_db()
    assert event.cover
    assert client.post(address, posted(client.get(address), without_cover="on")).status_code == 302
    event.refresh_from_db()
    assert not event.cover


def test_two_people_at_once_lose_nothing(client, coordinator, event):
    address = reverse("event_edit", args=[event.slug])
    mine = posted(client.get(address), venue_lt="Mano salė", city="Kaunas")
    client.post(address, posted(client.get(address), venue_lt="Jų salė", audience_lt="Visiems"))
    answer = client.post(address, mine)
    assert answer.status_code == 409
    assert [each["name"] for each in answer.context["differing"]] == ["venue"]
    assert "Mano salė" in answer.content.decode()
    client.post(address, posted(answer))
    event.refresh_from_db()
    assert (event.venue["lt"], event.city, event.audience["lt"]) == ("Mano salė", "Kaunas", "Visiems")


def test_the_door_and_strangers_change_nothing(client, event):
    door = f.TeamMemberFactory(event=event).person
    for person in (door, UserFactory(), f.TeamMemberFactory(role="organiser").person):
        client.force_login(person)
        for name in ("event_edit", "event_state", "event_desk"):
            assert client.get(reverse(name, args=[event.slug])).status_code == 404
            assert client.post(reverse(name, args=[event.slug])).status_code in (404, 405)
    helper = f.TeamMemberFactory(event=event, role="organiser").person
    client.force_login(helper)
    page = client.get(reverse("event_edit", args=[event.slug]))
    assert not {"cluster", "organiser"} & set(page.context["form"].fields)
    assert client.post(reverse("event_edit", args=[event.slug]), posted(page)).status_code == 302


def test_it_is_published_postponed_and_brought_back(client, coordinator, event):
    Event.objects.update(state=State.DRAFT)
    address = reverse("event_state", args=[event.slug])
    client.post(address, {"do": "publish"})
    event.refresh_from_db()
    assert event.state == State.OPEN
    answer = client.post(address, {"do": "postpone", "note_lt": "Serga pranešėjas"})
    assert answer.status_code == 422
    assert "note" in answer.context["form"].errors
    client.post(address, {"do": "postpone", "note_lt": "Serga pranešėjas", "note_en": "The speaker is ill"})
    event.refresh_from_db()
    assert event.state == State.POSTPONED
    assert "Serga pranešėjas" in client.get(address).content.decode()
    client.post(address, {"do": "publish"})
    assert [kind for kind, _fields in told(event)] == ["event_postponed", "event_changed"]
    client.post(address, {"do": "withdraw"})
    event.refresh_from_db()
    assert event.state == State.DRAFT
    assert event.state_changes.count() == 4


def test_a_draft_is_deleted_and_a_public_event_is_not(client, coordinator, event):
    client.post(reverse("event_delete", args=[event.slug]))
    assert Event.objects.exists()
    Event.objects.update(state=State.DRAFT)
    client.post(reverse("event_delete", args=[event.slug]))
    assert not Event.objects.exists()


def test_my_events_are_those_i_run_and_cost_the_same_however_many(client, coordinator, event):
    f.EventFactory(title={"lt": "Svetimas", "en": "Not mine"})
    address = reverse("my_events")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert "Not mine" not in page.content.decode()
        return len(queries)

    f.EventFactory(cluster=event.cluster, state=State.DRAFT)
    asked()
    first = asked()
    for days in (1, 2):
        f.EventFactory(cluster=event.cluster, starts=timezone.now() + datetime.timedelta(days=days))
        f.EventFactory(cluster=event.cluster, state=State.DRAFT)
    assert asked() == first


def test_who_runs_nothing_has_no_page_of_events(client):
    client.force_login(UserFactory())
    assert client.get(reverse("my_events")).status_code == 404
    assert client.get(reverse("event_new")).status_code == 403
