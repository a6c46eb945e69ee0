"""The first page."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel

from klaster.core import freshness
from klaster.directory.panels import Overview
from klaster.newsroom.blocks import TEXT_BLOCKS
from klaster.newsroom.fields import BodyField
from klaster.newsroom.models import ArticleIndexPage, ArticlePage, SitePage

LATEST_ARTICLES = 3


class HomePage(SitePage):
    """Search, the network in figures, the map, openings and news; the editor writes what stands around them."""

    heading = models.CharField(
        _("heading"),
        max_length=120,
        blank=True,
        help_text=_("Empty: “Find a partner among … clusters”, with the number of today."),
    )
    summary = models.TextField(_("in one sentence"), max_length=300, blank=True)
    searches = BodyField(
        [("words", blocks.CharBlock(label=_("Words"), max_length=60))],
        verbose_name=_("often searched"),
        blank=True,
        help_text=_("Words offered under the search field."),
    )
    body = BodyField(TEXT_BLOCKS, verbose_name=_("text"), blank=True, help_text=_("Stands under the news."))

    content_panels = (
        *SitePage.content_panels,
        FieldPanel("heading"),
        FieldPanel("summary"),
        FieldPanel("searches"),
        FieldPanel("body"),
    )
    template = "pages/home_page.html"
    parent_page_types = ("wagtailcore.Page",)
    max_count_per_parent = None

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        index = freshness.remembered(("news of", self.pk), ArticleIndexPage.objects.child_of(self).live().first)
        articles = ArticlePage.objects.descendant_of(self).visible_to(request.user).newest_first().for_lists()
        return context | {
            "overview": Overview(),
            "articles": articles[:LATEST_ARTICLES],
            "article_index": index,
            "article_feed": index.feed_url(request) if index else "",
            "searched_words": [block.value for block in self.searches],
        }
