from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchmakingConfig(AppConfig):
    name = "klaster.matchmaking"
    verbose_name = _("Partner search and matchmaking")

    def ready(self) -> None:
        # They need the models.
        from klaster.core import after_migrate  # noqa: PLC0415
        from klaster.directory import workspace  # noqa: PLC0415
        from klaster.events import calendar_files, desk, more_parts  # noqa: PLC0415
        from klaster.matchmaking import board_ready, event_parts, meeting_calendar, own_todos  # noqa: PLC0415
        from klaster.matchmaking.desk import TAB  # noqa: PLC0415
        from klaster.matchmaking.embedding import keep_search_table  # noqa: PLC0415

        desk.TABS.insert(-2, TAB)
        more_parts.of_event(event_parts.of_event)
        more_parts.of_registration(event_parts.of_registration)
        workspace.add_todos(own_todos.todos)
        workspace.add_links(own_todos.links)
        board_ready.register()
        after_migrate.register(keep_search_table)
        calendar_files.add_source(meeting_calendar.of_person)
