"""Entries that may be one: what is proposed and why, what never is, and the pages of the office."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent
from klaster.core.tests.visits import url
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.duplicates import candidates, legal_forms, scoring
from klaster.directory.duplicates.scoring import Entry
from klaster.directory.models import Duplicate, DuplicateSearch, Merge, Organisation

both = f.both


# --- names without legal forms ----------------------------------------------------------------------------------------
NAMES = [
    ("UAB „Žuvis“", "zuvis"), ("„Žuvis“, UAB", "zuvis"), ("Uždaroji akcinė bendrovė „Žuvis“", "zuvis"),
    ("VšĮ Mokslo parkas", "mokslo parkas"), ("MB Debesys", "debesys"), ("Fish Ltd.", "fish"), ("Fish Co. Ltd", "fish"),
    ("Müller GmbH & Co. KG", "muller"), ("SIA Zivs", "zivs"), ("Zivs SIA", "zivs"), ("Ryba Sp. z o.o.", "ryba"),
    ("Ryba s.r.o.", "ryba"), ("Kala OÜ", "kala"), ("UAB", "uab"), ("UAB AB", "ab"), ("", ""), ("„…“", ""),
    ("Abelė", "abele"), ("Uabas", "uabas"), ("Asas", "asas"), ("AB Ovo", "ovo"), ("Łódź Ryby S.A.", "lodz ryby"),
    ("3M", "3m"), ("Žuvis-2", "zuvis 2"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "core"), NAMES)
def test_core_of_a_name(name, core):
    assert legal_forms.core(name) == core


@pytest.mark.django_db
def test_the_database_finds_the_same_core():
    """The index and the reasons speak of one thing, or a reason would say what the search did not find."""
    names = [name for name, _core in NAMES] + ["Žalgirio AB", "ÄÖÜ Åß Øresund A/S", "Æble ApS", "S.A. Œuvre"]
    with connection.cursor() as cursor:
        cursor.execute(
            "select core_name(name) from unnest(%s::text[]) with ordinality as n(name, at) order by at", [names]
        )
        assert [row[0] for row in cursor.fetchall()] == [legal_forms.core(name) for name in names]


# --- points and reasons -----------------------------------------------------------------------------------------------
def codes(a, b):
    return {reason.code: reason.points for reason in scoring.compare(a, b).reasons}


def test_two_codes_of_one_country_are_two_entries():
    a, b = (Entry(n, ("UAB Žuvis",), "LT", f"30200000{n}", "https://zuvis.lt/", place=1) for n in (1, 2))
    assert scoring.compare(a, b).points == 0


@pytest.mark.parametrize(
    ("a", "b", "points", "reasons"),
    [
        (Entry(1, ("UAB „Žuvis“",)), Entry(2, ("Žuvis, MB",)), 60, ["same_name"]),
        (Entry(1, ("KTU",)), Entry(2, ("KTU",)), 30, ["same_name"]),
        (Entry(1, ("Žuvies produktai",)), Entry(2, ("Žuvies produktas",)), 45, ["similar_name"]),
        (Entry(1, ("A",), website="https://www.zuvis.lt/a"), Entry(2, ("B",), website="http://zuvis.lt"), 30,
         ["same_website"]),
        (Entry(1, ("A",), website="https://facebook.com/a"), Entry(2, ("B",), website="https://facebook.com/b"), 0, []),
        (Entry(1, ("Žuvis",), "LT"), Entry(2, ("Žuvis",), "LV"), 30, ["same_name", "other_country"]),
        (Entry(1, ("Žuvis",), "LT", place=5), Entry(2, ("Žuvis",), "LT", place=5), 70, ["same_name", "same_place"]),
        (Entry(1, ("A", "302000001"), "LT"), Entry(2, ("B",), "LT", "302000001"), 80, ["same_code"]),
        (Entry(1, ("Žuvis",), coordinator=9), Entry(2, ("Žuvis",), coordinator=9), 80,
         ["same_name", "same_coordinator"]),
    ],
)  # fmt: skip
def test_points(a, b, points, reasons):
    found = scoring.compare(a, b)
    assert (found.points, [reason.code for reason in found.reasons]) == (points, reasons)


ENTRIES = st.builds(
    Entry, st.just(1), st.lists(st.text("abž ", max_size=8), max_size=3).map(tuple), st.sampled_from(["", "LT", "LV"]),
    st.sampled_from(["", "1", "2"]), st.sampled_from(["", "https://a.lt/", "https://www.a.lt/x", "http://["]),
    st.sampled_from([None, 1, 2]), st.sampled_from([None, "LT011"]), st.sampled_from([None, 1]),
)  # fmt: skip


@given(ENTRIES, ENTRIES)
def test_points_are_the_same_both_ways_and_within_bounds(a, b):
    found = scoring.compare(a, b)
    assert found == scoring.compare(b, a)
    assert 0 <= found.points <= 100
    assert all(found.points or reason.points <= 100 for reason in found.reasons)


@given(st.text(max_size=40))
def test_a_name_is_itself_and_keeps_its_core(name):
    core = legal_forms.core(name)
    assert legal_forms.plain(core) == core
    assert scoring.similarity(core, core) == (1.0 if core else 0.0)


# --- candidates -------------------------------------------------------------------------------------------------------
pytestmark = [pytest.mark.usefixtures("in_english", "one_factor")]


def organisation(name, **more):
    return f.OrganisationFactory(name=both(name, name), **more)


def proposed():
    actions.find_duplicates()
    return [(row.first, row.second) for row in Duplicate.objects.open()]


@pytest.mark.django_db
def test_what_may_be_one_is_found():
    a = organisation("UAB „Žuvies produktai“", legal_code="302000001", country="LT")
    by_name = organisation("Žuvies produktai", country="LT")
    by_alias = organisation("Visai kita", aliases=["Zuvies produktai"])
    similar = organisation("Žuvies produktas", region=a.region, country="LT", website="https://zuvis.test/")
    other = organisation("Žuvies produktai", legal_code="302000002", country="LT")
    organisation("Kažkas")
    found = set(proposed())
    assert {(a.pk, by_name.pk), (a.pk, by_alias.pk), (by_name.pk, by_alias.pk), (by_name.pk, other.pk)} <= found
    assert (a.pk, other.pk) not in found, "two codes are two legal persons"
    assert (a.pk, similar.pk) in candidates.pairs("organisation")
    [first] = [row for row in Duplicate.objects.all() if (row.first, row.second) == (a.pk, by_name.pk)]
    assert "The same name without its legal form: Žuvies produktai" in first.reasons_in_words()


@pytest.mark.django_db
def test_clusters_are_found_too_and_one_code_in_two_countries():
    one, other = (f.ClusterFactory(name=both(name, name)) for name in ("Saulės klasteris", "Saulės klasteris, VšĮ"))
    a, b = (organisation(name, legal_code="12345", country=land) for name, land in (("Viena", "IS"), ("Kita", "AL")))
    actions.find_duplicates()
    found = {(row.kind, row.first, row.second) for row in Duplicate.objects.open()}
    assert found == {("cluster", one.pk, other.pk), ("organisation", a.pk, b.pk)}


@pytest.mark.django_db
def test_what_many_share_says_nothing():
    trees = [
        "Ąžuolas", "Beržas", "Drebulė", "Eglė", "Gluosnis", "Kadagys", "Klevas", "Liepa", "Maumedis", "Pušis",
        "Skroblas", "Uosis", "Vinkšna",
    ]  # fmt: skip
    assert len(trees) > candidates.OFTEN
    for name in trees:
        organisation(name, website="https://bendras.test/")
    assert candidates.pairs("organisation") == set()


@pytest.mark.django_db
def test_names_that_are_near_are_looked_up_by_index():
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select 1 from directory_organisation where core_names %> 'zuvis'")
        assert "directory_organisation_core_names" in "".join(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_what_is_not_the_same_is_never_proposed_again():
    office = UserFactory(secretariat=True)
    organisation("Žuvis")
    organisation("UAB Žuvis")
    actions.find_duplicates()
    pair = Duplicate.objects.get()
    actions.reject_duplicate(pair, by=office)
    assert proposed() == []
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("rejected", office)
    assert AuditEvent.objects.of(pair).get().action == "not the same"
    actions.reopen_duplicate(pair, by=office)
    assert len(proposed()) == 1
    with pytest.raises(PermissionDenied):
        actions.reject_duplicate(pair, by=UserFactory())


@pytest.mark.django_db
def test_looking_again_changes_what_changed_and_drops_what_is_no_more():
    a, b = organisation("Žuvis"), organisation("UAB Žuvis")
    assert len(proposed()) == len(proposed()) == 1
    assert Duplicate.objects.get().score == 60
    Organisation.objects.all().update(website="https://zuvis.test/")
    proposed()
    assert Duplicate.objects.get().score == 90
    Organisation.objects.filter(pk=b.pk).update(name=both("Visai kita", "Other"), website="")
    assert proposed() == []
    search = DuplicateSearch.objects.first()
    assert search.ended_at
    assert a.pk


@pytest.mark.django_db
def test_uniting_settles_the_pair_and_what_was_said_of_the_other():
    office = UserFactory(secretariat=True)
    a, b, c = organisation("Žuvis"), organisation("UAB Žuvis"), organisation("AB Žuvis")
    actions.find_duplicates()
    pairs = {(row.first, row.second): row for row in Duplicate.objects.all()}
    actions.reject_duplicate(pairs[b.pk, c.pk], by=office)
    record = actions.merge(a, b, by=office)
    states = {(row.first, row.second): row.state for row in Duplicate.objects.all()}
    assert states == {(a.pk, b.pk): "merged", (a.pk, c.pk): "rejected", (b.pk, c.pk): "rejected"}
    actions.undo_merge(record, by=office)
    states = {(row.first, row.second): row.state for row in Duplicate.objects.all()}
    assert states == {(a.pk, b.pk): "proposed", (a.pk, c.pk): "proposed", (b.pk, c.pk): "rejected"}


# --- pages ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def office(client, db):
    person = UserFactory(secretariat=True)
    client.force_login(person)
    client.person = person
    return client


@pytest.fixture
def pair(db):
    a = organisation("Žuvis", slug="zuvis", website="https://a.test/", kind="small")
    return a, organisation("UAB Žuvis", slug="uab-zuvis", website="https://b.test/", kind="large",
                           legal_code="302000001",
                           country="LT")  # fmt: skip


def test_page_lists_pairs_with_their_reasons(office, pair):
    assert "No duplicates known" in office.get(url("duplicate_list")).text
    actions.find_duplicates()
    page = office.get(url("duplicate_list")).text
    assert "The same name without its legal form: Žuvis" in page
    assert url("merge_entries", "organisation", "zuvis", "uab-zuvis") in page
    answer = office.post(url("duplicate_decide", Duplicate.objects.get().pk))
    assert answer["Location"] == url("duplicate_list")
    assert "No duplicates known" in office.get(url("duplicate_list")).text
    page = office.get(url("duplicate_list"), {"show": "rejected"}).text
    assert "Propose again" in page
    office.post(url("duplicate_decide", Duplicate.objects.get().pk), {"again": "1"})
    assert Duplicate.objects.get().state == "proposed"
    assert office.get(url("duplicate_list"), {"show": "nonsense"}).status_code == 404


@pytest.mark.parametrize("length", [1, 3])
def test_longer_lists_ask_no_more(office, django_assert_num_queries, length):
    for number in range(length):
        organisation(f"Vienodas {number}")
        organisation(f"UAB Vienodas {number}")
    actions.find_duplicates()
    office.get(url("duplicate_list"))
    with django_assert_num_queries(ASKED):
        office.get(url("duplicate_list"))


ASKED = 32  # two of them for numbers at the side: own meetings of events, and what came of introductions


def test_looking_now_is_a_job_and_twice_is_once(office, pair):
    for _turn in range(2):
        assert office.post(url("duplicate_look"))["Location"] == url("duplicate_list")
    assert ProcrastinateJob.objects.filter(task_name="directory.look_for_duplicates", status="todo").count() == 1


def form_of(page):
    return {
        "seen_kept": page.context["kept"].updated_at.isoformat(),
        "seen_gone": page.context["gone"].updated_at.isoformat(),
    }


def test_two_side_by_side_then_one_then_two_again(office, pair):
    a, b = pair
    membership = f.ClusterMembershipFactory(organisation=b)
    address = url("merge_entries", "organisation", "zuvis", "uab-zuvis")
    page = office.get(address)
    ticked = {each["row"].name: each["ticked"] for each in page.context["differences"]}
    assert (ticked["website"], ticked["kind"], ticked["legal_code"]) == ("kept", "kept", "gone")
    assert page.context["moving"] == [("cluster membership", 1)]
    answer = office.post(address, form_of(page) | {"field-kind": "gone", "field-website": "kept"})
    assert answer["Location"] == url("merge_list")
    a.refresh_from_db()
    membership.refresh_from_db()
    assert (a.kind, a.website, a.legal_code, membership.organisation) == ("large", "https://a.test/", "302000001", a)
    page = office.get(url("merge_list")).text
    assert "Take it back" in page
    office.post(url("merge_undo", Merge.objects.get().pk))
    membership.refresh_from_db()
    assert membership.organisation == b
    assert "Take it back" not in office.get(url("merge_list")).text
    office.post(url("merge_undo", Merge.objects.get().pk))
    assert "undone already" in office.get(url("merge_list")).text


def test_who_looked_at_something_else_sees_it_again_with_the_choice_kept(office, pair):
    a, _b = pair
    address = url("merge_entries", "organisation", "zuvis", "uab-zuvis")
    form = form_of(office.get(address)) | {"field-kind": "gone"}
    a.website = "https://c.test/"
    a.save()
    answer = office.post(address, form)
    assert answer.status_code == 409
    assert "was changed meanwhile" in answer.text
    assert {each["row"].name: each["ticked"] for each in answer.context["differences"]}["kind"] == "gone"
    assert Organisation.objects.count() == 2


def test_any_two_can_be_chosen_by_name(office, pair):
    address = url("duplicate_list")
    answer = office.get(address, {"kind": "organisation", "one": "zuvis", "other": "UAB Žuvis"})
    assert answer["Location"] == url("merge_entries", "organisation", "zuvis", "uab-zuvis")
    for one, other in (("zuvis", "nera"), ("zuvis", "zuvis")):
        assert office.get(address, {"kind": "organisation", "one": one, "other": other}).status_code == 422
    for args in (
        ("organisation", "zuvis", "zuvis"),
        ("network", "zuvis", "uab-zuvis"),
        ("organisation", "zuvis", "nera"),
    ):
        assert office.get(url("merge_entries", *args)).status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "visitor"])
def test_others_see_none_of_it(client, pair, who):
    if who == "coordinator":
        client.force_login(f.AffiliationFactory(organisation=pair[0], manager=True).person)
    expected = 403 if who == "coordinator" else 302
    for name, args in (
        ("duplicate_list", ()),
        ("merge_list", ()),
        ("merge_entries", ("organisation", "zuvis", "uab-zuvis")),
    ):
        assert client.get(url(name, *args)).status_code == expected
    assert client.post(url("merge_entries", "organisation", "zuvis", "uab-zuvis")).status_code == expected
    assert Organisation.objects.count() == 2
