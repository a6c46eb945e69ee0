"""One box for everything public: what is found by which words, in which order, and what no question can break."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils.translation import override

from klaster.directory import factories as f
from klaster.directory import search
from klaster.directory.search import fuzzy, marks

pytestmark = pytest.mark.django_db
both = f.both


@pytest.fixture
def directory():
    """A few entries whose names people write in many ways."""
    food = f.SectorFactory(code="agrofood", name=both("Maisto technologijos", "Food technologies"))
    return {
        "smart food": f.ClusterFactory(
            slug="smart-food",
            name=both("SMART FOOD klasteris", "SMART FOOD Cluster"),
            aliases=["SmartFood", "išmaniojo maisto klasteris"],
            summary=both("Sveikesni produktai iš uogų ir žuvies.", "Healthier products of berries and fish."),
            main_sector=food,
        ),
        "laugea": f.ClusterFactory(
            slug="laugea", name=both("LAuGEA klasteris", "LAuGEA Automotive Parts Cluster"), main_sector=None
        ),
        "prefablt": f.ClusterFactory(
            slug="prefablt",
            name=both("Medinių surenkamųjų namų klasteris „PrefabLT“", "PrefabLT – Prefabricated Wooden House Cluster"),
            main_sector=None,
        ),
        "fishers": f.OrganisationFactory(
            slug="zveju-draugija", name=both("Išgalvota žvejų draugija", "Invented Fishers’ Society"),
            abbreviation="IŽD", description=both("Laivai, žuvys ir 10 žvejų klasterių.", "Boats and fish."),
        ),
        "forum": f.NetworkFactory(slug="forumas", name=both("Lazerių forumas", "Laser Forum")),
        "programme": f.ProgrammeFactory(slug="brandinimas", name=both("Klasterių brandinimas", "Cluster Maturing")),
    }  # fmt: skip


def find(typed, user=None):
    """Slugs of what was found, best first within each kind; with a star where the name is only near."""
    groups = search.everything(search.read(typed), user or AnonymousUser())
    return [hit.row.slug + ("*" if group.near else "") for group in groups for hit in group.hits]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zuvis", {"smart-food", "zveju-draugija"}),
        ("žuvis", {"smart-food", "zveju-draugija"}),
        ("ŽUVYS", {"smart-food", "zveju-draugija"}),
        ("zuvies", {"smart-food", "zveju-draugija"}),
        ("klasteriu", {"smart-food", "laugea", "prefablt", "zveju-draugija", "brandinimas"}),
        ("klasteriai", {"smart-food", "laugea", "prefablt", "zveju-draugija", "brandinimas"}),
        ("klasteris", {"smart-food", "laugea", "prefablt", "zveju-draugija", "brandinimas"}),
        ("LAuGEA", {"laugea"}),
        ("laugea", {"laugea"}),
        ("smart food", {"smart-food"}),
        ("smartfood", {"smart-food"}),
        ("išmaniojo maisto", {"smart-food"}),
        ("ismaniajam maistui", {"smart-food"}),
        ("prefablt", {"prefablt"}),
        ("prefab", {"prefablt"}),
        ("wooden houses", {"prefablt"}),
        ("namų", {"prefablt"}),
        ("izd", {"zveju-draugija"}),
        ("lazeriai", {"forumas"}),
        ("fish", {"smart-food", "zveju-draugija"}),
    ],
)
def test_words_are_found_in_any_form_and_without_their_marks(directory, typed, found):
    assert {slug for slug in find(typed) if slug != "agrofood"} == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lauega", "laugea*"),
        ("laugae", "laugea*"),
        ("laugea klastris", "laugea*"),
        ("smrat food", "smart-food*"),
        ("smart fod", "smart-food*"),
        ("smratfood", "smart-food*"),
        ("perfablt", "prefablt*"),
        ("prefabtl", "prefablt*"),
        ("prefab lt", "prefablt*"),
        ("zveju drugija", "zveju-draugija*"),
        ("lazeriu frumas", "forumas*"),
        ("zvjeu drauigja", "zveju-draugija*"),
    ],
)
def test_mistyped_name_still_finds_it(directory, typed, found):
    assert find(typed)[0] == found


def test_a_word_that_is_near_to_nothing_finds_nothing(directory):
    assert find("xylofonas") == []


def test_exact_name_then_beginning_then_text():
    """The ladder of the ranking, each rung one row."""
    f.ClusterFactory(slug="text", name=both("Kita", "Other"), description=both("Jūros slėnis yra čia.", "Here."))
    f.ClusterFactory(slug="within", name=both("Didysis jūros slėnis", "Great sea valley"))
    f.ClusterFactory(slug="beginning", name=both("Jūros slėnis Klaipėdoje", "Sea valley in Klaipėda"))
    f.ClusterFactory(slug="exact", name=both("Klasteris Y", "Cluster Y"), aliases=["Jūros slėnis"])
    assert find("juros slenis") == ["exact", "beginning", "within", "text"]


def test_kind_with_the_name_stands_first(directory):
    f.OrganisationFactory(slug="forumo-biuras", name=both("Biuras", "Office"), aliases=["Lazerių forumo biuras"])
    groups = search.everything(search.read("lazerių forumas"), AnonymousUser())
    assert [group.kind.slug for group in groups] == ["networks", "organisations"]


def test_nobody_finds_a_draft_or_a_closed_opening(directory):
    draft = f.ClusterFactory(slug="juodrastis", name=both("Slaptas juodraštis", "Secret draft"), status="draft")
    keeper = f.AffiliationFactory(organisation=draft.coordinator, manager=True).person
    f.OpeningFactory(cluster=draft, title=both("Slaptas kvietimas", "Secret call"))
    f.OpeningFactory(title=both("Slaptas uždarytas", "Secret closed"), status="hidden")
    for user in (AnonymousUser(), keeper, f.UserFactory(secretariat=True)):
        assert find("slaptas", user) == []
        assert find("slaptsa", user) == []
        assert search.suggestions(search.read("slapt"), user) == []


def test_openings_and_sectors_are_found(directory):
    f.OpeningFactory(cluster=directory["laugea"], title=both("Ieškoma lazerinio pjovimo", "Laser cutting sought"))
    groups = search.everything(search.read("pjovimas"), AnonymousUser())
    assert [(group.kind.slug, group.hits[0].row.title["en"]) for group in groups] == [
        ("openings", "Laser cutting sought")
    ]
    assert [group.kind.slug for group in search.everything(search.read("maisto technologijų"), AnonymousUser())] == [
        "sectors"
    ]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "%", "_", "\\", "'", '"', "''; drop table x --", "a" * 10_240, "žuvis " * 2000, "\x00", "a\x00b", "😀",
     "the of and", "ir su", "&|!()<->:*", "<b>", "{{ q }}", "\u202e", "\ud800", "ﷺ", "İ", "1e400", "-1", "0x1F", "A:*"],
)  # fmt: skip
def test_no_question_breaks_it(directory, typed):
    query = search.read(typed)
    search.everything(query, AnonymousUser())
    search.suggestions(query, AnonymousUser())
    search.of_kind("clusters", query, AnonymousUser(), start=0, stop=20)
    assert len(query.text) <= search.LONGEST


def test_empty_words_do_not_narrow_but_are_asked_when_alone(directory):
    assert find("uogų ir žuvies") == ["smart-food"]
    assert search.read("uogų ir the žuvies").words == ("uogu", "zuvies")
    assert search.read("the of").words == ("the", "of")


def test_question_that_is_too_long_is_cut_and_says_so():
    query = search.read("klasteris " * 100)
    assert query.was_cut
    assert query.words == ("klasteris",) * 10
    assert not search.read("klasteris").was_cut


def test_highlight_cannot_carry_html(directory):
    evil = "<script>alert(1)</script> žuvis & \ue000x\ue001 <b onclick=x>žuvies</b>"
    f.ClusterFactory(slug="evil", name=both(f"Žuvų {evil}", "Fish"), summary=both(evil, evil))
    with override("lt"):
        groups = search.everything(search.read("žuvis"), AnonymousUser())
    hit = next(hit for group in groups for hit in group.hits if hit.row.slug == "evil")
    for html in (hit.title_html, hit.snippet_html):
        assert "<script" not in html
        assert "<b" not in html
        assert "\ue000" not in html
        assert "<mark>žuvis</mark>" in html


def test_highlight_marks_other_forms_of_the_word_and_says_the_language_of_the_text(directory):
    with override("en"):
        (group,) = [g for g in search.everything(search.read("žuvis"), AnonymousUser()) if g.kind.slug == "clusters"]
    (hit,) = group.hits
    assert hit.title_html == "SMART FOOD Cluster"
    assert hit.snippet_html == "Sveikesni produktai iš uogų ir <mark>žuvies</mark>."
    assert hit.snippet_language == "lt"


def test_one_kind_page_by_page():
    for number in range(25):
        f.OrganisationFactory(name=both(f"Bendrovė {number:02}", f"Company {number:02}"))
    query = search.read("bendrovė")
    first = search.of_kind("organisations", query, AnonymousUser(), start=0, stop=20)
    second = search.of_kind("organisations", query, AnonymousUser(), start=20, stop=40)
    assert (first.found.total, second.found.total) == (25, 25)
    assert [len(first.hits), len(second.hits)] == [20, 5]
    assert {hit.row.pk for hit in first.hits}.isdisjoint(hit.row.pk for hit in second.hits)
    assert search.of_kind("nothing", query, AnonymousUser(), start=0, stop=20) is None


def test_suggestions_are_names_the_likeliest_first(directory):
    names = [hit.title.text for hit in search.suggestions(search.read("sma"), AnonymousUser())]
    assert names == ["SMART FOOD klasteris"]
    assert search.suggestions(search.read("žuvies"), AnonymousUser()) == []  # a text, not a name
    assert [hit.row.slug for hit in search.suggestions(search.read("lauega"), AnonymousUser())] == ["laugea"]


def test_other_apps_add_kinds():
    def find_pages(question):
        hit = search.Hit(row=None, url="/lt/apie/", title=search.Text("Apie <žuvis>", "lt"), tier=0)
        return search.Found(1, [hit])

    search.register("pages", "Pages", find_pages)
    try:
        (group,) = search.everything(search.read("žuvis"), AnonymousUser())
        assert group.kind.slug == "pages"
        assert group.hits[0].title_html == "Apie &lt;<mark>žuvis</mark>&gt;"
    finally:
        search._kinds.pop("pages")


@pytest.mark.parametrize(
    ("language", "stored", "typed"),
    [
        ("de", "Häuser aus Holz", "haus"),
        ("pl", "Żywność", "zywnosc"),
        ("uk", "Кластер", "кластер"),
        ("xx", "Foo", "foo"),
    ],
)
def test_texts_in_any_language_are_searched(language, stored, typed):
    f.ClusterFactory(slug="kitas", name={language: stored})
    assert find(typed) == ["kitas"]


def test_columns_follow_the_row_and_indexes_are_used(directory):
    cluster = directory["laugea"]
    cluster.name = both("Perkrikštytas klasteris", "Renamed Cluster")
    cluster.save()
    assert find("laugea") == []
    assert find("perkrikstytas") == ["laugea"]
    query = search.read("renamed")
    rows = search.own_kinds.KINDS[0][2].matching(search.Question(query, AnonymousUser()))
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_indexscan = off")  # as if there were many
    plan = rows.explain()
    assert plan.count("Bitmap Index Scan on directory_cluster_search ") == 3, "exact, beginning, in the texts"
    assert "Scan using directory_cluster_first_name " in plan or "Scan on directory_cluster_first_name " in plan


@pytest.mark.parametrize(
    ("a", "b", "far"),
    [
        ("smart", "smart", 0),
        ("smrat", "smart", 1),
        ("smart", "smar", 1),
        ("", "abc", 3),
        ("ca", "abc", 3),
        ("ab", "ba", 1),
    ],
)
def test_distance(a, b, far):
    assert fuzzy.distance(a, b) == fuzzy.distance(b, a) == far


def test_distance_stops_at_its_limit():
    assert fuzzy.distance("kitten", "sitting", 2) == fuzzy.FAR
    assert fuzzy.distance("kitten", "sitting", 3) == 3


def test_as_html_turns_only_our_marks_into_tags():
    assert marks.as_html("a <mark> \ue000b\ue001 & c") == "a &lt;mark&gt; <mark>b</mark> &amp; c"
