"""Name of the network, menu and footer, as the office keeps them. Read where a page draws them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext
from wagtail.models import Page, Site

from klaster.core import freshness
from klaster.directory.models import Network
from klaster.newsroom import destinations
from klaster.pages.models import NetworkSettings
from klaster.pages.models.network import NavigationLink

Link = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A frame for readers of one language, but for which of its links is the page itself."""

    settings: NetworkSettings
    name: str
    menu: list[tuple[str, str]]
    footer: list[tuple[str, list[tuple[str, str]]]]


def frame(request: HttpRequest) -> dict[str, Any]:
    """`network` (its settings), `network_name`, `menu` and `footer`; see klaster.core.context.frame."""
    kept = Frame(request)

    def footer() -> list[dict[str, Any]]:
        return [{"title": title, "links": linked(links, request.path)} for title, links in kept.drawn.footer]

    return {
        "network": SimpleLazyObject(lambda: kept.drawn.settings),
        "network_name": SimpleLazyObject(lambda: kept.drawn.name),
        "menu": SimpleLazyObject(lambda: linked(kept.drawn.menu, request.path)),
        "footer": SimpleLazyObject(footer),
    }


def linked(links: list[tuple[str, str]], here: str) -> list[Link]:
    """{"title", "url", "current"}: the page itself, and the list it belongs to, are current."""
    homes = {f"/{code}/" for code, _name in settings.LANGUAGES}
    return [
        {"title": title, "url": url, "current": here == url or (url not in homes and here.startswith(url))}
        for title, url in links
    ]


class Frame:
    """The settings of a site, with the links that lead somewhere for readers of the language of now."""

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def drawn(self) -> Drawn:
        """Worked out once, until something changes that public pages show."""
        key = ("frame", self.request.get_host(), self.request.is_secure(), get_language())
        return freshness.remembered(key, lambda: Drawn(self.settings, self.name(), self.menu(), self.footer()))

    @cached_property
    def settings(self) -> NetworkSettings:
        site = Site.find_for_request(self.request)
        found = NetworkSettings.objects.filter(site=site).first() if site else None
        return found or NetworkSettings()

    def name(self) -> str:
        """As the office writes it; else as the directory calls this network; else what such a site is."""
        if self.settings.name:
            return str(self.settings.name)
        network = Network.objects.published().filter(is_home=True).first()
        return str(network.name) if network else gettext("Cluster network")

    @cached_property
    def links(self) -> dict[str, list[NavigationLink]]:
        """Links of the menu and the footer; a site nobody has set up yet shows what there is."""
        if self.settings.pk is None:
            links = [self.settings.menu_links.model(destination=name) for name in destinations.MAIN]
            return {"menu": links, "footer": []}
        return {
            "menu": list(self.settings.menu_links.order_by("sort_order", "pk")),
            "footer": list(self.settings.footer_links.order_by("sort_order", "pk")),
        }

    @cached_property
    def pages(self) -> dict[int, Page]:
        """For each linked page what a reader of this language gets: its translation, else the page itself."""
        wanted = {link.page_id for links in self.links.values() for link in links if link.page_id}
        if not wanted:
            return {}
        keys = dict(Page.objects.filter(pk__in=wanted).values_list("pk", "translation_key"))
        shown: dict[Any, Page] = {}
        pages = Page.objects.filter(translation_key__in=keys.values()).live().public().select_related("locale")
        for page in pages.order_by("path"):
            if page.translation_key not in shown or page.locale.language_code == get_language():
                shown[page.translation_key] = page
        return {pk: shown[key] for pk, key in keys.items() if key in shown}

    def leading(self, links: list[NavigationLink]) -> list[tuple[str, str]]:
        """Title and address of those links that lead somewhere now."""
        return [(title, url) for title, url in map(self.link, links) if url and title]

    def link(self, entry: NavigationLink) -> tuple[str, str]:
        title, url = str(entry.title), entry.address
        if entry.page_id:
            page = self.pages.get(entry.page_id)
            title, url = (title or page.title, page.get_url(self.request) or "") if page else ("", "")
        elif entry.destination:
            title = title or destinations.title(entry.destination)
            url = destinations.address(entry.destination) or ""
        return title, url

    def menu(self) -> list[tuple[str, str]]:
        return self.leading(self.links["menu"])

    def footer(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Columns that have links: their titles and links."""
        columns = []
        for number in (1, 2, 3):
            links = self.leading([link for link in self.links["footer"] if link.column == number])  # type: ignore[attr-defined]
            if links:
                columns.append((str(getattr(self.settings, f"column_{number}")), links))
        return columns
