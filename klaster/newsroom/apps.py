from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "klaster.newsroom"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        from klaster.newsroom.emails import replace_wagtails_mail  # noqa: PLC0415  needs the models

        replace_wagtails_mail()
