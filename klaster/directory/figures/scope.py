"""What figures count: published entries of the network's country, without invented ones. Each table is read once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from klaster.core.fields import PartialDate
from klaster.directory.models import Cluster, ClusterMembership, Label
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import today


class Membership(NamedTuple):
    organisation: int
    kind: str
    region: str | None
    country: str
    sector: int | None
    joined: datetime.date | None
    left: datetime.date | None

    def holds(self, day: datetime.date) -> bool:
        return (self.joined is None or self.joined <= day) and (self.left is None or self.left > day)


class Held(NamedTuple):
    """A label; its last day is the last it is valid."""

    cluster: int
    level: str
    issued: PartialDate
    valid_until: datetime.date | None

    @property
    def first_day(self) -> datetime.date | None:
        return self.issued.first_day if self.issued else None

    @property
    def first_day_after(self) -> datetime.date | None:
        return self.valid_until + datetime.timedelta(days=1) if self.valid_until else None


@dataclass(frozen=True)
class Scope:
    """`with_invented` is for trying the site out, and is said wherever its figures stand."""

    with_invented: bool = False

    @cached_property
    def day(self) -> datetime.date:
        return today()

    @cached_property
    def memberships(self) -> list[Membership]:
        """Confirmed ones, past and present, between public entries; associated partners are counted as on pages."""
        rows = ClusterMembership.objects.filter(
            self._of_cluster("cluster__"), is_confirmed=True, organisation__status=Publication.PUBLISHED
        )
        if not self.with_invented:
            rows = rows.filter(organisation__is_invented=False)
        names = ("kind", "region_id", "country")
        columns = ["organisation_id", *(f"organisation__{name}" for name in names), "cluster__main_sector_id"]
        return [Membership(*row) for row in rows.order_by("pk").values_list(*columns, "joined", "left")]

    @cached_property
    def members(self) -> list[Membership]:
        """Memberships of today."""
        return [row for row in self.memberships if row.holds(self.day)]

    @cached_property
    def labels(self) -> list[Held]:
        rows = Label.objects.filter(self._of_cluster("cluster__")).order_by("pk")
        return [Held(row.cluster_id, row.level, PartialDate(row.issued), row.valid_until) for row in rows]

    @cached_property
    def cluster_sectors(self) -> list[int | None]:
        """The main sector of each cluster."""
        return list(
            Cluster.objects.filter(self._of_cluster("")).order_by("pk").values_list("main_sector_id", flat=True)
        )

    def _of_cluster(self, path: str) -> Q:
        public = Q(**{f"{path}status": Publication.PUBLISHED, f"{path}country": settings.COUNTRY})
        return public if self.with_invented else public & Q(**{f"{path}is_invented": False})
