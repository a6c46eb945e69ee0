"""What visitors see of the pages that editors write."""

import pytest
from wagtail.models import Page, Site

from klaster.directory.factories import NetworkFactory, both
from klaster.pages import factories as f
from klaster.pages.models import HomePage, NetworkSettings
from klaster.pages.set_up import set_up

pytestmark = pytest.mark.usefixtures("site")


def test_home_page_greets_in_both_languages(client):
    for language, home in (("lt", f.home("lt")), ("en", f.home("en"))):
        response = client.get(f"/{language}/")
        assert response.status_code == 200
        assert response.context["page"].specific == home
        assert f'<html lang="{language}">' in response.content.decode()


def test_root_leads_to_the_readers_language(client):
    assert client.get("/", headers={"accept-language": "en"}).headers["location"] == "/en/"
    assert client.get("/", headers={"accept-language": "lt,en;q=0.5"}).headers["location"] == "/lt/"
    assert client.get("/", headers={"accept-language": "fi"}).headers["location"] == "/lt/"


def test_set_up_may_run_twice(site):
    before = list(Page.objects.order_by("path").values_list("path", "title"))
    set_up()
    assert list(Page.objects.order_by("path").values_list("path", "title")) == before
    assert Site.objects.get(is_default_site=True).root_page_id == site.pk
    assert HomePage.objects.values("translation_key").distinct().count() == 1


def test_draft_is_not_there_for_visitors(client):
    page = f.standing_page(publish=False)
    assert client.get("/en/about-us/").status_code == 404
    page.get_latest_revision().publish()
    assert client.get("/en/about-us/").status_code == 200


def test_page_that_is_taken_back_is_not_there_any_more(client):
    f.standing_page().unpublish()
    assert client.get("/en/about-us/").status_code == 404


def test_a_site_is_called_as_the_office_says_else_as_the_directory_knows_it(client, site):
    def called():
        return str(client.get("/en/").context["network_name"])

    assert called() == "Cluster network"
    home = NetworkFactory(is_home=True, status="draft", name=both("Ruritanijos tinklas", "Network of Ruritania"))
    NetworkFactory(name=both("Kitas tinklas", "Another network"))
    assert called() == "Cluster network"
    home.status = "published"
    home.save()
    assert called() == "Network of Ruritania"
    assert str(client.get("/lt/").context["network_name"]) == "Ruritanijos tinklas"
    kept, _made = NetworkSettings.objects.get_or_create(site=Site.objects.get())
    assert called() == "Network of Ruritania"
    kept.name = both("Mūsų tinklas", "Our network")
    kept.save()
    assert called() == "Our network"
