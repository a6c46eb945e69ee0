"""Changes to verified facts: who proposes, who decides, what everybody else sees meanwhile."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from klaster.accounts.factories import UserFactory
from klaster.core import privacy
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.directory import actions, verified
from klaster.directory import factories as f
from klaster.directory.models import ChangeRequest, Cluster, Label, Organisation, ProposedValue, Statement
from klaster.directory.models.organisations import today
from klaster.directory.tests.test_editing import form_of, typed, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
both = f.both
State = ChangeRequest.State


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"), founded="2014")


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__name="Rasa Rasaitė").person


@pytest.fixture
def secretary():
    return UserFactory(secretariat=True, name="Sekretorė")


def send(client, person, address, **changed):
    client.force_login(person)
    response = client.post(address, typed(form_of(client, address)) | changed)
    assert response.status_code == 302, response.context["form"].errors if response.context else response.status_code
    return response


def decide(client, person, change, do="decide", **answers):
    client.force_login(person)
    form = client.get(change.get_absolute_url()).context["form"]
    return client.post(url("change_decide", change.pk), typed(form) | {"do": do} | answers)


@pytest.fixture
def proposed(client, cluster, coordinator):
    """A request of the coordinator: another year, another name."""
    send(client, coordinator, url("cluster_edit", "saules"), founded="2013-05", name_en="Sun Cluster")
    return ChangeRequest.objects.get()


# --- proposing ------------------------------------------------------------------------------------------------------
def test_verified_facts_wait_and_the_rest_is_public_at_once(client, cluster, coordinator, secretary):
    address = url("cluster_edit", "saules")
    evidence = {"founded-evidence": "https://registras.pavyzdys.test/1", "founded-note": "Pagal registrą."}
    send(client, coordinator, address, founded="2013-05", summary_en="Power of the sun.", **evidence)
    cluster.refresh_from_db()
    assert (cluster.founded, cluster.summary["en"]) == ("2014", "Power of the sun.")
    change = ChangeRequest.objects.get()
    assert (change.state, change.author, change.subject, change.rounds) == (State.SUBMITTED, coordinator, cluster, 1)
    (value,) = change.proposals.all()
    assert (value.name, value.old, value.new) == ("founded", "2014", "2013-05")
    assert (value.evidence, value.note) == ("https://registras.pavyzdys.test/1", "Pagal registrą.")
    event = AuditEvent.objects.get(action="submitted")
    assert (event.actor_id, event.after["founded"]) == (coordinator.pk, "2013-05")
    assert [notice.person for notice in Notice.objects.filter(topic="directory.changes_to_check")] == [secretary]
    client.logout()
    page = client.get(url("cluster_detail", "saules")).text
    assert "2014" in page
    assert "2013" not in page
    assert "Waiting" not in page


def test_page_and_form_say_what_waits_to_those_who_may_know(client, cluster, coordinator, secretary, proposed):
    colleague = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    member = f.AffiliationFactory(organisation=f.ClusterMembershipFactory(cluster=cluster).organisation).person
    other = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    for person, knows in [(coordinator, True), (secretary, True), (colleague, True), (member, False), (other, False)]:
        client.force_login(person)
        page = client.get(url("cluster_detail", "saules")).text
        assert ("Waiting: 2 changes" in page) is knows, person
        assert ("May 2013" in page) is knows
        assert client.get(proposed.get_absolute_url()).status_code == (200 if knows else 404)
    client.force_login(coordinator)
    form = client.get(url("cluster_edit", "saules"))
    assert "Waiting: 2 changes" in form.text
    assert 'value="2013-05"' in form.text  # the author goes on with what was proposed
    client.force_login(colleague)
    assert 'value="2013-05"' not in client.get(url("cluster_edit", "saules")).text


def test_author_changes_the_request_and_takes_it_back_by_the_form(client, cluster, coordinator, secretary, proposed):
    address = url("cluster_edit", "saules")
    send(client, coordinator, address, founded="2012")
    proposed.refresh_from_db()
    assert dict(proposed.proposals.values_list("name", "new")) == {
        "founded": "2012",
        "name": {"lt": "Saulės klasteris", "en": "Sun Cluster"},
    }
    assert (proposed.state, proposed.rounds, ChangeRequest.objects.count()) == (State.SUBMITTED, 1, 1)
    assert Notice.objects.filter(topic="directory.changes_to_check").count() == 1  # one for one sending
    send(client, coordinator, address, founded="2014", name_en="Solar Cluster")  # as it is public
    proposed.refresh_from_db()
    assert proposed.state == State.WITHDRAWN


def test_form_sent_again_unchanged_changes_nothing(client, cluster, coordinator, proposed):
    before = ChangeRequest.objects.values().get(), AuditEvent.objects.count()
    send(client, coordinator, url("cluster_edit", "saules"))
    assert (ChangeRequest.objects.values().get(), AuditEvent.objects.count()) == before


def test_secretary_changes_verified_facts_at_once(client, cluster, secretary):
    send(client, secretary, url("cluster_edit", "saules"), founded="2013-05")
    cluster.refresh_from_db()
    assert cluster.founded == "2013-05"
    assert not ChangeRequest.objects.exists()
    event = AuditEvent.objects.get(action="changed", object_pk=str(cluster.pk))
    assert (event.actor_id, event.before["founded"], event.after["founded"]) == (secretary.pk, "2014", "2013-05")


def test_every_way_to_write_a_verified_fact_passes_the_office(cluster, coordinator):
    """The gate is in the action: whoever calls it without a form is asked the same."""
    row = actions.change_cluster(
        cluster, by=coordinator, version=actions.version_of(cluster), values={"founded": "2000", "website": ""}
    )
    assert row.founded == "2014"
    assert ChangeRequest.objects.get().proposals.get().new == "2000"
    actions.change_cluster(row, by=coordinator, version=actions.version_of(row), values={"legal_form": "legal_person"})
    assert {each.name: each.new for each in ProposedValue.objects.all()} == {
        "founded": "2000",
        "legal_form": "legal_person",
    }


def test_labels_members_coordinator_and_country_are_proposed_and_written(client, cluster, coordinator, secretary):
    kind = f.FactKindFactory(code="members")
    old = f.StatementFactory(cluster=cluster, kind=kind, number=20, is_shown=True)
    label = f.LabelFactory(cluster=cluster, level="bronze", valid_until=datetime.date(2026, 1, 31))
    successor = f.ClusterMembershipFactory(cluster=cluster).organisation
    send(
        client, coordinator, url("cluster_edit", "saules"),
        **{"members": "25", f"label-{label.pk}-valid_until": "2028-01-31", "label-new-level": "gold",
           "label-new-issued": "2025-05", "coordinator": str(successor.pk), "country": "LV"},
    )  # fmt: skip
    change = ChangeRequest.objects.get()
    assert {each.name for each in change.proposals.all()} == {
        "members", f"label-{label.pk}", "label-new", "coordinator", "country",
    }  # fmt: skip
    assert (cluster.labels.count(), Statement.objects.get(is_shown=True).number) == (1, 20)
    page = decide(client, secretary, change)
    assert page.status_code == 302
    cluster.refresh_from_db()
    assert (cluster.coordinator, str(cluster.country)) == (successor, "LV")
    label.refresh_from_db()
    assert (label.level, label.valid_until) == ("bronze", datetime.date(2028, 1, 31))
    gold = Label.objects.get(cluster=cluster, level="gold")
    assert (gold.issued, gold.valid_until) == ("2025-05", None)
    own = Statement.objects.get(cluster=cluster, is_shown=True)
    assert (own.number, own.source.key, own.as_of) == (25, "own-data", today().isoformat())
    old.refresh_from_db()
    assert not old.is_shown


def test_organisation_facts_wait_and_a_county_of_the_new_country_with_them(client, coordinator, secretary):
    lt, lv = f.RegionFactory(), f.RegionFactory(code="LV006", country="LV", name=both("Ryga", "Riga"))
    firm = f.OrganisationFactory(slug="imone", region=lt)
    manager = f.AffiliationFactory(organisation=firm, manager=True).person
    send(
        client, manager, url("organisation_edit", "imone"),
        kind="large", country="LV", region=str(lv.pk), summary_en="We measure.",
    )  # fmt: skip
    firm.refresh_from_db()
    assert (firm.kind, str(firm.country), firm.region, firm.summary["en"]) == ("small", "LT", lt, "We measure.")
    change = ChangeRequest.objects.get()
    assert {each.name for each in change.proposals.all()} == {"kind", "country", "region"}
    decide(client, secretary, change)
    firm.refresh_from_db()
    assert (firm.kind, str(firm.country), firm.region) == ("large", "LV", lv)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"label-new-issued": "2020"}, "label-new-level"),
        ({"label-new-level": "gold", "label-new-issued": "2999"}, "label-new-issued"),
        ({"label-new-level": "gold", "label-new-issued": "2020-05", "label-new-valid_until": "2020-04-30"},
         "label-new-valid_until"),
        ({"founded": "2013", "founded-evidence": "javascript:alert(1)"}, "founded-evidence"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(client, cluster, coordinator, changed, field):
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    response = client.post(address, typed(form_of(client, address)) | changed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not ChangeRequest.objects.exists()


# --- deciding -------------------------------------------------------------------------------------------------------
def test_office_accepts_all(client, cluster, coordinator, secretary, proposed):
    f.FactKindFactory(code="founded", is_field=True)
    client.force_login(secretary)
    page = client.get(proposed.get_absolute_url())
    assert '<del><span class="vh" lang="en">removed: </span>Solar' in page.text
    assert '<ins><span class="vh" lang="en">added: </span>Sun' in page.text
    assert decide(client, secretary, proposed).status_code == 302
    cluster.refresh_from_db()
    proposed.refresh_from_db()
    assert (cluster.founded, cluster.name["en"], proposed.state) == ("2013-05", "Sun Cluster", State.ACCEPTED)
    assert Statement.objects.get(cluster=cluster, is_shown=True).text["en"] == "May 2013"
    event = AuditEvent.objects.get(action="changed", object_pk=str(cluster.pk))
    assert (event.actor_id, event.note) == (secretary.pk, f"change request {proposed.pk}")
    assert (event.before["founded"], event.after["founded"]) == ("2014", "2013-05")
    assert AuditEvent.objects.get(action="accepted").after["founded"] == "accepted"
    notice = Notice.objects.get(person=coordinator)
    assert notice.words()[0] == "Your changes to Sun Cluster are public now"
    assert Letter.objects.filter(person=coordinator, purpose="directory.changes").count() == 1


def test_office_accepts_a_part_and_says_why_not_the_rest(client, cluster, coordinator, secretary, proposed):
    answers = {"decision-name": "keep", "answer-name": "The register says otherwise."}
    assert decide(client, secretary, proposed, **answers).status_code == 302
    cluster.refresh_from_db()
    proposed.refresh_from_db()
    assert (cluster.founded, cluster.name["en"], proposed.state) == ("2013-05", "Solar Cluster", State.PARTLY)
    client.force_login(coordinator)
    page = client.get(proposed.get_absolute_url()).text
    assert "The register says otherwise." in page
    assert "accepted in part" in page


def test_author_is_told_in_the_own_language(client, cluster, coordinator, secretary, proposed):
    coordinator.language = "lt"
    coordinator.save()
    decide(client, secretary, proposed, do="decline", reason="Nėra pagrindo.")
    letter = Letter.objects.get(person=coordinator, purpose="directory.changes")
    assert letter.language == "lt"
    assert letter.subject == "Jūsų siūlyti pakeitimai atmesti: Saulės klasteris"
    assert "Nėra pagrindo" in letter.body
    assert f"/lt/pakeitimai/{proposed.pk}/" in letter.body


def test_returned_request_comes_back(client, cluster, coordinator, secretary, proposed):
    assert decide(client, secretary, proposed, do="return").status_code == 422  # what is to be done?
    assert decide(client, secretary, proposed, do="return", **{"answer-founded": "Which month?"}).status_code == 302
    proposed.refresh_from_db()
    assert proposed.state == State.RETURNED
    client.force_login(coordinator)
    assert "Which month?" in client.get(proposed.get_absolute_url()).text
    send(client, coordinator, url("cluster_edit", "saules"), founded="2013-06")
    proposed.refresh_from_db()
    assert (proposed.state, proposed.rounds, proposed.proposals.get(name="founded").new) == (
        State.SUBMITTED, 2, "2013-06",
    )  # fmt: skip
    assert Notice.objects.filter(person=secretary, topic="directory.changes_to_check").count() == 2
    decide(client, secretary, proposed)
    assert Cluster.objects.get().founded == "2013-06"


def test_declining_needs_a_reason(client, cluster, coordinator, secretary, proposed):
    refused = decide(client, secretary, proposed, do="decline", **{"answer-name": "kept text"})
    assert refused.status_code == 422
    assert "kept text" in refused.text
    assert decide(client, secretary, proposed, do="decline", reason="Not so.").status_code == 302
    proposed.refresh_from_db()
    assert (proposed.state, Cluster.objects.get().founded) == (State.DECLINED, "2014")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.update(reason="")


def test_what_moved_meanwhile_is_decided_knowingly(client, cluster, coordinator, secretary, proposed):
    fresh = Cluster.objects.get()
    actions.change_cluster(fresh, by=secretary, version=actions.version_of(fresh), values={"founded": "2011"})
    client.force_login(secretary)
    page = client.get(proposed.get_absolute_url())
    for words in ("When proposed", "Public now", "2014", "2011", "May 2013"):
        assert words in page.text
    refused = decide(client, secretary, proposed)
    assert refused.status_code == 422
    assert Cluster.objects.get().founded == "2011"
    assert decide(client, secretary, proposed, **{"decision-founded": "keep"}).status_code == 302
    now = Cluster.objects.get()
    assert (now.founded, now.name["en"]) == ("2011", "Sun Cluster")


def test_secretary_with_an_old_page_decides_nothing_unseen(client, cluster, coordinator, secretary, proposed):
    client.force_login(secretary)
    data = typed(client.get(proposed.get_absolute_url()).context["form"])
    fresh = Cluster.objects.get()
    actions.change_cluster(fresh, by=secretary, version=actions.version_of(fresh), values={"founded": "2011"})
    late = client.post(url("change_decide", proposed.pk), data | {"do": "decide", "reason": "typed before"})
    assert late.status_code == 409
    assert "typed before" in late.text
    assert Cluster.objects.get().founded == "2011"
    again = client.post(url("change_decide", proposed.pk), typed(late.context["form"]) | {"do": "decide"})
    assert again.status_code == 422  # the year is to be chosen anew
    chosen = typed(late.context["form"]) | {"do": "decide", "decision-founded": "accept", "decision-name": "accept"}
    assert client.post(url("change_decide", proposed.pk), chosen).status_code == 302
    assert Cluster.objects.get().founded == "2013-05"


def test_decided_request_is_not_decided_again(client, cluster, coordinator, secretary, proposed):
    client.force_login(secretary)
    data = typed(client.get(proposed.get_absolute_url()).context["form"])
    decide(client, secretary, proposed, do="decline", reason="No.")
    late = client.post(url("change_decide", proposed.pk), data | {"do": "decide", "reason": "my long reason"})
    assert late.status_code == 409
    assert "my long reason" in late.text  # what was typed is not lost
    assert Cluster.objects.get().founded == "2014"


def test_value_that_became_impossible_is_refused_with_words(client, secretary):
    firm = f.OrganisationFactory(slug="imone")
    manager = f.AffiliationFactory(organisation=firm, manager=True).person
    send(client, manager, url("organisation_edit", "imone"), legal_code="123456789")
    f.OrganisationFactory(legal_code="123456789", country="LT")
    change = ChangeRequest.objects.get()
    refused = decide(client, secretary, change)
    assert refused.status_code == 422
    assert "An organisation with this legal-entity code is in the directory already." in refused.text
    change.refresh_from_db()
    assert change.is_waiting


# --- rights ---------------------------------------------------------------------------------------------------------
def test_each_right_from_both_sides(client, cluster, coordinator, secretary, proposed):
    colleague = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    other = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    member = f.AffiliationFactory(organisation=f.ClusterMembershipFactory(cluster=cluster).organisation).person
    version = actions.version_of_change(proposed)
    answer = {"version": version, "decisions": {"founded": True}, "answers": {}}
    for person in (coordinator, colleague, other, member):
        with pytest.raises(PermissionDenied):
            actions.decide_change(proposed, by=person, **answer)
        with pytest.raises(PermissionDenied):
            actions.return_change(proposed, by=person, version=version, answers={}, reason="x")
    for person in (secretary, colleague, other, member):
        with pytest.raises(PermissionDenied):
            actions.withdraw_change(proposed, by=person)
    seen = {person: proposed in ChangeRequest.objects.visible_to(person) for person in (colleague, other, member)}
    assert seen == {colleague: True, other: False, member: False}
    actions.withdraw_change(proposed, by=coordinator)
    proposed.refresh_from_db()
    assert proposed.state == State.WITHDRAWN
    with pytest.raises(PermissionDenied):
        actions.withdraw_change(proposed, by=coordinator)


def test_list_shows_each_what_is_theirs_with_the_same_number_of_queries(
    client, cluster, coordinator, secretary, proposed
):
    address = url("change_list")
    client.force_login(coordinator)
    assert "Solar Cluster" in client.get(address).text
    client.force_login(UserFactory())
    assert "Solar Cluster" not in client.get(address).text
    client.force_login(secretary)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _more in range(2):
        f.ProposedValueFactory()
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    assert len(three) == len(one)
    assert client.get(address + "?show=nonsense").status_code == 404


def test_person_has_one_open_request_and_one_draft_for_an_entry(cluster, coordinator, proposed):
    with pytest.raises(IntegrityError), transaction.atomic():
        f.ChangeRequestFactory(cluster=cluster, author=coordinator)
    f.ChangeRequestFactory(cluster=cluster, author=coordinator, draft=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        f.ChangeRequestFactory(cluster=cluster, author=coordinator, draft=True)
    f.ChangeRequestFactory(cluster=cluster, author=UserFactory())


# --- drafts and preview ---------------------------------------------------------------------------------------------
def test_draft_is_kept_continued_elsewhere_and_published(client, cluster, coordinator, secretary):
    address = url("cluster_edit", "saules")
    send(client, coordinator, address, do="draft", founded="2013", summary_en="Draft words.")
    cluster.refresh_from_db()
    assert (cluster.founded, cluster.summary.get("en")) == ("2014", None)
    draft = ChangeRequest.objects.get()
    assert (draft.state, AuditEvent.objects.count(), Notice.objects.count()) == (State.DRAFT, 0, 0)
    for person in (secretary, f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person):
        client.force_login(person)
        assert client.get(draft.get_absolute_url()).status_code == 404
        assert client.get(url("change_preview", draft.pk)).status_code == 404
        assert "Draft words." not in client.get(address).text
    elsewhere = type(client)()
    elsewhere.force_login(coordinator)
    page = elsewhere.get(address).text
    assert "Draft words." in page
    assert 'value="2013"' in page
    send(elsewhere, coordinator, address)
    cluster.refresh_from_db()
    draft.refresh_from_db()
    assert (cluster.founded, cluster.summary["en"]) == ("2014", "Draft words.")
    assert (draft.state, [each.name for each in draft.proposals.all()]) == (State.SUBMITTED, ["founded"])


def test_draft_without_verified_facts_is_done_when_published(client, cluster, coordinator):
    address = url("cluster_edit", "saules")
    send(client, coordinator, address, do="draft", summary_en="Draft words.")
    send(client, coordinator, address)
    assert not ChangeRequest.objects.exists()
    assert Cluster.objects.get().summary["en"] == "Draft words."


def test_draft_beside_a_request_joins_it_when_published(client, cluster, coordinator, proposed):
    address = url("cluster_edit", "saules")
    send(client, coordinator, address, do="draft", legal_form="legal_person")
    proposed.refresh_from_db()
    assert proposed.is_waiting  # the office still has what was sent
    assert proposed.proposals.count() == 2
    send(client, coordinator, address)
    (change,) = ChangeRequest.objects.all()
    assert (change.pk, change.proposals.count()) == (proposed.pk, 3)


def test_draft_is_thrown_away(client, cluster, coordinator):
    send(client, coordinator, url("cluster_edit", "saules"), do="draft", founded="2013")
    draft = ChangeRequest.objects.get()
    assert client.post(url("change_withdraw", draft.pk)).status_code == 302
    assert not ChangeRequest.objects.exists()
    assert 'value="2014"' in client.get(url("cluster_edit", "saules")).text


def test_draft_says_where_the_page_has_moved_since(client, cluster, coordinator, secretary):
    address = url("cluster_edit", "saules")
    send(client, coordinator, address, do="draft", summary_en="Mine.")
    fresh = Cluster.objects.get()
    values = {"summary": both("Jų.", "Theirs.")}
    actions.change_cluster(fresh, by=secretary, version=actions.version_of(fresh), values=values)
    client.force_login(coordinator)
    page = client.get(address)
    assert "The page has changed since you wrote this." in page.text
    assert "Theirs</del>" in page.text.replace('<span class="vh">. </span>', "")
    assert "Mine</ins>" in page.text.replace('<span class="vh">. </span>', "")
    send(client, coordinator, address, **{"take-summary": "theirs"})
    assert Cluster.objects.get().summary == {"lt": "Jų.", "en": "Theirs."}


def test_preview_shows_the_page_as_it_would_be_and_changes_nothing(client, cluster, coordinator, secretary):
    f.FactKindFactory(code="founded", is_field=True)
    address = url("cluster_edit", "saules")
    changed = {"founded": "2013-05", "summary_en": "Draft words.", "label-new-level": "gold"}
    response = send(client, coordinator, address, do="preview", **changed)
    before = Cluster.objects.values().get(), AuditEvent.objects.count(), Statement.objects.count()
    page = client.get(response["Location"])
    assert page.status_code == 200
    for words in ("Preview.", "May 2013", "Draft words.", "gold label"):
        assert words.lower() in page.text.lower()
    assert "no-store" in page["Cache-Control"]
    assert (Cluster.objects.values().get(), AuditEvent.objects.count(), Statement.objects.count()) == before
    assert not Label.objects.exists()
    assert "Draft words." not in client.get(url("cluster_detail", "saules")).text
    client.force_login(secretary)
    assert client.get(response["Location"]).status_code == 404  # a draft is its author's


def test_office_previews_a_request_and_others_do_not(client, cluster, coordinator, secretary, proposed):
    address = url("change_preview", proposed.pk)
    client.force_login(secretary)
    assert "Sun Cluster" in client.get(address).text
    assert Cluster.objects.get().name["en"] == "Solar Cluster"
    for person in (
        UserFactory(),
        f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person,
    ):
        client.force_login(person)
        assert client.get(address).status_code == 404
    decide(client, secretary, proposed)
    assert client.get(address).status_code == 404


def test_author_who_keeps_the_page_no_more_sees_no_preview(client, cluster, coordinator, proposed):
    coordinator.affiliations.update(until=today())
    client.force_login(coordinator)
    assert client.get(proposed.get_absolute_url()).status_code == 200
    assert client.get(url("change_preview", proposed.pk)).status_code == 404


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)


def test_logo_of_a_draft_waits_with_it_and_goes_with_it(
    client, cluster, coordinator, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    address = url("cluster_edit", "saules")
    send(client, coordinator, address, do="draft", logo=SimpleUploadedFile("zenklas.png", PIXEL))
    draft = ChangeRequest.objects.get()
    kept = draft.proposals.get(name="logo").new
    assert not Cluster.objects.get().logo
    assert (tmp_path / kept).is_file()
    assert kept in client.get(url("change_preview", draft.pk)).text
    send(client, coordinator, address, do="draft", summary_en="More.")  # the file is not sent again
    assert draft.proposals.get(name="logo").new == kept
    send(client, coordinator, address)
    assert Cluster.objects.get().logo.name == kept
    assert (tmp_path / kept).is_file()
    send(client, coordinator, address, do="draft", logo=SimpleUploadedFile("kitas.png", PIXEL))
    draft = ChangeRequest.objects.get()
    second = draft.proposals.get(name="logo").new
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_change(draft, by=coordinator)
    assert not (tmp_path / second).exists()
    assert (tmp_path / kept).is_file()


# --- two people at once ---------------------------------------------------------------------------------------------
def test_what_only_the_other_changed_is_taken_over(client, cluster, coordinator, secretary):
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    data = typed(form_of(client, address)) | {"website": "https://mano.pavyzdys.test/"}
    fresh = Cluster.objects.get()
    values = {"summary": both("Jų.", "Theirs.")}
    actions.change_cluster(fresh, by=secretary, version=actions.version_of(fresh), values=values)
    late = client.post(address, data)
    assert late.status_code == 409
    assert late.context["differing"] == []
    assert client.post(address, typed(late.context["form"])).status_code == 302
    now = Cluster.objects.get()
    assert (now.summary["en"], now.website) == ("Theirs.", "https://mano.pavyzdys.test/")


def test_what_both_changed_is_compared_and_chosen(client, cluster, coordinator, secretary):
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    data = typed(form_of(client, address)) | {"summary_en": "My words."}
    fresh = Cluster.objects.get()
    actions.change_cluster(
        fresh, by=secretary, version=actions.version_of(fresh), values={"summary": both("", "Their words.")}
    )
    late = client.post(address, data)
    assert late.status_code == 409
    (field,) = late.context["differing"]
    assert (field["name"], field["mine"], field["theirs"]) == (
        "summary", [("en", "My words.")], [("en", "Their words.")],
    )  # fmt: skip
    assert "Sekretorė" in late.text
    theirs = typed(late.context["form"]) | {"take-summary": "theirs"}
    assert client.post(address, theirs).status_code == 302
    assert Cluster.objects.get().summary["en"] == "Their words."


@pytest.mark.parametrize(("name", "factory"), [("opening", f.OpeningFactory), ("achievement", f.AchievementFactory)])
def test_openings_and_achievements_are_compared_too(client, cluster, coordinator, secretary, name, factory):
    row = factory(cluster=cluster, title=both("Pirmas", "First"))
    client.force_login(coordinator)
    address = url(f"{name}_edit", "saules", row.pk)
    data = typed(form_of(client, address)) | {"title_en": "Mine"}
    other = type(row).objects.get()
    save = getattr(actions, f"save_{name}")
    save(other, by=secretary, version=actions.version_of(other), values={"title": both("Pirmas", "Theirs")})
    late = client.post(address, data)
    assert late.status_code == 409
    assert [field["name"] for field in late.context["differing"]] == ["title"]
    assert client.post(address, typed(late.context["form"]) | {"take-title": "theirs"}).status_code == 302
    assert type(row).objects.get().title["en"] == "Theirs"


def test_second_tab_is_told_that_the_first_has_published(client, cluster, coordinator):
    address = url("cluster_edit", "saules")
    send(client, coordinator, address, do="draft", founded="2013")
    tab = typed(form_of(client, address))
    assert client.post(address, tab).status_code == 302
    late = client.post(address, tab | {"founded": "2012"})
    assert late.status_code == 409
    assert "Rasa Rasaitė" in late.text
    assert ChangeRequest.objects.get().proposals.get().new == "2013"
    assert client.post(address, typed(late.context["form"])).status_code == 302
    assert ChangeRequest.objects.get().proposals.get().new == "2012"


# --- people ---------------------------------------------------------------------------------------------------------
def test_erased_author_leaves_the_request_without_a_name(client, cluster, coordinator, secretary, proposed):
    proposed.proposals.update(note="I am Rasa.")
    f.ChangeRequestFactory(author=coordinator, draft=True)
    privacy.erase(coordinator)
    (left,) = ChangeRequest.objects.all()
    assert (left.pk, left.author) == (proposed.pk, None)
    assert {value.note for value in left.proposals.all()} == {""}
    client.force_login(secretary)
    page = client.get(left.get_absolute_url()).text
    assert "Rasa" not in page
    assert "whose account was erased" in page
    assert decide(client, secretary, left).status_code == 302  # and can be decided
    cluster.refresh_from_db()
    assert cluster.founded == "2013-05"


# --- the registry ---------------------------------------------------------------------------------------------------
def test_apps_above_add_facts_of_their_own(cluster, coordinator, secretary, monkeypatch):
    monkeypatch.setattr(verified, "_providers", list(verified._providers))
    written = []
    fact = verified.Fact(
        "maturity", "maturity", read=lambda entry: 1, write=lambda entry, value, by: written.append((entry, value)),
        words=lambda value: [("", str(value))],
    )  # fmt: skip
    verified.add(Cluster, lambda entry: [fact])
    saved = actions.publish(cluster, by=coordinator, version=actions.version_of(cluster), values={"maturity": 3})
    assert (saved.is_public, written) == (False, [])
    change = saved.request
    actions.decide_change(
        change, by=secretary, version=actions.version_of_change(change), decisions={"maturity": True}, answers={}
    )
    assert written == [(cluster, 3)]
    assert "maturity" not in verified.facts_of(cluster.coordinator)


def test_label_that_is_gone_can_only_be_declined(client, cluster, coordinator, secretary):
    label = f.LabelFactory(cluster=cluster)
    send(client, coordinator, url("cluster_edit", "saules"), **{f"label-{label.pk}-level": "gold"})
    change = ChangeRequest.objects.get()
    label.delete()
    name = f"label-{label.pk}"
    with pytest.raises(ValidationError):
        actions.decide_change(
            change, by=secretary, version=actions.version_of_change(change), decisions={name: True}, answers={}
        )
    assert decide(client, secretary, change, do="decline", reason="It is gone.").status_code == 302


# --- a label that is no longer held -----------------------------------------------------------------------------------
@pytest.fixture
def label(cluster):
    return f.LabelFactory(cluster=cluster, level="silver", issued="2024-05", valid_until=datetime.date(2099, 1, 31))


def remove(client, coordinator, label, why="Atsisakėme, nes keičiame veiklą."):
    name = f"label-{label.pk}"
    send(client, coordinator, url("cluster_edit", "saules"), **{f"{name}-gone": "on", f"{name}-note": why})
    return ChangeRequest.objects.get()


def test_removing_a_label_is_proposed_and_the_page_shows_it_until_it_is_accepted(
    client, cluster, coordinator, secretary, label
):
    change = remove(client, coordinator, label)
    (value,) = change.proposals.all()
    assert (value.name, value.new, value.note) == (f"label-{label.pk}", None, "Atsisakėme, nes keičiame veiklą.")
    assert value.old["level"] == "silver"
    assert Label.objects.filter(pk=label.pk).exists()
    client.logout()
    assert "2099" in client.get(url("cluster_detail", "saules")).text
    client.force_login(secretary)
    page = client.get(change.get_absolute_url()).text
    assert "The label is no longer held." in page
    assert "2099" in page
    assert "Atsisakėme, nes keičiame veiklą." in page
    assert decide(client, secretary, change).status_code == 302
    assert not Label.objects.filter(pk=label.pk).exists()
    client.logout()
    assert "2099" not in client.get(url("cluster_detail", "saules")).text
    event = AuditEvent.objects.get(action="deleted", object_pk=str(label.pk))
    assert (event.actor_id, event.before["level"]) == (secretary.pk, "silver")
    client.force_login(coordinator)
    after = client.get(change.get_absolute_url()).text
    assert "Label: silver" in after
    assert "This fact is not on the page any more." not in after


def test_a_label_nobody_touched_is_not_proposed(client, cluster, coordinator, label):
    send(client, coordinator, url("cluster_edit", "saules"), summary_en="Something else.")
    assert not ChangeRequest.objects.exists()


def test_removing_a_label_may_come_back_and_be_declined(client, cluster, coordinator, secretary, label):
    change = remove(client, coordinator, label)
    name = f"label-{label.pk}"
    decide(client, secretary, change, do="return", **{f"answer-{name}": "Ar leidėjas tai žino?"})
    change.refresh_from_db()
    assert change.state == State.RETURNED
    client.force_login(coordinator)
    form = form_of(client, url("cluster_edit", "saules"))
    assert form[f"{name}-gone"].value() is True, "the author goes on with what was proposed"
    send(client, coordinator, url("cluster_edit", "saules"), **{f"{name}-note": "Taip, žino."})
    change.refresh_from_db()
    assert (change.state, change.proposals.get().new) == (State.SUBMITTED, None)
    decide(client, secretary, change, do="decline", reason="Žyma galioja.")
    change.refresh_from_db()
    assert change.state == State.DECLINED
    assert Label.objects.filter(pk=label.pk).exists()


def test_a_label_is_not_removed_without_a_reason(client, cluster, coordinator, label):
    client.force_login(coordinator)
    address, name = url("cluster_edit", "saules"), f"label-{label.pk}"
    answer = client.post(address, typed(form_of(client, address)) | {f"{name}-gone": "on", f"{name}-issued": "soon"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {f"{name}-note": ["Say why the label is no longer held."]}
    assert not ChangeRequest.objects.exists()


def test_a_preview_is_without_the_label_and_keeps_it(client, cluster, coordinator, label):
    change = remove(client, coordinator, label)
    assert "2099" not in client.get(url("change_preview", change.pk)).text.split("Waiting")[0].split("<main")[1]
    assert Label.objects.filter(pk=label.pk).exists()


def test_the_office_removes_a_label_at_once(client, cluster, secretary, label):
    send(client, secretary, url("cluster_edit", "saules"), **{f"label-{label.pk}-gone": "on"})
    assert not ChangeRequest.objects.exists()
    assert not Label.objects.filter(pk=label.pk).exists()


def test_nobody_else_proposes_it(client, cluster, label):
    other = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    client.force_login(other)
    assert client.post(url("cluster_edit", "saules"), {f"label-{label.pk}-gone": "on"}).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.change_cluster(
            cluster, by=other, version=actions.version_of(cluster), values={f"label-{label.pk}": None}
        )
    assert Label.objects.filter(pk=label.pk).exists()


def test_organisation_of_another_kind_has_facts_of_its_own():
    assert set(verified.facts_of(f.OrganisationFactory())) == set(Organisation.verified_fields)
