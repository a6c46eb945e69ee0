"""What was allowed when the page was opened is asked again under the lock; what is asked twice is done once."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts import actions
from klaster.accounts.factories import InvitationFactory, UserFactory
from klaster.accounts.models import User
from klaster.core.models import AuditEvent
from klaster.core.tests.together import at_once, refused

VERBS = {
    "close": lambda person, by: actions.deactivate_person(person, by=by, reason="left"),
    "open": lambda person, by: actions.reactivate_person(person, by=by),
    "dismiss": lambda person, by: actions.dismiss_secretary(person, by=by),
    "sign out": lambda person, by: actions.end_sessions(person, by=by),
    "withdraw": lambda person, by: actions.withdraw_invitation(InvitationFactory(), by=by),
}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_who_was_dismissed_a_moment_ago_may_no_more(verb):
    secretary, person = UserFactory(secretariat=True), UserFactory(secretariat=True)
    assert secretary.is_secretariat  # asked and remembered, as by the view
    actions.dismiss_secretary(secretary, by=UserFactory(superuser=True))
    with pytest.raises(PermissionDenied):
        VERBS[verb](person, secretary)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["close", "dismiss"])
def test_a_second_click_changes_and_records_nothing_more(verb):
    boss, person = UserFactory(superuser=True), UserFactory(secretariat=True)
    for _click in range(2):
        VERBS[verb](person, boss)
    assert AuditEvent.objects.of(person).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_leave_one():
    pair = [UserFactory(superuser=True), UserFactory(superuser=True)]
    found = at_once(*(
        partial(actions.deactivate_person, other, by=by, reason="you first") for by, other in (pair, pair[::-1])
    ), refusals=PermissionDenied)  # fmt: skip
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
    assert len(refused(found)) == 1


@pytest.mark.django_db
def test_who_accepts_does_not_act_as_who_invited(client):
    """The audit says "seeing as" of nobody who did not look through another's eyes."""
    boss, person = UserFactory(superuser=True), UserFactory(proven=True)
    InvitationFactory(email=person.email, grant="secretariat", invited_by=boss, token="the-token")
    client.force_login(person)
    with override("en"):
        client.post(reverse("invitation", args=["the-token"]))
    event = AuditEvent.objects.of(person).get(action="joined the secretariat")
    assert (event.actor_id, event.on_behalf_of_id) == (boss.pk, None)
