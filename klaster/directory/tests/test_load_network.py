"""Loading a network file: a second country, loading again over what people changed, and the command."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent
from klaster.directory import actions, reference
from klaster.directory import factories as f
from klaster.directory.models import (
    Cluster,
    ClusterMembership,
    Label,
    Network,
    Organisation,
    Programme,
    Region,
    Sector,
    Source,
    Statement,
)
from klaster.directory.network_file import NetworkFileError

pytestmark = pytest.mark.django_db
LATVIA = Path(__file__).parent / "data" / "lv.yaml"


@pytest.fixture(scope="module", autouse=True)
def _reference_lists(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def load(tmp_path):
    """Load the invented network, with words of the file replaced."""

    def load(*replacements: tuple[str, str], by=None):
        text = LATVIA.read_text()
        for old, new in replacements:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            text = text.replace(old, new)
        file = tmp_path / "lv.yaml"
        file.write_text(text)
        return actions.load_network(file, by=by)

    return load


# --- another country --------------------------------------------------------------------------------------------------


def test_another_country_loads_with_its_own_languages_sectors_and_letters(load, settings):
    settings.LANGUAGES, settings.LANGUAGE_CODE = [("lv", "Latviešu"), ("en", "English")], "lv"
    report = load()
    assert report.writes == report.created.total() + report.changed.total() > 0
    forest = Cluster.objects.get(key="meza-klasteris")
    with override("lv"):
        assert (str(forest.name), str(forest.main_sector.slug)) == ("Izdomātais meža klasteris", "mezs")
    with override("en"):
        assert (str(forest.main_sector), str(forest.region)) == ("Forest and wood", "Riga")
        assert str(forest.summary) == "Klasteris, kura nav."
    assert [sector.code for sector in forest.other_sectors.all()] == ["kosmoss"]
    assert sorted(label.validity for label in forest.labels.all()) == ["expired", "valid"]
    assert list(forest.memberships.values_list("organisation__key", "committed_by")) == [("ouna", "agreement")]
    society = Organisation.objects.get(key="koks")
    assert (society.aliases, str(society.place)) == (["Ξύλο", "Дерево", "Õun"], "Rīga")
    assert [str(unit.name) for unit in society.units.all()] == ["Invented Õuna OÜ"]
    assert list(society.units.get().activities.values_list("version", "code")) == [("2", "16.10"), ("2.1", "16.11")]
    assert Network.objects.get(is_home=True).founded == "2021-04"
    assert Network.objects.get(key="baltija").participations.get().member_network.key == "tikls"
    assert Programme.objects.get(key="projekts").part_of.key == "programma"
    assert Statement.objects.get(kind__code="country").text == {"lv": "Latvija", "en": "Latvia"}


def test_nothing_lithuanian_comes_with_another_country(load):
    load()
    for model in (Cluster, Organisation, Network):
        assert not model.objects.filter(country="LT").exists()
    assert list(Sector.objects.values_list("code", flat=True)) == ["mezs", "kosmoss"]


# --- loading again ----------------------------------------------------------------------------------------------------


def test_loading_again_changes_nothing(load):
    first = load()
    again = load()
    assert again.writes == 0
    assert again.unchanged == first.created + first.changed
    assert again.kept == again.removed == again.gone == []


def test_what_the_file_changes_is_changed_and_recorded(load):
    load()
    office = UserFactory()
    report = load(("number: 12", "number: 13"), ('lv: "Balva"', 'lv: "Lielā balva"'), by=office)
    assert report.changed == {"statement": 1, "achievement": 1}
    assert Statement.objects.get(source__key="izdoma", kind__code="biedri").number == 13
    event = AuditEvent.objects.get(object_type="directory.achievement", actor_id=office.pk)
    assert (event.action, event.before, event.after) == (
        "loaded",
        {"title": {"lv": "Balva", "en": "Prize"}},
        {"title": {"lv": "Lielā balva", "en": "Prize"}},
    )


def test_what_a_person_changed_stays_and_the_rest_follows_the_file(load):
    load()
    cluster = Cluster.objects.get(key="meza-klasteris")
    cluster.name["lv"] = "Cilvēka nosaukums"
    cluster.save()
    report = load(("Izdomātais meža klasteris", "Faila nosaukums"), ("Invented forest cluster", "The file's name"))
    cluster.refresh_from_db()
    assert cluster.name == {"lv": "Cilvēka nosaukums", "en": "The file's name"}
    assert report.kept == ["cluster meza-klasteris: name.lv"]
    assert report.changed == {"cluster": 1}


def test_a_person_who_comes_round_to_the_file_is_no_longer_kept_from_it(load):
    load()
    Cluster.objects.filter(key="eesti").update(website="https://other.example/")
    with_site = ("{key: eesti, ", '{key: eesti, website: "https://file.example/", ')
    assert load(with_site).kept == ["cluster eesti: website"]
    Cluster.objects.filter(key="eesti").update(website="https://file.example/")
    assert load(with_site).kept == []
    load()
    assert Cluster.objects.get(key="eesti").website == ""


def test_a_person_names_the_coordinator_the_file_calls_unknown(load):
    load()
    cluster = Cluster.objects.get(key="eesti")
    cluster.coordinator, cluster.coordinator_is_unknown = Organisation.objects.get(key="koks"), False
    cluster.save()
    assert load().kept == ["cluster eesti: coordinator"]
    cluster.refresh_from_db()
    assert (cluster.coordinator.key, cluster.coordinator_is_unknown) == ("koks", False)


def test_what_a_person_removed_stays_removed(load):
    load()
    Label.objects.get(level="silver").delete()
    report = load()
    assert report.removed == ["label meza-klasteris/silver"]
    assert report.writes == 0
    Cluster.objects.get(key="meza-klasteris").delete()
    assert load().removed[0] == "cluster meza-klasteris"
    assert not Cluster.objects.filter(key="meza-klasteris").exists()


def test_what_the_file_no_longer_names_stays_and_is_reported(load):
    load()
    report = load(('      - {key: instituts, title: {en: "A research institute"}, until: 2030-01-31}\n', "      []\n"))
    assert report.gone == ["opening meza-klasteris/instituts"]
    assert Cluster.objects.get(key="meza-klasteris").openings.count() == 1


def test_rows_made_on_the_site_are_taken_up_and_not_doubled(load):
    source = f.SourceFactory(key="izdoma", title={"en": "Our own words"}, publisher="")
    report = load()
    source.refresh_from_db()
    assert source.title == {"en": "Our own words", "lv": "Izdomāts avots"}
    assert source.url == "https://izdoma.example/"
    assert report.kept == ["source izdoma: title.en"]
    assert Source.objects.count() == 2


def test_a_membership_made_on_the_site_is_not_doubled(load):
    load(("      - {organisation: ouna, kind: member, committed_by: agreement, joined: 2024-02-01, source: izdoma}\n",
          "      []\n"))  # fmt: skip
    f.ClusterMembershipFactory(
        cluster=Cluster.objects.get(key="meza-klasteris"), organisation=Organisation.objects.get(key="ouna")
    )
    load()
    assert ClusterMembership.objects.get().committed_by == "agreement"


def test_which_statement_is_shown_first_moves_with_the_file(load):
    load()
    shown, other = "source: izdoma, as_of: 2024, shown: true}", "source: izdoma-2, as_of: 2024}"
    swap = ((shown, shown.replace(", shown: true", "")), (other, other.replace("}", ", shown: true}")))
    assert load(*swap).changed == {"statement": 2}
    assert Statement.objects.get(kind__code="biedri", is_shown=True).number == 15


def test_a_statement_people_put_first_stays_first(load):
    load()
    cluster = Cluster.objects.get(key="meza-klasteris")
    Statement.objects.filter(kind__code="biedri").update(is_shown=False)
    f.StatementFactory(cluster=cluster, kind=Statement.objects.filter(number=12)[0].kind, number=99, is_shown=True)
    report = load()
    assert Statement.objects.get(kind__code="biedri", is_shown=True).number == 99
    assert report.kept == ["statement cluster/meza-klasteris/biedri/izdoma/2024/exact: is_shown"]


def test_names_of_regions_come_from_the_file_and_reference_lists_do_not_take_them_back(load):
    load()
    assert Region.objects.get(code="LV00A").name == {"lv": "Rīga", "en": "Riga"}
    assert reference.load() == {"Region": 0, "Place": 0, "ActivityClass": 0}
    assert Region.objects.get(code="LV00A").name["en"] == "Riga"


def test_one_load_waits_for_another(load):
    """Seen from a second connection, for the lock lasts as long as the transaction of this test."""
    load()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(%s)", [actions.LOADING])
            free = cursor.fetchone()
    finally:
        other.close()
    assert free == (False,)


# --- what the site itself refuses -------------------------------------------------------------------------------------


def problems(load, *replacements) -> list[tuple[int, str]]:
    with pytest.raises(NetworkFileError) as error:
        load(*replacements)
    return [(problem.line, problem.text) for problem in error.value.problems]


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(LATVIA.read_text().splitlines(), 1) if text in line)


def test_an_address_another_entry_has_is_a_problem_with_its_line_and_nothing_is_written(load):
    f.ClusterFactory(slug="eesti")
    assert problems(load) == [(line_of("key: eesti"), "cluster eesti: Cluster with this Address already exists.")]
    assert not Source.objects.exists()


def test_a_second_home_network_is_a_problem_with_its_line(load):
    f.NetworkFactory(is_home=True, name={"en": "Home of old"})
    assert problems(load) == [(line_of("home: true"), "“Home of old” is the home network of this site already.")]


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_reports_what_it_did(capsys):
    call_command("load_network", LATVIA)
    lines = capsys.readouterr().out.splitlines()
    assert "cluster                   2 created    0 changed    0 unchanged" in lines
    call_command("load_network", LATVIA)
    assert capsys.readouterr().out.splitlines()[-1] == "lv.yaml: 0 rows written"


def test_the_command_names_each_problem_with_its_line_and_writes_nothing(tmp_path):
    file = tmp_path / "lv.yaml"
    file.write_text(LATVIA.read_text().replace("hue: 11", "hue: 13").replace("country: EE, c", "country: XX, c"))
    with pytest.raises(CommandError) as error:
        call_command("load_network", file)
    assert str(error.value).splitlines() == [
        f"lv.yaml:{line_of('hue: 11')}: Write a whole number from 1 to 12.",
        f"lv.yaml:{line_of('key: eesti')}: “XX” is not a country code of ISO 3166-1, as in LV or NO.",
        "2 problems; nothing was loaded.",
    ]
    assert error.value.returncode == 1
    assert not Sector.objects.exists()


def test_a_file_can_be_checked_without_loading_it(capsys):
    call_command("load_network", LATVIA, check=True)
    assert capsys.readouterr().out == "lv.yaml: no problems\n"
    assert not Sector.objects.exists()


def test_a_file_that_is_not_there_is_said_plainly(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_network", tmp_path / "xx.yaml")


def test_a_statement_of_a_field_says_what_the_file_says_of_it_not_what_people_made_of_it(load):
    founded, country = "  - {network: tikls, kind: founded,", "  - {code: country,"
    society = (founded, "  - {network: tikls, kind: operator, source: izdoma}\n" + founded)
    kind = (country, "  - {code: operator, field: true, name: {lv: Uztur, en: Operator}}\n" + country)
    load(society, kind)
    Organisation.objects.filter(key="koks").update(name={"en": "Renamed on the site"})
    report = load(society, kind)
    assert report.writes == 0
    assert Statement.objects.get(kind__code="operator").text == {
        "lv": "Izdomātā koku biedrība", "en": "Invented wood society",
    }  # fmt: skip
