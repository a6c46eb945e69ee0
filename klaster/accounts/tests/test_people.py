"""What the office does with people's accounts, and that nobody else can."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts import actions
from klaster.accounts.factories import InvitationFactory, UserFactory
from klaster.accounts.models import Invitation, User
from klaster.accounts.tests.clients import ProvenClient
from klaster.core.models import AuditEvent

pytestmark = pytest.mark.django_db

RIGHTS = ["deactivate_person", "reactivate_person", "end_sessions", "dismiss_secretary"]
VERBS = ["person_deactivate", "person_reactivate", "person_end_sessions", "person_dismiss"]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def secretary():
    return UserFactory(name="Rasa Biurė", secretariat=True, second_factor=True)


@pytest.fixture
def office(client, secretary):
    client.force_login(secretary)
    return client


# --- rights ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("right", RIGHTS)
def test_the_office_reaches_everybody_but_itself_and_administrators(right, secretary):
    perm = f"accounts.{right}"
    superuser = UserFactory(superuser=True)
    assert secretary.has_perm(perm, UserFactory())
    assert secretary.has_perm(perm, UserFactory(secretariat=True))
    assert not secretary.has_perm(perm, superuser)
    assert not secretary.has_perm(perm, secretary)
    assert superuser.has_perm(perm, UserFactory(superuser=True))
    assert not superuser.has_perm(perm, superuser), "superusers follow the rules too"


@pytest.mark.parametrize("right", [*RIGHTS, "view_as"])
def test_nobody_else_reaches_anybody(right):
    somebody = UserFactory()
    for user in [UserFactory(), somebody, UserFactory(secretariat=True, is_active=False), AnonymousUser()]:
        assert not user.has_perm(f"accounts.{right}", somebody)
        assert not user.has_perm(f"accounts.{right}")


def test_rights_without_a_thing(secretary):
    for right in ["view_people", "invite_secretary"]:
        assert secretary.has_perm(f"accounts.{right}")
        assert not UserFactory().has_perm(f"accounts.{right}")
        assert not AnonymousUser().has_perm(f"accounts.{right}")


def test_an_invitation_is_withdrawn_by_who_sent_it_and_the_office(secretary):
    invitation = InvitationFactory()
    assert invitation.invited_by.has_perm("accounts.withdraw_invitation", invitation)
    assert secretary.has_perm("accounts.withdraw_invitation", invitation)
    assert not UserFactory().has_perm("accounts.withdraw_invitation", invitation)
    assert not AnonymousUser().has_perm("accounts.withdraw_invitation", invitation)


def test_who_sees_whom(secretary):
    one, other = UserFactory(), UserFactory()
    erased = UserFactory()
    actions.erase(erased)
    assert set(User.objects.visible_to(secretary)) == {secretary, one, other}
    assert set(User.objects.visible_to(one)) == {one}
    assert set(User.objects.visible_to(AnonymousUser())) == set()
    mine = InvitationFactory(invited_by=one)
    InvitationFactory()
    assert set(Invitation.objects.visible_to(one)) == {mine}
    assert Invitation.objects.visible_to(secretary).count() == 2
    assert Invitation.objects.visible_to(AnonymousUser()).count() == 0


# --- pages ----------------------------------------------------------------------------------------------------------
def test_people_are_found_by_name_without_accents_and_by_address(office):
    UserFactory(name="Žydrūnė Šaltenytė", email="zydrune@pavyzdys.test")
    UserFactory(name="Jonas Jonaitis")
    for words in ["saltenyte", "ŽYDRŪNĖ", "zydrune šalt", "zydrune@pav"]:
        page = office.get(reverse("people"), {"q": words}).context["page"]
        assert [person.name for person in page] == ["Žydrūnė Šaltenytė"], words
    assert "Nobody found" in office.get(reverse("people"), {"q": "nėra tokio"}).content.decode()


def test_people_come_in_the_order_of_the_alphabet(office):
    for name in ["Šarūnas", "Tadas", "Sigita"]:
        UserFactory(name=name)
    with override("lt"):
        page = office.get(reverse("people")).context["page"]
    assert [person.name for person in page] == ["Rasa Biurė", "Sigita", "Šarūnas", "Tadas"]


def test_people_are_filtered(office, secretary):
    closed = UserFactory(is_active=False)
    assert list(office.get(reverse("people"), {"who": "secretariat"}).context["page"]) == [secretary]
    assert list(office.get(reverse("people"), {"who": "closed"}).context["page"]) == [closed]
    assert office.get(reverse("people"), {"who": "nonsense"}).status_code == 200


@pytest.mark.parametrize("name", ["people", "invite_secretary"])
def test_the_pages_of_the_office_are_closed_to_others(client, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))
    client.force_login(UserFactory())
    assert client.get(reverse(name)).status_code == 403


def test_nobody_else_reads_about_a_person(client):
    person = UserFactory()
    client.force_login(UserFactory())
    assert client.get(person.get_absolute_url()).status_code == 403
    client.force_login(person)
    assert client.get(person.get_absolute_url()).status_code == 403


@pytest.mark.parametrize("name", ["people", "invitations"])
def test_lists_ask_as_often_for_three_as_for_one(office, name):
    office.get(reverse(name))
    asked = []
    for more in [1, 2]:
        for _number in range(more):
            InvitationFactory(invited_by=UserFactory(), accepted_by=UserFactory(), accepted_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            office.get(reverse(name))
        asked.append(len(queries))
    assert asked[0] == asked[1]


# --- verbs ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", VERBS)
def test_verbs_take_posts_of_the_office_only(client, name):
    somebody = UserFactory()
    url = reverse(name, args=[somebody.pk])
    assert client.post(url).url.startswith(reverse("account_login"))
    client.force_login(UserFactory())
    assert client.post(url, {"reason": "x"}).status_code == 404
    client.force_login(somebody)
    assert client.post(url, {"reason": "x"}).status_code == 403
    client.force_login(UserFactory(secretariat=True, second_factor=True))
    assert client.get(url).status_code == 405
    assert client.post(reverse(name, args=[0]), {"reason": "x"}).status_code == 404
    assert client.post(reverse(name, args=[UserFactory(superuser=True).pk]), {"reason": "x"}).status_code == 403
    somebody.refresh_from_db()
    assert somebody.is_active


def test_closing_an_account_closes_every_door_at_once_and_opening_it_opens_them(office, secretary):
    somebody = UserFactory()
    own = Client()
    own.force_login(somebody)
    assert own.get(reverse("account")).status_code == 200
    url = reverse("person_deactivate", args=[somebody.pk])
    assert office.post(url, {"reason": ""}).context["reason_form"].errors
    office.post(url, {"reason": "no longer at the firm"})
    assert own.get(reverse("account")).status_code == 302
    assert not somebody.usersession_set.exists()
    event = AuditEvent.objects.of(somebody).first()
    assert (event.action, event.actor, event.note) == ("deactivated", secretary, "no longer at the firm")
    office.post(reverse("person_reactivate", args=[somebody.pk]))
    assert own.get(reverse("account")).status_code == 302, "the old session stays ended"
    own.force_login(User.objects.get(pk=somebody.pk))
    assert own.get(reverse("account")).status_code == 200


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "It is kept for ever and cannot be changed: write no more about people than is needed."),
        ("lt", "Ji saugoma visą laiką ir nebus pakeista: apie žmones nerašykite daugiau, negu būtina."),
    ],
)
def test_forms_whose_words_stay_for_ever_say_so(office, language, words):
    with override(language):
        page = office.get(reverse("person", args=[UserFactory().pk])).context
        assert page["reason_form"].fields["reason"].help_text == words
        assert words in str(page["viewing_form"].fields["reason"].help_text)


def test_signing_somebody_out_everywhere(office):
    somebody = UserFactory()
    devices = [Client(), Client()]
    for device in devices:
        device.force_login(somebody)
        assert device.get(reverse("account")).status_code == 200
    office.post(reverse("person_end_sessions", args=[somebody.pk]))
    assert [device.get(reverse("account")).status_code for device in devices] == [302, 302]
    assert office.get(reverse("people")).status_code == 200


def test_who_is_dismissed_loses_the_office_with_the_next_request(office):
    colleague = UserFactory(secretariat=True, second_factor=True)
    own = ProvenClient()
    own.force_login(colleague)
    assert own.get(reverse("people")).status_code == 200
    assert own.get(reverse("wagtailadmin_home")).status_code == 200
    office.post(reverse("person_dismiss", args=[colleague.pk]))
    assert own.get(reverse("people")).status_code == 403
    assert own.get(reverse("wagtailadmin_home")).status_code == 403


def test_a_colleague_is_invited_and_the_invitation_withdrawn(office, secretary):
    data = {"name": "Nauja", "email": "nauja@pavyzdys.test", "language": "lt", "message": ""}
    assert office.post(reverse("invite_secretary"), data).url == reverse("invitations")
    invitation = Invitation.objects.get()
    assert (invitation.grant, invitation.invited_by, invitation.language) == ("secretariat", secretary, "lt")
    page = office.get(reverse("invitations")).content.decode()
    assert "waiting" in page
    office.post(reverse("invitation_withdraw", args=[invitation.pk]))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at
    assert (
        "was already answered"
        in office.post(reverse("invitation_withdraw", args=[invitation.pk]), follow=True).content.decode()
    )


def test_an_invitation_of_somebody_else_is_not_there(client):
    invitation = InvitationFactory()
    client.force_login(UserFactory())
    assert client.post(reverse("invitation_withdraw", args=[invitation.pk])).status_code == 404
    invitation.refresh_from_db()
    assert invitation.is_pending


def test_a_hostile_name_stays_text(office):
    UserFactory(name="<script>alert(1)</script>")
    page = office.get(reverse("people")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
