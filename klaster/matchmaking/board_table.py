"""The board as a table to take away: what the page says, never who is behind it."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_countries import countries

from klaster.core import languages
from klaster.directory.exports import BATCH, named
from klaster.directory.models import Organisation
from klaster.matchmaking.board_list import Asked
from klaster.matchmaking.models import Posting


def columns() -> list[str]:
    return [_("Offer or need"), pgettext("of a posting", "Kind"), _("Title"), _("Text"), _("Language of the text"),
            _("Organisation or cluster"), _("Sectors"), _("Technologies"), _("Partners from"), _("Kinds of partners"),
            _("Published"), _("Valid until"), _("Page"), _("Invented")]  # fmt: skip


def rows(asked: Asked) -> Iterator[list[object]]:
    pks = list(asked.pks)
    for start in range(0, len(pks), BATCH):
        yield from map(cells, asked.shown(pks[start : start + BATCH]))


def cells(posting: Posting) -> list[object]:
    said, kinds = posting.said, dict(Organisation.Kind.choices)
    return [
        posting.get_side_display(), posting.get_kind_display(), said.title, said.text, languages.name_of(said.language),
        named(posting.owner), "; ".join(map(str, posting.sector_rows)), "; ".join(map(str, posting.technology_rows)),  # type: ignore[attr-defined,arg-type]
        "; ".join(countries.name(code) for code in posting.countries),
        "; ".join(str(kinds.get(kind, kind)) for kind in posting.partner_kinds), posting.published_at,
        posting.valid_until, settings.SITE_URL + posting.get_absolute_url(), _("yes") if posting.is_invented else "",
    ]  # fmt: skip
