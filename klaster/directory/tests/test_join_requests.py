"""Asking to join a cluster: from the public form to accepted, declined or withdrawn; nothing lost, nothing doubled."""

import datetime
import time
import uuid

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts import actions as accounts
from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.core.tests.together import at_once, during
from klaster.core.tests.visits import url
from klaster.directory import actions, jobs
from klaster.directory import factories as f
from klaster.directory.join_forms import JoinForm
from klaster.directory.models import ClusterMembership, JoinNote, JoinRequest, Organisation
from klaster.directory.models.organisations import today
from klaster.directory.workspace import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
both = f.both
MAIL = "ona@pavyzdys.test"
State = JoinRequest.State


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"))


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__language="lt").person


def ticket(cluster, *, age=60, once=None):
    """What a form shown `age` seconds ago carries."""
    then = time.time() - age
    with time_machine.travel(then, tick=False):
        return signing.dumps([cluster.pk, str(once or uuid.uuid4()), int(then)], salt=JoinForm.salt)


def typed(cluster, **more):
    return {
        "organisation_name": "UAB „Uogos“", "kind": "small", "country": "LT", "legal_code": "300000001",
        "website": "https://uogos.pavyzdys.test", "name": "Ona Onaitė", "email": MAIL,
        "body": "Perdirbame uogas.\nNorime dirbti kartu.", "homepage": "", "ticket": ticket(cluster), **more,
    }  # fmt: skip


def send(client, cluster, query="", **more):
    return client.post(url("cluster_join", cluster.slug, query=query), typed(cluster, **more))


def request_of(cluster, **more):
    return f.JoinRequestFactory(cluster=cluster, **more)


def page_of(row):
    return url("join_status", actions.ticket_of(row))


def new_firm(row, slug="uogos"):
    return Organisation(
        slug=slug, name={"lt": row.organisation_name}, kind=row.kind, country=row.country, legal_code=row.legal_code
    )


# --- sending --------------------------------------------------------------------------------------------------------
def test_request_reaches_the_coordinator_and_the_sender_gets_a_letter_to_come_back_by(
    client, cluster, coordinator, send_letters
):
    response = send(client, cluster)
    assert (response.status_code, response["Location"]) == (302, url("cluster_join_sent", "saules"))
    row = JoinRequest.objects.get()
    assert (row.state, row.sender, row.organisation, row.language) == (State.WAITING, None, None, "en")
    assert (row.organisation_name, row.legal_code, row.firm_key) == ("UAB „Uogos“", "300000001", "LT 300000001")
    mails = {mail.to[0]: mail for mail in send_letters()}
    assert set(mails) == {coordinator.email, MAIL}
    to_coordinator, to_sender = mails[coordinator.email], mails[MAIL]
    assert "UAB „Uogos“" in to_coordinator.subject
    assert "> Norime dirbti kartu." in to_coordinator.body
    with override("lt"):
        assert reverse("join_request", args=["saules", row.pk]) in to_coordinator.body
    assert page_of(row) in to_sender.body
    assert client.get(page_of(row)).status_code == 200
    event = AuditEvent.objects.get(action="asked to join")
    assert "Ona" not in f"{event.object_text} {event.before} {event.after}"


def test_form_is_as_strong_as_the_one_to_write(client, cluster, coordinator):
    assert send(client, cluster, homepage="http://x.test").status_code == 302  # a robot is told nothing
    assert send(client, cluster, ticket=ticket(cluster, age=1)).status_code == 422
    assert send(client, cluster, ticket=ticket(f.ClusterFactory())).status_code == 422
    assert send(client, cluster, ticket="x").status_code == 422
    assert send(client, cluster, body="http://a.test http://b.test www.c.test").status_code == 422
    assert send(client, cluster, ticket=ticket(cluster, age=60 * 60 * 25)).status_code == 422
    assert not JoinRequest.objects.exists()
    assert not Letter.objects.exists()
    once = ticket(cluster)
    for _time in range(3):
        assert send(client, cluster, ticket=once).status_code == 302
    assert JoinRequest.objects.count() == 1


def test_after_five_in_an_hour_the_text_stays_and_nothing_is_sent(client, cluster):
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, 5, tzinfo=datetime.UTC), tick=False):
        for number in range(5):
            sent = send(client, cluster, email=f"o{number}@pavyzdys.test", legal_code=f"30000000{number}")
            assert sent.status_code == 302
        refused = send(client, cluster, email="o9@pavyzdys.test", legal_code="300000009")
    assert refused.status_code == 429
    assert "Norime dirbti kartu." in refused.text
    assert JoinRequest.objects.count() == 5


def test_no_address_is_written_to_without_end(client):
    """Whoever types somebody else's address, from wherever, causes a handful of letters a day."""
    codes = []
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, 5, tzinfo=datetime.UTC), tick=False):
        for number in range(6):
            other = f.ClusterFactory()
            sent = client.post(url("cluster_join", other.slug), typed(other), REMOTE_ADDR=f"10.0.0.{number}")
            codes.append(sent.status_code)
    assert codes == [302, 302, 302, 302, 302, 429]


@pytest.mark.parametrize(
    ("field", "value"),
    [("legal_code", "12"), ("organisation_name", " "), ("kind", "king"), ("email", "x"), ("body", ""), ("country", "")],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(client, cluster, field, value):
    response = send(client, cluster, **{field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Ona Onaitė" in response.text


def test_member_of_today_is_told_so(client, cluster):
    firm = f.OrganisationFactory(legal_code="300000001")
    f.ClusterMembershipFactory(cluster=cluster, organisation=firm)
    response = send(client, cluster)
    assert response.status_code == 422
    assert "is a member of this cluster already" in response.text


def test_who_asks_twice_is_told_kindly_and_a_stranger_learns_nothing(client, cluster):
    assert send(client, cluster).status_code == 302
    again = send(client, cluster, email=MAIL.upper(), ticket=ticket(cluster))
    assert again.status_code == 200
    assert "You have asked already" in again.text
    assert JoinRequest.objects.count() == 1
    other = send(client, cluster, email="kitas@pavyzdys.test")
    assert other["Location"] == url("cluster_join_sent", "saules")
    assert JoinRequest.objects.count() == 2
    row = JoinRequest.objects.get(email=MAIL)
    actions.withdraw_join_request(row, by=None)
    assert send(client, cluster).status_code == 302  # what was taken back can be asked again
    assert JoinRequest.objects.count() == 3


def test_firm_of_who_is_signed_in_is_filled_in_and_taken_from_its_page(client, cluster):
    firm = f.OrganisationFactory(name=both("Uogų įmonė", "Berry Firm"), legal_code="300000002", kind="medium")
    person = f.AffiliationFactory(organisation=firm, manager=True, person__language="en").person
    client.force_login(person)
    page = client.get(url("cluster_join", "saules"))
    assert page.context["form"].initial["organisation"] == firm.pk
    sent = client.post(
        url("cluster_join", "saules"),
        {"organisation": firm.pk, "body": "Norime", "name": "Ona", "ticket": ticket(cluster), "legal_code": "xx"},
    )
    assert sent.status_code == 302
    row = JoinRequest.objects.get()
    assert (row.organisation, row.sender, row.email) == (firm, person, person.email)
    assert (row.legal_code, row.kind, row.organisation_name) == ("300000002", "medium", "Berry Firm")
    assert Notice.objects.filter(person=person).count() == 1
    colleague = f.AffiliationFactory(organisation=firm).person
    client.force_login(colleague)
    again = client.post(
        url("cluster_join", "saules"),
        {"organisation": firm.pk, "body": "Ir aš", "name": "Jonas", "ticket": ticket(cluster)},
    )
    assert "You have asked already" in again.text


def test_nobody_asks_in_the_name_of_an_organisation_of_others(client, cluster):
    firm = f.OrganisationFactory()
    stranger = f.AffiliationFactory().person
    client.force_login(stranger)
    data = {"organisation": firm.pk, "body": "Norime", "name": "Ona", "ticket": ticket(cluster)}
    assert client.post(url("cluster_join", "saules"), data).status_code == 422
    row = JoinRequest(organisation=firm, name="Ona", email=MAIL, body="Norime")
    with pytest.raises(PermissionDenied):
        actions.send_join_request(row, by=stranger, once=uuid.uuid4(), cluster=cluster)
    assert not JoinRequest.objects.exists()


def test_without_a_keeper_the_office_answers(client, cluster, send_letters):
    secretary = UserFactory(secretariat=True, language="en")
    assert "the request goes to the network's office" in client.get(url("cluster_join", "saules")).text
    send(client, cluster)
    assert {mail.to[0] for mail in send_letters()} == {secretary.email, MAIL}
    with override("en"):
        assert [todo.title for todo in Desk(secretary).todos] == ["UAB „Uogos“ asks to join Solar Cluster"]


def test_hidden_clusters_and_closed_openings_cannot_be_joined(client, cluster):
    opening = f.OpeningFactory(cluster=cluster, title=both("Uogininkas", "Berry grower"))
    query = f"?opening={opening.pk}"
    assert "Berry grower" in client.get(url("cluster_join", "saules", query=query)).text
    assert send(client, cluster, query=query).status_code == 302
    assert JoinRequest.objects.get().opening == opening
    opening.status = "hidden"
    opening.save()
    assert client.get(url("cluster_join", "saules", query=query)).status_code == 404
    cluster.status = "hidden"
    cluster.save()
    assert client.get(url("cluster_join", "saules")).status_code == 404


# --- coming back ----------------------------------------------------------------------------------------------------
def test_link_of_the_letter_opens_one_request_and_no_other(client, cluster):
    row = request_of(cluster, organisation_name="UAB „Uogos“")
    assert "UAB „Uogos“" in client.get(page_of(row)).text
    forged = actions.ticket_of(row)[:-2] + "xx"
    for bad in (forged, "1", signing.dumps(row.pk, salt="other")):
        assert client.get(url("join_status", bad)).status_code == 404
        assert client.post(url("join_withdraw", bad)).status_code == 404
    gone = page_of(row)
    JoinRequest.objects.all().delete()
    assert client.get(gone).status_code == 404


def test_applicant_takes_it_back_and_the_coordinator_is_told(client, cluster, coordinator, send_letters):
    row = request_of(cluster)
    for _time in range(2):
        assert client.post(url("join_withdraw", actions.ticket_of(row))).status_code == 302
    row.refresh_from_db()
    assert row.state == State.WITHDRAWN
    assert [mail.to for mail in send_letters()] == [[coordinator.email]]
    for act in (
        lambda: actions.decline_join_request(row, "Ne", by=coordinator),
        lambda: actions.ask_back(row, "Ar?", by=coordinator),
        lambda: actions.accept_join_request(row, by=coordinator, organisation=new_firm(row), values={}),
    ):
        with pytest.raises(ValidationError):
            act()
    assert not ClusterMembership.objects.exists()
    assert not Organisation.objects.filter(slug="uogos").exists()


def test_coordinator_asks_back_and_the_applicant_answers(client, cluster, coordinator, send_letters):
    row = request_of(cluster, language="en", email=MAIL)
    client.force_login(coordinator)
    for _time in range(2):
        client.post(url("join_ask", "saules", row.pk), {"text": "How many of you?"})
    row.refresh_from_db()
    assert (row.state, JoinNote.objects.count()) == (State.ASKED, 1)
    (mail,) = send_letters()
    assert mail.to == [MAIL]
    assert "> How many of you?" in mail.body
    client.logout()
    assert client.post(url("join_reply", actions.ticket_of(row)), {"text": ""}).status_code == 422
    for _time in range(2):
        client.post(url("join_reply", actions.ticket_of(row)), {"text": "Eighteen."})
    row.refresh_from_db()
    assert row.state == State.WAITING
    assert [note.text for note in row.notes.all()] == ["How many of you?", "Eighteen."]
    assert send_letters()[-1].to == [coordinator.email]
    client.force_login(coordinator)
    assert "Eighteen." in client.get(url("join_request", "saules", row.pk)).text


# --- answering ------------------------------------------------------------------------------------------------------
def test_accepting_enters_the_firm_and_tells_the_applicant(client, cluster, coordinator, send_letters):
    row = request_of(cluster, organisation_name="UAB „Uogos“", legal_code="300000001", email=MAIL, language="en")
    client.force_login(coordinator)
    assert "does not have this organisation yet" in client.get(url("join_request", "saules", row.pk)).text
    data = {"which": "new", "name": "UAB „Uogos“", "organisation_kind": "small", "legal_code": "300000001",
            "kind": "associated", "committed_by": "fee", "joined": "2026-10-01"}  # fmt: skip
    for _time in range(2):
        response = client.post(url("join_accept", "saules", row.pk), data)
        assert response.status_code == 302, response.context["accept_form"].errors
    membership = ClusterMembership.objects.get()
    firm = membership.organisation
    assert (str(firm.name), firm.legal_code, firm.status, firm.slug) == (
        "UAB „Uogos“", "300000001", "published", "uab-uogos",
    )  # fmt: skip
    assert (membership.kind, membership.committed_by, membership.joined) == (
        "associated", "fee", datetime.date(2026, 10, 1),
    )  # fmt: skip
    assert membership.is_confirmed
    row.refresh_from_db()
    assert (row.state, row.membership, row.organisation) == (State.ACCEPTED, membership, firm)
    (mail,) = [mail for mail in send_letters() if mail.to == [MAIL]]
    assert "as of 1 October 2026" in mail.body


def test_firm_of_the_directory_is_proposed_by_code_and_confirms_for_itself(client, cluster, coordinator, send_letters):
    """A stranger who types a firm's code must not give a coordinator the firm's page."""
    firm = f.OrganisationFactory(legal_code="300000001", name=both("Uogos", "Berries"))
    manager = f.AffiliationFactory(organisation=firm, manager=True).person
    row = request_of(cluster, legal_code="300000001", organisation_name="Kas kita")
    client.force_login(coordinator)
    form = client.get(url("join_request", "saules", row.pk)).context["accept_form"]
    assert [value for value, _words in form.fields["which"].choices] == [str(firm.pk)]
    assert client.post(url("join_accept", "saules", row.pk), {"which": "new", "kind": "member"}).status_code == 422
    client.post(url("join_accept", "saules", row.pk), {"which": firm.pk, "kind": "member"})
    membership = ClusterMembership.objects.get()
    assert (membership.organisation, membership.is_confirmed) == (firm, False)
    assert not coordinator.has_perm("directory.change_organisation", firm)
    assert Notice.objects.filter(person=manager, topic="directory.membership").count() == 1
    assert any("as soon as a manager" in mail.body for mail in send_letters())


def test_firms_own_manager_who_asked_need_not_confirm(cluster, coordinator):
    firm = f.OrganisationFactory()
    manager = f.AffiliationFactory(organisation=firm, manager=True).person
    row = request_of(cluster, organisation=firm, sender=manager)
    actions.accept_join_request(row, by=coordinator, organisation=firm, values={"kind": "member", "joined": today()})
    assert ClusterMembership.objects.get().is_confirmed
    assert not Notice.objects.filter(topic="directory.membership").exists()


def test_request_of_a_known_firm_is_accepted_for_no_other(cluster, coordinator):
    row = request_of(cluster, organisation=f.OrganisationFactory())
    with pytest.raises(ValidationError):
        actions.accept_join_request(row, by=coordinator, organisation=f.OrganisationFactory(), values={})
    assert not ClusterMembership.objects.exists()


def test_who_became_a_member_meanwhile_is_not_made_one_twice(cluster, coordinator):
    firm = f.OrganisationFactory(legal_code="300000001")
    row = request_of(cluster, legal_code="300000001")
    other = request_of(cluster, legal_code="300000001", email="kitas@pavyzdys.test")
    unlike = request_of(cluster, legal_code="300000009", organisation_name="Kita")
    membership = f.ClusterMembershipFactory(cluster=cluster, organisation=firm)
    actions.accept_join_request(row, by=coordinator, organisation=firm, values={"kind": "member"})
    for each in (row, other, unlike):
        each.refresh_from_db()
    assert (row.membership, other.membership, unlike.state) == (membership, membership, State.WAITING)
    assert other.state == State.ACCEPTED


def test_declining_needs_a_reason_that_the_applicant_reads(client, cluster, coordinator, send_letters):
    row = request_of(cluster, email=MAIL, language="en")
    client.force_login(coordinator)
    assert client.post(url("join_decline", "saules", row.pk), {"reason": " "}).status_code == 422
    for _time in range(2):
        client.post(url("join_decline", "saules", row.pk), {"reason": "We take in laboratories only."})
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.DECLINED, "We take in laboratories only.")
    (mail,) = send_letters()
    assert "> We take in laboratories only." in mail.body
    assert "We take in laboratories only." in client.get(page_of(row)).text
    assert not AuditEvent.objects.filter(after__icontains="laboratories").exists()


def test_only_the_clusters_own_people_and_the_office_see_and_answer(client, cluster, coordinator):
    row = request_of(cluster, organisation_name="Slapta įmonė")
    stranger = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    client.force_login(stranger)
    for name, args in [("join_requests", ["saules"]), ("join_request", ["saules", row.pk])]:
        assert client.get(url(name, *args)).status_code == 404
    for name in ("join_accept", "join_decline", "join_ask"):
        assert client.post(url(name, "saules", row.pk), {"reason": "x", "text": "x"}).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.decline_join_request(row, "Ne", by=stranger)
    assert not JoinRequest.objects.visible_to(stranger).exists()
    own = f.ClusterFactory(slug="kitas", coordinator=stranger.affiliations.get().organisation)
    client.force_login(stranger)
    assert client.get(url("join_request", own.slug, row.pk)).status_code == 404
    client.logout()
    assert "Slapta" not in client.get(url("cluster_detail", "saules")).text


def test_coordinator_finds_it_in_the_workspace(client, cluster, coordinator):
    row = request_of(cluster, organisation_name="UAB „Uogos“")
    coordinator.language = "en"
    coordinator.save()
    client.force_login(coordinator)
    page = client.get(url("my")).text
    assert "UAB „Uogos“ asks to join" in page
    assert url("join_request", "saules", row.pk) in page
    JoinRequest.objects.update(sent_at=timezone.now() - datetime.timedelta(days=15))
    with override("en"):
        assert [todo.urgency.css for todo in Desk(coordinator).todos] == ["late"]
    JoinRequest.objects.update(state="asked")
    with override("en"):
        assert Desk(coordinator).todos == []


def test_applicant_with_an_account_finds_it_there_too(client, cluster):
    person = UserFactory(language="en")
    row = request_of(cluster, sender=person, state=State.ASKED)
    client.force_login(person)
    page = client.get(url("my")).text
    assert page.count(page_of(row).split("?")[0].rsplit("/", 2)[0]) >= 1
    with override("en"):
        assert [todo.title for todo in Desk(person).todos] == ["Solar Cluster asks you something about joining"]


# --- two at once ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_accepted_by_two_at_once_it_is_accepted_once(cluster, coordinator):
    row = request_of(cluster, legal_code="300000001")
    other = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person

    def accept(by, slug):
        return lambda: actions.accept_join_request(
            JoinRequest.objects.get(pk=row.pk), by=by, organisation=new_firm(row, slug), values={"kind": "member"}
        )

    outcomes = at_once(accept(coordinator, "a"), accept(other, "b"))
    assert [outcome.state for outcome in outcomes] == [State.ACCEPTED] * 2
    assert ClusterMembership.objects.filter(cluster=cluster).count() == 1
    assert Organisation.objects.filter(slug__in=["a", "b"]).count() == 1
    assert AuditEvent.objects.filter(action="accepted into the cluster").count() == 1
    assert Letter.objects.filter(purpose="directory.my_join_requests").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_of_one_firm_accepted_at_once_make_one_membership(cluster, coordinator):
    rows = [request_of(cluster, legal_code="300000001", email=f"o{n}@pavyzdys.test") for n in range(2)]
    other = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    pairs = zip(rows, (coordinator, other), ("a", "b"), strict=True)
    outcomes = at_once(*[
        (lambda row=row, by=by, slug=slug: actions.accept_join_request(
            row, by=by, organisation=new_firm(row, slug), values={"kind": "member"}
        ))
        for row, by, slug in pairs
    ])  # fmt: skip
    assert [outcome.state for outcome in outcomes] == [State.ACCEPTED] * 2
    assert ClusterMembership.objects.filter(cluster=cluster).count() == 1
    assert set(JoinRequest.objects.values_list("state", flat=True)) == {State.ACCEPTED}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(4))
def test_accepted_while_withdrawn_it_is_one_or_the_other(cluster, coordinator, _round):
    row = request_of(cluster)
    accepted, withdrawn = at_once(
        lambda: actions.accept_join_request(row, by=coordinator, organisation=new_firm(row), values={"kind": "member"}),
        lambda: actions.withdraw_join_request(row, by=None),
    )
    row.refresh_from_db()
    members = ClusterMembership.objects.filter(cluster=cluster).count()
    if row.state == State.ACCEPTED:
        assert (members, type(withdrawn)) == (1, ValidationError)
    else:
        assert (row.state, members, type(accepted)) == (State.WITHDRAWN, 0, ValidationError)
        assert not Organisation.objects.filter(slug="uogos").exists()


@pytest.mark.django_db(transaction=True)
def test_one_who_waits_for_the_lock_sees_what_the_other_did(cluster, coordinator):
    """Reads after the lock: the acceptance waits until the withdrawal has committed, and finds it."""
    row = request_of(cluster)

    def accept():
        stale = JoinRequest.objects.get(pk=row.pk)
        assert stale.state == State.WAITING
        actions.accept_join_request(stale, by=coordinator, organisation=new_firm(row), values={})

    outcome = during(lambda: actions.withdraw_join_request(row, by=None), accept, lambda: None)
    assert isinstance(outcome, ValidationError)
    assert not ClusterMembership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_send_one_request(cluster):
    once = uuid.uuid4()

    def click():
        row = JoinRequest(organisation_name="Uogos", kind="small", country="LT", name="Ona", email=MAIL, body="Norime")
        return actions.send_join_request(row, by=None, once=once, cluster=cluster).pk

    first, second = at_once(click, click)
    assert first == second == JoinRequest.objects.get().pk


# --- forgetting -----------------------------------------------------------------------------------------------------
def test_declined_ones_go_after_half_a_year_the_others_after_one_year(cluster, coordinator):
    def aged(days, state):
        then = timezone.now() - datetime.timedelta(days=days)
        answered = None if state in JoinRequest.OPEN else then
        row = request_of(cluster, state=state, reason="Ne.", sent_at=then, answered_at=answered)
        return row.pk

    gone = [aged(181, State.DECLINED), aged(181, State.WITHDRAWN), aged(366, State.ACCEPTED), aged(366, State.WAITING)]
    kept = [aged(179, State.DECLINED), aged(364, State.ACCEPTED), aged(200, State.WAITING)]
    assert jobs.forget_join_requests(timestamp=0) == len(gone)
    assert sorted(JoinRequest.objects.values_list("pk", flat=True)) == sorted(kept)
    assert jobs.forget_join_requests(timestamp=0) == 0


def test_letters_and_notices_go_with_the_request_when_the_sender_is_erased(client, cluster, coordinator):
    person = UserFactory(proven=True)
    row = JoinRequest(organisation_name="Uogos", kind="small", country="LT", name="Ona", email=person.email, body="N")
    actions.send_join_request(row, by=person, once=uuid.uuid4(), cluster=cluster)
    actions.ask_back(row, "Ar?", by=coordinator)
    assert (Letter.objects.count(), Notice.objects.count()) == (3, 3)
    accounts.erase(person)
    assert (JoinRequest.objects.count(), Letter.objects.count(), Notice.objects.count()) == (0, 0, 0)
