"""Parts of the site that are no pages of the editors and may still stand in a menu. Each app's issue adds its own.

A part is the name of an address; or one of a family that an app above registers, as "series:12" is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    "event_list": _("Events"),
    "posting_list": pgettext_lazy("menu", "Partners"),
    "sector_list": _("Sectors"),
    "network_list": _("Networks"),
    "opening_list": _("Openings"),
    "programme_list": _("Programmes"),
    "figure_list": _("Figures"),
    "search": pgettext_lazy("page", "Search"),
    "what_we_keep": _("What we keep about people"),
}

# What stands in the menu before anybody has chosen.
MAIN = ("cluster_list", "event_list", "posting_list", "opening_list", "network_list")


def address(name: str) -> str | None:
    """Path of a part of the site in the language of now; None where this installation has no such part."""
    family, _colon, own = name.partition(":")
    if family in _families:
        return _families[family].address(own)
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


@dataclass(frozen=True)
class Family:
    """Parts that are rows. names: (name, words) of those everybody may see; address: path of one, or None."""

    names: Callable[[], list[tuple[str, str]]]
    address: Callable[[str], str | None]


_families: dict[str, Family] = {}


def register(prefix: str, family: Family) -> None:
    _families[prefix] = family


def title(name: str) -> str:
    """The words of a part that has no others; empty for what is none."""
    if ":" not in name:
        return str(ALL.get(name, ""))
    return next((str(words) for each, words in _of_families() if each == name), "")


def _of_families() -> list[tuple[str, str]]:
    return [(f"{prefix}:{name}", words) for prefix, family in _families.items() for name, words in family.names()]


class Select(forms.Select):
    """Offers the parts this installation has. The choices stand in no migration."""

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(attrs)
        self.choices = lambda: [("", "—"), *choices()]


def choices() -> list[tuple[str, str | Promise]]:
    return [*((name, words) for name, words in ALL.items() if address(name)), *_of_families()]
