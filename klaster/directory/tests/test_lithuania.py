"""The network of Lithuania as it is shipped: what is in it, and that nothing is decided that sources leave open."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from klaster.core.models import AuditEvent
from klaster.directory import actions
from klaster.directory.models import (
    Achievement,
    Agreement,
    Cluster,
    FactKind,
    Label,
    Network,
    NetworkParticipation,
    Organisation,
    Programme,
    Region,
    Sector,
    Source,
    Statement,
)

pytestmark = pytest.mark.django_db
LT = Path(settings.BASE_DIR) / "klaster/directory/data/lt.yaml"


@pytest.fixture(scope="module")
def lithuania(django_db_setup, django_db_blocker):
    """Loaded once for the tests that only read it, or take back what they change."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield actions.load_network(LT)
        transaction.set_rollback(True)


def figures(kind: str, **about) -> list[tuple[Decimal, str, str, bool]]:
    found = Statement.objects.filter(kind__code=kind, **about).order_by("-is_shown", "-as_of", "bound")
    return [(row.number, row.as_of, row.source.key, row.is_shown) for row in found]


def test_the_whole_of_lithuania_is_there(lithuania):
    assert lithuania.kept == lithuania.removed == lithuania.gone == []
    assert Cluster.objects.filter(country="LT").count() == 13
    assert {cluster.key: str(cluster.country) for cluster in Cluster.objects.exclude(country="LT")} == {
        "avaesen": "ES", "lv-it": "LV", "ee-ict": "EE", "lv-food-quality": "LV",
    }  # fmt: skip
    assert list(Sector.objects.values_list("code", "hue")) == [
        ("agrofood", 1), ("energy_constr", 2), ("manufacturing", 3), ("ict", 4), ("creative", 5), ("health", 6),
        ("transport", 7), ("tourism", 8),
    ]  # fmt: skip
    assert Network.objects.get(is_home=True).key == "klasterlt"
    assert not Organisation.objects.filter(is_invented=True).exists()


def test_loading_again_changes_nothing(lithuania):
    before = AuditEvent.objects.count()
    again = actions.load_network(LT)
    assert (again.created.total(), again.changed.total(), again.unchanged) == (
        0, 0, lithuania.created + lithuania.changed,
    )  # fmt: skip
    assert again.kept == again.removed == again.gone == []
    assert AuditEvent.objects.count() == before


def test_every_entry_says_who_names_it_and_both_languages_introduce_it(lithuania):
    for model in (Cluster, Organisation, Network, Programme):
        subject = model._meta.model_name
        for entry in model.objects.all():
            named = Statement.objects.filter(kind__code="name", source__isnull=False, **{subject: entry})
            assert named.count() == 1, entry.key
            assert set(entry.summary) == {"lt", "en"}, entry.key
            assert entry.is_published


def test_every_fact_of_an_entry_says_who_says_so(lithuania):
    """Whatever field of a real entry has a value, a statement with a source says where the value is from."""
    unsaid = []
    for model in (Cluster, Organisation, Network, Programme):
        subject, fields = model._meta.model_name, {field.name for field in model._meta.fields}
        for kind in FactKind.objects.filter(is_field=True, code__in=fields):
            for entry in model.objects.all():
                said = Statement.objects.filter(kind=kind, source__isnull=False, **{subject: entry})
                if getattr(entry, kind.code) and not said.exists():
                    unsaid.append((entry.key, kind.code))
    assert unsaid == []


def test_each_source_is_used(lithuania):
    used = set(Statement.objects.values_list("source__key", flat=True))
    for model in (Achievement, Agreement, Label, NetworkParticipation):
        used |= set(model.objects.values_list("source__key", flat=True))
    assert used == set(Source.objects.values_list("key", flat=True))


# --- contradictions stand side by side -------------------------------------------------------------------------------


def test_inolink_has_12_14_and_29_clusters(lithuania):
    inolink = Programme.objects.get(key="inolink")
    assert figures("clusters_supported", programme=inolink) == [
        (29, "2022", "eccp-inolink", True),
        (12, "2020-02-20", "inolink-eu", False),
        (14, "2017", "stuttgart-2017", False),
    ]
    assert [row[0] for row in figures("investment", programme=inolink)] == [
        Decimal("2405122"), Decimal("2400000"), Decimal("1403744.26"),
    ]  # fmt: skip


def test_stuttgart_is_told_as_it_was_and_as_it_was_announced(lithuania):
    assert figures("conference_countries") == [
        (30, "2017-09-22", "stuttgart-2017", True),
        (26, "2017-09", "stuttgart-2017-selection", False),
    ]
    assert [row[0] for row in figures("clusters_attended")] == [9]
    assert [row[0] for row in figures("clusters_funded")] == [7]


def test_ten_associations_of_nine_countries(lithuania):
    alliance = Network.objects.get(key="eca")
    assert [row[0] for row in figures("associations", network=alliance)] == [10]
    countries = Statement.objects.get(kind__code="countries", network=alliance)
    assert (countries.number, len(countries.text["en"].split(", "))) == (9, 9)


def test_years_nobody_wrote_are_marked_with_why(lithuania):
    memorandum = Agreement.objects.get(key="eca-memorandum")
    assert (memorandum.signed, memorandum.is_inferred) == ("2019-05", True)
    assert "Bucharest is in Romania" in memorandum.note["en"]
    assert not Statement.objects.filter(is_inferred=True, note={}).exists()


def test_labels_without_dates_are_undated_and_never_valid(lithuania):
    assert {label.validity for label in Label.objects.all()} == {Label.Validity.UNDATED}
    assert Label.objects.count() == 9
    assert not Label.objects.valid().exists()


def test_counties_are_known_only_where_a_name_tells(lithuania):
    assert dict(Cluster.objects.filter(region__isnull=False).values_list("key", "region")) == {
        "vilniusfilm": "LT011", "uzupis": "LT011",
    }  # fmt: skip
    for statement in Statement.objects.filter(kind__code="region"):
        assert statement.is_inferred


def test_two_national_bodies_are_two(lithuania):
    home = Network.objects.get(key="klasterlt")
    association = Network.objects.get(key="lca")
    assert (home.founded, association.founded) == ("2020-05-27", "2014-10")
    assert home.participations.filter(cluster__isnull=False).count() == 9
    assert association.participations.count() == 0
    assert [row[0] for row in figures("member_clusters", network=association)] == [10]


# --- questions whose answers are known -------------------------------------------------------------------------------


def test_known_questions_have_their_answers(lithuania):
    inolink, leaders = Programme.objects.get(key="inolink"), Programme.objects.get(key="blp")

    def figure(kind: str, **about) -> Decimal:
        return Statement.objects.filter(kind__code=kind, **about).order_by("-is_shown", "as_of")[0].number

    assert Network.objects.get(key="lca").founded == "2014-10"
    assert figure("forum_accounts", programme=inolink) == 57
    norwegian = Achievement.objects.filter(title__en__icontains="Norway")
    assert [achievement.cluster.key for achievement in norwegian] == ["uzupis"]
    assert figure("policy_group_delegates", organisation__key="moe") == 7
    assert sum(row[0] for row in figures("policy_group_delegates")) == 13
    assert round(figure("admitted", programme=leaders) / figure("applicants", programme=leaders), 2) == Decimal("0.56")
    clusters = Statement.objects.get(kind__code="clusters_supported", programme=inolink, as_of="2020-02-20").number
    assert round(figure("bronze_labels", programme=inolink) / clusters, 3) == Decimal("0.667")
    assert figure("member_companies", programme=inolink) / clusters == Decimal("17.5")
    assert Cluster.objects.get(key="litek").coordinator.key == "fimtp"


def test_words_of_a_field_are_taken_from_the_file(lithuania):
    coordinator = Statement.objects.get(kind__code="coordinator", cluster__key="litek")
    assert coordinator.text["en"] == "Science and Technology Park of the Institute of Physics"
    founded = Statement.objects.get(kind__code="founded", network__key="lca")
    assert (founded.text["en"], founded.text["lt"]) == ("October 2014", "2014 m. spalis")


def test_counties_have_english_names(lithuania):
    with override("en"):
        assert str(Region.objects.get(code="LT026").name) == "Šiauliai County"
    with override("lt"):
        assert str(Region.objects.get(code="LT026").name) == "Šiaulių apskritis"
