"""A network nobody has written demo pages for."""

import pytest
import yaml
from django.core.management import call_command

from klaster.accounts.demo import DEMO_PEOPLE
from klaster.accounts.models import User
from klaster.directory.models import Cluster
from klaster.newsroom.models import ArticlePage
from klaster.pages import demo
from klaster.pages.models import StandardPage

pytestmark = pytest.mark.django_db


def test_another_network_gets_the_standing_pages_only(settings):
    settings.NETWORK_FILE = "/somewhere/ruritania.yaml"
    standing = yaml.safe_load((demo.DATA / "standing.yaml").read_text("utf-8"))["pages"]
    assert demo.load_demo_pages() == len(standing)
    english = StandardPage.objects.live().filter(locale__language_code="en")
    assert {page.slug for page in english} == {entry["slug"]["en"] for entry in standing}
    assert not ArticlePage.objects.exists()


def test_the_command_brings_people_invented_clusters_and_pages(settings, capsys):
    settings.NETWORK_FILE = "/somewhere/ruritania.yaml"
    pages = len(yaml.safe_load((demo.DATA / "standing.yaml").read_text("utf-8"))["pages"])
    call_command("load_demo")
    assert (
        capsys.readouterr().out
        == f"Demo: 19 new invented entries, 10 new events, 57 new participants, {pages} new pages.\n"
    )
    call_command("load_demo")
    assert capsys.readouterr().out == "Demo: 0 new invented entries, 0 new events, 0 new participants, 0 new pages.\n"
    coordinator = User.objects.get(email=DEMO_PEOPLE["coordinator"][0])
    assert [cluster.is_invented for cluster in Cluster.objects.kept_by(coordinator)] == [True]
