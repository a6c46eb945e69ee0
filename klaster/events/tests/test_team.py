"""The team of an event, and the overview of what is left to do."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from klaster.accounts.actions import accept_invitation
from klaster.accounts.factories import UserFactory
from klaster.accounts.models import Invitation
from klaster.core.fields import Translated
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.directory.workspace import Desk
from klaster.events import factories as f
from klaster.events import left_to_do
from klaster.events.models import State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def event():
    cluster = ClusterFactory()
    return f.EventFactory(cluster=cluster, organiser=cluster.coordinator)


@pytest.fixture
def coordinator(client, event):
    person = AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person
    client.force_login(person)
    return person


def test_a_colleague_joins_at_once_and_gets_another_role(client, event, coordinator):
    colleague = AffiliationFactory(organisation=event.cluster.coordinator).person
    address = reverse("event_team", args=[event.slug])
    client.post(address, {"email": colleague.email, "role": "door", "language": "lt"})
    member = event.team.get()
    assert (member.person, member.role) == (colleague, "door")
    client.post(reverse("team_member", args=[event.slug, member.pk]), {"do": "organiser"})
    assert colleague.has_perm("events.change_event", event)
    client.post(reverse("team_member", args=[event.slug, member.pk]), {"do": "out"})
    assert not colleague.has_perm("events.check_in_event", event)


def test_strangers_are_invited_whether_they_have_an_account_or_not(client, event, coordinator):
    stranger, address = UserFactory(proven=True), reverse("event_team", args=[event.slug])
    for email in (stranger.email, "niekas@pavyzdys.test"):
        answer = client.post(address, {"email": email, "role": "door", "language": "lt", "name": "Ona"}, follow=True)
        assert "The invitation is on its way." in answer.text
        assert stranger.name not in answer.text
    assert not event.team.exists()
    invitation = Invitation.objects.get(email=stranger.email.lower())
    accept_invitation(invitation, by=stranger)
    assert stranger.has_perm("events.check_in_event", event)


def test_an_invitation_of_somebody_who_runs_it_no_more_gives_nothing(client, event, coordinator):
    stranger = UserFactory(proven=True)
    client.post(
        reverse("event_team", args=[event.slug]), {"email": stranger.email, "role": "organiser", "language": "lt"}
    )
    coordinator.affiliations.all().delete()
    with pytest.raises(Exception, match="no longer runs"):
        accept_invitation(Invitation.objects.get(), by=stranger)
    assert not event.team.exists()


def test_a_member_of_another_team_is_out_of_reach(client, event, coordinator):
    other = f.TeamMemberFactory()
    assert client.post(reverse("team_member", args=[event.slug, other.pk]), {"do": "out"}).status_code == 404
    client.force_login(f.TeamMemberFactory(event=event).person)
    assert client.get(reverse("event_team", args=[event.slug])).status_code == 404


def titles(event):
    return " | ".join(str(todo.title) for todo in left_to_do.todos(event))


def test_what_is_left_to_do_follows_from_what_there_is(event):
    assert "There is no agenda" in titles(event)
    assert "Description: nothing yet" in titles(event)
    event.summary = Translated(lt="a")
    assert "In one sentence: missing in English" in titles(event)
    f.SessionFactory(event=event)
    event.venue = Translated(lt="Rotušė")
    event.summary = event.description = Translated(lt="a", en="b")
    event.cover = "events/x.png"
    assert titles(event) == ""
    event.state, event.starts, event.ends = State.DRAFT, None, None
    assert titles(event).startswith("Say when it is")


def test_free_places_and_people_who_wait_are_said(event):
    f.RegistrationFactory(event=event, state="waiting")
    assert "Places are free" in titles(event)
    event.capacity = 1
    f.RegistrationFactory(event=event)
    assert "Places are free" not in titles(event)
    f.RegistrationFactory(event=event, state="applied")
    event.capacity = 5
    said = titles(event)
    assert "Places are free and people wait" in said
    assert "1 application waits" in said


def test_after_the_event_only_the_rest_is_left(event):
    event.state, event.ends = State.HELD, timezone.now() - datetime.timedelta(hours=1)
    assert titles(event).startswith("Record who came")
    assert "Add materials" in titles(event)


def test_the_overview_counts_and_the_workspace_says_who_waits(client, event, coordinator):
    f.RegistrationFactory(event=event, state="applied")
    f.RegistrationFactory(event=event)
    page = client.get(reverse("event_desk", args=[event.slug]))
    assert page.context["held"] == 1
    assert sum(week["value"] for week in page.context["weeks"]) == 2
    assert "1 application waits" in [todo.title for todo in Desk(coordinator).todos]
