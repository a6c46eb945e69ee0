"""Two people in the same instant: what can be taken once is taken once, and who comes second is told."""

import pytest
from django.core.exceptions import ValidationError

from klaster.core.models import Letter
from klaster.core.tests.together import at_once, sentences
from klaster.directory import factories as d
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import brokering, interests, postings
from klaster.matchmaking.models import Interest, LedgerEntry

pytestmark = pytest.mark.django_db(transaction=True)


def a_coordinator():
    cluster = d.ClusterFactory()
    return d.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


def test_one_of_two_coordinators_takes_a_request():
    request = f.BrokeredRequestFactory()
    one, other = a_coordinator(), a_coordinator()
    results = at_once(lambda: brokering.take(request, by=one), lambda: brokering.take(request, by=other))
    assert len(sentences(results)) == 1
    assert LedgerEntry.objects.filter(kind="taken").count() == 1


def test_two_colleagues_write_to_one_posting_once():
    posting, firm = f.PostingFactory(), d.OrganisationFactory()
    people = [d.AffiliationFactory(organisation=firm).person for _ in range(2)]
    acts = [
        lambda person=person: interests.express(posting, by=person, organisation=firm, message=f"We are {person.pk}.")
        for person in people
    ]
    results = at_once(*acts)
    assert Interest.objects.count() == 1
    assert sum(isinstance(result, ValidationError) for result in results) == 1


def test_agreed_to_and_withdrawn_at_once_is_one_of_both():
    person = d.AffiliationFactory().person
    owner = d.AffiliationFactory().person
    interest = f.InterestFactory(
        person=person, organisation=person.affiliations.get().organisation,
        posting__organisation=owner.affiliations.get().organisation,
    )  # fmt: skip
    at_once(lambda: interests.agree(interest, by=owner), lambda: interests.withdraw(interest, by=person))
    interest.refresh_from_db()
    letters = Letter.objects.filter(purpose="matchmaking.introduction").count()
    assert (interest.state, letters) in {("introduced", 2), ("withdrawn", 0)}


def test_renewed_by_two_is_once():
    owner = d.AffiliationFactory().person
    posting = f.PostingFactory(organisation=owner.affiliations.get().organisation)
    until = posting.valid_until
    renewed = at_once(*[lambda: postings.renew(posting, by=owner, until=until) for _ in range(2)])
    assert {row.valid_until for row in renewed} == {until + postings.RENEWED_BY}
