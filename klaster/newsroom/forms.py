"""What a reader may ask of the news, and whom the office takes in to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from klaster.accounts.forms import InviteSecretaryForm
from klaster.directory.models import Cluster, Sector

if TYPE_CHECKING:
    from klaster.newsroom.models.articles import ArticleQuerySet


Offers = dict[str, list[tuple[str, str]]]


def offers(articles: ArticleQuerySet, user: Any) -> Offers:
    """Sectors, clusters and years that `articles` are about."""
    shown = articles.order_by().values("pk")
    clusters = Cluster.objects.visible_to(user).filter(articles__in=shown).distinct()
    sectors = Sector.objects.filter(
        Q(articles__in=shown) | Q(clusters__in=clusters.values("pk")) | Q(pk__in=clusters.values("other_sectors"))
    )
    return {
        "sector": [(sector.code, str(sector.name)) for sector in sectors.distinct().order_by("position", "code")],
        "cluster": [(cluster.slug, str(cluster.name)) for cluster in clusters.by_name()],
        "year": [(year, year) for year in articles.years()],
    }


class ArticleFilter(forms.Form):
    """Filters of the list of news: they offer what leads somewhere. What is not offered filters nothing."""

    sector = forms.ChoiceField(label=_("Sector"), required=False)
    cluster = forms.ChoiceField(label=_("Cluster"), required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)

    def __init__(self, data: QueryDict, *, offers: Offers):
        super().__init__(data)
        self.offers = offers
        for name, choices in self.offers.items():
            self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Valid filters by name; empty text for those not used."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def chips(self) -> list[dict[str, str]]:
        """What is chosen, in words, each with the address of the list without it."""
        chips = []
        for name, value in self.chosen().items():
            if value:
                rest = self.data.copy()
                for key in (name, "page"):
                    rest.pop(key, None)
                chips.append({"words": dict(self.offers[name])[value], "url": f"?{rest.urlencode()}"})
        return chips


class AuthorForm(InviteSecretaryForm):
    """Who has an account needs the address only; the rest goes into the letter to who has none."""
