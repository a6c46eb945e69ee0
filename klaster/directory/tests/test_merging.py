"""Two entries become one: everything moves, nothing is doubled, links lead on, and it can be taken back exactly."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klaster.accounts.factories import UserFactory
from klaster.core import merging
from klaster.core.fields import Translated
from klaster.core.models import AuditEvent
from klaster.core.tests.visits import url
from klaster.directory import actions, choosing, uniting
from klaster.directory import factories as f
from klaster.directory import search as finder
from klaster.directory.models import (
    Affiliation,
    Agreement,
    ChangeRequest,
    Cluster,
    ClusterMembership,
    Confirmation,
    FileRow,
    FormerAddress,
    JoinRequest,
    Label,
    Merge,
    NetworkParticipation,
    Organisation,
    Programme,
    ProposedValue,
    Statement,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "one_factor")]
both = f.both
DAY = datetime.date.fromisoformat
NOW = datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)


@pytest.fixture
def office(db):
    return UserFactory(secretariat=True)


@pytest.fixture
def kept():
    return f.OrganisationFactory(slug="uab-zuvis", name=both("UAB „Žuvis“", "Fish Ltd"), legal_code="", country="LT")


@pytest.fixture
def gone():
    return f.OrganisationFactory(slug="zuvis", name=both("Žuvis", "Fish"), legal_code="302000000", country="LT")


def everything(*, but=(Merge, AuditEvent)):
    """Every row of every table that merging may touch, but for the times of the last save."""
    found = {}
    models = {
        pointer.model
        for model in (Organisation, Cluster, ChangeRequest, JoinRequest)
        for pointer in merging.pointers(model)
    }
    for model in sorted({Organisation, Cluster, FormerAddress, FileRow, *models}, key=lambda each: each._meta.label):
        if model in but:
            continue
        clocks = merging.clocks_of(model)
        for pk in model._base_manager.values_list("pk", flat=True):
            row = merging.read(model, pk)
            found[model._meta.label, pk] = {name: value for name, value in row.items() if name not in clocks}
    return found


def row(model, pk):
    return model._default_manager.get(pk=pk)


# --- what moves -------------------------------------------------------------------------------------------------------
def test_everything_that_points_to_the_one_points_to_the_other(office, kept, gone):
    membership = f.ClusterMembershipFactory(organisation=gone)
    cluster = f.ClusterFactory(coordinator=gone)
    affiliation = f.AffiliationFactory(organisation=gone)
    statement = f.StatementFactory(cluster=None, organisation=gone)
    label = f.LabelFactory(issuer=gone)
    network = f.NetworkFactory(operator=gone)
    participation = f.NetworkParticipationFactory(cluster=None, organisation=gone)
    agreement, programme = f.AgreementFactory(), f.ProgrammeFactory(coordinator=gone)
    agreement.parties.add(gone)
    programme.partners.add(gone)
    unit = f.OrganisationFactory(parent=gone)
    activity = f.ActivityClassFactory()
    gone.activities.add(activity)
    actions.merge(kept, gone, by=office)
    assert not Organisation.objects.filter(pk=gone.pk).exists()
    assert row(ClusterMembership, membership.pk).organisation == kept
    assert row(Cluster, cluster.pk).coordinator == kept
    assert row(Affiliation, affiliation.pk).organisation == kept
    assert row(Statement, statement.pk).organisation == kept
    assert row(Label, label.pk).issuer == kept
    assert type(network).objects.get(pk=network.pk).operator == kept
    assert row(NetworkParticipation, participation.pk).organisation == kept
    assert list(row(Agreement, agreement.pk).parties.all()) == [kept]
    assert row(Programme, programme.pk).coordinator == kept
    assert list(row(Programme, programme.pk).partners.all()) == [kept]
    assert row(Organisation, unit.pk).parent == kept
    assert list(row(Organisation, kept.pk).activities.all()) == [activity]


def test_everything_of_a_cluster_moves(office):
    kept, gone = f.ClusterFactory(slug="vienas"), f.ClusterFactory(slug="kitas")
    rows = [
        f.ClusterMembershipFactory(cluster=gone), f.OpeningFactory(cluster=gone), f.AchievementFactory(cluster=gone),
        f.LabelFactory(cluster=gone), f.ContactMessageFactory(cluster=gone), f.StatementFactory(cluster=gone),
        f.NetworkParticipationFactory(cluster=gone),
    ]  # fmt: skip
    sector = f.SectorFactory(code="naujas")
    gone.other_sectors.add(sector)
    actions.merge(kept, gone, by=office)
    for each in rows:
        each.refresh_from_db()
        assert each.cluster == kept
    assert sector in kept.other_sectors.all()


def test_no_table_that_points_to_an_entry_is_forgotten():
    """Found by itself, hidden ones and those between tables too: an app that comes later is in this list unasked."""
    found = {f"{pointer.model._meta.label_lower}.{pointer.name}" for pointer in merging.pointers(Organisation)}
    assert found >= {
        "directory.affiliation.organisation", "directory.agreement_parties.organisation",
        "directory.cluster.coordinator", "directory.clustermembership.organisation", "directory.label.issuer",
        "directory.network.operator",
        "directory.networkparticipation.organisation", "directory.organisation.parent",
        "directory.organisation_activities.organisation", "directory.programme.coordinator",
        "directory.programme_partners.organisation", "directory.statement.organisation",
    }  # fmt: skip
    assert "newsroom.articlepage_clusters.cluster" in {
        f"{pointer.model._meta.label_lower}.{pointer.name}" for pointer in merging.pointers(Cluster)
    }


# --- what it says afterwards ------------------------------------------------------------------------------------------
def test_names_of_both_are_kept_and_found(office, kept, gone):
    Organisation.objects.filter(pk=gone.pk).update(aliases=["Žuvelė"], abbreviation="ŽUV")
    actions.merge(kept, gone, by=office)
    kept.refresh_from_db()
    assert (kept.name, kept.abbreviation) == (both("UAB „Žuvis“", "Fish Ltd"), "ŽUV")
    assert sorted(kept.aliases) == ["Fish", "Žuvelė", "Žuvis"]
    [hit] = finder.of_kind("organisations", finder.read("zuvele"), office, start=0, stop=5).hits
    assert hit.row == kept


def test_a_legal_code_is_never_lost(office, kept, gone):
    actions.merge(kept, gone, by=office, take=[])
    kept.refresh_from_db()
    assert (kept.legal_code, kept.country) == ("302000000", "LT")
    other = f.OrganisationFactory(legal_code="302000001", country="LT", name=both("Kita", "Other"))
    actions.merge(kept, other, by=office, take=["legal_code"])
    kept.refresh_from_db()
    assert kept.legal_code == "302000001"
    assert "302000000" in kept.aliases


def test_fields_that_were_chosen_come_from_the_other(office, kept, gone):
    Organisation.objects.filter(pk=kept.pk).update(kind="small", website="https://a.test/", summary={"lt": "Viena"})
    Organisation.objects.filter(pk=gone.pk).update(kind="large", website="https://b.test/", logo="logos/x/b.png",
                                                   summary={"lt": "Kita", "en": "Other"}, founded="1999")  # fmt: skip
    kept.refresh_from_db()
    gone.refresh_from_db()
    differing = {each.name: (each.kept, each.gone, each.proposed) for each in choosing.differences(kept, gone)}
    assert differing["website"] == ("https://a.test/", "https://b.test/", "kept")
    assert differing["founded"] == ("", "1999", "gone")
    actions.merge(kept, gone, by=office, take=["kind", "logo"])
    kept.refresh_from_db()
    assert (kept.kind, kept.website, kept.founded, kept.logo.name) == ("large", "https://a.test/", "", "logos/x/b.png")
    assert kept.summary == Translated(lt="Viena", en="Other")


# --- what may not stand side by side ----------------------------------------------------------------------------------
def membership(organisation, cluster, joined, left, **more):
    return f.ClusterMembershipFactory(
        organisation=organisation, cluster=cluster, joined=joined and DAY(joined), left=left and DAY(left), **more
    )


def test_memberships_of_the_same_days_are_united(office, kept, gone):
    cluster = f.ClusterFactory()
    first = membership(kept, cluster, "2015-01-01", "2016-01-01", kind="associated")
    membership(kept, cluster, "2018-01-01", "2020-01-01", kind="associated")
    membership(gone, cluster, "2015-06-01", "2019-01-01", kind="member", committed_by="fee")
    later = membership(gone, cluster, "2021-01-01", None)
    record = actions.merge(kept, gone, by=office)
    rows = list(ClusterMembership.objects.filter(organisation=kept).order_by("joined"))
    assert [each.pk for each in rows] == [first.pk, later.pk]
    assert (rows[0].joined, rows[0].left) == (DAY("2015-01-01"), DAY("2020-01-01"))
    assert (rows[0].kind, rows[0].committed_by) == ("member", "fee")
    actions.undo_merge(record, by=office)
    assert ClusterMembership.objects.filter(organisation=kept).count() == 2
    assert ClusterMembership.objects.filter(organisation=gone).count() == 2


def test_what_nobody_confirmed_does_not_widen_what_is_confirmed(office, kept, gone):
    cluster = f.ClusterFactory()
    membership(kept, cluster, None, None, is_confirmed=False)
    membership(gone, cluster, "2020-01-01", "2021-01-01")
    actions.merge(kept, gone, by=office)
    [found] = ClusterMembership.objects.filter(organisation=kept)
    assert (found.joined, found.left, found.is_confirmed) == (DAY("2020-01-01"), DAY("2021-01-01"), True)


def test_a_manager_of_one_manages_both_and_whose_time_ended_manages_none(office, kept, gone):
    now, past = UserFactory(), UserFactory()
    f.AffiliationFactory(organisation=kept, person=now)
    f.AffiliationFactory(organisation=gone, person=now, manager=True)
    f.AffiliationFactory(organisation=kept, person=past, since=DAY("2019-01-01"))
    f.AffiliationFactory(organisation=gone, person=past, manager=True, since=DAY("2019-01-01"), until=DAY("2020-01-01"))
    actions.merge(kept, gone, by=office)
    roles = dict(Affiliation.objects.filter(organisation=kept).values_list("person", "role"))
    assert roles == {now.pk: "manager", past.pk: "representative"}


def test_of_statements_the_one_of_the_value_that_stays_is_shown_first(office):
    kept, gone = f.ClusterFactory(slug="a", founded="2001"), f.ClusterFactory(slug="b", founded="2002")
    founded, members = f.FactKindFactory(code="founded", is_field=True), f.FactKindFactory(code="members")
    source = f.SourceFactory()
    for cluster, number in ((kept, 1), (gone, 2)):
        f.StatementFactory(cluster=cluster, kind=founded, number=number, is_shown=True)
        f.StatementFactory(cluster=cluster, kind=members, number=number, is_shown=True)
        f.StatementFactory(cluster=cluster, kind=members, source=source, number=9, text={})
    actions.merge(kept, gone, by=office, take=["founded"])
    found = Statement.objects.filter(cluster=kept)
    assert sorted(found.filter(is_shown=True).values_list("kind__code", "number")) == [("founded", 2), ("members", 1)]
    assert found.filter(kind=founded).count() == 2
    assert found.filter(kind=members).count() == 3, "what both said in the same words is there once"


def test_participations_and_labels_are_there_once(office):
    kept, gone, network = f.ClusterFactory(slug="a"), f.ClusterFactory(slug="b"), f.NetworkFactory()
    for cluster, role, until in ((kept, "listed", "2020"), (gone, "founder", "")):
        f.NetworkParticipationFactory(cluster=cluster, network=network, since="2015", until=until, role=role)
    issuer = f.OrganisationFactory()
    for cluster in (kept, gone, gone):
        f.LabelFactory(cluster=cluster, level="gold", issuer=issuer, issued="2020", source=None)
    actions.merge(kept, gone, by=office)
    [found] = NetworkParticipation.objects.filter(cluster=kept)
    assert (found.role, found.until) == ("founder", "")
    assert Label.objects.filter(cluster=kept).count() == 1


@pytest.mark.parametrize("turned", [False, True])
def test_nothing_ends_up_above_itself(office, turned):
    top = f.OrganisationFactory()
    kept = f.OrganisationFactory(parent=top)
    between = f.OrganisationFactory(parent=kept)
    gone = f.OrganisationFactory(parent=between)
    kept, gone = (gone, kept) if turned else (kept, gone)
    actions.merge(kept, gone, by=office)
    for row in Organisation.objects.all():
        seen = set()
        while row is not None:
            assert row.pk not in seen
            seen.add(row.pk)
            row = row.parent


def test_the_network_file_finds_what_it_wrote(office, kept, gone):
    Organisation.objects.filter(pk=gone.pk).update(key="zuvis")
    FileRow.objects.create(kind="organisation", key="zuvis", row=str(gone.pk))
    actions.merge(kept, gone, by=office)
    kept.refresh_from_db()
    assert (kept.key, FileRow.objects.get(key="zuvis").row) == ("zuvis", str(kept.pk))


# --- addresses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["lt", "en"])
def test_links_to_it_lead_to_the_one_that_stays(client, office, kept, gone, language):
    older = f.OrganisationFactory(slug="seniausia")
    actions.merge(gone, older, by=office)
    actions.merge(kept, gone, by=office)
    for slug in ("zuvis", "seniausia"):
        answer = client.get(url("organisation_detail", slug, language=language) + "?a=1")
        assert (answer.status_code, answer["Location"]) == (
            301, url("organisation_detail", "uab-zuvis", language=language) + "?a=1"
        )  # fmt: skip
        assert answer["Cache-Control"] == "no-cache", "or a browser goes there also when the union was undone"
    assert client.get(url("organisation_detail", "no-such")).status_code == 404
    sitemap = client.get("/sitemap-organisations.xml").content.decode()
    assert "/zuvis/" not in sitemap


def test_pages_of_its_coordinator_lead_on_for_whom_they_are(client, office):
    kept = f.ClusterFactory(slug="saules")
    gone = f.ClusterFactory(slug="saule", coordinator=kept.coordinator)
    opening = f.OpeningFactory(cluster=gone)
    coordinator = f.AffiliationFactory(organisation=kept.coordinator, manager=True).person
    actions.merge(kept, gone, by=office)
    client.force_login(coordinator)
    pages = [(name, ()) for name in ("cluster_edit", "cluster_members", "join_requests", "cluster_openings",
             "cluster_history", "cluster_eccp", "import_members", "member_new", "cluster_messages")]  # fmt: skip
    for name, rest in [*pages, ("opening_edit", (opening.pk,)), ("member_export", ("csv",))]:
        answer = client.get(url(name, "saule", *rest))
        assert (answer.status_code, answer["Location"]) == (301, url(name, "saules", *rest))
        assert client.get(answer["Location"]).status_code == 200
    sent = client.post(url("opening_close", "saule", opening.pk))
    assert (sent.status_code, sent["Location"]) == (307, url("opening_close", "saules", opening.pk))
    client.force_login(f.AffiliationFactory(manager=True).person)
    assert client.get(url("cluster_edit", "saule"), follow=True).status_code == 403
    kept.status = "draft"
    kept.save()
    assert client.get(url("cluster_edit", "saule")).status_code == 404


@pytest.mark.parametrize(
    ("make", "name"),
    [(f.ClusterFactory, "cluster_detail"), (f.OrganisationFactory, "organisation_detail"),
     (f.NetworkFactory, "network_detail"), (f.ProgrammeFactory, "programme_detail"),
     (f.ClusterFactory, "cluster_contact")],
)  # fmt: skip
def test_an_address_changed_by_hand_leads_on_too(client, make, name):
    entry = make(slug="sena")
    entry.slug = "nauja"
    entry.save()
    type(entry).objects.filter(pk=entry.pk).update(slug="naujausia")
    for old in ("sena", "nauja"):
        assert client.get(url(name, old))["Location"] == url(name, "naujausia")
    make(slug="sena")
    assert client.get(url(name, "sena")).status_code == 200, "an address of today comes first"
    entry.status = "draft"
    entry.slug = "naujausia"
    entry.save()
    assert client.get(url(name, "nauja")).status_code == 404


# --- rights and record ------------------------------------------------------------------------------------------------
def test_the_office_alone_unites(kept, gone):
    person = f.AffiliationFactory(organisation=kept, manager=True).person
    f.AffiliationFactory(organisation=gone, person=person, manager=True)
    with pytest.raises(PermissionDenied):
        actions.merge(kept, gone, by=person)
    assert Organisation.objects.filter(pk__in=[kept.pk, gone.pk]).count() == 2


def test_the_journal_says_who_did_it_and_the_history_stays(office, kept, gone):
    old = AuditEvent.objects.create(action="changed", object_type="directory.organisation", object_pk=str(gone.pk))
    record = actions.merge(kept, gone, by=office)
    actions.undo_merge(record, by=office)
    assert list(AuditEvent.objects.of(kept).order_by("id").values_list("action", "actor_id")) == [
        ("united", office.pk), ("union undone", office.pk)
    ]  # fmt: skip
    assert [each.action for each in AuditEvent.objects.of(gone).order_by("id")] == [
        "changed", "united with another", "union undone"
    ]  # fmt: skip
    assert AuditEvent.objects.get(pk=old.pk).object_pk == str(gone.pk)


def test_who_looked_at_something_else_is_told(office, kept, gone):
    seen = tuple(each.updated_at.isoformat() for each in (kept, gone))
    gone.save()
    with pytest.raises(ValidationError, match="changed meanwhile"):
        actions.merge(kept, gone, by=office, seen=seen)
    for other in (kept, f.ClusterFactory()):
        with pytest.raises(ValidationError, match="two different"):
            actions.merge(kept, other, by=office)


def test_whoever_edits_an_entry_that_was_united_is_told_with_what(office, kept, gone):
    version = actions.version_of(gone)
    actions.merge(kept, gone, by=office)
    with pytest.raises(ValidationError) as refusal:
        actions.change_organisation(gone, by=office, version=version, values={"website": "https://x.test/"})
    assert refusal.value.messages == ["This entry was united with “Fish Ltd” meanwhile."]


# --- undoing ----------------------------------------------------------------------------------------------------------
def test_undoing_gives_back_every_row(office, kept, gone):
    cluster = f.ClusterFactory(coordinator=gone)
    membership(kept, cluster, None, None)
    membership(gone, cluster, "2020-01-01", None)
    f.AffiliationFactory(organisation=gone)
    before = everything()
    record = actions.merge(kept, gone, by=office)
    assert everything() != before
    assert actions.undo_merge(record, by=office).left == []
    assert everything() == before
    record.refresh_from_db()
    assert (record.undone_by, record.can_be_undone) == (office, False)
    with pytest.raises(ValidationError, match="undone already"):
        actions.undo_merge(record, by=office)


def test_undoing_keeps_what_people_changed_since_and_says_so(office, kept, gone):
    cluster = f.ClusterFactory()
    moved = membership(gone, cluster, "2020-01-01", None)
    elsewhere = f.AffiliationFactory(organisation=gone)
    record = actions.merge(kept, gone, by=office, take=["legal_code"])
    kept.refresh_from_db()
    kept.aliases = ["Nauja"]
    kept.save()
    third = f.OrganisationFactory()
    Affiliation.objects.filter(pk=elsewhere.pk).update(organisation=third)
    ClusterMembership.objects.filter(pk=moved.pk).update(left=DAY("2024-01-01"))
    new = f.LabelFactory(issuer=kept)
    record = actions.undo_merge(record, by=office)
    moved.refresh_from_db()
    assert (moved.organisation, moved.left) == (gone, DAY("2024-01-01")), "it goes back with what was changed in it"
    assert row(Affiliation, elsewhere.pk).organisation == third
    assert row(Label, new.pk).issuer == kept
    assert row(Organisation, kept.pk).aliases == ["Nauja"]
    assert row(Organisation, gone.pk).legal_code == "302000000"
    assert sorted((each["model"], each["why"], *each["columns"]) for each in record.left) == [
        ("directory.affiliation", "changed", "organisation_id"), ("directory.organisation", "changed", "aliases")
    ]  # fmt: skip


def test_an_entry_whose_address_is_taken_comes_back_under_another(office, kept, gone):
    record = actions.merge(kept, gone, by=office)
    f.OrganisationFactory(slug="zuvis")
    actions.undo_merge(record, by=office)
    assert row(Organisation, gone.pk).slug == "zuvis-2"


def test_an_entry_whose_code_is_taken_does_not_come_back_and_nothing_changes(office, kept, gone):
    record = actions.merge(kept, gone, by=office)
    Organisation.objects.filter(pk=kept.pk).update(legal_code="")
    f.OrganisationFactory(country="LT", legal_code="302000000")
    before = everything()
    with pytest.raises(ValidationError, match="cannot come back"):
        actions.undo_merge(record, by=office)
    assert everything() == before
    record.refresh_from_db()
    assert record.can_be_undone


def test_unions_are_undone_from_the_last_to_the_first(office, kept, gone):
    before = everything()
    third = f.OrganisationFactory(slug="trecia")
    with_third = everything()
    first = actions.merge(kept, gone, by=office)
    second = actions.merge(third, kept, by=office)
    assert Merge.objects.successor_of(Organisation, gone.pk) == third.pk
    with pytest.raises(ValidationError, match="Undo that first"):
        actions.undo_merge(first, by=office)
    actions.undo_merge(second, by=office)
    actions.undo_merge(first, by=office)
    assert everything() == with_third
    assert before != with_third


def test_the_office_alone_undoes(office, kept, gone):
    record = actions.merge(kept, gone, by=office)
    with pytest.raises(PermissionDenied):
        actions.undo_merge(record, by=UserFactory())


# --- any small graph --------------------------------------------------------------------------------------------------
DAYS = st.none() | st.dates(DAY("2019-01-01"), DAY("2021-12-31"))
PERIODS = st.tuples(DAYS, DAYS).map(lambda pair: pair if None in pair else tuple(sorted(pair)))
ORGANISATIONS, CLUSTERS = st.integers(0, 2), st.integers(0, 1)
GRAPHS = st.fixed_dictionaries(
    {
        "memberships": st.lists(st.tuples(ORGANISATIONS, CLUSTERS, PERIODS, st.booleans()), max_size=8),
        "affiliations": st.lists(st.tuples(ORGANISATIONS, st.integers(0, 1), PERIODS, st.booleans()), max_size=6),
        "statements": st.lists(
            st.tuples(ORGANISATIONS, st.integers(0, 1), st.integers(0, 2), st.booleans()), max_size=6
        ),
        "participations": st.lists(st.tuples(ORGANISATIONS, st.sampled_from(["", "2019", "2020"])), max_size=4),
        "parents": st.lists(st.tuples(ORGANISATIONS, ORGANISATIONS), max_size=3),
        "partners": st.sets(ORGANISATIONS),
        "coordinators": st.tuples(ORGANISATIONS, ORGANISATIONS),
        "aliases": st.lists(
            st.lists(st.sampled_from(["A", "B", "C"]), max_size=2, unique=True), min_size=3, max_size=3
        ),
        "of_clusters": st.booleans(),
        "take": st.sets(st.sampled_from(["website", "founded", "coordinator", "kind"])),
    }
)


def build(graph):
    organisations = [f.OrganisationFactory(slug=f"o{n}", aliases=graph["aliases"][n]) for n in range(3)]
    clusters = [f.ClusterFactory(slug=f"c{n}", coordinator=organisations[graph["coordinators"][n]]) for n in range(2)]
    people, kinds = [UserFactory(), UserFactory()], [f.FactKindFactory(), f.FactKindFactory()]
    network = f.NetworkFactory()
    for who, where, (joined, left), confirmed in graph["memberships"]:
        attempt(f.ClusterMembershipFactory, organisation=organisations[who], cluster=clusters[where], joined=joined,
                left=left, is_confirmed=confirmed)  # fmt: skip
    for who, person, (since, until), manager in graph["affiliations"]:
        attempt(f.AffiliationFactory, organisation=organisations[who], person=people[person], manager=manager,
                since=since or DAY("2018-01-01"), until=until)  # fmt: skip
    for who, kind, number, shown in graph["statements"]:
        attempt(f.StatementFactory, cluster=None, organisation=organisations[who], kind=kinds[kind], number=number,
                is_shown=shown)  # fmt: skip
    for who, since in graph["participations"]:
        attempt(f.NetworkParticipationFactory, cluster=None, organisation=organisations[who], network=network,
                since=since)  # fmt: skip
    for child, parent in graph["parents"]:
        if child > parent:
            Organisation.objects.filter(pk=organisations[child].pk).update(parent=organisations[parent])
    f.ProgrammeFactory().partners.set([organisations[who] for who in graph["partners"]])
    return clusters if graph["of_clusters"] else organisations


def attempt(make, **values):
    """Rows the database does not allow beside the others are left out of the graph."""
    try:
        with transaction.atomic():
            make(**values)
    except IntegrityError:
        pass


@given(GRAPHS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_any_union_gives_back_the_same_rows(office, graph):
    point = transaction.savepoint()
    kept, gone, *_others = build(graph)
    before = everything()
    counted = Affiliation.objects.count()
    record = actions.merge(kept, gone, by=office, take=graph["take"])
    assert not any(
        pointer.model._base_manager.filter(**{pointer.attname: gone.pk}).exists()
        for pointer in merging.pointers(type(gone))
    )
    assert Affiliation.objects.count() <= counted
    assert actions.undo_merge(record, by=office).left == []
    assert everything() == before
    transaction.savepoint_rollback(point)


@given(PERIODS, PERIODS)
def test_times_overlap_where_they_have_a_day_in_common(a, b):
    days = {DAY("2018-12-31") + datetime.timedelta(days=n) for n in range(0, 1110)}

    def inside(begin, end):
        return {day for day in days if (begin is None or day >= begin) and (end is None or day < end)}

    assert uniting.overlap(a, b) == bool(inside(*a) & inside(*b))


def test_the_database_has_the_constraint_checks_of_every_merge(office, kept, gone):
    """What a later app's table would refuse is refused at once, not when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("create table later_app (id int, organisation_id bigint references directory_organisation "
                       "deferrable initially deferred)")  # fmt: skip
        cursor.execute("insert into later_app values (1, %s)", [gone.pk])
    with pytest.raises(ValidationError, match="still points"):
        actions.merge(kept, gone, by=office)
    assert Organisation.objects.filter(pk=gone.pk).exists()


def test_a_section_both_confirmed_on_one_day_is_confirmed_once(office):
    kept, gone = f.ClusterFactory(slug="a"), f.ClusterFactory(slug="b")
    for cluster in (kept, gone):
        Confirmation.objects.create(cluster=cluster, section="words", by=office)
    Confirmation.objects.create(cluster=gone, section="members")
    before = everything()
    record = actions.merge(kept, gone, by=office)
    assert sorted(kept.confirmations.values_list("section", flat=True)) == ["members", "words"]
    actions.undo_merge(record, by=office)
    assert everything() == before


def test_what_one_person_proposed_for_both_stands_in_one_request(office):
    kept, gone = f.ClusterFactory(slug="a"), f.ClusterFactory(slug="b")
    author = UserFactory()
    for cluster, names in ((kept, ["name", "founded"]), (gone, ["name", "legal_form"])):
        change = ChangeRequest.objects.create(cluster=cluster, author=author, state="submitted", submitted_at=NOW)
        for name in names:
            ProposedValue.objects.create(request=change, name=name, new=cluster.slug)
    before = everything()
    record = actions.merge(kept, gone, by=office)
    [change] = ChangeRequest.objects.all()
    assert change.cluster == kept
    assert sorted(change.proposals.values_list("name", "new")) == [("founded", "a"), ("legal_form", "b"), ("name", "a")]
    actions.undo_merge(record, by=office)
    assert everything() == before
