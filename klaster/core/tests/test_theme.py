"""Light, dark or as the system is: chosen at the foot of every page, kept in this browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db
HERE = "/en/clusters/?q=x"
LIGHT, DARK = "rgb(246, 247, 243)", "rgb(17, 23, 20)"


def choose(client, theme, **sent):
    with override("en"):
        return client.post(reverse("theme"), {"theme": theme, "next": HERE, **sent})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_was_chosen_is_drawn_from_the_first_byte(client, theme):
    answer = choose(client, theme)
    assert (answer.status_code, answer.url) == (302, f"{HERE}#appearance")
    page = " ".join(client.get(HERE).text.split())
    assert f'<html lang="en" data-theme="{theme}">' in page
    assert f'<meta name="color-scheme" content="{theme}">' in page
    assert page.count('aria-pressed="true"') == 1
    assert f'name="theme" value="{theme}" aria-pressed="true"' in page


def test_without_a_choice_the_system_decides(client):
    page = " ".join(client.get(HERE).text.split())
    assert '<html lang="en">' in page
    assert '<meta name="color-scheme" content="light dark">' in page
    assert 'name="theme" value="" aria-pressed="true"' in page
    choose(client, "dark")
    answer = choose(client, "")
    assert answer.cookies["theme"]["max-age"] == 0
    assert client.get(HERE).text.count("data-theme") == 0


@pytest.mark.parametrize("nonsense", ["blue", '"><script>', "system"])
def test_what_is_no_theme_is_none(client, nonsense):
    choose(client, nonsense)
    assert "theme" not in {name for name, kept in client.cookies.items() if kept.value}
    client.cookies["theme"] = nonsense.replace('"', "")
    assert "data-theme" not in client.get(HERE).text


@pytest.mark.parametrize("elsewhere", ["https://pavyzdys.test/", "//pavyzdys.test/", "javascript:alert(1)", "x", ""])
def test_one_comes_back_to_this_site_only(client, elsewhere):
    assert choose(client, "dark", next=elsewhere).url == "/en/#appearance"


def test_the_cookie_is_kept_a_year_for_this_site_and_read_by_no_script(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    kept = choose(client, "dark").cookies["theme"]
    assert (kept["max-age"], kept["samesite"], kept["httponly"], kept["secure"]) == (31_536_000, "Lax", True, True)


def test_pages_stay_the_same_for_all_who_chose_nothing(client):
    page = client.get(HERE)
    assert not page.cookies
    assert "Cache-Control" not in page
    choose(client, "dark")
    assert client.get(HERE)["Cache-Control"] == "private"


@pytest.mark.parametrize("status", [400, 404, 500])
def test_error_pages_look_so_too(client, status):
    choose(client, "dark")
    page = client.get(f"/en/components/errors/{status}/")
    assert page.status_code == status
    assert 'data-theme="dark"' in page.text


def test_no_token_is_asked_of_anybody_and_who_is_signed_in_may_choose_too(django_user_model):
    for person in (None, django_user_model.objects.create_user("rasa@pavyzdys.test")):
        client = Client(enforce_csrf_checks=True)
        if person:
            client.force_login(person)
        assert choose(client, "dark").url == f"{HERE}#appearance"
        assert client.cookies["theme"].value == "dark"
    with override("en"):
        assert client.get(reverse("theme")).status_code == 405


# --- in a browser -----------------------------------------------------------------------------------------------------
@pytest.fixture
def window(transactional_db, site, browser, live_server):
    """A page of a browser whose system is dark; `scripts=False` as where they are off."""
    contexts = []

    def open_window(*, scripts=True, width=1280):
        context = browser.new_context(
            base_url=live_server.url, color_scheme="dark", java_script_enabled=scripts,
            viewport={"width": width, "height": 800},
        )  # fmt: skip
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("home", "light", "system"), [("/en/clusters/", "Light", "System"), ("/lt/klasteriai/", "Šviesi", "Sistemos")]
)
def test_a_click_changes_it_with_and_without_scripts(window, scripts, home, light, system):
    page = window(scripts=scripts)
    page.goto(home)
    expect(page.locator("html")).to_have_css("background-color", DARK)
    page.get_by_role("button", name=light).click()
    expect(page.locator("html")).to_have_css("background-color", LIGHT)
    expect(page.get_by_role("button", name=light)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name=light)).to_be_in_viewport()  # one is still where one was
    page.get_by_role("link", name="Klaster", exact=False).first.click()
    expect(page.locator("html")).to_have_css("background-color", LIGHT)
    page.get_by_role("button", name=system).click()
    expect(page.locator("html")).to_have_css("background-color", DARK)


@pytest.mark.browser
def test_it_is_reached_and_told_without_a_mouse(window):
    page = window(width=390)
    page.goto("/en/clusters/")
    group = page.get_by_role("group", name="Appearance")
    expect(group.get_by_role("button")).to_have_text(["System", "Light", "Dark"])
    expect(group.get_by_role("button", pressed=True)).to_have_text("System")
    group.get_by_role("button", name="System").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("Tab")  # the keyboard goes on from where it was
    expect(page.get_by_role("button", name="System")).to_be_focused()
    found = Axe().run(page, "footer")
    assert [violation["id"] for violation in found.response["violations"]] == []
    for button in group.get_by_role("button").all():
        assert button.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
