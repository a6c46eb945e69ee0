"""The directory in the office."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup

from klaster.directory import office


@hooks.register("register_admin_viewset")
def tables() -> list[ViewSet | ViewSetGroup]:
    return [*office.choosers(), office.DirectoryGroup(), office.ListsGroup()]


class ChangesMenuItem(MenuItem):
    """Leads to the site, where changes are decided; shown to whoever decides them."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("directory.decide_changerequest"))


class DuplicatesMenuItem(MenuItem):
    """Leads to the site, where entries are united; shown to whoever may."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("directory.merge_entries"))


@hooks.register("register_admin_menu_item")
def duplicates() -> MenuItem:
    return DuplicatesMenuItem(
        _("Duplicates"), reverse("duplicate_list"), name="duplicates", icon_name="copy", order=141
    )  # fmt: skip


@hooks.register("register_admin_menu_item")
def changes() -> MenuItem:
    return ChangesMenuItem(_("Changes to check"), reverse("change_list"), name="changes", icon_name="check", order=140)


for action in office.ACTIONS:
    hooks.register("register_bulk_action", action)
