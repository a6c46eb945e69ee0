from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "klaster.pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from klaster.core import waiting  # noqa: PLC0415  models are loaded only now
        from klaster.pages import own_waiting, series_links  # noqa: F401, PLC0415

        waiting.add(own_waiting.parked_jobs)
