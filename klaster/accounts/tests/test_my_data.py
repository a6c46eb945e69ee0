"""Taking one's data out, and having it erased: what goes, what stays without a name, what is never touched."""

import io
import json
import random
import zipfile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts import actions, export
from klaster.accounts.factories import PASSWORD, InvitationFactory, UserFactory, ViewingFactory
from klaster.accounts.models import Invitation, User, Viewing
from klaster.core import audit, letters, privacy
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.core.notify import notify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def person():
    return UserFactory(name="Jonas Jonaitis", email="jonas@pavyzdys.test", proven=True, second_factor=True)


@pytest.fixture
def inside(client, person):
    """Signed in with the password, so that it has just been shown who it is."""
    person.authenticator_set.all().delete()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def confirmed(client, url):
    """POST, and where it is asked for, the password."""
    response = client.post(url)
    if response.status_code == 302 and response.url.startswith(reverse("account_reauthenticate")):
        response = client.post(response.url, {"password": PASSWORD, "next": url})
    return response


def unpacked(response) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


# --- taking it out --------------------------------------------------------------------------------------------------
def test_the_archive_holds_everything_of_the_person_and_nothing_of_others(inside, person):
    other = UserFactory(name="Kita Kitaitė", email="kita@pavyzdys.test", proven=True)
    InvitationFactory(email="svetima@pavyzdys.test", invited_by=other, message="slapta žinia")
    InvitationFactory(email="sveciai@pavyzdys.test", invited_by=person, message="ateik į tinklą")
    ViewingFactory(person=person, reason="asked by phone")
    files = unpacked(confirmed(inside, reverse("my_data_export")))
    assert set(files) == {"README.txt"} | {f"{holding.name}.json" for holding in privacy.holdings()}
    rows = {
        name.removesuffix(".json"): json.loads(text)["rows"] for name, text in files.items() if name != "README.txt"
    }
    assert rows["accounts.user"][0]["email"] == "jonas@pavyzdys.test"
    assert [row["message"] for row in rows["accounts.invitation"]] == ["ateik į tinklą"]
    assert [row["reason"] for row in rows["accounts.viewing"]] == ["asked by phone"]
    assert rows["account.emailaddress"] == [{"email": "jonas@pavyzdys.test", "verified": True, "primary": True}]
    everything = "".join(files.values())
    assert "slapta" not in everything
    assert "kita@pavyzdys.test" not in everything
    assert json.loads(files["accounts.user.json"])["why"].startswith("So that you can sign in")


def test_no_secret_is_in_the_archive(inside, person):
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "zqx-canary"})
    files = unpacked(confirmed(inside, reverse("my_data_export")))
    everything = "".join(files.values())
    person.refresh_from_db()
    assert "zqx-canary" not in everything
    assert person.password not in everything
    assert inside.session.session_key not in everything


def test_the_password_is_asked_first(client, person):
    client.force_login(person)
    response = client.post(reverse("my_data_export"))
    assert response.url.startswith(reverse("account_reauthenticate"))
    response = client.post(response.url, {"password": "wrong", "next": reverse("my_data_export")})
    assert response.status_code == 200
    assert not AuditEvent.objects.filter(action="took out own data").exists()


def test_it_takes_a_post_and_is_written_down_and_limited(inside, person):
    assert inside.get(reverse("my_data_export")).status_code == 405
    answers = [confirmed(inside, reverse("my_data_export")).status_code for _time in range(6)]
    assert answers == [200] * 5 + [429]
    assert AuditEvent.objects.of(person).filter(action="took out own data").count() == 5


def test_it_flows(person):
    chance = random.Random(1)  # noqa: S311  text that does not compress
    for number in range(300):
        message = "".join(chance.choices("aąbcčdeęėfghiįyjklmnoprsštuųūvzž", k=1000))
        InvitationFactory(email=f"sveciai{number}@pavyzdys.test", invited_by=person, message=message)
    sizes = [len(part) for part in export.archive(person)]
    assert max(sizes) < 40_000 < sum(sizes)


def test_my_data_counts_what_there_is(inside, person):
    ViewingFactory(person=person)
    page = inside.get(reverse("my_data"))
    counts = {kind.holdings[0].name: count for kind, count in page.context["counted"]}
    assert counts["accounts.viewing"] == 1
    assert "directory.affiliation" not in counts, "what there is none of is left out"


# --- erasing --------------------------------------------------------------------------------------------------------
def everything_about(person):
    """A row of every kind the accounts and the core keep."""
    InvitationFactory(email="sveciai@pavyzdys.test", invited_by=person, message="ateik")
    InvitationFactory(email=person.email, name="Jonas Jonaitis")
    InvitationFactory(email=person.email.upper(), accepted_by=person, accepted_at=person.date_joined, name="Jonas")
    ViewingFactory(person=person)
    person.groups.add(Group.objects.create(name="Choir"))
    notify(person, "accounts.invitations", subject="Jonas, labas", key="1", url="/lt/")
    letters.write_account_letter(person.email, "Subject", "Jonas Jonaitis", purpose="test")
    audit.record("looked", person, by=person)


def test_nothing_tells_afterwards_who_it_was(person):
    everything_about(person)
    actions.erase(person)
    person.refresh_from_db()
    assert str(person) == "Erased person"
    assert not person.is_active
    assert not person.has_usable_password()
    assert list(person.groups.all()) == []
    for model in [EmailAddress, Authenticator]:
        assert not model.objects.filter(user=person).exists()
    assert not Notice.objects.exists()
    assert not Letter.objects.exists()
    left = str([list(model.objects.values()) for model in (User, Invitation, Viewing, AuditEvent)])
    for trace in ["Jonas", "jonas@pavyzdys.test", "JONAS@PAVYZDYS.TEST"]:
        assert trace not in left


def test_what_others_point_at_stays(person):
    everything_about(person)
    invited = Invitation.objects.get(email="sveciai@pavyzdys.test")
    actions.erase(person)
    invited.refresh_from_db()
    assert invited.invited_by == person
    assert invited.message == ""
    assert Viewing.objects.get().person == person
    assert not Invitation.objects.filter(accepted_at=None, withdrawn_at=None, email__startswith="erased-").exists()


def test_the_audit_is_not_rewritten(person):
    everything_about(person)
    before = list(AuditEvent.objects.order_by("pk").values())
    actions.erase(person)
    after = list(AuditEvent.objects.order_by("pk").values())
    assert after[: len(before)] == before
    assert [row["action"] for row in after[len(before) :]] == ["erased"]


def test_all_sessions_end_and_no_door_opens(inside, person):
    elsewhere = Client()
    elsewhere.force_login(person)
    elsewhere.get(reverse("account"))
    response = inside.get(reverse("my_data_erase"))
    if response.status_code == 302:
        response = inside.post(response.url, {"password": PASSWORD, "next": reverse("my_data_erase")}, follow=True)
    assert "cannot be undone" in response.content.decode()
    response = inside.post(reverse("my_data_erase"), {"sure": "on"})
    assert response.url == reverse("account_login")
    for browser in [inside, elsewhere]:
        assert browser.get(reverse("account")).status_code == 302
    again = Client()
    again.post(reverse("account_login"), {"login": "jonas@pavyzdys.test", "password": PASSWORD})
    assert again.get(reverse("account")).status_code == 302


def test_the_address_is_free_again(person):
    actions.erase(person)
    assert UserFactory(email="jonas@pavyzdys.test", proven=True).pk != person.pk


def test_it_is_asked_twice(inside, person):
    if (response := inside.get(reverse("my_data_erase"))).status_code == 302:
        inside.post(response.url, {"password": PASSWORD, "next": reverse("my_data_erase")})
    response = inside.post(reverse("my_data_erase"), {})
    assert response.context["form"].errors
    person.refresh_from_db()
    assert person.erased_at is None


def test_the_password_is_asked_before_erasing(client, person):
    client.force_login(person)
    assert client.get(reverse("my_data_erase")).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("my_data_erase"), {"sure": "on"})
    person.refresh_from_db()
    assert person.erased_at is None


def test_the_last_administrator_stays(person):
    superuser = UserFactory(superuser=True)
    with pytest.raises(ValidationError, match="only administrator"):
        actions.erase(superuser)
    UserFactory(superuser=True)
    actions.erase(superuser)
    superuser.refresh_from_db()
    assert superuser.erased_at


def test_erasing_twice_changes_nothing_more(person):
    actions.erase(person)
    first = User.objects.values().get(pk=person.pk)
    with pytest.raises(ValidationError, match="already"):
        actions.erase(person)
    assert User.objects.values().get(pk=person.pk) == first


def test_who_was_erased_does_not_come_back(person):
    actions.erase(person)
    with pytest.raises(ValidationError):
        actions.reactivate_person(person, by=UserFactory(secretariat=True))


def test_a_kind_of_row_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        privacy.register(User, purpose="x", kept="x", fate=privacy.Fate.KEPT, export=[])
