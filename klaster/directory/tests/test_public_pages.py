"""Every public page, in both languages, for everybody."""

import re

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import limits
from klaster.directory import factories as f
from klaster.directory.models.organisations import today

pytestmark = pytest.mark.django_db
both = f.both


def url(name, *args, language="en", query=""):
    with override(language):
        return reverse(name, args=args) + query


@pytest.fixture
def network():
    """One of everything, so that each part of each page is drawn."""
    sector = f.SectorFactory(code="energy", slug=both("energetika", "energy"), name=both("Energetika", "Energy"))
    region = f.RegionFactory()
    source = f.SourceFactory(url="https://pavyzdys.test/saltinis")
    coordinator = f.OrganisationFactory(slug="asociacija", kind="association", region=region, abbreviation="IA")
    cluster = f.ClusterFactory(
        slug="saules", name=both("Saulės klasteris", "Solar Cluster"), coordinator=coordinator, region=region,
        main_sector=sector, founded="2014-10", languages=["lt", "en"], website="https://www.pavyzdys.test/",
        summary=both("Saulės elektrinės.", "Solar power."), description=both("Apie.", "About."),
        services=both("Matavimai", "Measuring"), technologies=both("Lazeriai", "Lasers"),
    )  # fmt: skip
    cluster.other_sectors.add(f.SectorFactory(code="ict"))
    member = f.ClusterMembershipFactory(cluster=cluster, joined=today(), source=source, as_of="2018").organisation
    f.StatementFactory(cluster=cluster, number=20, as_of="2018-04-18", is_shown=True, source=source)
    f.StatementFactory(cluster=cluster, number=14, as_of="2017", bound="at_least")
    founded = f.FactKindFactory(code="founded", name=both("Įkurtas", "Founded"), is_field=True)
    f.StatementFactory(
        cluster=cluster, kind=founded, number=None, text=both("2014 m. spalis", "October 2014"), is_shown=True,
        source=source, is_inferred=True, note=both("iš pranešimo", "from a notice"),
    )  # fmt: skip
    f.StatementFactory(cluster=cluster, kind=founded, number=None, text=both("2015 m.", "2015"))
    f.LabelFactory(cluster=cluster, valid_until=today(), issuer=coordinator)
    f.LabelFactory(cluster=cluster, level="silver", valid_until="2019-12-31", source=source)
    f.LabelFactory(cluster=cluster, level="gold")
    f.AchievementFactory(cluster=cluster, source=source, url="https://pavyzdys.test/", summary=both("Taip.", "Yes."))
    f.AchievementFactory(cluster=cluster, happened="")
    f.OpeningFactory(cluster=cluster, conditions=both("Sąlygos", "Conditions"), until=today())
    home = f.NetworkFactory(slug="tinklas", is_home=True, operator=coordinator, abbreviation="IT")
    f.NetworkParticipationFactory(network=home, cluster=cluster, since="2019", until="2020-05", source=source)
    f.NetworkParticipationFactory(network=home, cluster=None, organisation=member, since="2019-10-02")
    alliance = f.NetworkFactory(slug="aljansas", kind="alliance", country="")
    f.NetworkParticipationFactory(network=alliance, cluster=None, member_network=home)
    agreement = f.AgreementFactory(signed="2019-10-02", parties_in_words=both("ir kiti", "and others"), source=source)
    agreement.parties.add(coordinator, member)
    agreement.networks.add(home)
    programme = f.ProgrammeFactory(slug="programa", coordinator=coordinator, founded="2016-07", ended="2020")
    programme.partners.add(member)
    f.ProgrammeFactory(slug="dalis", part_of=programme)
    f.StatementFactory(cluster=None, programme=programme, number=142, bound="at_least", is_shown=True)
    f.OrganisationFactory(parent=coordinator)
    return cluster


PAGES = [
    ("cluster_list", [], "", "clusters/"),
    ("cluster_list", [], "?sector=energy&county=LT011&country=LT&label=gold&valid=1&open=1&q=saul&order=name", ""),
    ("cluster_list", [], "?sector=nothing&order=openings&page=99&label=x", ""),
    ("cluster_list", [], "?q=nothingatall&open=1", ""),
    ("cluster_detail", ["saules"], "", "clusters/saules/"),
    ("cluster_contact", ["saules"], "", "clusters/saules/contact/"),
    ("cluster_contact_sent", ["saules"], "", ""),
    ("organisation_list", [], "", "organisations/"),
    ("organisation_list", [], "?kind=association&country=LT&q=isgalvota&cluster=saules", ""),
    ("organisation_list", [], "?kind=park&q=nothingatall", ""),
    ("organisation_detail", ["asociacija"], "", "organisations/asociacija/"),
    ("network_list", [], "", "networks/"),
    ("network_list", [], "?q=nothingatall", ""),
    ("network_detail", ["tinklas"], "", "networks/tinklas/"),
    ("sector_list", [], "", "sectors/"),
    ("opening_list", [], "", "openings/"),
    ("opening_list", [], "?sector=energy&kind=partner", ""),
    ("programme_list", [], "", "programmes/"),
    ("programme_detail", ["programa"], "", "programmes/programa/"),
    ("search", [], "", "search/"),
    ("search", [], "?q=klasteris", ""),
    ("search", [], "?q=klasteris&kind=clusters&page=2", ""),
    ("search", [], "?q=klasteris&kind=nothing&page=x", ""),
    ("search", [], "?q=klastreis", ""),
    ("search", [], "?q=xylofonas", ""),
    ("search_suggest", [], "?q=saul", ""),
    ("search_suggest", [], "?q=xylofonas", ""),
]


@pytest.mark.parametrize("language", ["lt", "en"])
@pytest.mark.parametrize(("name", "args", "query", "words"), PAGES)
def test_page_answers_everybody_in_its_language(client, network, language, name, args, query, words):
    response = client.get(url(name, *args, language=language, query=query))
    assert response.status_code == 200
    if not name.endswith("suggest"):
        assert f'<html lang="{language}">' in response.text
        assert response.text.count("<h1") == 1
    if words and language == "en":
        assert response.request["PATH_INFO"] == f"/en/{words}"


@pytest.mark.parametrize("name", ["cluster_detail", "organisation_detail", "network_detail", "programme_detail"])
def test_draft_and_unknown_are_both_not_there(client, network, settings, name):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    factory = {"cluster": f.ClusterFactory, "organisation": f.OrganisationFactory, "network": f.NetworkFactory,
               "programme": f.ProgrammeFactory}[name.split("_")[0]]  # fmt: skip
    factory(slug="juodrastis", status="draft")
    assert client.get(url(name, "juodrastis")).status_code == 404
    assert client.get(url(name, "nera-tokio")).status_code == 404
    client.force_login(f.UserFactory(secretariat=True))
    assert client.get(url(name, "juodrastis")).status_code == 200


def test_sector_has_an_address_in_each_language_and_the_switcher_knows(client, network):
    page = client.get(url("sector_detail", "energy"))
    assert page.status_code == 200
    assert 'href="/lt/sectors/energetika/"' in page.text or 'href="/lt/sektoriai/energetika/"' in page.text
    assert 'hreflang="lt"' in page.text
    other = client.get(url("sector_detail", "energetika"))
    assert (other.status_code, other["Location"]) == (301, url("sector_detail", "energy"))
    assert client.get(url("sector_detail", "nera")).status_code == 404


LISTS = [
    ("cluster_list", f.ClusterFactory),
    ("organisation_list", f.OrganisationFactory),
    ("network_list", f.NetworkFactory),
    ("programme_list", f.ProgrammeFactory),
    ("opening_list", f.OpeningFactory),
    ("sector_list", f.SectorFactory),
]


@pytest.mark.parametrize(("name", "factory"), LISTS)
def test_list_asks_as_many_questions_for_three_rows_as_for_one(client, django_assert_max_num_queries, name, factory):
    client.get(url(name))  # warms what is read once: content types, the site
    factory()
    with django_assert_max_num_queries(14) as one:
        client.get(url(name))
    factory.create_batch(2)
    with django_assert_max_num_queries(14) as three:
        client.get(url(name))
    assert len(three.captured_queries) == len(one.captured_queries)


def test_page_of_a_cluster_asks_as_many_questions_for_three_of_each_as_for_one(client, django_assert_max_num_queries):
    cluster = f.ClusterFactory()
    address = url("cluster_detail", cluster.slug)

    def add():
        f.ClusterMembershipFactory(cluster=cluster, source=f.SourceFactory())
        f.OpeningFactory(cluster=cluster)
        f.AchievementFactory(cluster=cluster, source=f.SourceFactory())
        f.LabelFactory(cluster=cluster, source=f.SourceFactory())
        f.StatementFactory(cluster=cluster, source=f.SourceFactory())
        f.NetworkParticipationFactory(cluster=cluster, source=f.SourceFactory())
        f.AgreementFactory(source=f.SourceFactory()).parties.add(cluster.coordinator)

    add()
    client.get(address)
    with django_assert_max_num_queries(30) as one:
        client.get(address)
    add()
    add()
    with django_assert_max_num_queries(30) as three:
        client.get(address)
    assert len(three.captured_queries) == len(one.captured_queries)


def test_a_coordinator_without_a_public_page_is_not_called_unknown(client):
    hidden = f.OrganisationFactory(status="draft", name=both("Slapta įstaiga", "Secret Office"))
    cluster = f.ClusterFactory(slug="saules", coordinator=hidden)
    f.AffiliationFactory(organisation=hidden, manager=True, person=(keeper := UserFactory()))

    def said():
        page = client.get(url("cluster_detail", "saules", language="en"))
        return re.search(r'id="fact-coordinator">(.*?)</div>', page.text, re.DOTALL)[1]

    assert "an organisation without a public page" in said()
    assert "Not known" not in said()
    assert "Secret Office" not in said()
    client.force_login(keeper)
    assert "Secret Office" in said(), "whoever keeps it sees it"
    client.logout()
    cluster.coordinator = None
    cluster.coordinator_is_unknown = True
    cluster.save()
    assert "Not known" in said()


FINDING = [("cluster_list", []), ("cluster_export", ["csv"]), ("organisation_list", []), ("network_list", []),
           ("programme_list", []), ("organisation_export", ["csv"]), ("network_export", ["csv"]),
           ("programme_export", ["csv"])]  # fmt: skip


@pytest.mark.parametrize(("language", "words"), [("lt", "Per dažnai per trumpą laiką"), ("en", "Too often in a short")])
@pytest.mark.parametrize(("name", "args"), FINDING)
def test_looking_for_words_in_lists_is_limited_and_the_lists_are_not(client, network, name, args, language, words):
    with time_machine.travel(1_764_000_000, tick=False):
        for _turn in range(limits.FINDS_EACH_MINUTE - 1):
            limits.hit("find", "address 127.0.0.1", limit=limits.FINDS_EACH_MINUTE, per=60)
        asked = url(name, *args, language=language, query="?q=saul")
        assert client.get(asked).getvalue()
        refused = client.get(asked)
        assert (refused.status_code, refused["Retry-After"]) == (429, "61")
        assert words in refused.text
        assert client.get(url(name, *args, language=language)).status_code == 200
        assert client.get(url(name, *args, language=language, query="?q=+")).status_code == 200
        client.force_login(UserFactory())
        assert client.get(asked).status_code == 200, "each person for themselves"
    with time_machine.travel(1_764_000_061, tick=False):
        client.logout()
        assert client.get(asked).status_code == 200


def test_looking_for_members_and_people_counts_too(client, network, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    secretary = UserFactory(superuser=True)
    client.force_login(secretary)
    with time_machine.travel(1_764_000_000, tick=False):
        for _turn in range(limits.FINDS_EACH_MINUTE):
            limits.hit("find", f"person {secretary.pk}", limit=limits.FINDS_EACH_MINUTE, per=60)
        for name, args in [("cluster_members", ["saules"]), ("people", [])]:
            assert client.get(url(name, *args, query="?q=ona")).status_code == 429
            assert client.get(url(name, *args)).status_code == 200


def test_an_achievement_whose_year_nobody_knows_says_so(client):
    cluster = f.ClusterFactory()
    f.AchievementFactory(cluster=cluster, happened="")
    f.AchievementFactory(cluster=cluster, happened="2019-05")
    with override("lt"):
        page = client.get(cluster.get_absolute_url()).content.decode()
    shown = re.findall(r'<div class="day day--year">\s*(.*?)\s*</div>', page)
    assert sorted(shown) == ["<b>2019</b>", "<span>be datos</span>"]
