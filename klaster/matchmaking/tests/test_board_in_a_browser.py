"""Partner search in a browser: everybody can read its pages at both widths, and filters change the list at once."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from klaster.accounts.factories import UserFactory
from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.directory import factories as d
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import brokering

pytestmark = pytest.mark.browser
AT = "/lt/partneriu-paieska/"


@pytest.fixture
def office(transactional_db, site, monkeypatch):
    """With one of all that the pages can show."""
    monkeypatch.setattr(settings, "SECRETARIAT_NEEDS_SECOND_FACTOR", False)
    person = UserFactory(secretariat=True, language="lt")
    d.SectorFactory(code="food")
    tags = {"technologies": [f.TechnologyFactory(code="laser").code], "sectors": ["food"]}
    need = f.PostingFactory(slug="poreikis-2026", side="need", title="Ženklinimas lazeriu", language="lt", **tags)
    offer = f.PostingFactory(slug="pasiulymas-2026", title="Laser marking", countries=["DE"], **tags)
    f.PostingTextFactory(posting=offer, language="lt", title="Lazerinis ženklinimas")
    f.PostingFactory(state="review", slug="laukia-2026", published_at=None)
    f.InterestFactory(posting=need, state="introduced", answered_by=person)
    request = brokering.take(f.BrokeredRequestFactory(), by=person)
    candidate = brokering.propose(request, offer.organisation, by=person, reason="Lazeriai.")
    brokering.move(candidate, "introduced", by=person)
    brokering.propose(request, d.OrganisationFactory(), by=person)
    return person


def pages():
    interest, request = f.models.Interest.objects.get(), f.models.BrokeredRequest.objects.get()
    token = f.OutcomeFactory(interest=interest).token
    return [
        "", "?side=nera&q=nieko", "pasiulymas-2026/", "laukia-2026/", "mano/", "naujas/", "poreikis-2026/keisti/",
        "zinutes/?show=all", f"zinutes/{interest.pk}/", f"rezultatas/{token}/", "paieskos/nauja/?side=need",
        "uzklausos/?show=taken", f"uzklausos/{request.pk}/", "uzklausos/nauja/", "skaiciai/",
    ]  # fmt: skip


def test_everybody_can_read_them(office, live_server, context, page):
    browse_as(office, context, live_server.url)
    found, addresses = [], pages()
    for width, theme in ((390, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for address in addresses if width == 390 else addresses[:3]:
            response = page.goto(f"{live_server.url}{AT}{address}")
            assert response.status == 200, address
            for violation in violations(page):
                found += [f"{address} {width}: {violation['id']} {node['html'][:150]}" for node in violation["nodes"]]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{address} {width}: wider than the window")
    assert not found, "\n".join(found)


def test_a_filter_changes_the_list_and_the_address(office, live_server, page):
    page.goto(f"{live_server.url}{AT}")
    expect(page.get_by_role("heading", name="2 skelbimai")).to_be_visible()
    page.get_by_label("Poreikiai").check()
    expect(page.get_by_role("heading", name="1 skelbimas")).to_be_visible()
    assert page.url.endswith("?side=need")
    page.get_by_role("link", name="Ženklinimas lazeriu").click()
    expect(page.get_by_role("heading", name="Lazerinis ženklinimas")).to_be_visible()  # who offers something like it
