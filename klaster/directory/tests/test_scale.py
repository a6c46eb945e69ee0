"""What keeps search and lists quick when there are very many, and what readers are then told."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from klaster.core import after_migrate, languages
from klaster.directory import factories as f
from klaster.directory import organisation_list, search
from klaster.directory.models import Organisation
from klaster.directory.search import near
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
