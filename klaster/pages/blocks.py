"""Parts of standing pages that the platform keeps itself: nobody has to copy a list by hand and forget it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from klaster.directory.models import Source
from klaster.pages import licences


class SourceList(blocks.StaticBlock):
    """Every source the directory draws on."""

    class Meta:
        icon = "list-ul"
        label = _("List of sources")
        admin_text = _("All sources of the directory, kept by the platform.")
        template = "pages/blocks/sources.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        return context | {"sources": Source.objects.order_by("publisher", "key")}


class LicenceList(blocks.StaticBlock):
    """Data and works of others that the platform uses, and on what terms."""

    class Meta:
        icon = "list-ul"
        label = _("List of licences")
        admin_text = _("Data, fonts and icons of others with their licences, kept by the platform.")
        template = "pages/blocks/licences.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        return super().get_context(value, parent_context) | {"works": licences.works()}


class OfficeContact(blocks.StaticBlock):
    """How to reach the office, from the settings of the network."""

    class Meta:
        icon = "mail"
        label = _("Contact of the office")
        admin_text = _("Address, telephone and e-mail from Settings → Network.")
        template = "pages/blocks/office.html"


class Controller(blocks.StaticBlock):
    """Who is responsible for personal data, from the settings of the network."""

    class Meta:
        icon = "user"
        label = _("Who is responsible for personal data")
        admin_text = _("From Settings → Network.")
        template = "pages/blocks/controller.html"


LIVE_BLOCKS: list[tuple[str, blocks.Block]] = [
    ("sources", SourceList()),
    ("licences", LicenceList()),
    ("office", OfficeContact()),
    ("controller", Controller()),
]
