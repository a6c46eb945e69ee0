from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "klaster.directory"
    verbose_name = _("Directory")

    def ready(self) -> None:
        from klaster.accounts import menu  # noqa: PLC0415  models are loaded only now
        from klaster.directory import own_todos, person_menu, workspace  # noqa: PLC0415

        menu.add(person_menu.entries)
        for todos in own_todos.TODOS:
            workspace.add_todos(todos)
        workspace.add_links(own_todos.links)
