"""Empty tables to fill in: headings in the reader's language that are recognised on the way back, and one example."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext

from klaster.core import tables
from klaster.directory.imports.fields import BY_CODE
from klaster.directory.models import ClusterMembership, Import, Organisation

OF_ORGANISATIONS = [
    "name", "name_en", "abbreviation", "legal_code", "kind", "country", "region", "place", "website", "nace",
]  # fmt: skip
OF_MEMBERS = [*OF_ORGANISATIONS, "joined", "left", "committed_by", "membership_kind"]


def columns(what: str) -> list[str]:
    return OF_MEMBERS if what == Import.What.MEMBERS else OF_ORGANISATIONS


def headings(what: str) -> list[str]:
    return [capfirst(str(BY_CODE[code].title)) for code in columns(what)]


def example(what: str) -> list[str]:
    """A firm that is visibly invented."""
    cells = {
        "name": gettext("Example Ltd (invented: delete this line)"),
        "name_en": "Example Ltd (invented)",
        "abbreviation": "EX",
        "legal_code": "300000000",
        "kind": str(Organisation.Kind.SMALL.label),
        "country": "LT",
        "region": "LT011",
        "place": "Vilnius",
        "website": "https://example.org",
        "nace": "26.51; 72.10",
        "joined": "2020-01-31",
        "committed_by": str(ClusterMembership.Commitment.AGREEMENT.label),
        "left": "",
        "membership_kind": str(ClusterMembership.Kind.MEMBER.label),
    }
    return [cells[code] for code in columns(what)]


def table(what: str) -> tables.Table:
    title = gettext("Members to import") if what == Import.What.MEMBERS else gettext("Organisations to import")
    return tables.Table(title=title, columns=headings(what), rows=[example(what)])
