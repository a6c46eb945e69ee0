from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "klaster.core"
    verbose_name = _("Core")

    def ready(self) -> None:
        # Imports models, so not before the apps are loaded; and before procrastinate is ready, which then takes all.
        from klaster.core import after_migrate, checks, freshness, jobs  # noqa: F401, PLC0415

        jobs.discover()
        after_migrate.register(freshness.watch)
