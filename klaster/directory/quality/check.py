"""What a check of the data says of itself, and of each row it finds."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaster.core.waiting import Order


class Kind(StrEnum):
    """Of what the rows are."""

    CLUSTER = "cluster"
    ORGANISATION = "organisation"
    OTHER = ""


KIND_NAMES: dict[Kind, str | Promise] = {Kind.CLUSTER: _("Clusters"), Kind.ORGANISATION: _("Organisations")}


@dataclass(frozen=True)
class Option:
    """One answer of the check's filter."""

    value: str
    title: str | Promise


@dataclass(frozen=True)
class Finding:
    """One row: whose it is, what is wrong, since or until when, and where it is mended (an address of the office)."""

    name: str
    url: str
    said: str
    day: datetime.date | None
    mend_url: str
    language: str = ""
    mend: str = ""  # what is done there, unless the row is edited


class Check:
    """`rows` is a queryset so that counts and pages are the database's work; `findings` puts one page into words.

    kinds         of what there are rows, in the order of the tabs; one kind has no tabs
    day_title     what the day of a finding is
    option_title  what the filter asks; `options` of a kind may be empty
    """

    code = ""
    title: str | Promise = ""
    hint: str | Promise = ""
    icon = "warning"
    order = Order.CARE
    kinds: Sequence[Kind] = (Kind.OTHER,)
    day_title: str | Promise = ""
    option_title: str | Promise = ""

    def rows(self, kind: Kind, option: str = "") -> QuerySet:
        raise NotImplementedError

    def findings(self, rows: Sequence[Any], kind: Kind) -> list[Finding]:
        raise NotImplementedError

    def options(self, kind: Kind) -> Sequence[Option]:
        return ()

    def count(self, kind: Kind, option: str = "") -> int:
        return self.rows(kind, option).count()

    def counts(self) -> Mapping[Kind, int]:
        return {kind: self.count(kind) for kind in self.kinds}
