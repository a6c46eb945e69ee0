"""Invitations: the link proves the address, the grant is given once and only to whom it was meant for."""

import datetime
import uuid
from functools import partial

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts import actions, invitations
from klaster.accounts.factories import PASSWORD, InvitationFactory, UserFactory
from klaster.accounts.models import Invitation, User
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.core.tests.together import at_once, refused

pytestmark = pytest.mark.django_db

NEW = "keturi obuoliai ant stalo"


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def secretary():
    return UserFactory(secretariat=True, second_factor=True)


def test_the_letter_says_who_invites_to_what_and_its_text_is_wiped(secretary, send_letters):
    invitation = actions.invite(
        "nauja@pavyzdys.test", by=secretary, grant="secretariat", name="Nauja", message="Sveika!\nhttp://vagis.test"
    )
    (mail,) = send_letters()
    assert mail.to == ["nauja@pavyzdys.test"]
    assert mail.subject == f"Invitation from {secretary}"
    assert f"{secretary} invites you to work with them in the office of the network." in mail.body
    assert "> Sveika!" in mail.body
    assert "http://vagis.test" not in mail.body, "what people type becomes no link"
    letter = Letter.objects.get()
    assert (letter.body, letter.html) == ("", "")
    assert invitation.token_hash not in mail.body
    assert AuditEvent.objects.of(invitation).get().action == "invited"


def test_only_the_hash_of_the_token_is_stored(secretary, links):
    invitation = actions.invite("nauja@pavyzdys.test", by=secretary)
    (link,) = links("nauja@pavyzdys.test")
    token = link.strip("/").rpartition("/")[2]
    assert Invitation.objects.with_token(token).get() == invitation
    assert token not in str(Invitation.objects.values().get())


def test_whoever_registers_by_the_link_needs_no_second_letter_and_gets_what_was_given(client, secretary, links):
    actions.invite("nauja@pavyzdys.test", by=secretary, grant="secretariat", name="Nauja")
    (link,) = links("nauja@pavyzdys.test")
    page = client.get(link).content.decode()
    assert "Accept and make an account" in page
    assert client.post(link).url == reverse("account_signup")
    data = {"name": "Nauja Naujienė", "email": "kitas@pavyzdys.test", "password1": NEW}
    response = client.post(reverse("account_signup"), data)
    assert response.status_code == 302
    person = User.objects.get(name="Nauja Naujienė")
    assert person.email == "nauja@pavyzdys.test", "the proven address, whatever was typed"
    assert person.is_secretariat
    assert EmailAddress.objects.get(user=person).verified
    invitation = Invitation.objects.get()
    assert invitation.accepted_by == person
    assert Notice.objects.visible_to(secretary).get().subject == "Nauja Naujienė accepted your invitation"
    assert client.get(reverse("people")).url == reverse("mfa_index"), "signed in, and asked for a second factor"


def test_whoever_has_an_account_signs_in_and_accepts(client, secretary, links):
    person = UserFactory(email="sena@pavyzdys.test", proven=True)
    actions.invite("Sena@pavyzdys.test", by=secretary, grant="secretariat")
    (link,) = links("sena@pavyzdys.test")
    assert "Sign in to accept" in client.get(link).content.decode()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": link})
    assert "Accept" in client.get(link).content.decode()
    assert not person.is_secretariat
    client.post(link)
    assert User.objects.get(pk=person.pk).is_secretariat
    assert Client().get(link).status_code == 410
    assert [e.action for e in AuditEvent.objects.of(person)] == ["joined the secretariat"]


def test_somebody_else_cannot_take_it(client, secretary, links):
    actions.invite("sena@pavyzdys.test", by=secretary, grant="secretariat")
    (link,) = links("sena@pavyzdys.test")
    other = UserFactory(proven=True)
    client.force_login(other)
    assert "sign out" in client.get(link).content.decode()
    client.post(link)
    assert not User.objects.get(pk=other.pk).is_secretariat
    assert Invitation.objects.get().is_pending


def test_an_address_that_is_not_proven_takes_nothing(secretary):
    person = UserFactory(email="sena@pavyzdys.test")
    EmailAddress.objects.create(user=person, email=person.email, verified=False, primary=True)
    invitation = InvitationFactory(email=person.email, invited_by=secretary)
    with pytest.raises(ValidationError, match="another address"):
        actions.accept_invitation(invitation, by=person)


def test_it_is_accepted_once(secretary):
    person = UserFactory(proven=True)
    invitation = InvitationFactory(email=person.email, invited_by=secretary)
    actions.accept_invitation(invitation, by=person)
    with pytest.raises(ValidationError, match="no longer"):
        actions.accept_invitation(invitation, by=person)


def test_a_guess_is_not_found(client):
    InvitationFactory()
    assert client.get(reverse("invitation", args=["guess"])).status_code == 404


def test_a_withdrawn_one_says_so(client, secretary):
    invitation = InvitationFactory(token="t", invited_by=secretary)
    actions.withdraw_invitation(invitation, by=secretary)
    response = client.get(reverse("invitation", args=["t"]))
    assert response.status_code == 410
    assert "withdrawn" in response.content.decode()
    client.post(reverse("invitation", args=["t"]))
    assert "account_verified_email" not in client.session


@pytest.mark.parametrize(("late", "status"), [(-1, 200), (0, 410), (1, 410)])
def test_it_runs_out_to_the_second(client, late, status):
    invitation = InvitationFactory(token="t")
    with time_machine.travel(invitation.expires_at + datetime.timedelta(seconds=late), tick=False):
        assert client.get(reverse("invitation", args=["t"])).status_code == status


def test_inviting_again_ends_the_older_link(client, secretary, links):
    first = actions.invite("nauja@pavyzdys.test", by=secretary)
    second = actions.invite("NAUJA@pavyzdys.test", by=secretary)
    first.refresh_from_db()
    assert first.withdrawn_at
    assert second.is_open
    assert len(links("nauja@pavyzdys.test")) == 1, "the letter of the withdrawn one is not sent"


def test_the_grant_is_asked_again_when_the_inviter_has_left(secretary):
    person = UserFactory(proven=True)
    invitation = InvitationFactory(email=person.email, invited_by=secretary, grant="secretariat")
    actions.dismiss_secretary(secretary, by=UserFactory(superuser=True))
    with pytest.raises(ValidationError, match="no longer works"):
        actions.accept_invitation(invitation, by=person)
    assert not User.objects.get(pk=person.pk).is_secretariat
    invitation.refresh_from_db()
    assert invitation.is_pending, "nothing half done"


def test_other_apps_bring_their_own_grants(secretary):
    given = []
    invitations.register(
        "test", give=lambda person, params, by: given.append((person, params, by)), describe=lambda params: "to test"
    )
    try:
        person = UserFactory(proven=True)
        invitation = actions.invite(person.email, by=secretary, grant="test", params={"organisation": 7})
        actions.accept_invitation(invitation, by=person)
    finally:
        del invitations._grants["test"]
    assert given == [(person, {"organisation": 7}, secretary)]


def test_a_grant_nobody_registered_is_refused_when_inviting(secretary):
    with pytest.raises(KeyError):
        actions.invite("nauja@pavyzdys.test", by=secretary, grant="unknown")
    assert not Invitation.objects.exists()


def test_the_database_refuses_what_must_not_be():
    invitation = InvitationFactory()
    other = InvitationFactory()
    bad = [
        {"accepted_at": timezone.now()},
        {"accepted_at": timezone.now(), "accepted_by": UserFactory(), "withdrawn_at": timezone.now()},
        {"expires_at": invitation.invited_at},
        {"email": other.email.upper()},
    ]
    for values in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.filter(pk=invitation.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_once():
    secretary = UserFactory(secretariat=True)
    person = UserFactory(proven=True)
    invitation = InvitationFactory(email=person.email, invited_by=secretary, grant="secretariat")
    click = partial(actions.accept_invitation, invitation, by=person)
    assert len(refused(at_once(click, click, refusals=ValidationError))) == 1
    assert AuditEvent.objects.filter(action="accepted").count() == 1


def test_a_form_sent_twice_invites_once(client, secretary, links):
    client.force_login(secretary)
    page = client.get(reverse("invite_secretary"))
    form = {"name": "Nauja", "email": "nauja@pavyzdys.test", "language": "en", "message": ""}
    form["once"] = page.context["form"]["once"].value()
    for _click in range(2):
        assert client.post(reverse("invite_secretary"), form).url == reverse("invitations")
    assert (Invitation.objects.count(), Letter.objects.count()) == (1, 1)
    assert Invitation.objects.get().is_open
    client.post(reverse("invite_secretary"), form | {"email": "kita@pavyzdys.test"})
    assert Invitation.objects.filter(email="kita@pavyzdys.test").exists(), "a corrected address is another invitation"
    form["once"] = client.get(reverse("invite_secretary")).context["form"]["once"].value()
    client.post(reverse("invite_secretary"), form)
    assert Invitation.objects.filter(email="nauja@pavyzdys.test").count() == 2, "a new form is meant"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_invite_once(secretary):
    once = uuid.uuid4()
    results = at_once(*[lambda: actions.invite("nauja@pavyzdys.test", by=secretary, once=once)] * 4)
    assert results == [Invitation.objects.get()] * 4
    assert Letter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_the_same_at_the_same_instant_leave_one_link(secretary):
    colleague = UserFactory(secretariat=True)
    results = at_once(
        lambda: actions.invite("nauja@pavyzdys.test", by=secretary, grant="secretariat"),
        lambda: actions.invite("Nauja@pavyzdys.test", by=colleague, grant="secretariat"),
    )
    assert set(results) == set(Invitation.objects.all())
    assert Invitation.objects.pending().count() == 1
