"""Interest in a posting: written, answered, introduced, talked, and what came of it."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.models import Letter, Notice
from klaster.core.tests.visits import signed_in, url
from klaster.directory import factories as d
from klaster.directory.models.organisations import today
from klaster.matchmaking import emails
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import interests as actions
from klaster.matchmaking.models import Interest, InterestState, Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
S = InterestState
MESSAGE = "We would like to try it in our own kitchen."
DAY = datetime.timedelta(days=1)


@pytest.fixture
def owner():
    return d.AffiliationFactory(person__email="savininkas@pavyzdys.test", person__name="Savininkė").person


@pytest.fixture
def posting(owner):
    return f.PostingFactory(
        slug="p", organisation=owner.affiliations.get().organisation, created_by=owner, title="Drying of berries"
    )


@pytest.fixture
def person():
    return d.AffiliationFactory(person__email="norintis@pavyzdys.test", person__name="Norintis").person


@pytest.fixture
def firm(person):
    return person.affiliations.get().organisation


@pytest.fixture
def interest(posting, person, firm):
    return actions.express(posting, by=person, organisation=firm, message=MESSAGE)


def test_who_is_behind_it_is_told_and_no_address_is_shown(interest, owner, person):
    notice = Notice.objects.get(person=owner)
    assert MESSAGE in notice.body
    for reader in (owner, person):
        page = signed_in(reader).get(url("interest_detail", interest.pk)).text
        assert "savininkas@" not in page
        assert "norintis@" not in page
    assert "norintis@" not in Letter.objects.get(person=owner).body


def test_only_the_two_sides_and_the_office_see_it(interest, owner, person, firm):
    manager = d.AffiliationFactory(organisation=firm, manager=True).person
    colleague = d.AffiliationFactory(organisation=firm).person
    office, stranger = UserFactory(secretariat=True), d.AffiliationFactory(manager=True).person
    sees = [Interest.objects.visible_to(who).exists() for who in (owner, person, manager, office, colleague, stranger)]
    assert sees == [True, True, True, True, False, False]
    person.affiliations.update(until=today())
    assert not Interest.objects.visible_to(person).exists()


def test_agreeing_introduces_both_by_letter(interest, owner, person):
    row = actions.agree(interest, by=owner)
    actions.agree(interest, by=owner)
    assert (row.state, row.answered_by) == (S.INTRODUCED, owner)
    letters = {letter.person: letter for letter in Letter.objects.filter(purpose="matchmaking.introduction")}
    assert set(letters) == {owner, person}
    assert "norintis@pavyzdys.test" in letters[owner].body
    assert letters[owner].reply_to == "norintis@pavyzdys.test"
    assert "savininkas@pavyzdys.test" in letters[person].body
    assert "savininkas@" in signed_in(person).get(url("interest_detail", row.pk)).text
    assert "norintis@" not in signed_in(UserFactory(secretariat=True)).get(url("interest_detail", row.pk)).text


def test_nobody_is_introduced_to_who_has_left(interest, owner, person):
    person.affiliations.update(until=today())
    with pytest.raises(ValidationError):
        actions.agree(interest, by=owner)


def test_declined_is_final_with_or_without_a_reason(interest, owner, posting, person, firm):
    actions.decline(interest, "We are full.", by=owner)
    assert "We are full." in signed_in(person).get(url("interest_detail", interest.pk)).text
    with pytest.raises(ValidationError):
        actions.express(posting, by=person, organisation=firm, message=MESSAGE + "!")
    other = actions.express(posting, by=(p := d.AffiliationFactory().person),
                            organisation=p.affiliations.get().organisation, message=MESSAGE)  # fmt: skip
    assert actions.decline(other, "", by=owner).state == S.DECLINED


def test_only_the_other_side_answers_and_only_ones_own_is_withdrawn(interest, owner, person):
    with pytest.raises(PermissionDenied):
        actions.agree(interest, by=person)
    with pytest.raises(PermissionDenied):
        actions.withdraw(interest, by=owner)
    assert signed_in(person).post(url("interest_act", interest.pk), {"do": "agree"}).status_code == 404
    assert actions.withdraw(interest, by=person).state == S.WITHDRAWN
    with pytest.raises(ValidationError):
        actions.agree(interest, by=owner)


def test_sent_twice_is_once_and_nobody_is_pestered(interest, posting, person, firm):
    again = lambda text: actions.express(posting, by=person, organisation=firm, message=text)  # noqa: E731
    assert again(MESSAGE) == interest
    with pytest.raises(ValidationError):
        again("Something else entirely, again.")
    actions.withdraw(interest, by=person)
    actions.withdraw(again(MESSAGE), by=person)
    with pytest.raises(ValidationError):
        again(MESSAGE)


def test_one_organisation_waits_for_twenty_answers_at_most(person, firm):
    for _ in range(actions.MOST_WAITING):
        f.InterestFactory(organisation=firm, person=person)
    with pytest.raises(ValidationError, match="20"):
        actions.express(f.PostingFactory(), by=person, organisation=firm, message=MESSAGE)


def test_nobody_writes_to_themselves_or_for_others_or_to_what_is_over(posting, owner, person, firm):
    own = posting.organisation
    for by, organisation, of, error in [
        (owner, own, posting, ValidationError), (person, own, posting, PermissionDenied),
        (person, firm, f.PostingFactory(valid_until=today() - DAY), ValidationError),
        (person, firm, f.PostingFactory(state="closed"), ValidationError),
    ]:  # fmt: skip
        with pytest.raises(error):
            actions.express(of, by=by, organisation=organisation, message=MESSAGE)
    coordinator = d.AffiliationFactory(manager=True).person
    cluster = d.ClusterFactory(coordinator=coordinator.affiliations.get().organisation)
    of_cluster = f.PostingFactory(cluster=cluster)
    with pytest.raises(ValidationError):
        actions.express(of_cluster, by=coordinator, organisation=cluster.coordinator, message=MESSAGE)


def test_the_form_asks_to_sign_in_first_and_keeps_what_was_typed(posting, person, firm):
    visitor = Client().get(url("interest_new", "p"))
    assert visitor.status_code == 302
    assert "next=" in visitor["Location"]
    client = signed_in(person)
    answer = client.post(url("interest_new", "p"), {"organisation": firm.pk, "message": "Too short"})
    assert answer.status_code == 422
    assert "Too short" in answer.text
    answer = client.post(url("interest_new", "p"), {"organisation": firm.pk, "message": MESSAGE})
    assert answer["Location"] == url("interest_detail", Interest.objects.get().pk)
    nobody = signed_in(UserFactory())
    assert "no organisation" in nobody.get(url("interest_new", "p")).text
    assert nobody.post(url("interest_new", "p"), {"message": MESSAGE}).status_code == 403


def test_too_many_a_day_keeps_the_text(posting, person, firm, monkeypatch):
    monkeypatch.setattr("klaster.matchmaking.views.interests.A_DAY", 0)
    answer = signed_in(person).post(url("interest_new", "p"), {"organisation": firm.pk, "message": MESSAGE})
    assert answer.status_code == 429
    assert MESSAGE in answer.text


# --- what came of it --------------------------------------------------------------------------------------------------
@pytest.fixture
def talked(interest, owner, person):
    actions.agree(interest, by=owner)
    return actions.talked(interest, today(), by=person)


def test_both_are_asked_once_now_and_once_after_three_months(talked):
    assert talked.outcomes.filter(stage="now").count() == 2
    actions.talked(talked, today(), by=talked.person)
    assert Letter.objects.filter(purpose="matchmaking.outcome").count() == 2
    for days, asked in ((90, 0), (92, 2), (93, 0), (200, 0)):
        with time_machine.travel(timezone.now() + days * DAY, tick=False):
            assert emails.ask_later(0) == asked
    assert Letter.objects.filter(purpose="matchmaking.outcome").count() == 4


def test_the_day_is_between_the_introduction_and_today(interest, owner):
    actions.agree(interest, by=owner)
    for day in (today() + DAY, today() - DAY):
        with pytest.raises(ValidationError):
            actions.talked(interest, day, by=owner)


def test_the_link_in_the_letter_answers_without_an_account(talked, person):
    letter = Letter.objects.get(purpose="matchmaking.outcome", person=person)
    mine = talked.outcomes.get(is_owner=False)
    assert mine.token in letter.body
    assert Client().get(url("outcome", mine.token)).status_code == 200
    assert Client().post(url("outcome", mine.token), {"kind": ""}).status_code == 422
    for _ in range(2):
        answer = Client().post(url("outcome", mine.token), {"kind": "contract", "note": "One year."})
        assert answer.status_code == 302
    mine = Outcome.objects.get(pk=mine.pk)
    assert (mine.kind, mine.note, mine.by) == ("contract", "One year.", None)
    assert Client().get(url("outcome", "no-such-token")).status_code == 404
    assert "One year." not in signed_in(talked.answered_by).get(url("interest_detail", talked.pk)).text
    for reader, leads in ((Client(), url("posting_list")), (signed_in(person), url("interest_detail", talked.pk))):
        assert f'class="btn btn--line" href="{leads}"' in reader.get(url("outcome", mine.token)).text


def test_an_old_question_takes_nothing_more(talked):
    row = talked.outcomes.first()
    with time_machine.travel(timezone.now() + 400 * DAY, tick=False):
        answer = Client().post(url("outcome", row.token), {"kind": "nothing"})
    assert answer.status_code == 422
    assert Outcome.objects.get(pk=row.pk).kind == ""


def test_the_workspace_says_what_waits(interest, owner, person):
    assert "is interested: Drying of berries" in signed_in(owner).get(url("my")).text
    actions.agree(interest, by=owner)
    Interest.objects.update(answered_at=timezone.now() - 15 * DAY)
    for reader in (owner, person):
        assert "Have you talked?" in signed_in(reader).get(url("my")).text
    for show, reader in (("received", owner), ("sent", person)):
        assert "Drying of berries" in signed_in(reader).get(url("my_interests") + f"?show={show}").text
    assert signed_in(person).get(url("my_interests") + "?show=all").status_code == 404
