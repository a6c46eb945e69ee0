from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "klaster.directory"
    verbose_name = _("Directory")

    def ready(self) -> None:
        from klaster.accounts import menu  # noqa: PLC0415  models are loaded only now
        from klaster.core import after_migrate, waiting  # noqa: PLC0415
        from klaster.directory import (  # noqa: PLC0415
            change_todos,
            desk_links,
            organisation_list,
            own_todos,
            own_waiting,
            person_menu,
            workspace,
        )

        after_migrate.register(organisation_list.keep_name_indexes)

        menu.add(person_menu.entries)
        for todos in (*own_todos.TODOS, *change_todos.TODOS):
            workspace.add_todos(todos)
        workspace.add_links(own_todos.links)
        workspace.add_links(change_todos.links)
        workspace.add_todos(desk_links.broken_links)
        workspace.add_links(desk_links.links)
        waiting.add(own_waiting.waiting)
