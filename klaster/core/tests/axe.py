"""What axe finds on a page: every rule of WCAG 2.2 at AA and of best practice."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # describing everything that is well takes twice as long as finding what is not
}


def violations(page: Page) -> list[dict[str, Any]]:
    return Axe().run(page, options=RULES).response["violations"]
