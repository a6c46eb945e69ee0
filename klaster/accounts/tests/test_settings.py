"""One's own settings: name, language, time zone, what reaches one, notices, devices."""

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.accounts.forms import time_zones
from klaster.accounts.templatetags.accounts import device
from klaster.core import topics
from klaster.core.models import AuditEvent, Notice
from klaster.core.notify import channels_of, notify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def person():
    return UserFactory(name="Jonas Jonaitis")


@pytest.fixture
def own(client, person):
    client.force_login(person)
    return client


def save(client, **values):
    return client.post(
        reverse("account"), {"name": "Jonas Jonaitis", "language": "en", "time_zone": "Europe/Vilnius", **values}
    )


def test_name_language_and_zone_are_changed_and_the_next_page_speaks_the_new_language(own, person):
    assert save(own, name="Jonas Petraitis", language="lt", time_zone="Europe/Lisbon").url.startswith("/lt/")
    person.refresh_from_db()
    assert (person.name, person.language, person.time_zone) == ("Jonas Petraitis", "lt", "Europe/Lisbon")
    event = AuditEvent.objects.of(person).get()
    assert event.before == {"name": "(hidden)", "language": "en", "time_zone": "Europe/Vilnius"}


@pytest.mark.parametrize(
    "bad", [{"name": ""}, {"name": "x" * 151}, {"language": "xx"}, {"time_zone": "Mars/Base"}, {"time_zone": "../etc"}]
)
def test_nonsense_is_refused_at_the_field(own, person, bad):
    response = save(own, **bad)
    assert response.status_code == 200
    assert set(response.context["form"].errors) == set(bad)


def test_zones_are_offered_by_place_under_their_part_of_the_world():
    first, *groups = time_zones()
    assert first == ("Europe/Vilnius", "Vilnius")
    parts = dict(groups)
    assert list(parts)[:2] == ["Europe", "Africa"]
    assert ("America/Argentina/Buenos_Aires", "Buenos Aires, Argentina") in parts["America"]
    offered = [zone for named in parts.values() for zone, _place in named]
    assert "Europe/Vilnius" not in offered
    assert "US/Eastern" not in offered
    assert "America/New_York" in offered


def test_fields_that_are_not_in_the_form_do_not_change(own, person):
    save(own, is_superuser="on", email="vagis@pavyzdys.test", is_active="", erased_at="2020-01-01", pk="1")
    fresh = type(person).objects.get(pk=person.pk)
    assert (fresh.is_superuser, fresh.email, fresh.is_active) == (False, person.email, True)


def test_zones_begin_with_the_networks():
    first, *groups = time_zones()
    zones = [first[0], *(zone for _part, named in groups for zone, _place in named)]
    assert zones[0] == "Europe/Vilnius"
    assert {"Europe/Lisbon", "Asia/Tbilisi"} < set(zones)
    assert len(zones) == len(set(zones))


def test_times_are_shown_in_the_zone_of_the_reader(client):
    person = UserFactory(time_zone="Asia/Tokyo")
    notify(person, "accounts.invitations", subject="x", key="1")
    Notice.objects.update(at="2026-01-01T20:00:00Z")
    client.force_login(person)
    with override("en"):
        assert "2026-01-02 05:00" in client.get(reverse("notices")).content.decode()


def test_an_unknown_zone_in_the_row_is_not_an_error(client):
    client.force_login(UserFactory(time_zone="Europe/Atlantis"))
    assert client.get(reverse("account")).status_code == 200


def test_pages_without_a_language_in_the_address_speak_the_persons(client):
    client.force_login(UserFactory(language="lt"))
    assert client.get("/", headers={"accept-language": "en"}).url == "/lt/"
    client.force_login(UserFactory(language="en"))
    assert client.get("/", headers={"accept-language": "lt"}).url == "/en/"


# --- channels and notices -------------------------------------------------------------------------------------------
def test_channels_are_chosen_topic_by_topic(own, person):
    topic = topics.get("accounts.invitations")
    assert channels_of(person, topic) == {"site", "mail"}
    own.post(reverse("channels"), {topic.code: ["mail"]})
    person.refresh_from_db()
    assert channels_of(person, topic) == {"mail"}
    own.post(reverse("channels"), {})
    person.refresh_from_db()
    assert channels_of(person, topic) == set()
    page = own.get(reverse("channels"))
    assert page.context["form"][topic.code].initial == []


def test_unknown_channels_are_refused(own, person):
    response = own.post(reverse("channels"), {"accounts.invitations": ["pigeon"]})
    assert response.context["form"].errors
    person.refresh_from_db()
    assert person.chosen_channels == {}


def test_notices_are_read_one_by_one_and_all_at_once(own, person):
    for number in range(3):
        notify(person, "accounts.invitations", subject=f"Notice {number}", key=str(number), url="/en/")
    first = Notice.objects.order_by("pk").first()
    assert own.get(reverse("notices")).context["unread"] == 3
    assert own.get(reverse("notices")).context["unread"] == 3, "looking reads nothing"
    assert own.post(reverse("notice_open", args=[first.pk])).url == "/en/"
    assert own.get(reverse("notices")).context["unread"] == 2
    own.post(reverse("notices_read"))
    assert own.get(reverse("notices")).context["unread"] == 0


def test_notices_of_others_are_not_there(own):
    other = UserFactory()
    notice = notify(other, "accounts.invitations", subject="slaptas", key="1")
    assert "slaptas" not in own.get(reverse("notices")).content.decode()
    assert own.post(reverse("notice_open", args=[notice.pk])).status_code == 404
    own.post(reverse("notices_read"))
    assert Notice.objects.visible_to(other).unread().count() == 1


def test_a_notice_leads_to_this_site_only(own, person):
    notice = notify(person, "accounts.invitations", subject="x", key="1")
    Notice.objects.filter(pk=notice.pk).update(url="//vagis.test/")
    assert own.post(reverse("notice_open", args=[notice.pk])).url == reverse("notices")


def test_an_empty_page_of_notices_says_what_to_do(own):
    assert "Nothing yet" in own.get(reverse("notices")).content.decode()


# --- devices --------------------------------------------------------------------------------------------------------
def test_devices_are_seen_and_signed_out(own, person):
    other = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) AppleWebKit/605.1 Safari/604.1"})
    other.force_login(person)
    other.get(reverse("account"))
    page = own.get(reverse("usersessions_list"))
    assert "Safari, iPhone" in page.content.decode()
    session = person.usersession_set.exclude(session_key=own.session.session_key).get()
    own.post(reverse("session_end", args=[session.pk]))
    assert other.get(reverse("account")).status_code == 302
    assert own.get(reverse("account")).status_code == 200


def test_the_device_in_hand_is_not_signed_out_by_mistake(own, person):
    own.get(reverse("account"))
    own.post(reverse("session_end", args=[person.usersession_set.get().pk]))
    assert own.get(reverse("account")).status_code == 200


def test_all_others_are_signed_out_at_once(own, person):
    others = [Client(), Client()]
    for other in others:
        other.force_login(person)
        other.get(reverse("account"))
    own.get(reverse("account"))
    own.post(reverse("usersessions_list"))
    assert [other.get(reverse("account")).status_code for other in others] == [302, 302]
    assert own.get(reverse("account")).status_code == 200


def test_devices_of_others_are_not_there(own):
    stranger = UserFactory()
    other = Client()
    other.force_login(stranger)
    other.get(reverse("account"))
    assert own.post(reverse("session_end", args=[stranger.usersession_set.get().pk])).status_code == 404
    assert other.get(reverse("account")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_devices_have_names_people_use(agent, name):
    assert device(agent) == name


def test_a_hostile_device_name_stays_text():
    text = Template("{% load accounts %}{{ agent|device }}").render(Context({"agent": "<b>Firefox/1</b>"}))
    assert text == "Firefox"
