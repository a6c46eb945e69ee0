"""Both entries have a request that waits: what is one becomes one, what is two stays two, and all of it comes back."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.models import ChangeRequest, ClusterMembership, JoinNote, JoinRequest, ProposedValue
from klaster.directory.tests.test_merging import everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "one_factor")]
NOW = datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)
MAKE = {"cluster": f.ClusterFactory, "organisation": f.OrganisationFactory}
OPEN, DECIDED = ("submitted", "returned"), ("accepted", "partly_accepted", "declined")
turned = pytest.mark.parametrize("turned", [False, True])
MAIL = "ona@pavyzdys.test"


@pytest.fixture
def office(db):
    return UserFactory(secretariat=True)


def merged(kept, gone, by, turned, look):
    """Unite two entries, in this direction or the other, look at it, and take it back: every row is as it was."""
    kept, gone = (gone, kept) if turned else (kept, gone)
    before = everything()
    record = actions.merge(kept, gone, by=by)
    seen = look(kept, gone)
    record = actions.undo_merge(record, by=by)
    assert record.left == []
    assert everything() == before
    return seen


# --- changes that were proposed ---------------------------------------------------------------------------------------
def proposed(entry, author, state, **values):
    times = {"submitted_at": None if state == "draft" else NOW, "decided_at": NOW if state in DECIDED else None}
    change = ChangeRequest.objects.create(
        **{entry._meta.model_name: entry}, author=author, state=state, reason="No." if state == "declined" else "",
        **times,
    )  # fmt: skip
    for name, new in values.items():
        ProposedValue.objects.create(request=change, name=name, new=new)
    return change


def changes(kind):
    def look(kept, _gone):
        rows = ChangeRequest.objects.order_by("pk")
        assert {getattr(row, kind) for row in rows} == {kept}
        return [(row.state, dict(row.proposals.order_by("name").values_list("name", "new"))) for row in rows]

    return look


@turned
@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("states", [("draft", "draft"), *((one, two) for one in OPEN for two in OPEN)])
def test_what_one_person_proposes_for_both_is_one_request(office, kind, states, turned):
    """In the state of the one that stays; where both name a fact, its value stands."""
    author, entries = UserFactory(), [MAKE[kind]() for _number in range(2)]
    for entry, state, mine in zip(entries, states, ("first", "second"), strict=True):
        proposed(entry, author, state, name=mine, **{f"only_{mine}": mine})
    seen = merged(*entries, office, turned, changes(kind))
    stays, state = ("second", states[1]) if turned else ("first", states[0])
    assert seen == [(state, {"name": stays, "only_first": "first", "only_second": "second"})]


@turned
@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("states", [
    ("draft", "submitted"), ("returned", "draft"), *(("submitted", state) for state in (*DECIDED, "withdrawn")),
    ("draft", "withdrawn"), ("accepted", "accepted"),
])  # fmt: skip
def test_a_draft_a_question_and_an_answer_stay_beside_each_other(office, kind, states, turned):
    author, entries = UserFactory(), [MAKE[kind]() for _number in range(2)]
    for entry, state in zip(entries, states, strict=True):
        proposed(entry, author, state, name=state)
    assert merged(*entries, office, turned, changes(kind)) == [(state, {"name": state}) for state in states]


@turned
@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("is_known", [True, False])
def test_requests_of_two_people_and_of_nobody_any_more_stay_two(office, kind, turned, is_known):
    entries = [MAKE[kind]() for _number in range(2)]
    for entry in entries:
        proposed(entry, UserFactory() if is_known else None, "submitted", name="new")
    assert merged(*entries, office, turned, changes(kind)) == [("submitted", {"name": "new"})] * 2


@turned
def test_a_draft_and_a_request_of_both_become_a_draft_and_a_request(office, turned):
    author, entries = UserFactory(), [f.ClusterFactory() for _number in range(2)]
    for entry in entries:
        for state in ("draft", "submitted"):
            proposed(entry, author, state, name=state)
    seen = merged(*entries, office, turned, changes("cluster"))
    assert sorted(seen) == [("draft", {"name": "draft"}), ("submitted", {"name": "submitted"})]


# --- requests to join -------------------------------------------------------------------------------------------------
def asked(cluster, *, state="waiting", notes=(), **values):
    given = {"email": MAIL, "organisation_name": "Uogos", "body": f"To {cluster.slug}.", **values}
    if state not in JoinRequest.OPEN:
        given |= {"answered_at": NOW, "reason": "No." if state == "declined" else ""}
    request = f.JoinRequestFactory(cluster=cluster, state=state, sent_at=NOW, **given)
    request.clean()
    request.save()
    for text in notes:
        JoinNote.objects.create(request=request, text=text, at=NOW + datetime.timedelta(days=1))
    return request


def requests(kept, _gone):
    return [
        (row.state, row.cluster.slug, row.body, [note.text for note in row.notes.order_by("at", "pk")])
        for row in JoinRequest.objects.order_by("pk")
    ]


@pytest.fixture
def clusters():
    return f.ClusterFactory(slug="a"), f.ClusterFactory(slug="b")


@turned
@pytest.mark.parametrize("states", [(one, two) for one in JoinRequest.OPEN for two in JoinRequest.OPEN])
def test_who_asked_both_clusters_waits_for_one_answer(office, clusters, states, turned):
    """All that was said stands below one request; if either waits for the coordinator, it does."""
    for cluster, state in zip(clusters, states, strict=True):
        asked(cluster, state=state, notes=[f"Said to {cluster.slug}."])
    [(state, cluster, body, notes)] = merged(*clusters, office, turned, requests)
    stays, other = ("b", "a") if turned else ("a", "b")
    assert state == ("asked" if states == ("asked", "asked") else "waiting")
    assert (cluster, body, notes[0]) == (stays, f"To {stays}.", f"To {other}.")
    assert sorted(notes[1:]) == ["Said to a.", "Said to b."]


@turned
def test_the_same_words_to_both_are_there_once(office, clusters, turned):
    for cluster in clusters:
        asked(cluster, body="Norime dirbti kartu.", email=MAIL.upper() if cluster.slug == "b" else MAIL)
    stays = "b" if turned else "a"
    assert merged(*clusters, office, turned, requests) == [("waiting", stays, "Norime dirbti kartu.", [])]


@turned
def test_who_was_signed_in_for_one_of_them_finds_it_and_the_opening_stays(office, clusters, turned):
    person, opening = UserFactory(email=MAIL), f.OpeningFactory(cluster=clusters[0])
    asked(clusters[0], opening=opening)
    asked(clusters[1], sender=person)
    seen = merged(*clusters, office, turned, lambda *_both: JoinRequest.objects.values_list("sender", "opening").get())
    assert seen == (person.pk, opening.pk)


@turned
@pytest.mark.parametrize("other", [
    {"state": "accepted"}, {"state": "declined"}, {"state": "withdrawn"}, {"email": "jonas@pavyzdys.test"},
    {"organisation_name": "Riešutai"}, {"legal_code": "300000001"},
])  # fmt: skip
def test_what_was_answered_and_what_others_ask_stays_by_itself(office, clusters, other, turned):
    asked(clusters[0])
    asked(clusters[1], **other)
    stays = "b" if turned else "a"
    seen = merged(*clusters, office, turned, requests)
    assert seen == [("waiting", stays, "To a.", []), (other.get("state", "waiting"), stays, "To b.", [])]


@turned
@pytest.mark.parametrize("states", [(one, two) for one in JoinRequest.OPEN for two in JoinRequest.OPEN])
def test_who_asked_one_cluster_for_both_organisations_asks_for_one(office, states, turned):
    cluster, person = f.ClusterFactory(slug="a"), UserFactory(email=MAIL)
    firms = [f.OrganisationFactory() for _number in range(2)]
    for number, (firm, state) in enumerate(zip(firms, states, strict=True)):
        asked(cluster, organisation=firm, sender=person, state=state, body=f"Text {number}.")

    def look(kept, _gone):
        row = JoinRequest.objects.get()
        assert (row.organisation, row.firm_key) == (kept, f"organisation {kept.pk}")
        return row.state, row.body, [note.text for note in row.notes.all()]

    state = "asked" if states == ("asked", "asked") else "waiting"
    texts = ("Text 1.", ["Text 0."]) if turned else ("Text 0.", ["Text 1."])
    assert merged(*firms, office, turned, look) == (state, *texts)


@turned
@pytest.mark.parametrize("other", [
    {"cluster": "b"}, {"email": "jonas@pavyzdys.test"}, {"state": "accepted"}, {"state": "withdrawn"},
])  # fmt: skip
def test_requests_of_both_organisations_that_are_two_stay_two_of_one_firm(office, clusters, other, turned):
    firms = [f.OrganisationFactory() for _number in range(2)]
    more = {name: value for name, value in other.items() if name != "cluster"}
    asked(clusters[0], organisation=firms[0])
    asked(clusters[1] if "cluster" in other else clusters[0], organisation=firms[1], **more)

    def look(kept, _gone):
        rows = JoinRequest.objects.order_by("pk")
        assert {row.organisation for row in rows} == {kept}
        return [row.firm_key == f"organisation {kept.pk}" for row in rows]

    assert merged(*firms, office, turned, look) == [True, True]


@turned
def test_an_answered_request_follows_its_membership_into_the_one_that_stays(office, clusters, turned):
    firm = f.OrganisationFactory()
    for cluster in clusters:
        membership = f.ClusterMembershipFactory(cluster=cluster, organisation=firm)
        asked(cluster, state="accepted", organisation=firm, membership=membership)

    def look(kept, _gone):
        membership = ClusterMembership.objects.get()
        assert membership.cluster == kept
        return set(JoinRequest.objects.values_list("membership", flat=True)) == {membership.pk}

    assert merged(*clusters, office, turned, look)


# --- letters that were sent before ------------------------------------------------------------------------------------
@turned
def test_the_link_in_the_letter_of_the_request_that_gave_way_opens_the_other(client, office, clusters, turned):
    rows = [asked(cluster, email=MAIL) for cluster in clusters]
    kept, gone = (1, 0) if turned else (0, 1)
    ticket = actions.ticket_of(rows[gone])
    record = actions.merge(clusters[kept], clusters[gone], by=office)
    assert JoinRequest.objects.numbered(rows[gone].pk).get() == rows[kept]
    answer = client.get(reverse("join_status", args=[ticket]))
    assert answer.context["row"] == rows[kept]
    third = f.ClusterFactory(slug="c")
    asked(third, email=MAIL)
    again = actions.merge(third, clusters[kept], by=office)
    assert client.get(reverse("join_status", args=[ticket])).context["row"].cluster == third, (
        "through all that came after"
    )
    actions.undo_merge(again, by=office)
    actions.undo_merge(record, by=office)
    assert client.get(reverse("join_status", args=[ticket])).context["row"] == rows[gone]


def test_whoever_writes_to_a_request_that_was_forgotten_is_told(clusters):
    row = asked(clusters[0])
    JoinRequest.objects.all().delete()
    with pytest.raises(ValidationError, match="no longer there"):
        actions.withdraw_join_request(row, by=None)
