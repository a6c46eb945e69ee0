"""Parts of the site that are no pages of the editors and may still stand in a menu. Each app's issue adds its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# URL name → the words of the link
ALL: dict[str, str | Promise] = {
    "cluster_list": _("Clusters"),
    "organisation_list": _("Organisations"),
    "sector_list": _("Sectors"),
    "network_list": _("Networks"),
    "opening_list": _("Openings"),
    "programme_list": _("Programmes"),
    "figure_list": _("Figures"),
    "search": pgettext_lazy("page", "Search"),
    "what_we_keep": _("What we keep about people"),
}

# What stands in the menu before anybody has chosen.
MAIN = ("cluster_list", "opening_list", "network_list")


def address(name: str) -> str | None:
    """Path of a part of the site in the language of now; None where this installation has no such part."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


class Select(forms.Select):
    """Offers the parts this installation has. The choices stand in no migration."""

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(attrs)
        self.choices = lambda: [("", "—"), *choices()]


def choices() -> list[tuple[str, str | Promise]]:
    return [(name, words) for name, words in ALL.items() if address(name)]
