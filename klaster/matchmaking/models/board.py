"""The standing board: what organisations and clusters offer and need, at any time of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klaster.core import languages
from klaster.directory.models import Affiliation, Cluster, Organisation
from klaster.directory.models.base import Publication, SearchedQuerySet
from klaster.directory.models.organisations import today
from klaster.matchmaking.models.words import Tagged

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class PostingState(models.TextChoices):
    DRAFT = "draft", _("draft")
    REVIEW = "review", _("is reviewed")
    RETURNED = "returned", _("returned")
    PUBLISHED = "published", pgettext_lazy("state of a posting", "published")
    CLOSED = "closed", pgettext_lazy("state of a posting", "closed")


def acted_for(user: Reader) -> models.QuerySet:
    """Keys of the organisations a person acts for today, in whatever role."""
    return Affiliation.objects.active().filter(person=user.pk).values("organisation")


class PostingQuerySet(SearchedQuerySet):
    def current(self) -> Self:
        """On the board today: published, not past its day, and of an entry that everybody sees."""
        public = Q(organisation__status=Publication.PUBLISHED) | Q(cluster__status=Publication.PUBLISHED)
        return self.filter(public, state=PostingState.PUBLISHED, valid_until__gte=today())

    def real(self) -> Self:
        return self.filter(is_invented=False)

    def kept_by(self, user: Reader) -> Self:
        """Those a person may write: of organisations they act for or keep today, and of clusters they keep."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(organisation__in=acted_for(user))
            | Q(organisation__in=Organisation.objects.kept_by(user).values("pk"))
            | Q(cluster__in=Cluster.objects.kept_by(user).values("pk"))
        )

    def spoken_for_by(self, user: Reader) -> Self:
        """Those a person answers for. What others write to an organisation is for its own people; whoever keeps it
        answers only where nobody acts for it here."""
        if not user.is_authenticated:
            return self.none()
        without_people = Organisation.objects.kept_by(user).exclude(
            pk__in=Affiliation.objects.active().values("organisation")
        )
        return self.filter(
            Q(organisation__in=acted_for(user))
            | Q(organisation__in=without_people.values("pk"))
            | Q(cluster__in=Cluster.objects.kept_by(user).values("pk"))
        )

    def reviewed_by(self, user: Reader) -> Self:
        """Those a person may publish: the office all, coordinators those of their clusters and of the members."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.none()
        clusters = Cluster.objects.kept_by(user).values("pk")
        return self.filter(Q(cluster__in=clusters) | Q(review_cluster__in=clusters))

    def visible_to(self, user: Reader) -> Self:
        """Everybody sees what is on the board; one's own and those one reviews in any state."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.current()
        return self.filter(
            Q(pk__in=Posting.objects.current().values("pk"))
            | Q(pk__in=Posting.objects.kept_by(user).values("pk"))
            | Q(pk__in=Posting.objects.reviewed_by(user).values("pk"))
        )


class Posting(Tagged):
    """An offer or a need of an organisation or a cluster. Its contact is never shown: people express interest."""

    State = PostingState

    class Kind(models.TextChoices):
        TECHNOLOGY = "technology", _("technology")
        PRODUCT = "product", _("product")
        SERVICE = "service", _("service")
        RESEARCH = "research", _("research")
        CONSORTIUM = "consortium", _("funding consortium")
        OTHER = "other", pgettext_lazy("kind of posting", "other")

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="postings",
    )  # fmt: skip
    cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="postings",
    )  # fmt: skip
    review_cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster whose coordinator reviews it"), on_delete=models.SET_NULL,
        null=True, blank=True, related_name="+", help_text=_("Nobody chosen: the office does."),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("what exactly"), max_length=3000)
    countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("countries sought"), default=list, blank=True,
        help_text=_("None chosen: any."),
    )  # fmt: skip
    partner_kinds = ArrayField(
        models.CharField(max_length=20, choices=Organisation.Kind), verbose_name=_("kinds of partners sought"),
        default=list, blank=True, help_text=_("None chosen: any."),
    )  # fmt: skip
    valid_until = models.DateField(_("valid until"))
    state = models.CharField(_("state"), max_length=10, choices=PostingState, default=PostingState.DRAFT)
    note = models.CharField(_("note of the reviewer"), max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="postings",
    )  # fmt: skip
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    renewed_at = models.DateTimeField(_("renewed"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("told that it expires"), null=True, blank=True, editable=False)
    once = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    is_invented = models.BooleanField(
        _("invented"), default=False, help_text=_("Made up for trying the site out; shown as such and never counted.")
    )

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "valid_until"], name="postings_on_the_board"),
            GinIndex(fields=["sectors"], name="postings_by_sector"),
            GinIndex(fields=["technologies"], name="postings_by_technology"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, cluster__isnull=True)
                | Q(organisation__isnull=True, cluster__isnull=False),
                name="posting_is_of_an_organisation_or_a_cluster",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="published_posting_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("posting_detail", args=[self.slug])

    @property
    def owner(self) -> Organisation | Cluster | None:
        return self.cluster or self.organisation

    @property
    def said(self) -> PostingText:
        """Title and text in the first of the reader's languages that it has; else as it was written."""
        own = PostingText(posting=self, language=self.language, title=self.title, text=self.text)
        there = {text.language: text for text in self.texts.all()} | {self.language: own}
        return next((there[code] for code in languages.preference() if code in there), own)

    @property
    def is_current(self) -> bool:
        return self.state == PostingState.PUBLISHED and self.valid_until >= today()

    @property
    def has_expired(self) -> bool:
        return self.state == PostingState.PUBLISHED and not self.is_current


class PostingText(models.Model):
    """A posting in another language, so that more people read it; the first text stays the one that counts."""

    posting = models.ForeignKey(Posting, verbose_name=_("posting"), on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("what exactly"), max_length=3000)

    class Meta:
        verbose_name = _("translation of a posting")
        verbose_name_plural = _("translations of postings")
        ordering = ["posting", "language"]
        constraints = [
            models.UniqueConstraint(fields=["posting", "language"], name="posting_is_once_in_a_language"),
        ]

    def __str__(self) -> str:
        return self.title


class SavedSearchQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """One's own only: what somebody looks for is theirs."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()


class SavedSearch(models.Model):
    """What somebody looks for on the board, again and again; `query` is the query string of the list."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(_("search"), max_length=1000, blank=True)
    has_alerts = models.BooleanField(_("write to me about new ones"), default=True)
    looked_at = models.DateTimeField(_("everything before is known"), default=timezone.now)
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    objects = SavedSearchQuerySet.as_manager()
    keeps_pages = True
    audit_hidden = ("name", "query")

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["person", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "query"], name="search_is_saved_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def list_name(self) -> str:
        """The list of letters that its alerts make; see core/lists.py."""
        return f"matchmaking.search {self.pk}"
