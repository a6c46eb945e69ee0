"""Who writes a posting, who reviews it, and what becomes of it."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.core.tests.visits import signed_in, url
from klaster.directory import factories as d
from klaster.directory.models import FormDraft
from klaster.directory.models.organisations import today
from klaster.matchmaking import emails
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import postings as actions
from klaster.matchmaking.models import Line, Posting, PostingState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
S = PostingState
DAY = datetime.timedelta(days=1)


@pytest.fixture
def cluster():
    return d.ClusterFactory(slug="saules")


@pytest.fixture
def coordinator(cluster):
    return d.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


@pytest.fixture
def firm(cluster):
    return d.ClusterMembershipFactory(cluster=cluster).organisation


@pytest.fixture
def person(firm):
    return d.AffiliationFactory(organisation=firm).person


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


def draft(firm, person, **values):
    values = {"state": S.DRAFT, "published_at": None, "created_by": person, **values}
    return f.PostingFactory(organisation=firm, **values)


def sent(firm, person, cluster, **values):
    return actions.send(draft(firm, person, review_cluster=cluster, **values), by=person)


# --- who sees and writes what -----------------------------------------------------------------------------------------
def test_a_draft_is_its_peoples_and_reviewers_only(firm, person, cluster, coordinator, office):
    row = draft(firm, person, review_cluster=cluster)
    stranger = d.AffiliationFactory(manager=True).person
    sees = lambda who: Posting.objects.visible_to(who).filter(pk=row.pk).exists()  # noqa: E731
    assert [sees(who) for who in (person, coordinator, office, stranger)] == [True, True, True, False]


def test_who_no_longer_acts_for_the_firm_writes_for_it_no_more(firm, person, cluster):
    row = draft(firm, person)
    person.affiliations.update(until=today())
    with pytest.raises(PermissionDenied):
        actions.send(row, by=person)
    assert not Posting.objects.visible_to(person).filter(pk=row.pk).exists()


def test_a_hidden_firm_has_nothing_on_the_board(firm):
    row = f.PostingFactory(organisation=firm)
    assert Posting.objects.current().filter(pk=row.pk).exists()
    firm.status = "hidden"
    firm.save()
    assert not Posting.objects.current().filter(pk=row.pk).exists()


def test_other_peoples_words_are_nobody_elses_to_answer(firm, coordinator):
    """The coordinator keeps the members' postings; what is written to a member is the member's own."""
    row = f.PostingFactory(organisation=firm)
    assert Posting.objects.kept_by(coordinator).filter(pk=row.pk).exists()
    assert Posting.objects.spoken_for_by(coordinator).filter(pk=row.pk).exists()  # nobody of the firm is here
    d.AffiliationFactory(organisation=firm)
    assert not Posting.objects.spoken_for_by(coordinator).filter(pk=row.pk).exists()


# --- states -----------------------------------------------------------------------------------------------------------
def test_the_way_of_a_posting(firm, person, cluster, coordinator):
    row = sent(firm, person, cluster)
    assert row.state == S.REVIEW
    assert Notice.objects.filter(person=coordinator, topic="matchmaking.review").count() == 1
    with pytest.raises(PermissionDenied):
        actions.publish(row, by=person)
    row = actions.send_back(row, "Say how much.", by=coordinator)
    assert (row.state, row.note) == (S.RETURNED, "Say how much.")
    assert "Say how much." in Notice.objects.get(person=person, topic="matchmaking.board").body
    row = actions.publish(actions.send(row, by=person), by=coordinator)
    assert row.is_current
    assert row.line.text.startswith(row.title)
    assert actions.publish(row, by=coordinator).published_at == row.published_at
    row = actions.close(row, by=person)
    assert row.state == S.CLOSED
    assert not Line.objects.filter(posting=row).exists()


def test_coordinators_and_the_office_need_no_other(firm, cluster, coordinator, office):
    own = actions.send(draft(None, coordinator, cluster=cluster), by=coordinator)
    members = actions.send(draft(firm, coordinator, review_cluster=cluster), by=coordinator)
    any_firm = actions.send(draft(d.OrganisationFactory(), office), by=office)
    assert {row.state for row in (own, members, any_firm)} == {S.PUBLISHED}


def test_without_a_cluster_the_office_reviews(person, firm, office):
    row = actions.send(draft(firm, person), by=person)
    assert row.state == S.REVIEW
    assert Notice.objects.filter(person=office, topic="matchmaking.review").exists()
    assert actions.publish(row, by=office).is_current


def test_other_words_are_reviewed_again_and_other_days_are_not(firm, person, cluster, coordinator):
    row = actions.publish(sent(firm, person, cluster), by=coordinator)
    version = lambda: Posting.objects.get(pk=row.pk).updated_at.isoformat()  # noqa: E731
    row = actions.save_posting(row, by=person, values={"valid_until": today() + 40 * DAY}, version=version())
    assert row.state == S.PUBLISHED
    row = actions.save_posting(row, by=coordinator, values={"title": "Other words"}, version=version())
    assert row.state == S.PUBLISHED
    assert Line.objects.get(posting=row).text.startswith("Other words")
    row = actions.save_posting(row, by=person, values={"text": "Something else"}, version=version())
    assert row.state == S.REVIEW
    assert not Line.objects.filter(posting=row).exists()


def test_renewed_twice_is_once_and_never_beyond_a_year(firm, person):
    row = f.PostingFactory(organisation=firm, created_by=person, valid_until=today() - 3 * DAY)
    until = row.valid_until
    row = actions.renew(row, by=person, until=until)
    row = actions.renew(row, by=person, until=until)
    assert row.valid_until == today() + 90 * DAY
    row.valid_until = today() + 360 * DAY
    row.save()
    assert actions.renew(row, by=person, until=row.valid_until).valid_until == today() + 366 * DAY


def test_whose_last_day_is_over_is_not_sent(firm, person):
    with pytest.raises(ValidationError):
        actions.send(draft(firm, person, valid_until=today() - DAY), by=person)


def test_only_what_was_never_public_is_deleted(firm, person):
    row = draft(firm, person)
    actions.delete_draft(row, by=person)
    assert not Posting.objects.filter(pk=row.pk).exists()
    with pytest.raises(ValidationError):
        actions.delete_draft(f.PostingFactory(organisation=firm), by=person)


def test_its_end_is_told_once_two_weeks_before(firm, person):
    soon = f.PostingFactory(organisation=firm, created_by=person, valid_until=today() + 14 * DAY)
    f.PostingFactory(organisation=firm, created_by=person, valid_until=today() + 15 * DAY)
    f.PostingFactory(organisation=firm, created_by=person, valid_until=today() - DAY)
    assert emails.tell_of_ends(0) == 1
    assert emails.tell_of_ends(0) == 0
    assert Letter.objects.filter(person=person).count() == 1
    actions.renew(soon, by=person, until=soon.valid_until)
    assert Posting.objects.get(pk=soon.pk).reminded_at is None


# --- the form ---------------------------------------------------------------------------------------------------------
def typed(owner, **more):
    return {
        "owner": f"{owner._meta.model_name}-{owner.pk}", "side": "offer", "kind": "service", "language": "en",
        "title": "Freeze-drying of berries", "text": "We freeze-dry berries in batches from twenty kilograms up.",
        "countries": "Vokietija, pl", "partner_kinds": ["small"], "valid_until": (today() + 30 * DAY).isoformat(),
        "once": "0b5c0b5c-0b5c-4b5c-8b5c-0b5c0b5c0b5c", **more,
    }  # fmt: skip


def test_a_form_sent_twice_is_one_draft(firm, person):
    client = signed_in(person)
    for _ in range(2):
        assert client.post(url("posting_new"), typed(firm, do="save")).status_code == 302
    row = Posting.objects.get()
    assert (row.state, row.countries, row.organisation) == (S.DRAFT, ["DE", "PL"], firm)
    assert row.slug == f"freeze-drying-of-berries-{today().year}"
    assert AuditEvent.objects.of(row).count() == 1


def test_sent_at_once_it_waits_for_the_cluster_that_was_chosen(firm, person, cluster):
    data = typed(firm, do="send", review_cluster=cluster.pk, title_lt="Uogų džiovinimas", text_lt="Džioviname uogas.")
    signed_in(person).post(url("posting_new"), data)
    row = Posting.objects.get()
    assert (row.state, row.review_cluster) == (S.REVIEW, cluster)
    with translation.override("lt"):
        assert row.said.title == "Uogų džiovinimas"


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(firm, person):
    data = typed(
        firm, title="Short", text="Too short", countries="Atlantida", valid_until=(today() + 900 * DAY).isoformat(),
        title_en="Twice", side="",
    )  # fmt: skip
    response = signed_in(person).post(url("posting_new"), data)
    assert response.status_code == 422
    wrong = response.context["form"].errors
    assert set(wrong) == {"title", "text", "countries", "title_en", "text_en", "side"} - {"text_en"}
    assert "Atlantida" in response.text
    assert "Too short" in response.text
    late = signed_in(person).post(url("posting_new"), typed(firm, valid_until=(today() + 900 * DAY).isoformat()))
    assert set(late.context["form"].errors) == {"valid_until"}


def test_nobody_writes_for_a_firm_of_others(person):
    other = d.OrganisationFactory()
    response = signed_in(person).post(url("posting_new"), typed(other))
    assert "owner" in response.context["form"].errors
    assert not Posting.objects.exists()


def test_the_office_writes_for_any_by_its_name(office):
    other = d.OrganisationFactory(name=d.both("Rūko fabrikas", "Fog factory"))
    data = typed(other, do="send") | {"owner": "fog factory"}
    signed_in(office).post(url("posting_new"), data)
    assert Posting.objects.get().organisation == other
    assert Posting.objects.get().state == S.PUBLISHED


def test_two_editors_are_told_of_each_other(firm, person):
    row = draft(firm, person)
    colleague = d.AffiliationFactory(organisation=firm).person
    opened = signed_in(person).get(url("posting_edit", row.slug)).context["form"]
    data = {name: opened[name].value() for name in ("version", "seen")} | typed(firm, title="Drying of berries, mine")
    theirs = data | {"title": "Drying of berries, theirs"}
    assert signed_in(colleague).post(url("posting_edit", row.slug), theirs).status_code == 302
    answer = signed_in(person).post(url("posting_edit", row.slug), data)
    assert answer.status_code == 409
    assert "Drying of berries, mine" in answer.text
    assert "Drying of berries, theirs" in answer.text


def test_what_is_typed_is_kept_for_its_writer(firm, person):
    client = signed_in(person)
    kept = client.post(
        url("draft_keep", "posting-new", person.pk), {"title": "Half a title", "draft-window": "w", "draft-seen": ""}
    )
    assert kept.status_code == 200
    assert "Half a title" in client.get(url("posting_new")).text
    assert FormDraft.objects.count() == 1


def test_the_workspace_says_what_waits(firm, person, cluster, coordinator):
    row = sent(firm, person, cluster)
    shown = signed_in(coordinator).get(url("my")).text
    assert f"Look over: {row.title}" in shown
    actions.send_back(row, "Say how much.", by=coordinator)
    assert "Say how much." in signed_in(person).get(url("my")).text
    ending = f.PostingFactory(organisation=firm, created_by=person, valid_until=today() + 5 * DAY, title="Ends soon")
    assert "Ends soon" in signed_in(person).get(url("my")).text
    data = {"do": "renew", "until": ending.valid_until.isoformat(), "back": "my"}
    answer = signed_in(person).post(url("posting_act", ending.slug), data)
    assert answer["Location"] == url("my")
    assert Posting.objects.get(pk=ending.pk).renewed_at.date() == timezone.now().date()


def test_what_waits_for_a_coordinator_for_a_week_waits_for_the_office(firm, person, cluster, office):
    row = sent(firm, person, cluster)
    assert f"Look over: {row.title}" not in signed_in(office).get(url("my")).text
    Posting.objects.update(updated_at=timezone.now() - 8 * DAY)
    assert f"Look over: {row.title}" in signed_in(office).get(url("my")).text


def test_a_reviewer_who_returns_it_says_why(firm, person, cluster, coordinator):
    row = sent(firm, person, cluster)
    answer = signed_in(coordinator).post(url("posting_act", row.slug), {"do": "return", "note": ""})
    assert answer.status_code == 422
    answer = signed_in(coordinator).post(url("posting_act", row.slug), {"do": "return", "note": "More."})
    assert Posting.objects.get(pk=row.pk).state == S.RETURNED
    assert signed_in(person).post(url("posting_act", row.slug), {"do": "publish"}).status_code == 404
