"""Who acts for whom: invited by letter, come by the link, gone at once; firms that come in by an invitation."""

import datetime
import uuid
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import override

from klaster.accounts import actions as accounts
from klaster.accounts import invitations
from klaster.accounts.factories import UserFactory
from klaster.accounts.models import Invitation
from klaster.core.models import AuditEvent
from klaster.core.tests.together import at_once, refused
from klaster.core.tests.visits import url
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.models import Affiliation, Cluster, ClusterMembership, Organisation
from klaster.directory.models.organisations import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
both = f.both
Role = Affiliation.Role
MAIL = "ona@pavyzdys.test"


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"))


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__language="en").person


@pytest.fixture
def ona():
    return UserFactory(email=MAIL, proven=True)


def acts_for(person, organisation):
    found = Affiliation.objects.active().filter(person=person, organisation=organisation)
    return list(found.values_list("role", flat=True))


# --- colleagues -----------------------------------------------------------------------------------------------------
def test_manager_invites_a_colleague_who_then_acts_for_the_organisation(
    client, cluster, coordinator, ona, send_letters
):
    firm = cluster.coordinator
    client.force_login(coordinator)
    once = uuid.uuid4()
    for _time in range(2):
        sent = client.post(
            url("colleague_invite", firm.slug),
            {"email": MAIL, "name": "Ona", "language": "en", "message": "Join us", "role": "manager", "once": once},
        )
        assert sent["Location"] == url("organisation_people", firm.slug)
    (mail,) = send_letters()
    assert mail.to == [MAIL]
    assert str(firm.name["en"]) in mail.body
    assert "as a manager" in mail.body
    assert MAIL in client.get(url("organisation_people", firm.slug)).text
    accounts.accept_invitation(Invitation.objects.get(), by=ona)
    assert acts_for(ona, firm) == [Role.MANAGER]
    assert cluster in Cluster.objects.kept_by(ona)
    assert AuditEvent.objects.filter(action="acts for the organisation", actor_id=coordinator.pk).count() == 1


def test_who_invited_and_left_gives_nothing_any_more(cluster, coordinator, ona):
    invitation = actions.invite_colleague(cluster.coordinator, MAIL, by=coordinator, role=Role.MANAGER)
    coordinator.affiliations.update(until=today())
    with pytest.raises(ValidationError):
        accounts.accept_invitation(invitation, by=ona)
    assert acts_for(ona, cluster.coordinator) == []
    assert Invitation.objects.get().accepted_at is None


def test_only_managers_and_the_office_invite(client, cluster, ona):
    firm = f.OrganisationFactory()
    representative = f.AffiliationFactory(organisation=firm).person
    f.AffiliationFactory(organisation=firm, manager=True)
    stranger = f.AffiliationFactory(manager=True).person
    for person in (representative, stranger):
        client.force_login(person)
        assert client.get(url("organisation_people", firm.slug)).status_code == 403
        assert client.post(url("colleague_invite", firm.slug), {"email": MAIL}).status_code == 403
        with pytest.raises(PermissionDenied):
            actions.invite_colleague(firm, MAIL, by=person, role=Role.REPRESENTATIVE)
    office = UserFactory(secretariat=True)
    accounts.accept_invitation(actions.invite_colleague(firm, MAIL, by=office, role=Role.REPRESENTATIVE), by=ona)
    assert acts_for(ona, firm) == [Role.REPRESENTATIVE]


def test_coordinator_invites_the_first_manager_of_a_member_and_no_second(client, cluster, coordinator, ona):
    membership = f.ClusterMembershipFactory(cluster=cluster)
    firm = membership.organisation
    client.force_login(coordinator)
    assert url("colleague_invite", firm.slug) in client.get(url("cluster_members", "saules")).text
    data = {"email": MAIL, "language": "en", "role": "representative"}
    assert client.post(url("colleague_invite", firm.slug), data).status_code == 302
    invitation = Invitation.objects.get()
    assert invitation.params["role"] == Role.MANAGER  # whatever the form was made to say
    accounts.accept_invitation(invitation, by=ona)
    assert acts_for(ona, firm) == [Role.MANAGER]
    assert client.get(url("colleague_invite", firm.slug)).status_code == 403
    assert url("colleague_invite", firm.slug) not in client.get(url("cluster_members", "saules")).text


def test_two_invited_as_the_first_manager_are_one(cluster, coordinator, ona):
    firm = f.ClusterMembershipFactory(cluster=cluster).organisation
    first = actions.invite_colleague(firm, MAIL, by=coordinator, role=Role.MANAGER)
    second = actions.invite_colleague(firm, "kitas@pavyzdys.test", by=coordinator, role=Role.MANAGER)
    accounts.accept_invitation(first, by=ona)
    with pytest.raises(ValidationError):
        accounts.accept_invitation(second, by=UserFactory(email="kitas@pavyzdys.test", proven=True))


def test_nobody_becomes_a_manager_of_who_keeps_others_that_way(cluster, coordinator):
    """A member without a manager that coordinates another cluster: its manager would keep that cluster too."""
    firm = f.ClusterMembershipFactory(cluster=cluster).organisation
    f.ClusterFactory(coordinator=firm)
    assert not coordinator.has_perm("directory.invite_first_manager", firm)
    operator = f.ClusterMembershipFactory(cluster=cluster).organisation
    f.NetworkFactory(operator=operator)
    assert not coordinator.has_perm("directory.invite_first_manager", operator)
    waiting = f.ClusterMembershipFactory(cluster=cluster, is_confirmed=False).organisation
    assert not coordinator.has_perm("directory.invite_first_manager", waiting)


def test_representative_may_become_a_manager_and_a_manager_nothing_less(cluster, coordinator, ona):
    firm = cluster.coordinator
    since = today() - datetime.timedelta(days=30)
    Affiliation.objects.create(person=ona, organisation=firm, role=Role.REPRESENTATIVE, since=since)
    accounts.accept_invitation(actions.invite_colleague(firm, MAIL, by=coordinator, role=Role.MANAGER), by=ona)
    assert acts_for(ona, firm) == [Role.MANAGER]
    assert Affiliation.objects.get(person=ona, role=Role.REPRESENTATIVE).until == today()
    again = actions.invite_colleague(firm, MAIL, by=coordinator, role=Role.REPRESENTATIVE)
    accounts.accept_invitation(again, by=ona)
    assert acts_for(ona, firm) == [Role.MANAGER]


def test_ended_today_every_right_is_gone_at_once(client, cluster, coordinator):
    other = f.AffiliationFactory(organisation=cluster.coordinator, manager=True)
    client.force_login(coordinator)
    for _time in range(2):
        answer = client.post(url("affiliation_end", other.pk))
        assert answer.status_code in (302, 404)
    assert acts_for(other.person, cluster.coordinator) == []
    assert not other.person.has_perm("directory.change_cluster", cluster)
    assert AuditEvent.objects.filter(action="affiliation ended").count() == 1


def test_one_may_leave_but_the_last_manager_of_a_coordinator_stays(client, cluster, coordinator):
    own = coordinator.affiliations.get()
    with pytest.raises(ValidationError):
        actions.end_affiliation(own, by=coordinator)
    client.force_login(coordinator)
    page = client.post(url("affiliation_end", own.pk), follow=True).text
    assert "The last manager of a coordinator stays" in page
    member = f.AffiliationFactory()
    client.force_login(member.person)
    assert client.post(url("affiliation_end", member.pk))["Location"] == url("my")
    assert acts_for(member.person, member.organisation) == []
    actions.end_affiliation(own, by=UserFactory(secretariat=True))
    assert acts_for(coordinator, cluster.coordinator) == []


def test_nobody_ends_what_is_of_others(client, cluster):
    stranger = f.AffiliationFactory(manager=True).person
    other = f.AffiliationFactory(organisation=cluster.coordinator)
    client.force_login(stranger)
    assert client.post(url("affiliation_end", other.pk)).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.end_affiliation(other, by=stranger)
    colleague = f.AffiliationFactory(organisation=cluster.coordinator, manager=True)
    with pytest.raises(PermissionDenied):
        actions.end_affiliation(colleague, by=other.person)


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_end_each_other_at_once_leave_one(cluster):
    rows = [f.AffiliationFactory(organisation=cluster.coordinator, manager=True) for _number in range(2)]
    one, other = (partial(actions.end_affiliation, rows[at], by=rows[1 - at].person) for at in range(2))
    assert len(refused(at_once(one, other, refusals=(ValidationError, PermissionDenied)))) == 1
    assert Affiliation.objects.active().filter(organisation=cluster.coordinator).count() == 1


# --- firms ----------------------------------------------------------------------------------------------------------
def firm_of(**more):
    return {"name": "UAB „Uogos“", "kind": "small", "country": "LT", "legal_code": "300000001",
            "membership": "associated", "language": "lt", **more}  # fmt: skip


def test_firm_invited_by_letter_enters_with_its_manager_when_accepted(client, cluster, coordinator, ona, send_letters):
    client.force_login(coordinator)
    data = {"organisation_name": "UAB „Uogos“", "kind": "small", "country": "LT", "legal_code": "300000001",
            "membership": "associated", "email": MAIL, "language": "en", "once": uuid.uuid4()}  # fmt: skip
    for _time in range(2):
        assert client.post(url("member_invite", "saules"), data).status_code == 302
    assert not Organisation.objects.filter(legal_code="300000001").exists()
    assert "UAB „Uogos“" in client.get(url("cluster_members", "saules")).text
    (mail,) = send_letters()
    assert "Solar Cluster" in mail.body
    accounts.accept_invitation(Invitation.objects.get(), by=ona)
    membership = ClusterMembership.objects.get(cluster=cluster)
    firm = membership.organisation
    assert (firm.legal_code, firm.status, firm.slug, firm.kind) == ("300000001", "published", "uab-uogos", "small")
    assert (membership.kind, membership.joined, membership.is_confirmed) == ("associated", today(), True)
    assert acts_for(ona, firm) == [Role.MANAGER]


def test_firm_that_is_in_the_directory_is_added_not_invited(client, cluster, coordinator):
    f.OrganisationFactory(legal_code="300000001")
    client.force_login(coordinator)
    data = {"organisation_name": "Uogos", "kind": "small", "country": "LT", "legal_code": "300 000 001",
            "membership": "member", "email": MAIL, "language": "en"}  # fmt: skip
    response = client.post(url("member_invite", "saules"), data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["legal_code"]
    assert not Invitation.objects.exists()


def test_firm_that_came_in_meanwhile_is_not_given_to_who_accepts(cluster, coordinator, ona):
    invitation = actions.invite_member(cluster, MAIL, by=coordinator, firm=firm_of())
    firm = f.OrganisationFactory(legal_code="300000001")
    with pytest.raises(ValidationError):
        accounts.accept_invitation(invitation, by=ona)
    assert acts_for(ona, firm) == []


def test_invitation_of_who_no_longer_coordinates_brings_nobody_in(cluster, coordinator, ona):
    invitation = actions.invite_member(cluster, MAIL, by=coordinator, firm=firm_of())
    coordinator.affiliations.update(until=today())
    with pytest.raises(ValidationError):
        accounts.accept_invitation(invitation, by=ona)
    assert not ClusterMembership.objects.exists()
    with pytest.raises(PermissionDenied):
        actions.invite_member(cluster, MAIL, by=coordinator, firm=firm_of())


def test_what_an_invitation_gives_is_said_though_what_it_was_for_is_gone():
    with override("en"):
        for params in ({"organisation": 0, "role": "manager"}, {"organisation": 0, "role": "representative"}):
            assert "an organisation" in invitations.get(actions.COLLEAGUE).describe(params)
        assert "a cluster" in invitations.get(actions.MEMBER).describe({"cluster": 0, "name": "Uogos"})


def test_firm_is_found_by_its_legal_code(client, cluster, coordinator):
    firm = f.OrganisationFactory(legal_code="300000001", name=both("Uogos", "Berries"))
    client.force_login(coordinator)
    page = client.get(url("cluster_members", "saules"), {"q": "300 000 001"}).text
    assert url("member_add", "saules", firm.slug) in page
    page = client.get(url("cluster_members", "saules"), {"q": "300000002"}).text
    assert f"{url('member_new', 'saules')}?code=300000002" in page
    assert f"{url('member_invite', 'saules')}?code=300000002" in page
    form = client.get(url("member_new", "saules"), {"code": "300000002"}).context["form"]
    assert form["legal_code"].value() == "300000002"


def test_kind_and_first_day_of_a_membership_can_be_changed(client, cluster, coordinator):
    membership = f.ClusterMembershipFactory(cluster=cluster)
    client.force_login(coordinator)
    address = url("member_edit", "saules", membership.pk)
    assert client.get(address).status_code == 200
    client.post(address, {"kind": "associated", "committed_by": "fee", "joined": "2020-05-01"})
    membership.refresh_from_db()
    assert (membership.kind, membership.committed_by, membership.joined) == (
        "associated", "fee", datetime.date(2020, 5, 1),
    )  # fmt: skip
    actions.end_membership(membership, by=coordinator, left=today())
    assert client.post(address, {"kind": "member"}).status_code == 422
    assert client.get(url("member_edit", "saules", f.ClusterMembershipFactory().pk)).status_code == 404
