"""Pages that stay: about the network, privacy, accessibility, sources."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from klaster.newsroom.blocks import TEXT_BLOCKS
from klaster.newsroom.fields import BodyField
from klaster.newsroom.models import SitePage
from klaster.pages.blocks import LIVE_BLOCKS


class StandardPage(SitePage):
    """A page of text. Parts of it may be kept by the platform itself: lists of sources, licences, the office."""

    summary = models.TextField(_("in one sentence"), max_length=300, blank=True)
    body = BodyField([*TEXT_BLOCKS, *LIVE_BLOCKS], verbose_name=_("text"), blank=True)
    checked_on = models.DateField(
        _("checked on"), null=True, blank=True, help_text=_("When somebody last read it and found it true.")
    )

    content_panels = (
        *SitePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldPanel("checked_on"),
    )
    search_fields = (*SitePage.search_fields, index.SearchField("summary"), index.SearchField("body"))
    template = "pages/standard_page.html"
    subpage_types = ("pages.StandardPage",)
    parent_page_types = ("pages.HomePage", "pages.StandardPage")

    class Meta:
        verbose_name = _("standing page")
        verbose_name_plural = _("standing pages")
