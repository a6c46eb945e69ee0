"""What scripts add to the directory's pages, in a real browser; and that nothing breaks without them."""

import pytest
from playwright.sync_api import expect

from klaster.directory import factories as f

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
both = f.both


@pytest.fixture
def network(live_server):
    food = f.SectorFactory(code="food", name=both("Maistas", "Food"))
    f.SectorFactory(code="ict", name=both("IRT", "ICT"))
    f.ClusterFactory(slug="smart-food", name=both("SMART FOOD klasteris", "SMART FOOD Cluster"), main_sector=food)
    f.ClusterFactory(slug="laugea", name=both("LAuGEA klasteris", "LAuGEA Cluster"), main_sector=None)
    return live_server.url


@pytest.fixture
def said(page):
    """What the console says: nothing, if all is well. A refused script or style would stand here."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.on("pageerror", lambda error: lines.append(str(error)))
    yield lines
    assert lines == []


def back(page, to: str) -> None:
    """One step back; the page of that address is loaded anew, so the browser's own wait would end too early."""
    with page.expect_event("load"):
        page.evaluate("history.back()")
    expect(page).to_have_url(to)


def test_names_are_offered_while_typing_and_chosen_by_keys(page, network, said):
    page.goto(f"{network}/en/search/")
    box = page.get_by_role("combobox")
    box.press_sequentially("smart", delay=20)
    option = page.get_by_role("option")
    expect(option).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#search-status")).to_contain_text("1 suggestion")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.input_value() == "smart"
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/en/clusters/smart-food/")


def test_enter_without_a_choice_searches(page, network, said):
    page.goto(f"{network}/en/search/")
    box = page.get_by_role("combobox")
    box.fill("lauega")
    box.press("Enter")
    page.wait_for_url("**/en/search/?q=lauega")
    expect(page.get_by_role("link", name="LAuGEA Cluster")).to_be_visible()


def test_filters_change_the_list_at_once_and_the_address_with_it(page, network, said):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{network}/en/clusters/")
    expect(page.locator("#results > .list h3")).to_have_count(2)
    page.get_by_label("Food").check()
    expect(page.locator("#results > .list h3")).to_have_count(1)
    page.wait_for_url("**/en/clusters/?sector=food")
    expect(page.locator("#n-county-none")).to_have_text("1")
    page.get_by_label("Food").uncheck()
    expect(page.locator("#results > .list h3")).to_have_count(2)
    page.locator("#q").press_sequentially("laugea", delay=20)
    page.wait_for_url("**/en/clusters/?q=laugea")
    expect(page.locator("#results > .list h3")).to_have_count(1)
    expect(page.locator("#q")).to_be_focused()
    back(page, to=f"{network}/en/clusters/")
    expect(page.get_by_label("Food")).not_to_be_checked()
    expect(page.locator("#q")).to_have_value("")
    expect(page.locator("#results > .list h3")).to_have_count(2)
    back(page, to=f"{network}/en/clusters/?sector=food")
    expect(page.get_by_label("Food")).to_be_checked()
    expect(page.locator("#results > .list h3")).to_have_count(1)


def test_without_scripts_the_same_works_by_buttons(browser, network):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{network}/en/clusters/")
    page.get_by_label("Food").check()
    page.get_by_role("button", name="Show clusters").click()
    expect(page.locator("#results > .list h3")).to_have_count(1)
    page.goto(f"{network}/en/search/")
    page.locator("#search-box").fill("smart food")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="SMART FOOD Cluster")).to_be_visible()
    context.close()


def test_filters_on_a_phone_are_a_drawer(page, network, said):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{network}/en/clusters/")
    drawer = page.locator("#filters")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(drawer).to_be_visible()
    page.get_by_label("Food").check()
    page.wait_for_url("**/en/clusters/?sector=food")
    expect(drawer).to_be_visible()  # it stays open while one chooses
    page.keyboard.press("Escape")
    expect(page.locator("#results > .list h3")).to_have_count(1)


def test_data_for_machines_is_not_refused_by_the_policy(page, network, said):
    page.goto(f"{network}/en/clusters/smart-food/")
    blocks = page.eval_on_selector_all("script[type='application/ld+json']", "all => all.map(b => JSON.parse(b.text))")
    assert [each["@type"] for each in blocks[0]] == ["Organization", "BreadcrumbList"]


@pytest.mark.parametrize("address", ["/en/clusters/smart-food/", "/en/clusters/", "/lt/"])
def test_printed_page_leaves_out_what_is_pressed(page, network, address):
    page.goto(network + address)
    page.emulate_media(media="print")
    assert page.locator(".btn:visible, header.site:visible, footer.foot:visible, aside.filters:visible").count() == 0
