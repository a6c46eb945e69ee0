"""Trees of pages: one for each language of the network, each with a home page and a list of news."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override
from wagtail.models import Collection, Locale, Page, Site

from klaster.core import languages
from klaster.newsroom.models import ArticleIndexPage
from klaster.pages import foundations
from klaster.pages.models import HomePage

PORTS = {"http": 80, "https": 443}


@transaction.atomic
def set_up() -> HomePage:
    """Make what is missing and leave what is there; gives the home page of the primary language.

    Run it after the first migration, after adding a language and after a change of the site's address.
    """
    locales = [Locale.objects.get_or_create(language_code=code)[0] for code in languages.codes()]
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root", locale=locales[0])
    if not Collection.objects.filter(depth=1).exists():
        Collection.add_root(name="Root")
    homes = [_home(root, locale, locales[0]) for locale in locales]
    for home in homes:
        _news(home, homes[0])
    address = urlsplit(settings.SITE_URL)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": address.hostname or "localhost",
            "port": address.port or PORTS.get(address.scheme, 80),
            "root_page": homes[0],
            "site_name": settings.WAGTAIL_SITE_NAME,
        },
    )
    _take_away_welcome(root)
    foundations.lay(apps)
    return homes[0]


def _home(root: Page, locale: Locale, primary: Locale) -> HomePage:
    found = HomePage.objects.child_of(root).filter(locale=locale).first()
    if found:
        return found
    original = None if locale == primary else HomePage.objects.child_of(root).get(locale=primary)
    with override(locale.language_code):
        page = HomePage(title=gettext("Home"), slug=f"home-{locale.language_code}", locale=locale)
    if original:
        page.translation_key = original.translation_key
    root.refresh_from_db()
    root.add_child(instance=page)
    page.save_revision().publish()
    return page


def _news(home: HomePage, original_home: HomePage) -> ArticleIndexPage:
    found = ArticleIndexPage.objects.child_of(home).first()
    if found:
        return found
    with override(home.locale.language_code):
        # Translators: the last part of the address of the news, small letters without accents
        page = ArticleIndexPage(title=gettext("News"), slug=gettext("news"), locale=home.locale)
    original = ArticleIndexPage.objects.child_of(original_home).first()
    if original:
        page.translation_key = original.translation_key
    home.refresh_from_db()
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


def _take_away_welcome(root: Page) -> None:
    """Wagtail's first migration leaves a page that says welcome to Wagtail."""
    welcome = Page.objects.child_of(root).filter(content_type__model="page", content_type__app_label="wagtailcore")
    for page in welcome.filter(slug="home", numchild=0, sites_rooted_here=None):
        page.delete()
