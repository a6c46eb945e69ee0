"""News: a list with filters and a feed, and the articles in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, When
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.contrib.routable_page.models import path as route
from wagtail.models import PageManager, PageQuerySet, PageViewRestriction
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from klaster.core import freshness, languages
from klaster.core.fields import PartialDate, PartialDateField
from klaster.directory.models import Cluster, Organisation, Sector
from klaster.directory.models.organisations import today
from klaster.newsroom import feeds
from klaster.newsroom.blocks import TEXT_BLOCKS
from klaster.newsroom.fields import BodyField
from klaster.newsroom.forms import ArticleFilter, Offers, offers
from klaster.newsroom.models.site_page import SitePage, SitePageForm

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

ARTICLES_ON_A_PAGE = 20


def iso_today() -> str:
    return today().isoformat()


class ArticleQuerySet(PageQuerySet):
    def visible_to(self, user: Reader) -> Self:
        """What is published, for everybody alike: drafts are seen in the office only."""
        path = ExpressionWrapper(OuterRef("path"), models.CharField())
        closed = PageViewRestriction.objects.alias(under=path).filter(under__startswith=F("page__path"))
        return self.live().filter(~Exists(closed))  # as Wagtail's public(), which asks for the restrictions first

    def newest_first(self) -> Self:
        return self.order_by("-date", "-first_published_at", "pk")

    def for_lists(self) -> Self:
        """With what a row of a list shows, and without the long texts."""
        return self.select_related("locale", "source", "author_organisation").defer_streamfields()

    def in_language(self, code: str) -> Self:
        return self.filter(locale__language_code=code)

    def about(self, *, sector: str = "", cluster: str = "", year: str = "") -> Self:
        """News about a sector (its own, or that of a cluster it is about), a cluster, of a year."""
        found = self
        if sector:
            clusters = Cluster.objects.in_sector(sector).values("pk")
            found = found.filter(
                Q(pk__in=ArticlePage.sectors.through.objects.filter(sector__code=sector).values("articlepage"))
                | Q(pk__in=ArticlePage.clusters.through.objects.filter(cluster__in=clusters).values("articlepage"))
            )
        if cluster:
            about = ArticlePage.clusters.through.objects.filter(cluster__slug=cluster)
            found = found.filter(pk__in=about.values("articlepage"))
        if year:
            found = found.filter(date__startswith=year)
        return found

    def one_of_each(self) -> Self:
        """Each article once: in the reader's language, else in the first of the site's languages it exists in."""
        order = [When(locale__language_code=code, then=place) for place, code in enumerate(languages.preference())]
        best = (
            self.order_by("translation_key", Case(*order, default=len(order)), "pk")
            .distinct("translation_key")
            .values("pk")
        )
        return self.filter(pk__in=best)

    def years(self) -> list[str]:
        """Years that have news, the latest first."""
        found = self.order_by().annotate(year=Substr("date", 1, 4)).values_list("year", flat=True).distinct()
        return sorted((year for year in found if year), reverse=True)


class ArticleForm(SitePageForm):
    """Offers the clusters its author may see, by the alphabet, each with a box to tick."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        seen = Cluster.objects.visible_to(self.for_user or AnonymousUser()).values("pk")
        chosen = [cluster.pk for cluster in self.instance.clusters.all()]  # somebody else's choice stays one
        offers = {
            "clusters": Cluster.objects.filter(Q(pk__in=seen) | Q(pk__in=chosen)).by_name(),
            "sectors": Sector.objects.order_by("position", "code"),
        }
        for name, rows in offers.items():
            if name in self.fields:
                self.fields[name] = forms.ModelMultipleChoiceField(
                    rows, label=self.fields[name].label, help_text=self.fields[name].help_text, required=False,
                    widget=forms.CheckboxSelectMultiple({"class": "office-ticks"}),
                )  # fmt: skip


ArticleManager = PageManager.from_queryset(ArticleQuerySet)


class ArticleIndexPage(RoutablePageMixin, SitePage):
    """The list of news of one language."""

    summary = models.TextField(_("in one sentence"), max_length=300, blank=True)

    content_panels = (*SitePage.content_panels, FieldPanel("summary"))
    template = "newsroom/article_index_page.html"
    subpage_types = ("newsroom.ArticlePage",)
    parent_page_types = ("pages.HomePage",)
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")

    def articles(self, user: Reader) -> ArticleQuerySet:
        return ArticlePage.objects.child_of(self).visible_to(user)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        form, found = self.filtered(request)
        pages = Paginator(found.newest_first().for_lists(), ARTICLES_ON_A_PAGE)
        articles = pages.get_page(request.GET.get("page"))
        return context | {"form": form, "articles": articles, "article_feed": self.feed_url(request)}

    def feed_url(self, request: HttpRequest) -> str:
        """Path of all its news as Atom."""
        return str(self.get_url(request)) + str(self.reverse_subpage("feed"))

    def filtered(self, request: HttpRequest) -> tuple[ArticleFilter, ArticleQuerySet]:
        articles = self.articles(request.user)
        form = ArticleFilter(request.GET, offers=self.offers(request.user))
        return form, articles.about(**form.chosen())

    def offers(self, user: Reader) -> Offers:
        """What the filters offer; the same to all visitors, until something changes that public pages show."""
        if user.is_authenticated:
            return offers(self.articles(user), user)
        key = ("news filters", self.pk, languages.current())
        return freshness.remembered(key, lambda: offers(self.articles(user), user))

    @route("atom/", name="feed")
    def feed(self, request: HttpRequest) -> HttpResponse:
        """The latest news as Atom, filtered as the list is."""
        return feeds.atom(request, self, self.filtered(request)[1])


class ArticlePage(SitePage):
    """One piece of news: what happened, when, who says so."""

    date = PartialDateField(
        _("when"),
        default=iso_today,
        help_text=_(
            "The day of what is told; the month or the year where no more is known: 2017-09-21, 2017-09, 2017."
        ),
    )
    date_note = models.CharField(
        _("note on the date"),
        max_length=200,
        blank=True,
        help_text=_("Where the date is inferred, say how: the source names no year."),
    )
    summary = models.TextField(_("in one sentence"), max_length=300)
    body = BodyField(TEXT_BLOCKS, verbose_name=_("text"), blank=True)
    picture = models.ForeignKey(
        "newsroom.Picture", verbose_name=_("picture"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author_organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("who tells it"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="articles",
    )  # fmt: skip
    clusters = ParentalManyToManyField(
        "directory.Cluster", verbose_name=_("clusters it is about"), blank=True, related_name="articles"
    )
    sectors = ParentalManyToManyField(
        "directory.Sector", verbose_name=_("sectors it is about"), blank=True, related_name="articles",
        help_text=_("Those of the clusters count by themselves."),
    )  # fmt: skip
    source = models.ForeignKey(
        "directory.Source", verbose_name=_("source"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="articles", help_text=_("Where the news comes from, if from elsewhere."),
    )  # fmt: skip

    words = models.JSONField(_("what it is searched by"), default=dict, editable=False)

    objects = ArticleManager()
    base_form_class = ArticleForm

    content_panels = (
        *SitePage.content_panels,
        MultiFieldPanel([FieldPanel("date"), FieldPanel("date_note")], heading=_("When")),
        FieldPanel("summary"),
        FieldPanel("picture"),
        FieldPanel("body"),
        FieldPanel("source"),
        MultiFieldPanel(
            [FieldPanel("author_organisation"), FieldPanel("clusters"), FieldPanel("sectors")], heading=_("About whom")
        ),
    )
    search_fields = (*SitePage.search_fields, index.SearchField("summary"), index.SearchField("body"))
    override_translatable_fields = (
        SynchronizedField("date", overridable=False),
        SynchronizedField("clusters", overridable=False),
        SynchronizedField("sectors", overridable=False),
    )
    template = "newsroom/article_page.html"
    subpage_types = ()
    parent_page_types = ("newsroom.ArticleIndexPage",)

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Publishing saves the whole page: then what the search reads is made of what is now to be read."""
        if kwargs.get("update_fields") is None:
            self.words = self.texts()
        super().save(*args, **kwargs)

    def texts(self) -> dict[str, dict[str, str]]:
        """{"title": {"lt": "…"}, "summary": …, "body": …}: without markup, in the language it is written in."""
        body = " ".join(self.body.stream_block.get_searchable_content(self.body))
        texts = {"title": self.title, "summary": self.summary, "body": body}
        return {name: {self.content_language: text.replace("\x00", "")} for name, text in texts.items()}

    @property
    def teller(self) -> Organisation | None:
        """Who tells it, if everybody may see them."""
        told_by = self.author_organisation
        return told_by if told_by and told_by.is_published else None

    @property
    def when(self) -> str:
        """The date in the reader's language, as exact as it is known."""
        return PartialDate(self.date).display() if self.date else ""

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["clusters"] = self.clusters_for(request.user)
        return context

    def clusters_for(self, user: Reader) -> list[Cluster]:
        """Clusters it is about that this reader may see. Works for a preview that was never saved, too."""
        chosen = [cluster.pk for cluster in self.clusters.all()]
        return list(Cluster.objects.visible_to(user).filter(pk__in=chosen).select_related("main_sector").by_name())
