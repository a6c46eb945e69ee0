"""The list of technologies: loaded with the network, kept by the office."""

import pytest
from django.test import Client
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.directory.loading.writer import Writer
from klaster.matchmaking import technologies
from klaster.matchmaking.models import Technology

pytestmark = pytest.mark.django_db


def load():
    writer = Writer(["lt", "en"], "test")
    technologies.load(writer)
    assert writer.problems == []
    return writer.report


def test_loaded_again_it_changes_nothing_the_office_changed():
    assert load().created["technology"] == Technology.objects.count() == 64
    laser = Technology.objects.get(code="laser")
    assert "lazerinis pjovimas" in laser.other_names
    laser.name["lt"] = "Lazeriai"
    laser.save()
    Technology.objects.get(code="lng").delete()
    report = load()
    assert report.writes == 0
    assert str(Technology.objects.get(code="laser").name["lt"]) == "Lazeriai"
    assert not Technology.objects.filter(code="lng").exists()


def test_the_office_keeps_it_and_nobody_else(settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    load()
    row, client = Technology.objects.get(code="laser"), Client()
    client.force_login(UserFactory(secretariat=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("technology:index")).status_code == 200
    edit = reverse("technology:edit", args=[row.pk])
    data = {"code": "laser", "name_lt": "Lazeriai", "name_en": "Lasers", "other_names": "lazeris\nmarking"}
    assert client.post(edit, data).status_code == 302
    row.refresh_from_db()
    assert row.other_names == ["lazeris", "marking"]
    assert row.name["en"] == "Lasers"
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(edit).status_code in (302, 403, 404)
