"""The lists the platform comes with."""

import pytest
from django.core.management import call_command

from klaster.directory import reference
from klaster.directory.models import ActivityClass, Place, Region

pytestmark = pytest.mark.django_db


def test_the_lists_are_loaded_once_whole_and_then_left_alone(capsys, django_assert_max_num_queries):
    assert not reference.is_complete()
    with django_assert_max_num_queries(60):
        call_command("load_reference")
    assert capsys.readouterr().out.splitlines() == [
        "Region: 1755 added", "Place: 164 added", "ActivityClass: 2043 added",
    ]  # fmt: skip
    assert reference.is_complete()
    with django_assert_max_num_queries(8):
        assert reference.load() == {"Region": 0, "Place": 0, "ActivityClass": 0}

    # The same codes mean different things in the two versions, and each knows its parent in its own.
    for version in ActivityClass.Version:
        sawmilling = ActivityClass.objects.get(version=version, code="16.11" if version == "2.1" else "16.10")
        chain = [sawmilling.parent.code, sawmilling.parent.parent.code, sawmilling.parent.parent.parent.code]
        assert chain == ["16.1", "16", "C"]
        assert sawmilling.parent.version == version
    assert ActivityClass.objects.filter(parent=None).exclude(level=1).count() == 0
    farming = ActivityClass.objects.get(version="2", code="A").name
    assert (farming["lt"], farming["en"]) == (
        "Žemės ūkis, miškininkystė ir žuvininkystė", "Agriculture, forestry and fishing",
    )  # fmt: skip

    # Rev. 2.1 came out in English; titles it shares with Rev. 2 are shown in the reader's language.
    gas, sawing = (ActivityClass.objects.get(version="2.1", code=code).name for code in ("06.20", "16.12"))
    assert (gas["en"], gas["lt"]) == ("Extraction of natural gas", "Gamtinių dujų gavyba")
    assert set(sawing) == {"en"}

    # Names of regions are in the language of their country; where one cannot read the script, in Latin too.
    assert Region.objects.get(code="LT022").name == {"lt": "Kauno apskritis"}
    assert Region.objects.get(code="BG331").name == {"bg": "Варна", "en": "Varna"}
    assert Region.objects.get(code="BE211").name == {"und": "Arr. Antwerpen"}
    assert str(Region.objects.get(code="EL522").country) == "GR"
    assert str(Region.objects.get(code="BE211").name) == "Arr. Antwerpen"

    kaunas = Place.objects.get(name="Kaunas")
    assert (kaunas.region_id, str(kaunas.country)) == ("LT022", "LT")
    assert Place.objects.filter(region=None).count() == 0

    # What the office corrects stays.
    Region.objects.filter(code="LT022").update(name={"lt": "Kauno kraštas"})
    ActivityClass.objects.filter(version="2", code="01.11").delete()
    assert reference.load() == {"Region": 0, "Place": 0, "ActivityClass": 1}
    assert Region.objects.get(code="LT022").name == {"lt": "Kauno kraštas"}


def test_every_boundary_is_of_a_known_county():
    counties = {code for code in reference.region_codes() if len(code) == 5}
    assert set(reference.boundaries()) == counties
