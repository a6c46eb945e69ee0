"""What visitors see of the board: the list and its filters, the page of a posting, table, feed, search."""

import json
import random

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import translation

from klaster.accounts.factories import UserFactory
from klaster.directory import factories as d
from klaster.directory import filters
from klaster.directory.models.organisations import today
from klaster.directory.questions import INVENTED
from klaster.matchmaking import board_list, board_words
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import postings as actions
from klaster.matchmaking.models import Posting, Technology
from klaster.matchmaking.suggestions import suggestions

pytestmark = pytest.mark.django_db


def get(name, *args, **asked):
    with translation.override("lt"):
        return Client().get(reverse(name, args=args), asked)


def found(**asked):
    """Slugs of the postings that the list shows, in its order."""
    return [row.slug for row in get("posting_list", **asked).context["postings"]]


def test_the_board_shows_what_is_current_the_newest_first():
    f.PostingFactory(slug="old", published_at=f.in_days(-9))
    f.PostingFactory(slug="new", published_at=f.in_days(-1), valid_until=today())
    f.PostingFactory(slug="over", valid_until=f.in_days(-2).date())
    f.PostingFactory(slug="draft", state="draft")
    f.PostingFactory(slug="hidden", organisation__status="draft")
    assert found() == ["new", "old"]
    assert found(order="ends") == ["new", "old"]
    assert get("posting_detail", "draft").status_code == 404
    assert get("posting_detail", "over").status_code == 404


def test_filters_narrow_between_and_widen_within():
    d.SectorFactory(code="food")
    f.TechnologyFactory(code="laser")
    f.PostingFactory(slug="a", side="need", sectors=["food"], technologies=["laser"], countries=["DE"])
    f.PostingFactory(slug="b", kind="research", sectors=["food"], partner_kinds=["research"], language="de")
    f.PostingTextFactory(posting=f.PostingFactory(slug="c", countries=["PL"]), language="lt")
    assert found(side="need") == ["a"]
    assert set(found(sector="food")) == {"a", "b"}
    assert found(technology="laser") == ["a"]
    assert set(found(country="DE")) == {"a", "b"}  # b seeks anywhere
    assert set(found(country=["DE", "PL"])) == {"a", "b", "c"}
    assert set(found(partner="small")) == {"a", "c"}
    assert found(language="de") == ["b"]
    assert found(language="lt") == ["c"]
    assert found(kind="research", side="need") == []
    assert "nera" in get("posting_list", side="nera").text


def facts_of(posting, every):
    """What the filters ask of one posting, as they are told in klaster.directory.filters."""
    return filters.ClusterFacts(
        posting.pk,
        {
            "side": frozenset([posting.side]), "kind": frozenset([posting.kind]),
            "sector": frozenset(posting.sectors), "technology": frozenset(posting.technologies),
            "country": frozenset(posting.countries) or every["country"],
            "partner": frozenset(posting.partner_kinds) or every["partner"],
            "language": frozenset([posting.language, *(text.language for text in posting.texts.all())]),
        },
    )  # fmt: skip


def test_the_database_filters_and_counts_what_the_rules_say():
    chance = random.Random(7)  # noqa: S311
    some = lambda *values: chance.sample(values, chance.choice([0, 1, 1, 2]))  # noqa: E731
    for code in ("food", "wood", "steel"):
        d.SectorFactory(code=code)
        f.TechnologyFactory(code=f"t-{code}")
    for number in range(24):
        posting = f.PostingFactory(
            side=chance.choice(["offer", "need"]), kind=chance.choice(["product", "service", "research"]),
            sectors=some("food", "wood", "steel"), technologies=some("t-food", "t-wood", "gone"),
            countries=some("DE", "PL", "LV"), partner_kinds=some("small", "research", "large"),
            language=chance.choice(["lt", "en", "de"]), valid_until=f.in_days(chance.randrange(3)).date(),
            published_at=f.in_days(-number // 2), is_invented=chance.random() < 0.3,
        )  # fmt: skip
        for language in some("lt", "en", "pl"):
            f.PostingTextFactory(posting=posting, language=language)
    rows = list(Posting.objects.current().order_by("-published_at", "-pk").prefetch_related("texts"))
    for _ in range(25):
        asked = QueryDict(mutable=True)
        for facet in board_list.Asked(asked).facets:
            if chance.random() < 0.35:
                asked.setlist(facet.name, chance.sample([each.value for each in facet.choices], 2))
        asked["order"] = chance.choice(["", "ends"])
        told = board_list.Asked(asked)
        every = {facet.name: frozenset(each.value for each in facet.choices) for facet in told.facets}
        facts = {posting.pk: facts_of(posting, every) for posting in rows}
        fit = [posting for posting in rows if told.selection.admits(facts[posting.pk])]
        if told.selection.order:
            fit.sort(key=lambda posting: posting.valid_until)
        assert list(told.pks) == [posting.pk for posting in fit]
        assert told.counted == filters.count(told.facets, told.selection, list(facts.values()))
        assert told.numbers.get(INVENTED, 0) == sum(posting.is_invented for posting in fit)


def test_words_wanted_unwanted_and_in_a_row():
    f.PostingFactory(slug="berries", title="Freeze-dried berries", text="In small batches, also for chocolate.")
    f.PostingFactory(slug="meat", title="Freeze-dried meat", text="For soups; batches that are small.")
    lithuanian = f.PostingFactory(slug="uogos", language="lt", title="Šaldytos uogos", text="Ieškome pirkėjų.")
    f.PostingTextFactory(posting=lithuanian, language="en", title="Frozen fruit", text="We look for buyers.")
    assert set(found(q="freeze dried")) == {"berries", "meat"}
    assert found(q="batch -meat") == ["berries"]
    assert found(q='"small batches"') == ["berries"]
    assert found(q='freeze -"small batches"') == ["meat"]
    assert found(q="uogų") == ["uogos"]
    assert found(q="frozen buyer") == ["uogos"]  # in its translation
    assert found(q="-freeze") == ["uogos"]
    assert found(q="-uoga") == ["meat", "berries"]
    assert found(q="nothing") == []


@pytest.mark.parametrize("typed", ['"', "-", '-"', '""', "– -", "a' & b:* | !c", "-\u2028", '"--" -"-"', "(" * 99])
def test_nothing_typed_breaks_the_search(typed):
    f.PostingFactory()
    assert get("posting_list", q=typed).status_code == 200


def test_what_was_typed_is_sorted():
    asked = board_words.split("laser e-shop „mažomis serijomis“ -iš −x-y -“per brangu” – “never closed")
    assert asked.words == ["laser", "e-shop"]
    assert asked.phrases == ["mažomis serijomis", "never closed"]
    assert asked.without == ["iš", "x-y"]
    assert asked.without_phrases == ["per brangu"]


def test_the_page_says_all_but_who_is_behind_it():
    writer = UserFactory(email="slaptas@pavyzdys.test", name="Slapta Rašytoja")
    posting = f.PostingFactory(
        slug="p", created_by=writer, language="de", title="Wir trocknen", text="Viel <b>Obst</b>"
    )
    f.PostingTextFactory(posting=posting, language="lt")
    page = get("posting_detail", "p")
    assert "Slapta" not in page.text
    assert "slaptas" not in page.text
    assert '<h1 lang="lt">Pramanytas pasiūlymas</h1>' in page.text
    assert "Viel &lt;b&gt;Obst&lt;/b&gt;" in page.text
    assert 'lang="de"' in page.text
    machine = json.loads(page.text.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert machine[1]["@type"] == "Offer"
    for name in ("posting_feed", "posting_export"):
        got = get(name, *(["csv"] if "export" in name else []))
        text = b"".join(got).decode() if got.streaming else got.text
        assert "Pramanytas pasiūlymas" in text
        assert "Slapta" not in text
        assert "slaptas" not in text


def test_table_and_feed_are_of_what_was_filtered():
    f.PostingFactory(side="need", title="A need of ours")
    f.PostingFactory(side="offer", title="An offer of ours")
    table = b"".join(get("posting_export", "csv", side="need")).decode()
    assert "A need of ours" in table
    assert "An offer of ours" not in table
    assert "An offer of ours" not in get("posting_feed", side="need").text


def test_the_sites_search_and_the_pages_of_entries_find_it():
    cluster = d.ClusterFactory(slug="ruko")
    f.PostingFactory(cluster=cluster, title="Measuring fog", slug="fog-2026")
    posting = f.PostingFactory(title="Measuring rain", language="lt", slug="rain-2026")
    assert "fog-2026" in get("search", q="fog").text
    assert "fog-2026" in get("cluster_detail", "ruko").text
    assert "rain-2026" in get("organisation_detail", posting.organisation.slug).text
    assert "fog-2026" not in get("organisation_detail", posting.organisation.slug).text
    actions.close(posting, by=UserFactory(secretariat=True))
    assert "rain-2026" not in get("organisation_detail", posting.organisation.slug).text
    assert "rain-2026" not in get("search", q="rain").text


def test_suggestions_quote_both_texts_and_are_of_the_other_side():
    f.TechnologyFactory(code="laser")
    d.SectorFactory(code="food")
    mine = f.PostingFactory(
        side="need", technologies=["laser"], sectors=["food"], title="Laser marking of jars",
        text="We fill honey. Somebody marks our glass jars by laser.",
    )  # fmt: skip
    near = f.PostingFactory(
        technologies=["laser"], title="Marking of glass", text="We are small. We mark glass and steel by laser."
    )
    f.PostingFactory(side="need", technologies=["laser"], title="The same need elsewhere")
    f.PostingFactory(technologies=["laser"], organisation=mine.organisation, title="Our own offer")
    f.PostingFactory(sectors=["food"], title="Bread", text="Nothing alike.")  # a sector alone is no reason
    got = suggestions(mine)
    assert [each.posting for each in got.rows] == [near]
    assert got.rows[0].theirs == "We mark glass and steel by laser."
    assert got.rows[0].mine == "Somebody marks our glass jars by laser."
    assert [tag.code for tag in got.rows[0].tags] == ["laser"]
    assert got.compares == "tags"
    assert Technology.objects.count() == 1


def test_suggestions_work_without_any_tag_and_without_any_word():
    empty = f.PostingFactory(title="!!!", text="???")
    assert suggestions(empty).rows == []
    need = f.PostingFactory(side="need", title="Freeze-drying of berries", text="In small batches, for chocolate.")
    assert need in [
        each.posting
        for each in suggestions(
            f.PostingFactory(title="Freeze-drying", text="We freeze-dry berries in small batches for chocolate.")
        ).rows
    ]
