"""The frame of every page."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.urls import ResolverMatch, resolve, reverse
from django.utils import translation

pytestmark = pytest.mark.django_db  # the menu is what the office keeps

PAGE = """{% extends "core/base.html" %}
{% block title %}Clusters & "firms"{% endblock %}
{% block description %}Who makes what,
   and {{ where }}.{% endblock %}
{% block content %}<h1>Clusters</h1>{% endblock %}"""


def one_line(html):
    """How a template is indented says nothing."""
    return " ".join(html.split())


@pytest.fixture
def draw(rf, settings):
    settings.SITE_URL = "https://klaster.example"

    def render(path="/en/clusters/", language="en", match=None, **context):
        request = rf.get(path)
        request.user = AnonymousUser()
        request.resolver_match = match
        with translation.override(language):
            template = engines["django"].from_string(PAGE)
            return one_line(template.render({"where": 'in "Kaunas"', **context}, request))

    return render


def test_language_of_the_page_is_said(draw):
    assert '<html lang="en">' in draw()
    assert '<html lang="lt">' in draw(language="lt")


def test_title_and_description_are_said_once_more_for_those_who_share_the_page(draw):
    html = draw()
    assert "<title>Clusters & &quot;firms&quot; – Cluster network</title>" in html
    assert '<meta property="og:title" content="Clusters & &quot;firms&quot;">' in html
    assert '<meta name="description" content="Who makes what, and in &quot;Kaunas&quot;.">' in html
    assert '<meta property="og:description" content="Who makes what, and in &quot;Kaunas&quot;.">' in html


def test_the_address_of_a_page_has_no_filters_but_the_page_of_a_list(draw):
    html = draw("/en/clusters/?sector=ict&page=2&order=name")
    assert '<link rel="canonical" href="https://klaster.example/en/clusters/?page=2">' in html
    assert '<meta property="og:url" content="https://klaster.example/en/clusters/?page=2">' in html
    assert '<link rel="canonical" href="https://klaster.example/en/clusters/">' in draw("/en/clusters/?page=1")


def test_the_network_and_the_menu_come_from_the_context(draw):
    html = draw(
        network_name="Network of Ruritania", menu=[{"title": "Clusters", "url": "/en/clusters/", "current": True}]
    )
    assert "<span>Network of Ruritania</span>" in html
    assert html.count('<a href="/en/clusters/" aria-current="page">Clusters</a>') == 2


@pytest.mark.parametrize(
    ("language", "search", "kept"),
    [("en", "Search", "What we keep about people"), ("lt", "Paieška", "Ką saugome apie žmones")],
)
def test_every_page_leads_to_the_search_and_says_what_is_kept(draw, language, search, kept):
    with translation.override(language):
        where, about = reverse("search"), reverse("what_we_keep")
    html = draw(f"/{language}/", language)
    assert re.search(rf'<a class="find" href="{where}">\s*<svg[^>]*>.*?</svg><span class="vh">{search}</span>', html)
    assert re.search(rf'<a href="{where}"><svg[^>]*>.*?</svg> {search}</a>', html)  # in the menu of narrow screens
    assert f'<a href="{about}">{kept}</a>' in html
    assert draw(where, language).count(f'href="{where}" aria-current="page"') == 2


def test_the_language_switch_stays_on_the_page_and_keeps_what_was_asked(draw):
    with translation.override("en"):
        here = reverse("account_login")
        match = resolve(here)
    with translation.override("lt"):
        there = reverse("account_login")
    html = draw(f"{here}?next=/en/", match=match)
    assert f'<a class="lang" href="{there}?next=/en/" lang="lt" hreflang="lt">LT' in html
    assert f'<link rel="alternate" hreflang="lt" href="https://klaster.example{there}">' in html
    assert f'<link rel="alternate" hreflang="en" href="https://klaster.example{here}">' in html
    assert f'<link rel="alternate" hreflang="x-default" href="https://klaster.example{there}">' in html


def test_a_page_that_says_its_translations_is_believed(draw):
    html = draw("/en/about/", translations={"en": "/en/about/", "lt": "/lt/apie/"})
    assert '<a class="lang" href="/lt/apie/" lang="lt" hreflang="lt">' in html
    assert '<link rel="alternate" hreflang="lt" href="https://klaster.example/lt/apie/">' in html


@pytest.mark.parametrize("match", [None, ResolverMatch(None, (), {}, url_name="wagtail_serve")])
def test_where_there_is_no_translation_the_switch_leads_home_and_search_engines_are_told_nothing(draw, match):
    html = draw("/en/about/", match=match, **({} if match is None else {"translations": {"en": "/en/about/"}}))
    assert '<a class="lang" href="/lt/" lang="lt" hreflang="lt">' in html
    assert 'rel="alternate" hreflang="lt"' not in html


def test_a_page_runs_no_inline_script_and_no_inline_style(draw):
    html = draw()
    assert "<style" not in html
    assert "style=" not in html
    assert "<script" not in html


def test_who_is_signed_in_has_a_menu_and_can_sign_out(rf, django_user_model):
    request = rf.get("/en/")
    request.user = django_user_model(email="rasa@example.org", name="Rasa Petraitytė")
    request.resolver_match = None
    with translation.override("en"):
        sign_out = reverse("account_logout")
        html = (
            engines["django"]
            .from_string(PAGE)
            .render({"where": "", "person_menu": [{"title": "My data", "url": "/en/me/", "current": False}]}, request)
        )
    html = one_line(html)
    assert '<button class="signin menu-anchor" type="button" popovertarget="person-menu">' in html
    assert html.count('<a href="/en/me/">My data</a>') == 2
    assert html.count(f'<form method="post" action="{sign_out}" data-leaves>') == 2
    assert "Sign in" not in html


def test_who_signs_in_comes_back_to_the_page(draw):
    with translation.override("en"):
        address = reverse("account_login")
        at_the_door = resolve(address)
    assert f'<a class="signin" href="{address}?next=%2Fen%2Fclusters%2F%3Fsector%3Dict" rel="nofollow">' in draw(
        "/en/clusters/?sector=ict"
    )
    assert f'<a class="signin" href="{address}" rel="nofollow">' in draw(address, match=at_the_door)
