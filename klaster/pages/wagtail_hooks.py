"""The office as a whole: its records, its first page, its menus."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup

from klaster.pages.office import DirectorySummary, RecordsGroup


@hooks.register("register_admin_viewset")
def records() -> ViewSetGroup:
    return RecordsGroup()


@hooks.register("construct_homepage_summary_items", order=200)
def summary(request: HttpRequest, items: list[Any]) -> None:
    items.append(DirectorySummary(request))


@hooks.register("construct_help_menu")
def no_news_of_wagtail(request: HttpRequest, items: list[Any]) -> None:
    """What is new in Wagtail is no news for an office; its shortcuts are of use."""
    items[:] = [item for item in items if not item.name.startswith(("whats-new", "editor-guide"))]


@hooks.register("construct_settings_menu")
def people_are_kept_on_the_site(request: HttpRequest, items: list[Any]) -> None:
    """Wagtail's pages of users and groups are closed (see klaster.accounts.office): ours stand in their place."""
    items[:] = [item for item in items if item.name not in ("users", "groups")]


class RightMenuItem(MenuItem):
    """Shown to whoever has a right."""

    def __init__(self, *args: Any, right: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.right = right

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.right))


@hooks.register("register_reports_menu_item")
def quality() -> MenuItem:
    url, right = reverse("quality_overview"), "directory.read_quality"
    return RightMenuItem(_("Quality of the data"), url, icon_name="warning", order=100, right=right)


@hooks.register("register_reports_menu_item")
def figures() -> MenuItem:
    url, right = reverse("figure_list"), "directory.read_quality"
    return RightMenuItem(_("The network in figures"), url, icon_name="table", order=110, right=right)


@hooks.register("register_settings_menu_item")
def people() -> MenuItem:
    return RightMenuItem(_("People"), reverse("people"), icon_name="user", order=900, right="accounts.view_people")


@hooks.register("register_settings_menu_item")
def authors() -> MenuItem:
    right = "newsroom.appoint_author"
    return RightMenuItem(_("Authors of news"), reverse("authors"), icon_name="edit", order=910, right=right)


@hooks.register("register_admin_menu_item")
def imports() -> MenuItem:
    right = "directory.import_organisations"
    return RightMenuItem(_("Imports"), reverse("import_list"), icon_name="upload", order=920, right=right)
