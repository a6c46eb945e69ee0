"""What search engines are told of the directory: public entries that are real."""

from __future__ import annotations

from django.contrib.sitemaps import Sitemap

from klaster.core.sitemaps import NamedSitemap, OwnSitemap, RowsSitemap
from klaster.directory.models import Cluster, Network, Organisation, Programme, Sector


class SectorSitemap(OwnSitemap):
    def items(self) -> list[Sector]:
        return list(Sector.objects.all())


def sections() -> dict[str, Sitemap]:
    return {
        "lists": NamedSitemap(
            "cluster_list",
            "organisation_list",
            "network_list",
            "sector_list",
            "opening_list",
            "programme_list",
            "figure_list",
        ),
        "clusters": RowsSitemap(Cluster.objects.published().real().order_by("pk")),
        "organisations": RowsSitemap(Organisation.objects.published().real().order_by("pk")),
        "networks": RowsSitemap(Network.objects.published().real().order_by("pk")),
        "programmes": RowsSitemap(Programme.objects.published().real().order_by("pk")),
        "sectors": SectorSitemap(),
    }
