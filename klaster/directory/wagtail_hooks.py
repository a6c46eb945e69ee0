"""The directory in the office."""

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup

from klaster.directory import office


@hooks.register("register_admin_viewset")
def tables() -> list[ViewSet | ViewSetGroup]:
    return [*office.choosers(), office.DirectoryGroup(), office.ListsGroup()]
