"""A network nobody has written demo pages for."""

import pytest
import yaml

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
