"""Two people in the same instant, on real connections: nothing lost, nothing done twice, the second is told."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Notice
from klaster.core.tests import together
from klaster.core.tests.together import refused
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.models import ChangeRequest, Cluster

pytestmark = pytest.mark.django_db(transaction=True)
both = f.both
ANSWERS = (actions.ChangedMeanwhile, PermissionDenied)


at_once = partial(together.at_once, refusals=ANSWERS)


@pytest.fixture
def cluster():
    return f.ClusterFactory(name=both("Saulės klasteris", "Solar Cluster"), founded="2014")


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


@pytest.fixture
def change(cluster, coordinator):
    values = {"founded": "2013", "legal_form": "legal_person"}
    saved = actions.publish(
        cluster, by=coordinator, version=actions.version_of(cluster), values=values,
        basis=actions.begun_by(coordinator, cluster).basis,
    )  # fmt: skip
    return saved.request


@pytest.mark.parametrize("turn", range(5))
def test_two_secretaries_decide_one_request(cluster, coordinator, change, turn):
    version = actions.version_of_change(change)
    everything = {"founded": True, "legal_form": True}

    def decide(decisions):
        person = UserFactory(secretariat=True)
        return lambda: actions.decide_change(
            ChangeRequest.objects.get(pk=change.pk), by=person, version=version, decisions=decisions,
            answers={}, reason="Because.",
        )  # fmt: skip

    answers = at_once(decide(everything), decide(dict.fromkeys(everything, False)))
    assert len(refused(answers)) == 1
    change.refresh_from_db()
    cluster.refresh_from_db()
    assert (change.state, cluster.founded) in {("accepted", "2013"), ("declined", "2014")}
    assert Notice.objects.filter(person=coordinator).count() == 1
    assert AuditEvent.objects.of(change).filter(action__in=["accepted", "declined"]).count() == 1


@pytest.mark.parametrize("turn", range(5))
def test_request_is_accepted_while_the_page_is_edited(cluster, coordinator, change, turn):
    secretary, colleague = (
        UserFactory(secretariat=True),
        f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person,
    )
    version, row_version = actions.version_of_change(change), actions.version_of(Cluster.objects.get())

    def accept():
        return actions.decide_change(
            ChangeRequest.objects.get(pk=change.pk), by=secretary, version=version,
            decisions={"founded": True, "legal_form": True}, answers={},
        )  # fmt: skip

    def edit():
        return actions.publish(
            Cluster.objects.get(), by=colleague, version=row_version, values={"website": "https://nauja.pavyzdys.test/"}
        )

    answers = at_once(accept, edit)
    cluster.refresh_from_db()
    assert (cluster.founded, cluster.legal_form) == ("2013", "legal_person")  # the editor did not undo it
    assert not isinstance(answers[0], actions.ChangedMeanwhile)
    told = isinstance(answers[1], actions.ChangedMeanwhile)
    assert (cluster.website == "") is told  # either it is saved or the editor knows that it is not


@pytest.mark.parametrize("turn", range(5))
def test_draft_is_published_by_two_tabs(cluster, coordinator, turn):
    secretary = UserFactory(secretariat=True)
    values = {"founded": "2013"}
    version = actions.version_of(cluster)
    actions.save_draft(
        cluster, by=coordinator, version=version, values=values, basis=actions.begun_by(coordinator, cluster).basis
    )
    basis = actions.begun_by(coordinator, cluster).basis

    def publish(year):
        return lambda: actions.publish(
            Cluster.objects.get(), by=coordinator, version=version, values={"founded": year}, basis=basis
        )

    answers = at_once(publish("2013"), publish("2012"))
    assert len(refused(answers)) == 1
    (request,) = ChangeRequest.objects.all()
    assert (request.state, request.rounds) == ("submitted", 1)
    (saved,) = [answer for answer in answers if answer not in refused(answers)]
    assert saved.request == request
    assert Notice.objects.filter(person=secretary).count() == 1
    assert AuditEvent.objects.of(request).filter(action="submitted").count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_request_is_withdrawn_while_it_is_accepted(cluster, coordinator, change, turn):
    secretary, version = UserFactory(secretariat=True), actions.version_of_change(change)

    def accept():
        return actions.decide_change(
            ChangeRequest.objects.get(pk=change.pk), by=secretary, version=version,
            decisions={"founded": True, "legal_form": True}, answers={},
        )  # fmt: skip

    answers = at_once(accept, lambda: actions.withdraw_change(change, by=coordinator))
    assert len(refused(answers)) == 1
    change.refresh_from_db()
    cluster.refresh_from_db()
    assert (change.state, cluster.founded) in {("accepted", "2013"), ("withdrawn", "2014")}


def test_two_windows_begin_a_draft_at_once(cluster, coordinator):
    version, basis = actions.version_of(cluster), actions.begun_by(coordinator, cluster).basis

    def draft(year):
        return lambda: actions.save_draft(
            Cluster.objects.get(), by=coordinator, version=version, values={"founded": year}, basis=basis
        )

    answers = at_once(draft("2011"), draft("2012"))
    assert len(refused(answers)) == 1
    assert ChangeRequest.objects.get().proposals.count() == 1


def test_preview_does_not_stand_in_the_way_of_saving(cluster, coordinator, change):
    secretary = UserFactory(secretariat=True)
    version = actions.version_of(Cluster.objects.get())

    def look():
        with actions.as_if_public(change, by=secretary) as entry:
            return entry.founded

    def edit():
        return actions.publish(Cluster.objects.get(), by=secretary, version=version, values={"founded": "2010"})

    answers = at_once(look, edit)
    assert answers[0] == "2013"
    cluster.refresh_from_db()
    assert cluster.founded == "2010"
