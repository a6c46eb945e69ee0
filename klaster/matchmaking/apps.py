from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchmakingConfig(AppConfig):
    name = "klaster.matchmaking"
    verbose_name = _("Partner search and matchmaking")

    def ready(self) -> None:
        # They need the models.
        from klaster.events import desk  # noqa: PLC0415
        from klaster.matchmaking import board_ready  # noqa: PLC0415
        from klaster.matchmaking.desk import TAB  # noqa: PLC0415

        desk.TABS.insert(-2, TAB)
        board_ready.register()
