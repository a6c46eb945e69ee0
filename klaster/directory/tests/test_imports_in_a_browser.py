"""The pages of an import in a real browser: accessible, never wider than the window, silent in the console."""

import pytest

from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.demo_imports import WAITING_TABLE
from klaster.directory.factories import both

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_page_of_an_import_is_accessible_on_both_widths(live_server, context, site):
    cluster = f.ClusterFactory(slug="saules")
    person = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    f.OrganisationFactory(name=both("UAB „Vėjo malūnėliai“ (išgalvota)", ""))
    waiting = actions.start_import(WAITING_TABLE.encode(), name="a.csv", by=person, cluster=cluster)
    actions.name_columns(waiting, by=person, mapping=waiting.fields(), values={})
    done = f.ImportFactory(cluster=cluster, by=person, state="done", counts={"created": 1})
    working = f.ImportFactory(cluster=cluster, by=person, state="writing")
    browse_as(person, context, live_server.url)
    page, said, wrong = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    for path in (
        "/en/imports/", f"/lt/importai/{waiting.pk}/patikra/", f"/lt/importai/{waiting.pk}/stulpeliai/",
        f"/en/imports/{done.pk}/", f"/en/imports/{working.pk}/", "/en/clusters/saules/members/import/",
    ):  # fmt: skip
        for width, theme in ((1280, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            assert page.goto(live_server.url + path).ok, path
            found = violations(page)
            wrong += [(path, width, each["id"], node["html"]) for each in found for node in each["nodes"]]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wrong.append((path, width, "wider than the window"))
    assert (wrong, said) == ([], [])
