"""What keeps search and lists quick when there are very many, and what readers are then told."""

import html
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from klaster.core import after_migrate, languages
from klaster.directory import by_name, organisation_list, search, search_query
from klaster.directory import factories as f
from klaster.directory.models import Organisation
from klaster.directory.search import near
from klaster.directory.views import organisations
from klaster.directory.views.answers import Counting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
both = f.both


def words() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select word from search_word where word like 'zuvyt%' order by word")
        return [word for (word,) in cursor.fetchall()]


def test_words_of_names_are_kept_once_when_names_come_and_change():
    first = f.OrganisationFactory(name=both("Žuvytė vienas", "Zuvyte one"), aliases=["ŽUVYTĖS"])
    f.NetworkFactory(name=both("Žuvytė", "Žuvytė"))
    assert words() == ["zuvyte", "zuvytes"]
    first.name = both("Žuvytėlė", "")
    first.save()
    assert words() == ["zuvyte", "zuvytele", "zuvytes"]
    Organisation.objects.filter(pk=first.pk).update(aliases=["Žuvytėnai"])
    assert words() == ["zuvyte", "zuvytele", "zuvytenai", "zuvytes"]


def found_near(typed: str) -> list[str]:
    return [hit.row.slug for hit in search.suggestions(search.read(typed), AnonymousUser())]


def test_words_are_found_mistyped_joined_and_cut_in_two():
    f.OrganisationFactory(slug="one", name=both("Bangpūtys Jūrinė", "Bangpūtys Jūrinė"))
    assert found_near("bangputsy") == ["one"]
    assert found_near("bangputys juirne") == ["one"]
    assert found_near("bang putys") == ["one"]
    assert found_near("bangputysjurine") == ["one"]
    assert found_near("bangputys kalnine") == []


def test_a_short_word_must_be_there_as_it_is():
    f.OrganisationFactory(slug="one", name=both("Bangpūtys AB", "Bangpūtys AB"))
    assert found_near("bangputsy ab") == ["one"]
    assert found_near("bangputsy ac") == []


def test_no_typed_word_breaks_the_comparison():
    for typed in ((), ("a",), ("a" * 60,), ("a" * 61,), ("žuvis", "b"), ("1", "2")):
        assert isinstance(near.near_words(typed).tsquery(), str)


def test_kinds_without_a_hit_are_not_asked_one_by_one():
    f.ClusterFactory(name=both("Bangpūtys", "Bangpūtys"))
    with CaptureQueriesContext(connection) as some:
        assert len(search.suggestions(search.read("bangp"), AnonymousUser())) == 1
    assert [query["sql"].count("directory_programme") for query in some.captured_queries if "tier" in query["sql"]] == [
        0, 0,
    ], "clusters had something, organisations are many and always asked, the others were not"  # fmt: skip


def test_kinds_and_countries_to_choose_are_those_of_published_organisations():
    f.OrganisationFactory(kind="research", country="LV")
    f.OrganisationFactory(kind="small", country="")
    f.OrganisationFactory(kind="micro", country="EE", status="draft")
    assert organisation_list.values("kind") == ["research", "small"]
    assert organisation_list.values("country") == ["LV"]


def test_list_is_counted_up_to_a_limit_and_has_pages_for_no_more():
    for _ in range(5):
        f.OrganisationFactory()
    rows = Organisation.objects.by_name()
    all_of_them, some = Counting(rows, 2, most=5), Counting(rows, 2, most=4)
    assert (all_of_them.count, all_of_them.num_pages, all_of_them.is_capped) == (5, 3, False)
    assert (some.count, some.num_pages, some.is_capped) == (4, 2, True)


def test_reader_is_told_that_not_all_are_listed(client, monkeypatch):
    monkeypatch.setattr(organisation_list, "MOST_SORTED", 3)
    for number in range(4):
        f.OrganisationFactory(name=both(f"Bangpūtys {number}", f"Bangpūtys {number}"), country="LT")
    f.OrganisationFactory(name=both("Bangpūtys 9", "Bangpūtys 9"), country="LV")
    many = client.get(reverse("organisation_list"), {"q": "bangputys"})
    assert "More than 3 organisations" in many.text
    assert "Add a word or a filter" in many.text
    assert "numberOfItems" not in many.text
    assert len(many.context["organisations"]) == 3
    few = client.get(reverse("organisation_list"), {"q": "bangputys", "country": "LV"})
    assert "1 organisation" in few.text
    assert "More than" not in few.text
    assert [str(row) for row in few.context["organisations"]] == ["Bangpūtys 9"]


def test_a_form_that_begins_with_another_is_not_looked_up():
    holdings = f.OrganisationFactory(name=both("Holdings Bangpūtys", "Holdings Bangpūtys"))
    query = search.read("holding")
    assert query.forms == (("holding", "hold"),)
    assert (query.finds, query.tsquery()) == ("('hold':*)", "('holding':* | 'hold':*)")
    assert list(Organisation.objects.with_words("holding")) == [holdings]
    assert search_query.Query("", ("ab", "abc"), (("abc", "ab"),)).finds == "('abc':* | 'ab')", "short ones stand whole"


# --- leafing ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def few_numbered(monkeypatch):
    """Two organisations a page; three pages have numbers."""
    monkeypatch.setattr(by_name, "MOST_NUMBERED", 3)
    monkeypatch.setattr(organisations, "PER_PAGE", 2)


def named(*names):
    for name in names:
        f.OrganisationFactory(name=both(name, name), country="LT")


def shown(page):
    return [str(row) for row in page.context["organisations"]]


def link(page, rel):
    found = re.search(rf'href="([^"]+)"\s+rel="{rel}"', page.text)
    return found and html.unescape(found[1])


ALIKE = ["A", "B", "C, c", "Čiobrelis", "D", "Same", "Same", "Same", "Same", "Same", "Ž,1", "Žą"]


def test_next_leads_through_all_and_previous_the_same_way_back(client, few_numbered):
    named(*ALIKE)
    page, seen, addresses = client.get(reverse("organisation_list"), {"country": "LT"}), [], []
    while True:
        seen += [row.pk for row in page.context["organisations"]]
        addresses.append((page.request["QUERY_STRING"], shown(page)))
        if not (further := link(page, "next")):
            break
        assert "country=LT" in further
        page = client.get(reverse("organisation_list") + further)
    assert [name for _query, names in addresses for name in names] == ALIKE
    assert len(seen) == len(set(seen)) == len(ALIKE), "rows of the same name come once each"
    for query, names in reversed(addresses[:-1]):
        page = client.get(reverse("organisation_list") + link(page, "prev"))
        assert shown(page) == names
        assert page.context["page"].number == addresses.index((query, names)) + 1
    assert "after" not in page.request["QUERY_STRING"]
    assert link(page, "prev") is None


def test_pages_without_numbers_say_so_and_lead_back_to_those_with_numbers(client, few_numbered):
    named(*ALIKE)
    last = client.get(reverse("organisation_list"), {"page": "3"})
    assert "Pages have numbers up to 3." in last.text
    beyond = client.get(reverse("organisation_list") + link(last, "next"))
    assert beyond.context["page"].numbers == [1, "…", 4]
    assert 'aria-current="page"' in beyond.text
    assert re.findall(r'href="(\?page=3)"', beyond.text), "no place is kept where a number is enough"
    few = client.get(reverse("organisation_list"), {"q": "čiobrelis"})
    assert "Pages have numbers" not in few.text


def test_a_place_outlives_its_row(client, few_numbered):
    named(*ALIKE)
    third = client.get(reverse("organisation_list"), {"page": "3"})
    further = link(third, "next")
    Organisation.objects.filter(pk=third.context["organisations"][-1].pk).delete()
    assert shown(client.get(reverse("organisation_list") + further)) == ["Same", "Same"]


@pytest.mark.parametrize(
    "place",
    ["", "&after=", "&after=Same", "&after=Same,x", "&after=,", "&after=Same,99999999999999999999", "&after=%00,1%00",
     "&after=Žžž,1", "&before=A,0", "&before=x", "&after=" + "x" * 500],
)  # fmt: skip
def test_a_page_that_is_nowhere_is_the_last_with_a_number(client, few_numbered, place):
    named(*ALIKE)
    page = client.get(reverse("organisation_list") + f"?page=5{place}")
    assert page.status_code == 200
    assert page.context["page"].number == (5 if "%00" in place else 3)


def test_a_place_is_of_no_account_where_the_number_is_enough(client, few_numbered):
    named(*ALIKE)
    assert shown(client.get(reverse("organisation_list"), {"page": "1", "after": "D,1"})) == ["A", "B"]
    table = client.get(reverse("organisation_list"), {"page": "9", "after": "D,1"}).context["page"]
    assert table.number == 9


def test_downloads_are_the_whole_list_wherever_one_is(client, few_numbered):
    named(*ALIKE)
    page = client.get(reverse("organisation_list"), {"page": "4", "after": "D,1", "country": "LT"})
    assert f'href="{reverse("organisation_export", args=["csv"])}?country=LT"' in page.text


def test_pages_far_on_begin_in_the_index(few_numbered):
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off; set local enable_bitmapscan = off")
    leafing = by_name.Leafing(Organisation.objects.published().filter(country="LT"), 2)
    for backwards in (False, True):
        plan = leafing._from(by_name.Place("Same", 7), backwards=backwards)[:2].explain()
        assert "Sort" not in plan
        assert re.search(r"Index Cond:.*sort_key.*[<>]= ", plan)


def test_words_are_found_in_the_order_of_names(client, monkeypatch):
    monkeypatch.setattr(organisations, "PER_PAGE", 2)
    named("Žuvys Bangpūtys", "Bangpūtys", "Čia Bangpūtys", "Cia Bangpūtys", "Dar Bangpūtys")
    pages = [shown(client.get(reverse("organisation_list"), {"q": "bangputys", "page": n})) for n in (1, 2, 3)]
    assert pages == [["Bangpūtys", "Cia Bangpūtys"], ["Čia Bangpūtys", "Dar Bangpūtys"], ["Žuvys Bangpūtys"]]


def test_each_language_has_an_index_by_name_that_lists_use():
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexname from pg_indexes where indexname like 'organisation\\_by\\_name\\_%' order by 1"
        )
        assert [name for (name,) in cursor.fetchall()] == ["organisation_by_name_en", "organisation_by_name_lt"]
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off")  # as if there were many
    for code in languages.codes():
        plan = Organisation.objects.published().filter(country="LT").by_name(code)[:30].explain()
        assert f"organisation_by_name_{code}" in plan
        assert "Sort" not in plan


def test_indexes_by_name_follow_the_languages_of_the_site(settings):
    settings.LANGUAGES = [("lt", "Lietuvių"), ("de", "Deutsch")]
    after_migrate.run()
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexname from pg_indexes where indexname like 'organisation\\_by\\_name\\_%' order by 1"
        )
        assert [name for (name,) in cursor.fetchall()] == ["organisation_by_name_de", "organisation_by_name_lt"]
    before = CaptureQueriesContext(connection)
    with before:
        after_migrate.run()
    assert [query["sql"] for query in before.captured_queries if "index" in query["sql"][:12]] == [], "nothing to do"


def test_migrate_keeps_what_follows_from_settings():
    with connection.cursor() as cursor:
        cursor.execute("drop index organisation_by_name_lt")
    call_command("migrate", verbosity=0)
    test_each_language_has_an_index_by_name_that_lists_use()
