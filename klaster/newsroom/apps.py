from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "klaster.newsroom"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        # They need the models.
        from klaster.directory import search  # noqa: PLC0415
        from klaster.newsroom import uniting  # noqa: F401, PLC0415
        from klaster.newsroom.emails import replace_wagtails_mail  # noqa: PLC0415
        from klaster.newsroom.search import ArticleSearch  # noqa: PLC0415

        replace_wagtails_mail()
        search.register("articles", _("News"), ArticleSearch())
