"""Members come in while their cluster or organisation is united with another, or while a table is being imported: real
connections, nothing lost, nothing doubled, nobody waits for ever."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from klaster.accounts import actions as accounts
from klaster.accounts import invitations
from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Letter
from klaster.core.tests.together import at_once, during, sentences
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.imports import writing
from klaster.directory.imports.rows import IMPORTING
from klaster.directory.models import (
    Affiliation,
    Cluster,
    ClusterMembership,
    Import,
    JoinRequest,
    Merge,
    Organisation,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_english"),
    pytest.mark.usefixtures("one_factor"),
]
both = f.both
MAIL = "ona@pavyzdys.test"
BUSY = "An import is being written just now. Try again in a minute."
MEMBER = {"kind": "member"}


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


@pytest.fixture
def kept():
    return f.ClusterFactory(slug="a", name=both("A", "A"))


@pytest.fixture
def gone(kept):
    return f.ClusterFactory(slug="b", name=both("B", "B"), coordinator=kept.coordinator)


@pytest.fixture
def coordinator(kept):
    """Of both clusters, with the same organisation behind them."""
    return f.AffiliationFactory(organisation=kept.coordinator, manager=True).person


def firm(name="Uogos", **more):
    return Organisation(slug=name.lower(), name={"lt": name}, kind="small", country="LT", **more)


def held(row):
    return lambda: type(row).objects.select_for_update().get(pk=row.pk)


def members():
    return sorted(ClusterMembership.objects.values_list("cluster__slug", "organisation__slug"))


def an_import_is_written():
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [IMPORTING])


def accepting(row, by, organisation):
    return lambda: actions.accept_join_request(
        JoinRequest.objects.get(pk=row.pk), by=by, organisation=organisation, values=MEMBER
    )


# --- the cluster goes -----------------------------------------------------------------------------------------------
def test_firm_entered_while_its_cluster_goes_is_a_member_of_the_one_that_stays(office, kept, gone, coordinator):
    found = during(
        held(gone),
        lambda: actions.add_new_member(gone, firm(), by=coordinator, values=MEMBER),
        lambda: actions.merge(kept, gone, by=office),
    )
    assert isinstance(found, ClusterMembership)
    assert members() == [("a", "uogos")]


def test_who_has_no_right_in_the_cluster_that_stays_is_told_and_nothing_is_entered(office, kept):
    gone = f.ClusterFactory(slug="b")
    stranger = f.AffiliationFactory(organisation=gone.coordinator, manager=True).person
    found = during(
        held(gone),
        lambda: actions.add_new_member(gone, firm(), by=stranger, values=MEMBER),
        lambda: actions.merge(kept, gone, by=office),
    )
    assert sentences([found]) == ["This entry was united with “A” meanwhile."]
    assert not Organisation.objects.filter(slug="uogos").exists()


@pytest.mark.parametrize("is_known", [False, True])
def test_join_request_accepted_while_its_cluster_goes(office, kept, gone, coordinator, is_known):
    row = f.JoinRequestFactory(cluster=gone)
    organisation = f.OrganisationFactory(slug="uogos") if is_known else firm()
    found = during(held(gone), accepting(row, coordinator, organisation), lambda: actions.merge(kept, gone, by=office))
    assert (found.state, found.cluster) == ("accepted", kept)
    assert members() == [("a", "uogos")]


def test_join_request_accepted_just_before_moves_along(office, kept, gone, coordinator):
    row = f.JoinRequestFactory(cluster=gone)
    found = during(accepting(row, coordinator, firm()), lambda: actions.merge(kept, gone, by=office), lambda: None)
    assert isinstance(found, Merge)
    row.refresh_from_db()
    assert (row.state, row.cluster, row.membership.cluster) == ("accepted", kept, kept)
    assert members() == [("a", "uogos")]


@pytest.mark.parametrize("accepted", ["kept", "gone"])
def test_who_asked_both_is_accepted_once(office, kept, gone, coordinator, accepted):
    """The request that is accepted may be the one that gives way: then the other is accepted."""
    rows = {name: f.JoinRequestFactory(cluster=cluster, email=MAIL, organisation_name="Uogos", firm_key="uogos")
            for name, cluster in (("kept", kept), ("gone", gone))}  # fmt: skip
    found = during(
        held({"kept": kept, "gone": gone}[accepted]),
        accepting(rows[accepted], coordinator, firm()),
        lambda: actions.merge(kept, gone, by=office),
    )
    assert (found.pk, found.state) == (rows["kept"].pk, "accepted")
    assert members() == [("a", "uogos")]
    assert JoinRequest.objects.get() == found


@pytest.mark.parametrize("turn", range(5))
def test_accepting_and_uniting_begun_at_once_never_wait_for_each_other(office, kept, gone, coordinator, turn):
    row = f.JoinRequestFactory(cluster=gone)
    others = [f.JoinRequestFactory(cluster=cluster) for cluster in (kept, gone) for _number in range(2)]
    found = at_once(
        accepting(row, coordinator, firm()),
        lambda: actions.merge(kept, gone, by=office),
        lambda: actions.decline_join_request(others[turn % 4], "No.", by=coordinator),
    )
    assert [type(each) for each in found] == [JoinRequest, Merge, JoinRequest]
    assert members() == [("a", "uogos")]
    assert sorted(JoinRequest.objects.values_list("cluster__slug", "state")) == sorted(
        [("a", "accepted"), ("a", "declined"), *[("a", "waiting")] * 3]
    )


# --- the organisation goes ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_chosen", [False, True])
def test_join_request_accepted_while_its_organisation_goes(office, kept, coordinator, is_chosen):
    stays, goes = f.OrganisationFactory(slug="x"), f.OrganisationFactory(slug="y")
    row = f.JoinRequestFactory(cluster=kept, organisation=goes if is_chosen else None)
    found = during(held(goes), accepting(row, coordinator, goes), lambda: actions.merge(stays, goes, by=office))
    assert (found.state, found.organisation) == ("accepted", stays)
    assert members() == [("a", "x")]


@pytest.mark.parametrize("turn", range(5))
def test_organisation_with_requests_everywhere_is_united_while_one_is_accepted(office, kept, gone, coordinator, turn):
    stays, goes = f.OrganisationFactory(slug="x"), f.OrganisationFactory(slug="y")
    rows = [f.JoinRequestFactory(cluster=cluster, organisation=goes) for cluster in (kept, gone)]
    found = at_once(
        accepting(rows[0], coordinator, goes),
        lambda: actions.merge(stays, goes, by=office),
        accepting(rows[1], coordinator, goes),
    )
    assert [type(each) for each in found] == [JoinRequest, Merge, JoinRequest]
    assert members() == [("a", "x"), ("b", "x")]


# --- the same request -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("turn", range(3))
def test_same_request_accepted_twice_for_an_organisation_that_is_here(office, kept, coordinator, turn):
    row, organisation = f.JoinRequestFactory(cluster=kept), f.OrganisationFactory(slug="x")
    found = at_once(accepting(row, coordinator, organisation), accepting(row, office, organisation))
    assert [each.state for each in found] == ["accepted"] * 2
    assert members() == [("a", "x")]
    assert AuditEvent.objects.filter(action="accepted into the cluster").count() == 1
    assert Letter.objects.filter(purpose="directory.my_join_requests").count() == 1


def test_question_to_a_request_that_gives_way_stands_below_the_other(office, kept, gone, coordinator):
    asked, same = (f.JoinRequestFactory(cluster=cluster, email=MAIL, organisation_name="Uogos", firm_key="uogos")
                   for cluster in (gone, kept))  # fmt: skip
    found = during(
        lambda: JoinRequest.objects.select_for_update().get(pk=asked.pk),
        lambda: actions.merge(kept, gone, by=office),
        lambda: actions.ask_back(asked, "How many of you are there?", by=coordinator),
    )
    assert isinstance(found, Merge)
    again = actions.answer_question(asked, "Twelve.", by=None)
    assert again.pk == same.pk
    assert "Twelve." in same.notes.values_list("text", flat=True)
    assert "How many of you are there?" in same.notes.values_list("text", flat=True)


# --- invitations ----------------------------------------------------------------------------------------------------
def invited_firm(cluster, by):
    details = {"name": "Uogos", "kind": "small", "country": "LT", "legal_code": "", "membership": "member"}
    return actions.invite_member(
        cluster, MAIL, by=by, firm={**details, "language": "lt"}, once=uuid.uuid4(), name="Ona", message="",
        language="lt",
    )  # fmt: skip


def test_firm_invited_into_a_cluster_that_goes_meanwhile_enters_the_one_that_stays(office, kept, gone, coordinator):
    ona, invitation = UserFactory(email=MAIL, proven=True), invited_firm(gone, coordinator)
    found = during(
        held(gone),
        lambda: accounts.accept_invitation(invitation, by=ona),
        lambda: actions.merge(kept, gone, by=office),
    )
    assert found.accepted_by == ona
    assert members() == [("a", "uogos")]
    assert Affiliation.objects.get(person=ona).organisation.slug == "uogos"


def test_colleague_invited_to_an_organisation_that_goes_meanwhile_acts_for_the_one_that_stays(office):
    stays, goes = f.OrganisationFactory(), f.OrganisationFactory()
    ona = UserFactory(email=MAIL, proven=True)
    manager = f.AffiliationFactory(organisation=goes, manager=True).person
    invitation = actions.invite_colleague(
        goes, MAIL, by=manager, role="representative", name="Ona", message="", language="lt"
    )
    found = during(
        held(goes),
        lambda: accounts.accept_invitation(invitation, by=ona),
        lambda: actions.merge(stays, goes, by=office),
    )
    assert found.accepted_by == ona
    assert Affiliation.objects.get(person=ona).organisation == stays


def test_invitations_from_before_a_union_say_and_give_what_is_there_now(office, kept, gone, coordinator):
    ona, invitation = UserFactory(email=MAIL, proven=True), invited_firm(gone, coordinator)
    actions.merge(kept, gone, by=office)
    assert invitations.describe(invitation) == "to be a member of A with Uogos"
    accounts.accept_invitation(invitation, by=ona)
    assert members() == [("a", "uogos")]


# --- an import ------------------------------------------------------------------------------------------------------
def test_while_an_import_is_written_nobody_new_comes_in_and_everybody_is_told(office, kept, coordinator):
    row, ona = f.JoinRequestFactory(cluster=kept), UserFactory(email=MAIL, proven=True)
    invitation = invited_firm(kept, coordinator)
    manager = f.AffiliationFactory(manager=True)
    other = UserFactory(email="jonas@pavyzdys.test", proven=True)
    colleague = actions.invite_colleague(
        manager.organisation, other.email, by=manager.person, role="manager", name="J", message="", language="lt"
    )
    acts = [
        lambda: actions.add_new_member(kept, firm(), by=coordinator, values=MEMBER),
        accepting(row, coordinator, firm()),
        lambda: accounts.accept_invitation(invitation, by=ona),
        lambda: accounts.accept_invitation(colleague, by=other),
    ]
    with transaction.atomic():
        an_import_is_written()
        found = at_once(*acts)
    assert sentences(found) == [BUSY] * 4
    assert (members(), Organisation.objects.filter(slug="uogos").exists()) == ([], False)
    for act in acts[2:]:  # nothing was used up: the invitations can still be accepted
        act()
    assert JoinRequest.objects.get().state == "waiting"
    assert members() == [("a", "uogos")]


def written(import_):
    def write():
        writing.write(import_.pk)
        return Import.objects.get(pk=import_.pk)

    return write


def confirmed(by, *names, cluster=None):
    data = "\n".join(["Name", *names]).encode()
    import_ = actions.start_import(data, name="a.csv", by=by, cluster=cluster)
    actions.name_columns(import_, by=by, mapping=import_.fields(), values={})
    return actions.confirm_import(import_, by=by)


@pytest.mark.parametrize("turn", range(4))
def test_the_same_firm_imported_and_accepted_at_once_is_there_once(office, kept, coordinator, turn):
    row = f.JoinRequestFactory(cluster=kept)
    import_ = confirmed(coordinator, "Uogos", "Riešutai", cluster=kept)
    done, accepted = at_once(written(import_), accepting(row, coordinator, firm()))
    assert Organisation.objects.filter(slug__startswith="uogos").count() == 1
    if isinstance(accepted, ValidationError):
        assert (sentences([accepted]), done.state) == ([BUSY], "done")
        assert len(members()) == 2
    else:  # it was here first: the import's sender is asked whether it is the same
        assert (accepted.state, done.state) == ("accepted", "checked")
        assert members() == [("a", "uogos")]


def test_import_begun_while_a_firm_is_entered_waits_and_asks_again(office, kept, coordinator):
    import_ = confirmed(office, "Uogos")
    found = during(
        lambda: actions.add_new_member(kept, firm(), by=coordinator, values=MEMBER), written(import_), lambda: None
    )
    assert (found.state, found.says_problem[:40]) == ("checked", writing.CHANGED_MEANWHILE[:40])
    assert Organisation.objects.filter(slug__startswith="uogos").count() == 1


@pytest.mark.parametrize("turn", range(4))
def test_import_into_a_cluster_that_goes_at_the_same_moment(office, kept, gone, coordinator, turn):
    stays, goes = (f.OrganisationFactory(slug=slug, name=both(slug, slug)) for slug in ("xxx", "yyy"))
    import_ = confirmed(coordinator, "yyy", "Uogos", cluster=gone)
    done, clusters, firms = at_once(
        written(import_), lambda: actions.merge(kept, gone, by=office), lambda: actions.merge(stays, goes, by=office)
    )
    for each in (clusters, firms):
        assert isinstance(each, Merge) or sentences([each]) == [BUSY]
    if done.state == "checked":  # asked again, because the organisation is another one by now
        actions.decide_the_rest(done, by=coordinator, decision="new")
        done = written(actions.confirm_import(done, by=coordinator))()
    assert done.state == "done"
    united = isinstance(clusters, Merge)
    assert {cluster for cluster, _firm in members()} <= ({"a"} if united else {"b"})
    assert Cluster.objects.filter(slug__in=["a", "b"]).count() == 2 - united
    assert ("a" if united else "b", "uogos") in members()
    assert len(members()) == 2


@pytest.mark.parametrize("is_there", [False, True])
def test_membership_that_is_ended_while_its_cluster_goes_is_ended_in_the_one_that_stays(office, kept, gone, is_there):
    firm = f.OrganisationFactory(slug="x")
    row = f.ClusterMembershipFactory(cluster=gone, organisation=firm, joined="2020-01-31")
    if is_there:
        f.ClusterMembershipFactory(cluster=kept, organisation=firm, joined="2021-01-31")
    found = during(
        lambda: actions.merge(kept, gone, by=office),
        lambda: actions.end_membership(row, by=office, left=datetime.date(2026, 1, 31)),
        lambda: None,
    )
    assert not isinstance(found, Exception), found
    assert (found.cluster, str(found.left)) == (kept, "2026-01-31")
    assert ClusterMembership.objects.get() == found
