"""Every page of the demo, found by following links, in a real browser: axe, the console, the width, one h1.

One page of each address is looked at in each language (of editors' pages each one), narrow and light, wide and dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import Response

from klaster.accounts.demo import DEMO_PEOPLE
from klaster.accounts.models import User
from klaster.core.tests.axe import violations

pytestmark = pytest.mark.browser
LOOKS = [(390, "light"), (1280, "dark")]
NOT_PAGES = ("/office/", "/media/", "/documents/", "/static/", "/sitemap", "/robots")
MOST = 300  # kinds of pages a role reaches; the demo has fewer, so that a loop of links would be seen


@pytest.fixture
def demo(transactional_db, settings, tmp_path) -> None:
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    settings.MEDIA_ROOT = tmp_path
    call_command("load_network", settings.NETWORK_FILE, verbosity=0)
    call_command("load_events", settings.EVENTS_FILE, verbosity=0)
    call_command("load_demo", verbosity=0)


def kind_of(path: str) -> str | None:
    """Pages with the same answer look alike: one of them is enough. None for what is no page."""
    if path.startswith(NOT_PAGES) or "." in path.rsplit("/", 1)[-1]:
        return None
    language = path.split("/")[1]
    with translation.override(language):
        try:
            match = resolve(path)
        except Resolver404:
            return path
    return path if match.view_name == "wagtail_serve" else f"{language} {match.view_name}"


def links(page) -> Iterator[str]:  # type: ignore[no-untyped-def]
    whole = 'links => links.map(link => new URL(link.getAttribute("href"), location).href)'  # in pictures too
    for address in page.eval_on_selector_all("a[href]", whole):
        parts = urlsplit(address)
        if parts.netloc == urlsplit(page.url).netloc:
            yield parts.path


def sign_in(context, live_server, role: str) -> None:  # type: ignore[no-untyped-def]
    client = Client()
    person = User.objects.get(email=DEMO_PEOPLE[role][0])
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])


def problems(page) -> list[str]:  # type: ignore[no-untyped-def]
    found = [
        f"{violation['id']}: {node['html'][:200]}" for violation in violations(page) for node in violation["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the window")
    return found


@pytest.fixture
def look_around(live_server, context):  # type: ignore[no-untyped-def]
    """look_around(language, seen) follows links from the home page on and gives what is wrong, by path.

    Other languages have walks of their own. `seen` gains the kinds of pages looked at; those already in it are not
    looked at again.
    """
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.text} {message.location['url']}"))
    page.on("pageerror", lambda error: said.append(str(error)))

    def go(path: str) -> tuple[Response, list[str]]:
        said.clear()
        response = page.goto(live_server.url + path)
        return response, [] if response.ok else [f"answered {response.status}"]

    def look(path: str) -> list[str]:
        return [f"{width} {theme}: {each}" for width, theme in LOOKS for each in look_in(path, width, theme)]

    def look_in(path: str, width: int, theme: str) -> list[str]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # before the page: as its reader comes to it
        response, found = go(path)
        if not response.headers["content-type"].startswith("text/html"):
            return found  # a feed
        if page.locator("h1").count() != 1:
            found.append(f"{page.locator('h1').count()} main headings")
        if page.locator("html").get_attribute("lang") != path.split("/")[1]:
            found.append("says another language than its address")
        return found + problems(page) + said

    def look_around(language: str, seen: set[str]) -> dict[str, list[str]]:
        wrong = {}
        passed: set[str] = set()
        queue = [f"/{language}/"]
        while queue:
            path = queue.pop(0)
            kind = kind_of(path)
            if kind is None or kind in passed or not path.startswith(f"/{language}/"):
                continue
            passed.add(kind)
            assert len(passed) <= MOST, "links go round and round"
            if found := go(path)[1] if kind in seen else look(path):
                wrong[path] = found
            queue += links(page)
        seen |= passed
        return wrong

    return look_around


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])  # for two cores, one each
def test_every_page(language, demo, live_server, context, look_around) -> None:
    seen: set[str] = set()
    wrong = {"visitor": look_around(language, seen)}
    assert len(seen) > 20
    for role in ("coordinator", "secretariat"):
        sign_in(context, live_server, role)
        wrong[role] = look_around(language, seen)
    said = [f"{role} {path}: {each}" for role in wrong for path, found in wrong[role].items() for each in found]
    assert not said, "\n" + "\n".join(said)
