"""What only a browser can say: passkeys under our Content-Security-Policy, accessibility, width."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import PASSWORD, InvitationFactory, UserFactory, ViewingFactory
from klaster.core.notify import notify
from klaster.core.tests.axe import violations

pytestmark = pytest.mark.browser

PUBLIC = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done", "what_we_keep"]
OWN = ["account", "notices", "channels", "usersessions_list", "my_data", "account_email", "account_change_password",
       "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "my_data_erase"]  # fmt: skip
OFFICE = ["people", "invitations", "invite_secretary", "person"]


@pytest.fixture
def said(page) -> list[str]:
    """What the console had to say: a script that was refused by the policy is said there."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.fixture
def visit(live_server, page, transactional_db, site, said):
    def go(name: str, *args: object) -> None:
        with override("en"):
            page.goto(live_server.url + reverse(name, args=args))

    return go


def sign_in(page, visit, person) -> None:
    visit("account_login")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/en/")


@pytest.fixture
def authenticator(page):
    """A device that holds passkeys and says yes, without a finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    answer = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def says(yes: bool) -> None:
        key = answer["authenticatorId"]
        session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": yes})

    return says


def add_passkey(page, visit) -> None:
    visit("mfa_add_webauthn")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name of the key").fill("Work laptop")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/second-factor/codes/")


def test_a_passkey_is_added_and_then_opens_the_account_alone(page, visit, authenticator, said):
    person = UserFactory(proven=True)
    sign_in(page, visit, person)
    add_passkey(page, visit)
    key = Authenticator.objects.get(user=person, type=Authenticator.Type.WEBAUTHN)
    assert key.wrap().name == "Work laptop"
    assert key.wrap().is_passwordless

    page.context.clear_cookies()
    visit("my_data")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"^http://[^/?]+/en/account/my-data/$"))
    assert page.get_by_role("heading", level=1).inner_text() == "My data"
    assert [line for line in said if "404" not in line] == []


def test_a_passkey_is_the_second_factor_of_the_office(page, visit, authenticator):
    secretary = UserFactory(proven=True, secretariat=True)
    visit("account_login")
    page.get_by_label("E-mail address").fill(secretary.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/second-factor/")
    assert page.get_by_text("Set one up to go on").is_visible()
    add_passkey(page, visit)
    visit("people")
    assert page.get_by_role("heading", level=1).inner_text() == "People"

    page.context.clear_cookies()
    visit("people")
    page.get_by_label("E-mail address").fill(secretary.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/sign-in/second-factor/**")
    page.get_by_role("button", name="Use passkey or key").click()
    page.wait_for_url("**/en/people/")


def test_a_passkey_confirms_what_is_worth_asking_again(page, visit, authenticator):
    person = UserFactory(proven=True)
    sign_in(page, visit, person)
    add_passkey(page, visit)
    page.context.clear_cookies()
    visit("account_login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/en/")
    visit("my_data_erase")
    page.get_by_role("link", name="Use passkey or key").click()
    page.get_by_role("button", name="Use passkey or key").click()
    page.wait_for_url("**/my-data/erase/")


def test_a_device_that_says_no_is_told_in_words(page, visit, authenticator, said):
    person = UserFactory(proven=True)
    sign_in(page, visit, person)
    add_passkey(page, visit)
    page.context.clear_cookies()
    authenticator(False)
    visit("account_login")
    note = page.get_by_text("The device did not confirm.")
    assert not note.is_visible()
    page.get_by_role("button", name="Sign in with a passkey").click()
    note.wait_for(state="visible")
    assert [line for line in said if "404" not in line] == []


def test_without_script_the_password_and_codes_remain(browser, live_server, transactional_db, site):
    person = UserFactory(proven=True)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/en/sign-in/")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{live_server.url}/en/account/second-factor/app/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Set up an app"
    page.context.close()


def problems(page) -> list[str]:
    found = [f"{violation['id']}: {node['html']}" for violation in violations(page) for node in violation["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the window")
    return found


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing(page, visit, width, theme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    found = {}
    for name in PUBLIC:
        visit(name)
        found[name] = problems(page)
    person = UserFactory(proven=True)
    ViewingFactory(person=person)
    notify(person, "accounts.invitations", subject="Somebody accepted", key="1", url="/en/")
    InvitationFactory(token="t")
    visit("invitation", "t")
    found["invitation"] = problems(page)
    sign_in(page, visit, person)
    for name in OWN:
        visit(name)
        if page.url.partition("?")[0].endswith("/account/confirm/"):
            found["account_reauthenticate"] = problems(page)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Confirm").click()
        found[name] = problems(page)
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing_in_the_pages_of_the_office(page, visit, settings, width, theme):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    secretary, member = UserFactory(proven=True, secretariat=True), UserFactory(name="Jonas Jonaitis")
    InvitationFactory(invited_by=secretary)
    sign_in(page, visit, secretary)
    found = {}
    for name in OFFICE:
        visit(name, *([member.pk] if name == "person" else []))
        found[name] = problems(page)
    page.get_by_label("Reason").first.fill("asked by phone")
    page.get_by_role("button", name="Start").click()
    visit("notices")
    assert page.get_by_text("You see the site as Jonas Jonaitis").is_visible()
    found["view as"] = problems(page)
    visit("account")
    found["refused"] = problems(page)
    page.get_by_role("button", name="Stop").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Jonas Jonaitis"
    assert {name: said for name, said in found.items() if said} == {}
