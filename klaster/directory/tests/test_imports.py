"""Tables come in: guessed columns, judged rows, all or nothing, and back again."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from klaster.accounts.factories import UserFactory
from klaster.core import tables
from klaster.core.models import AuditEvent, Notice
from klaster.core.tests.together import at_once
from klaster.directory import actions, search
from klaster.directory import factories as f
from klaster.directory.factories import both
from klaster.directory.imports import undoing, writing
from klaster.directory.models import ActivityClass, Cluster, ClusterMembership, Import, ImportRow, Organisation, Place

FILES = Path(__file__).parents[2] / "core" / "tests" / "tables"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def cluster():
    return f.ClusterFactory(name=both("Saulės klasteris", "Solar Cluster"))


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


@pytest.fixture
def secretary():
    return UserFactory(secretariat=True)


def table(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def checked(data: bytes, *, by, cluster=None, mapping=None, **values) -> Import:
    import_ = actions.start_import(data, name="nariai.csv", by=by, cluster=cluster)
    return actions.name_columns(import_, by=by, mapping=mapping or import_.fields(), values=values)


def imported(data: bytes, *, by, cluster=None, without_errors=False, **values) -> Import:
    import_ = actions.confirm_import(
        checked(data, by=by, cluster=cluster, **values), by=by, without_errors=without_errors
    )
    writing.write(import_.pk)
    import_.refresh_from_db()
    return import_


def undone(import_: Import) -> Import:
    undoing.undo(actions.undo_import(import_, by=import_.by).pk)
    import_.refresh_from_db()
    return import_


def words(row: ImportRow) -> list[tuple[int | None, str]]:
    return [(problem["column"], problem["words"] % problem["params"]) for problem in row.problems]


def members(cluster: Cluster) -> list[str]:
    return sorted(str(membership.organisation) for membership in cluster.memberships.order_by("pk").active())


# --- columns and rows -----------------------------------------------------------------------------------------------
def test_columns_are_guessed_and_what_is_about_people_is_never_kept(cluster, coordinator):
    data = (FILES / "01_utf8_comma.csv").read_bytes()
    import_ = actions.start_import(data, name="C:\\nariai.csv", by=coordinator, cluster=cluster)
    assert (import_.state, import_.file_name, import_.total) == ("mapping", "nariai.csv", 5)
    assert import_.fields() == {0: "name", 1: "legal_code", 3: "region", 4: "joined", 6: "website"}
    cells = [row.cells for row in import_.rows.order_by("line")]
    assert not any("@b.lt" in cell or "@pavyzdys" in cell.lower() for row in cells for cell in row)
    assert cells[0][0] == "UAB „Šviesa ir Žemė“"


def test_the_rows_of_the_collection_are_judged_line_by_line(cluster, coordinator):
    f.RegionFactory(code="LT023", name=both("Klaipėdos apskritis", "Klaipėda County"))
    vilnius = f.RegionFactory()
    Place.objects.create(name="Vilnius", country="LT", region=vilnius)
    f.RegionFactory(code="LT022", name=both("Kauno apskritis", "Kaunas County"))
    import_ = checked((FILES / "01_utf8_comma.csv").read_bytes(), by=coordinator, cluster=cluster)
    rows = {row.line: row for row in import_.rows.order_by("line")}
    nine = "A Lithuanian legal-entity code has nine digits."
    assert words(rows[2]) == [(1, nine)]
    assert words(rows[3]) == []
    assert (rows[3].values["joined"], rows[3].values["region"]) == ("2017-05-31", "LT022")
    assert rows[3].values["website"] == "https://www.azuolynas.lt"
    assert words(rows[4]) == [(6, "“javascript:alert(1)” is not the address of a website.")]
    assert (rows[4].values["joined"], rows[4].values["region"], rows[4].has_error) == ("2017-05-31", "LT023", False)
    assert {column for column, _text in words(rows[5])} == {0, 1, 4}
    assert (0, "This is a formula, not a name.") in words(rows[5])
    assert (rows[6].values["region"], rows[6].values["legal_code"]) == ("LT011", "301234567")
    assert [rows[line].decision for line in (2, 3, 4, 5, 6)] == ["skip", "new", "new", "skip", "new"]


def test_days_that_can_be_two_are_reported_until_a_person_says_which(cluster, coordinator):
    data = table("Pavadinimas;Narys nuo", "UAB Debesis;05/06/2017", "UAB Rūkas;2017 m. gegužės 31 d.")
    import_ = checked(data, by=coordinator, cluster=cluster)
    first, second = import_.rows.order_by("line")
    assert words(first) == [(1, "“05/06/2017” can be two days: write 2017-06-05 or 2017-05-06.")]
    assert second.values["joined"] == "2017-05-31"
    actions.name_columns(import_, by=coordinator, mapping=import_.fields(), values={"day_order": "month"})
    assert import_.rows.get(line=2).values["joined"] == "2017-05-06"


def test_activities_with_a_decimal_comma_are_read_and_doubtful_ones_reported(secretary):
    for code in ("26", "26.51", "51", "62.10", "96.21"):
        ActivityClass.objects.create(version="2.1", code=code, level=len(code), name=both(code, code))
    data = table("Pavadinimas;NACE", "UAB A1;96,21", "UAB B2;26,51", 'UAB C3;"26.51; 62.1"', "UAB D4;99.99")
    import_ = checked(data, by=secretary)
    rows = list(import_.rows.order_by("line"))
    assert [row.values.get("nace") for row in rows] == [["96.21"], None, ["26.51", "62.10"], None]
    assert words(rows[1]) == [(1, "“26,51” can be one activity or two: write 26.51 or 26; 51.")]
    assert words(rows[3]) == [(1, "There is no class 99.99 in NACE Rev. 2.1.")]


def test_a_file_without_rows_or_names_is_refused(cluster, coordinator):
    with pytest.raises(ValidationError, match="The table has headings and no rows"):
        actions.start_import((FILES / "12_header_only.csv").read_bytes(), name="a", by=coordinator, cluster=cluster)
    assert Import.objects.count() == 0, "nothing is left of what could not be read"


def test_the_same_organisation_twice_in_a_file_comes_in_once(cluster, coordinator):
    data = table("Name,Code", "Uab Rytas,301234567", "UAB Kitas,301234567", "UAB „Rytas“,", "UAB Rytas,309999999")
    import_ = imported(data, by=coordinator, cluster=cluster)
    assert import_.counts == {"created": 2, "skipped": 2}
    assert list(import_.rows.order_by("line").values_list("outcome", flat=True)) == [
        "created", "skipped", "skipped", "created",
    ]  # fmt: skip
    assert import_.rows.get(line=3).candidates[0] == {"pk": None, "reason": "line", "line": 2}


# --- duplicates -----------------------------------------------------------------------------------------------------
def test_known_organisations_are_found_by_code_name_alias_and_nearness(cluster, coordinator):
    by_code = f.OrganisationFactory(name=both("UAB Senas vardas", "Old Name"), legal_code="301234567")
    by_alias = f.OrganisationFactory(name=both("Vilniaus debesų fabrikas", ""), aliases=["VDF"])
    near = f.OrganisationFactory(name=both("UAB „Ąžuolynas“", "Oak"))
    differs = f.OrganisationFactory(name=both("UAB Beržas", ""), legal_code="305555555")
    data = table(
        "Name;Code", "UAB Naujas vardas;301234567", "vdf;", "Azuolinas, UAB;", "uab beržas;306666666", "UAB Visai kas;"
    )
    import_ = checked(data, by=coordinator, cluster=cluster)
    rows = list(import_.rows.order_by("line"))
    found = [[(each["pk"], each["reason"]) for each in row.candidates] for row in rows]
    assert found == [[(by_code.pk, "code")], [(by_alias.pk, "name")], [(near.pk, "near")], [(differs.pk, "name")], []]
    assert [row.decision for row in rows] == ["same", "same", "", "", "new"]
    with pytest.raises(ValidationError, match="Rows that wait for your choice: 2"):
        actions.confirm_import(import_, by=coordinator)


def test_the_person_chooses_and_only_among_what_is_shown(cluster, coordinator):
    near, stranger = f.OrganisationFactory(name=both("UAB Ąžuolynas", "")), f.OrganisationFactory()
    import_ = checked(table("Name", "UAB Ąžuolinas", "UAB Azuolynass"), by=coordinator, cluster=cluster)
    first, second = import_.rows.order_by("line")
    with pytest.raises(ValidationError, match="Line 2: choose one"):
        actions.decide(import_, by=coordinator, choices={first.pk: ("same", stranger.pk)})
    actions.decide(import_, by=coordinator, choices={first.pk: ("same", near.pk), second.pk: ("new", None)})
    actions.confirm_import(import_, by=coordinator)
    writing.write(import_.pk)
    import_.refresh_from_db()
    assert import_.counts == {"changed": 1, "created": 1, "skipped": 0}
    assert ClusterMembership.objects.get(organisation=near).cluster == cluster


def test_a_code_the_directory_has_can_not_be_entered_anew(cluster, coordinator):
    f.OrganisationFactory(legal_code="301234567")
    import_ = checked(table("Name;Code", "UAB X1;301234567"), by=coordinator, cluster=cluster)
    with pytest.raises(ValidationError, match="organisation with this code already"):
        actions.decide(import_, by=coordinator, choices={import_.rows.get().pk: ("new", None)})


def test_drafts_of_others_are_not_told_to_a_coordinator(cluster, coordinator, secretary):
    hidden = f.OrganisationFactory(name=both("UAB Paslaptis", ""), legal_code="301234567", status="draft")
    import_ = checked(table("Name;Code", "UAB Kas;301234567", "UAB Paslaptis;"), by=coordinator, cluster=cluster)
    first, second = import_.rows.order_by("line")
    assert words(first) == [
        (None, "An organisation with this code is here, but not public: ask the network's office."),
    ]  # fmt: skip
    assert (first.candidates, second.candidates) == ([], [])
    office = checked(table("Name;Code", "UAB Kas;301234567"), by=secretary)
    assert office.rows.get().match == hidden.pk


# --- writing --------------------------------------------------------------------------------------------------------
def test_members_come_in_with_history_search_and_confirmation(cluster, coordinator, secretary):
    theirs = f.OrganisationFactory(name=both("UAB Svetima", "Alien"))
    f.AffiliationFactory(organisation=theirs, manager=True)
    unkept = f.OrganisationFactory(name=both("UAB Niekieno", "Nobody's"))
    data = table(
        "Name;Kind;Member since;Committed by",
        "UAB Naujoji;small company;2020-01-01;written agreement",
        "UAB Svetima;;;",
        "UAB Niekieno;;;",
    )
    import_ = imported(data, by=coordinator, cluster=cluster)
    assert (import_.state, import_.counts) == ("done", {"created": 1, "changed": 2, "skipped": 0})
    new = Organisation.objects.get(slug="uab-naujoji")
    assert (str(new.name), new.kind, new.country, new.status) == ("UAB Naujoji", "small", "LT", "published")
    membership = cluster.memberships.get(organisation=new)
    assert (membership.committed_by, membership.joined.isoformat()) == ("agreement", "2020-01-01")
    assert (membership.is_confirmed, membership.source.key) == (True, "own-data")
    waiting = cluster.memberships.waiting().order_by("organisation__slug").values_list("organisation", flat=True)
    assert sorted(waiting) == sorted([theirs.pk, unkept.pk])
    assert [event.action for event in AuditEvent.objects.of(new)] == ["added"]
    event = AuditEvent.objects.of(membership).get()
    assert (event.action, event.actor_id, event.note) == ("member added", coordinator.pk, f"import {import_.pk}")
    assert AuditEvent.objects.of(import_).filter(action="imported").count() == 1
    found = search.of_kind("organisations", search.read("naujosios"), secretary, start=0, stop=5)
    assert [hit.row.pk for hit in found.hits] == [new.pk], "it is found at once, in other cases of its name too"
    told = {notice.person_id: notice.subject for notice in Notice.objects.order_by("pk")}
    assert told[theirs.affiliations.get().person_id] == "Solar Cluster names Alien as a member: is it so?"
    assert told[secretary.pk] == "Solar Cluster names members that wait for a yes: 1"


def test_bulk_confirmation_follows_the_right_of_one(cluster, coordinator):
    own = f.OrganisationFactory()
    f.AffiliationFactory(organisation=own, person=coordinator, manager=True)
    other = f.OrganisationFactory()
    data = table("Name", *(one.name["lt"] for one in (own, other)))
    imported(data, by=coordinator, cluster=cluster)
    for organisation in (own, other):
        membership = cluster.memberships.get(organisation=organisation)
        assert membership.is_confirmed == coordinator.has_perm("directory.confirm_membership", membership)


def test_a_member_stays_one_member_and_gets_what_was_missing(cluster, coordinator):
    membership = f.ClusterMembershipFactory(cluster=cluster, organisation__name=both("UAB Sena", "Old"))
    data = table("Name;Member since;Website;Code", "UAB Sena;2019-03-01;sena.test;301234567")
    import_ = imported(data, by=coordinator, cluster=cluster)
    assert import_.counts == {"changed": 1, "skipped": 0}
    membership.refresh_from_db()
    assert membership.joined.isoformat() == "2019-03-01"
    organisation = Organisation.objects.get(pk=membership.organisation_id)
    assert (organisation.website, organisation.legal_code) == ("https://sena.test", ""), "a code is a verified fact"
    again = imported(data, by=coordinator, cluster=cluster)
    assert again.counts == {"unchanged": 1, "skipped": 0}


def test_the_office_overwrites_where_it_says_so(secretary):
    known = f.OrganisationFactory(name=both("UAB Sena", "Old"), legal_code="301234567", website="https://a.test")
    data = table("Name;Code;Website;Kind", "UAB Nauja;301234567;b.test;large company")
    import_ = imported(data, by=secretary, existing="overwrite")
    known.refresh_from_db()
    assert (dict(known.name), known.website, known.kind) == (
        {"lt": "UAB Nauja", "en": "Old"}, "https://b.test", "large",
    )  # fmt: skip
    assert import_.counts == {"changed": 1, "skipped": 0}
    event = AuditEvent.objects.of(known).get()
    assert event.before["website"] == "https://a.test"
    assert undone(import_).counts["undone"] == 1
    known.refresh_from_db()
    assert (dict(known.name), known.website, known.kind) == ({"lt": "UAB Sena", "en": "Old"}, "https://a.test", "small")


def test_rows_with_errors_are_left_out_only_if_the_person_says_so(cluster, coordinator):
    data = table("Name;Code", "UAB Gera;", "UAB Bloga;1")
    import_ = checked(data, by=coordinator, cluster=cluster)
    with pytest.raises(ValidationError, match="Say that the rows with errors"):
        actions.confirm_import(import_, by=coordinator)
    assert Organisation.objects.filter(slug__startswith="uab").count() == 0
    assert imported(data, by=coordinator, cluster=cluster, without_errors=True).counts == {"created": 1, "skipped": 1}


def test_names_that_share_an_address_get_numbers(secretary):
    f.OrganisationFactory(slug="uab-rytas", name=both("Kitas", ""))
    codes = [f"30{number:07}" for number in range(12)]
    imported(table("Name;Code", *(f"UAB Rytas;{code}" for code in codes)), by=secretary)
    slugs = set(Organisation.objects.filter(legal_code__in=codes).values_list("slug", flat=True))
    assert slugs == {f"uab-rytas-{number}" for number in range(2, 14)}


def test_a_past_member_comes_back_only_with_a_day(cluster, coordinator):
    past = f.ClusterMembershipFactory(cluster=cluster, joined="2015-01-01", left="2020-01-01")
    name = past.organisation.name["lt"]
    import_ = checked(table("Name", name), by=coordinator, cluster=cluster)
    said = "It was a member until 2020-01-01: say from which day on it is one again."
    assert words(import_.rows.get()) == [(None, said)]
    again = imported(table("Name;Since", f"{name};2021-01-01"), by=coordinator, cluster=cluster)
    assert again.counts == {"changed": 1, "skipped": 0}
    assert cluster.memberships.count() == 2


# --- what happens meanwhile -----------------------------------------------------------------------------------------
def test_an_organisation_entered_meanwhile_brings_the_import_back_to_its_sender(cluster, coordinator):
    import_ = checked(table("Name", "UAB Nauja", "UAB Kita"), by=coordinator, cluster=cluster)
    known = f.OrganisationFactory(name=both("UAB Nauja", "New"))
    actions.confirm_import(import_, by=coordinator)
    writing.write(import_.pk)
    import_.refresh_from_db()
    assert (import_.state, import_.says_problem) == ("checked", writing.CHANGED_MEANWHILE)
    assert cluster.memberships.count() == 0
    row = import_.rows.get(line=2)
    assert (row.decision, row.match, row.candidates[0]["reason"]) == ("same", known.pk, "name")
    actions.confirm_import(import_, by=coordinator)
    writing.write(import_.pk)
    import_.refresh_from_db()
    assert (import_.state, import_.counts) == ("done", {"changed": 1, "created": 1, "skipped": 0})


def test_an_organisation_that_was_merged_away_meanwhile_is_asked_about_again(cluster, coordinator):
    known = f.OrganisationFactory(name=both("UAB Nauja", "New"))
    import_ = checked(table("Name", "UAB Nauja"), by=coordinator, cluster=cluster)
    actions.confirm_import(import_, by=coordinator)
    known.delete()
    writing.write(import_.pk)
    import_.refresh_from_db()
    assert (import_.state, import_.rows.get().decision) == ("checked", "new")


def test_a_right_that_ended_meanwhile_writes_nothing(cluster, coordinator):
    import_ = checked(table("Name", "UAB Nauja"), by=coordinator, cluster=cluster)
    actions.confirm_import(import_, by=coordinator)
    coordinator.affiliations.all().delete()
    writing.write(import_.pk)
    import_.refresh_from_db()
    assert (import_.state, import_.says_problem, cluster.memberships.count()) == ("failed", writing.NO_RIGHT, 0)


def test_steps_are_the_senders_and_taken_once(cluster, coordinator, secretary):
    import_ = checked(table("Name", "UAB Nauja"), by=coordinator, cluster=cluster)
    other = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    for person in (secretary, other):
        with pytest.raises(PermissionDenied):
            actions.confirm_import(import_, by=person)
    with pytest.raises(PermissionDenied):
        actions.start_import(table("Name", "x1"), name="a", by=other, cluster=cluster)
    with pytest.raises(PermissionDenied):
        actions.start_import(table("Name", "x1"), name="a", by=coordinator)
    actions.confirm_import(import_, by=coordinator)
    with pytest.raises(ValidationError, match="past that step"):
        actions.confirm_import(import_, by=coordinator)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_imported_by_two_at_once_enters_everything_once(cluster, coordinator, secretary):
    data = table("Name;Code", *(f"UAB Firma {number};30{number:07}" for number in range(30)))
    imports = [checked(data, by=person, cluster=cluster) for person in (coordinator, secretary)]
    for import_ in imports:
        actions.confirm_import(import_, by=import_.by)
    at_once(*(lambda pk=import_.pk: writing.write(pk) for import_ in imports), refusals=())
    assert Organisation.objects.filter(legal_code__startswith="30").count() == 30
    assert cluster.memberships.count() == 30
    states = sorted(Import.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["checked", "done"], "the second is asked about what the first has written"
    second = Import.objects.get(state="checked")
    actions.confirm_import(second, by=second.by)
    writing.write(second.pk)
    second.refresh_from_db()
    assert second.counts == {"unchanged": 30, "skipped": 0}


@pytest.mark.django_db(transaction=True)
def test_a_job_that_runs_twice_at_once_writes_once(cluster, coordinator):
    import_ = checked(table("Name", "UAB Viena", "UAB Dvi"), by=coordinator, cluster=cluster)
    actions.confirm_import(import_, by=coordinator)
    at_once(*(lambda: writing.write(import_.pk) for _job in range(3)), refusals=())
    assert (len(members(cluster)), AuditEvent.objects.filter(action="imported").count()) == (2, 1)
    actions.undo_import(Import.objects.get(), by=coordinator)
    at_once(*(lambda: undoing.undo(import_.pk) for _job in range(3)), refusals=())
    assert (members(cluster), Import.objects.get().counts["undone"]) == ([], 2)


# --- undoing --------------------------------------------------------------------------------------------------------
def test_undo_takes_back_what_nobody_touched_and_says_what_stays(cluster, coordinator):
    data = table("Name", "UAB Laisva", "UAB Pakeista", "UAB Naudojama", "UAB Dinge")
    import_ = imported(data, by=coordinator, cluster=cluster)
    changed = Organisation.objects.get(slug="uab-pakeista")
    actions.change_organisation(
        changed, by=coordinator, version=actions.version_of(changed), values={"website": "https://x.test"}
    )
    used = Organisation.objects.get(slug="uab-naudojama")
    f.AffiliationFactory(organisation=used)
    gone = Organisation.objects.get(slug="uab-dinge")
    gone.memberships.all().delete()
    gone.delete()
    undone(import_)
    assert (import_.state, import_.counts["undone"], import_.counts["kept"]) == ("undone", 1, 3)
    kept = {row.name: row.written["kept"] for row in import_.rows.order_by("line")}
    assert kept == {
        "UAB Laisva": [], "UAB Pakeista": [undoing.CHANGED], "UAB Naudojama": [undoing.USED],
        "UAB Dinge": [undoing.GONE],
    }  # fmt: skip
    left = Organisation.objects.filter(slug__startswith="uab").values_list("slug", flat=True)
    assert sorted(left) == ["uab-naudojama", "uab-pakeista"]
    assert members(cluster) == []
    with pytest.raises(ValidationError, match="past that step"):
        actions.undo_import(import_, by=coordinator)


def test_a_confirmed_claim_is_not_taken_back(cluster, coordinator):
    theirs = f.OrganisationFactory()
    manager = f.AffiliationFactory(organisation=theirs, manager=True).person
    import_ = imported(table("Name", theirs.name["lt"]), by=coordinator, cluster=cluster)
    actions.confirm_membership(cluster.memberships.get(), by=manager)
    undone(import_)
    assert import_.rows.get().written["kept"] == [undoing.CHANGED]
    assert members(cluster) == [str(theirs)]


# --- round trip -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["=SUMA", "+Plius", "-Minus", "@Ženklas", "'=kabutė", "a; =b", "UAB „Ąžuolas“, filialas"]
)
def test_what_was_exported_comes_in_as_it_was(secretary, name):
    original = f.OrganisationFactory(name={"lt": name}, website="https://a.test", kind="research")
    columns = ["Pavadinimas", "Kodas", "Rūšis", "Svetainė"]
    data = "".join(
        tables.lines(tables.Table("x", columns, [[name, "", original.get_kind_display(), original.website]]))
    ).encode()
    import_ = checked(data, by=secretary)
    row = import_.rows.get()
    assert row.problems == []
    assert {key: row.values[key] for key in ("name", "kind", "website")} == {
        "name": name, "kind": "research", "website": "https://a.test",
    }  # fmt: skip
    assert row.match == original.pk
    assert imported(data, by=secretary).counts == {"unchanged": 1, "skipped": 0}
