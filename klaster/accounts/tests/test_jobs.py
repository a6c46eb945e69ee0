"""The promises about how long things are kept are kept every night."""

import datetime

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from klaster.accounts import jobs
from klaster.accounts.factories import InvitationFactory, UserFactory
from klaster.accounts.models import Invitation, User

pytestmark = pytest.mark.django_db


def ago(**time) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**time)


def test_registrations_nobody_confirmed_go_after_a_week():
    old, fresh, confirmed, used = (UserFactory() for _person in range(4))
    for person in [old, fresh, used]:
        EmailAddress.objects.create(user=person, email=person.email, verified=False, primary=True)
    EmailAddress.objects.create(user=confirmed, email=confirmed.email, verified=True, primary=True)
    User.objects.filter(pk__in=[old.pk, confirmed.pk, used.pk]).update(date_joined=ago(days=8))
    User.objects.filter(pk=used.pk).update(last_login=timezone.now())
    assert jobs.tidy_up(timestamp=0)["registrations"] == 1
    assert set(User.objects.all()) == {fresh, confirmed, used}
    assert jobs.tidy_up(timestamp=0)["registrations"] == 0


def test_one_who_cannot_be_deleted_does_not_keep_the_others():
    """Rows of other apps may hold on to an account (PROTECT); the next night tries again."""
    first, held, last = (UserFactory() for _person in range(3))
    for person in [first, held, last]:
        EmailAddress.objects.create(user=person, email=person.email, verified=False, primary=True)
    User.objects.update(date_joined=ago(days=8))
    invitation = InvitationFactory(invited_by=held)
    assert jobs.forget_unconfirmed(timezone.now()) == 2
    assert set(User.objects.all()) == {held}
    assert EmailAddress.objects.get().user == held
    invitation.delete()
    assert jobs.forget_unconfirmed(timezone.now()) == 1


def test_invitations_nobody_answered_go_after_a_year():
    old, accepted, fresh = InvitationFactory(), InvitationFactory(), InvitationFactory()
    Invitation.objects.filter(pk__in=[old.pk, accepted.pk]).update(invited_at=ago(days=366))
    Invitation.objects.filter(pk=accepted.pk).update(accepted_by=UserFactory(), accepted_at=timezone.now())
    assert jobs.tidy_up(timestamp=0)["invitations"] == 1
    assert set(Invitation.objects.all()) == {accepted, fresh}


def test_sessions_that_are_over_go_from_the_list_of_devices(client):
    client.force_login(UserFactory())
    client.get(reverse("account"))
    assert jobs.tidy_up(timestamp=0)["sessions"] == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(days=15)):
        assert jobs.tidy_up(timestamp=0)["sessions"] == 1
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
