"""The gallery of components, looked at by a browser too."""

from __future__ import annotations

from pathlib import Path

import pytest

from klaster.core import errors
from klaster.core.tests.axe import violations

TEMPLATES = Path(__file__).parent.parent / "templates"
# What axe calls best practice is demanded as well as WCAG 2.2 A and AA.


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["lt", "en"])
def test_the_gallery_is_open_and_draws_everything(client, language):
    response = client.get(f"/{language}/components/")
    assert response.status_code == 200
    drawn = {template.name for template in response.templates if template.name}
    components = {f"core/components/{file.name}" for file in (TEMPLATES / "core" / "components").glob("*.html")}
    assert components - drawn == set()


@pytest.mark.django_db
def test_production_has_no_gallery(client, settings):
    settings.PRODUCTION = True
    assert client.get("/en/components/").status_code == 404


@pytest.fixture
def look(live_server, page, transactional_db, site):
    """look(path, width=…, theme=…) opens a page and gives what axe, the console and the width say against it."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    def look(path: str, *, width: int, theme: str) -> list[str]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.goto(live_server.url + path)
        found = [f"{violation['id']}: {node['html']}" for violation in violations(page) for node in violation["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"wider than {width} px")
        return found + said

    return look


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_gallery(look, width, theme):
    assert look("/en/components/", width=width, theme=theme) == []


@pytest.mark.browser
@pytest.mark.parametrize("status", errors.STATUSES)
def test_axe_finds_nothing_in_error_pages(look, status):
    found = look(f"/lt/components/errors/{status}/", width=360, theme="light")
    assert [problem for problem in found if f"status of {status}" not in problem] == []


@pytest.mark.browser
def test_menus_open_without_script_and_escape_closes_them(live_server, page, transactional_db, site):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/en/components/")
    menu = page.locator("#menu")
    assert not menu.is_visible()
    page.get_by_role("button", name="Menu").first.click()
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    page.get_by_role("button", name="Filters").click()
    assert page.locator("#gallery-filters").is_visible()


@pytest.mark.browser
def test_the_keyboard_reaches_the_content_first(live_server, page, transactional_db, site):
    page.goto(f"{live_server.url}/en/components/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_axe_says_what_is_wrong(page) -> None:
    page.set_content('<html lang="en"><title>-</title><main><h1>-</h1><img src="data:,"></main></html>')
    assert [each["id"] for each in violations(page)] == ["image-alt"]
