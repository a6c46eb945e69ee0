"""Events: when, where, for whom, and in which state."""

from __future__ import annotations

import uuid
import zoneinfo
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Collate
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from klaster.core.fields import PartialDateField, TranslatedTextField
from klaster.directory.models import Cluster
from klaster.directory.models.base import SearchedQuerySet, Sourced
from klaster.events.fields import TimeZoneField
from klaster.events.models.series import Series

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class State(models.TextChoices):
    """The clock and registrations move an event from published to held; people publish, cancel and postpone it."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    OPEN = "open", _("registration is open")
    FULL = "full", _("no places left")
    CLOSED = "closed", _("registration is closed")
    HELD = "held", pgettext_lazy("state of an event", "held")
    CANCELLED = "cancelled", _("cancelled")
    POSTPONED = "postponed", _("postponed")


BY_THE_CLOCK = (State.PUBLISHED, State.OPEN, State.FULL, State.CLOSED, State.HELD)


class OnTheCalendar(models.Func):
    """The day of a moment as a PartialDate writes it, in UTC."""

    template = "to_char(%(expressions)s at time zone 'UTC', 'YYYY-MM-DD')"
    output_field = models.TextField()


class EventQuerySet(SearchedQuerySet):
    def published(self) -> Self:
        """What everybody may see."""
        return self.exclude(state=State.DRAFT)

    def real(self) -> Self:
        """Without what was invented for trying the site out."""
        return self.filter(is_invented=False)

    def coming(self) -> Self:
        """Not over yet, the next first. Cancelled and postponed ones stay until their day."""
        return self.filter(ends__gt=timezone.now()).order_by("starts", "pk")

    def past(self) -> Self:
        """Over, the latest first; those of which only the year is known among them."""
        day = Case(
            When(starts=None, then=F("happened")), default=OnTheCalendar("starts"), output_field=models.TextField()
        )
        return self.filter(Q(ends__lte=timezone.now()) | Q(starts=None)).order_by(
            Collate(day, "C").desc(), F("starts").desc(nulls_last=True), "pk"
        )

    def run_by(self, user: Reader) -> Self:
        """Events this person may change: all for the office, those of own clusters, those of whose team one is."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(cluster__in=Cluster.objects.kept_by(user).values("pk"))
            | Exists(TeamMember.objects.filter(event=OuterRef("pk"), person=user, role=TeamMember.Role.ORGANISER))
        )

    def helped_by(self, user: Reader) -> Self:
        """Events at whose door this person may check people in."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.none()
        team = TeamMember.objects.filter(event=OuterRef("pk"), person=user)
        return self.filter(Q(pk__in=Event.objects.run_by(user).values("pk")) | Exists(team))

    def visible_to(self, user: Reader) -> Self:
        """Everybody sees what is published; whoever runs or helps at an event sees it in any state."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.published()
        return self.filter(~Q(state=State.DRAFT) | Q(pk__in=Event.objects.helped_by(user).values("pk")))


class Event(Sourced):
    """People come together at a time, at a place or online.

    `starts` and `ends` are moments; `is_all_day` says that only the days are known or meant, as midnights of the zone,
    `ends` being the midnight after the last day. Of events long past perhaps only `happened` is known.
    """

    class Kind(models.TextChoices):
        FORUM = "forum", _("forum")
        CONFERENCE = "conference", _("conference")
        MATCHMAKING = "matchmaking", _("matchmaking event")
        TRAINING = "training", _("training")
        WORKSHOP = "workshop", _("workshop")
        VISIT = "visit", _("study visit")
        WEBINAR = "webinar", _("webinar")
        MEETING = "meeting", _("meeting")
        OTHER = "other", _("other")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE = "online", _("online")
        BOTH = "both", _("on site and online")

    class WaitingRule(models.TextChoices):
        ORDER = "order", _("in the order of registration")
        MEMBERS_FIRST = "members_first", _("members of clusters first, then in order")
        LOTTERY = "lottery", _("by lot")

    class Approval(models.TextChoices):
        AUTOMATIC = "automatic", _("everybody who registers is in, as long as there is room")
        BY_ORGANISER = "by_organiser", _("the organiser confirms each registration")

    key = models.SlugField(_("key"), max_length=60, null=True, blank=True, unique=True, editable=False)
    slug = models.SlugField(_("address"), max_length=90, unique=True, help_text=_("The last part of the page address."))
    title = TranslatedTextField(_("title"), max_length=200)
    summary = TranslatedTextField(_("in one sentence"), blank=True, max_length=300)
    description = TranslatedTextField(_("description"), blank=True, multiline=True, max_length=10_000)
    kinds = ArrayField(models.CharField(max_length=20, choices=Kind), verbose_name=_("kinds"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    organiser = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organiser"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="events",
    )  # fmt: skip
    organiser_name = TranslatedTextField(
        _("organiser, if not in the directory"), blank=True, max_length=200, help_text=_("For events long past only.")
    )
    co_organisers = models.ManyToManyField(
        "directory.Organisation", verbose_name=_("organised together with"), blank=True, related_name="+"
    )
    cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster that runs it"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="events", help_text=_("Its coordinators may change the event."),
    )  # fmt: skip
    sectors = models.ManyToManyField("directory.Sector", verbose_name=_("sectors"), blank=True, related_name="events")
    series = models.ForeignKey(
        Series, verbose_name=_("series"), on_delete=models.SET_NULL, null=True, blank=True, related_name="events"
    )
    series_date = models.DateTimeField(
        _("date by the rule of the series"), null=True, blank=True, help_text=_("Stays when the event is moved.")
    )

    starts = models.DateTimeField(_("begins"), null=True, blank=True)
    ends = models.DateTimeField(_("ends"), null=True, blank=True)
    is_all_day = models.BooleanField(_("whole days, without times"), default=False)
    time_zone = TimeZoneField(_("time zone"))
    happened = PartialDateField(_("when, as far as known"), blank=True, help_text=_("For events long past only."))
    date_note = TranslatedTextField(_("note on the date"), blank=True, max_length=200)

    mode = models.CharField(_("where people take part"), max_length=10, choices=Mode, default=Mode.ON_SITE)
    venue = TranslatedTextField(pgettext_lazy("of an event", "place"), blank=True, max_length=200)
    address = models.CharField(_("street and number"), max_length=200, blank=True)
    city = models.CharField(_("town"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    region = models.ForeignKey(
        "directory.Region", verbose_name=_("county"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    travel = TranslatedTextField(_("how to get there"), blank=True, multiline=True, max_length=2000)
    online_url = models.URLField(
        _("address of the online room"), blank=True, max_length=500, help_text=_("Only those who take part see it.")
    )
    website = models.URLField(_("page of the event elsewhere"), blank=True, max_length=500)
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    audience = TranslatedTextField(_("for whom"), blank=True, max_length=300)
    cover = models.ImageField(_("picture"), upload_to="events/", blank=True)
    cover_alt = TranslatedTextField(_("what the picture shows"), blank=True, max_length=300)
    cover_credit = models.CharField(_("author and licence of the picture"), max_length=200, blank=True)
    contact_email = models.EmailField(_("address for questions"), blank=True, help_text=_("Never shown to visitors."))

    takes_registrations = models.BooleanField(_("people register here"), default=False)
    capacity = models.PositiveIntegerField(
        pgettext_lazy("of an event", "places"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Empty: as many as come. Where one may also take part online: the places on site."),
    )  # fmt: skip
    online_capacity = models.PositiveIntegerField(
        _("places online"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("For events on site and online. Empty: as many as come."),
    )  # fmt: skip
    opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    change_until = models.DateTimeField(_("people change or cancel by themselves until"), null=True, blank=True)
    approval = models.CharField(_("who is in"), max_length=15, choices=Approval, default=Approval.AUTOMATIC)
    has_waiting_list = models.BooleanField(_("waiting list"), default=True)
    waiting_rule = models.CharField(
        _("rule of the waiting list"), max_length=15, choices=WaitingRule, default=WaitingRule.ORDER
    )
    lottery_seed = models.CharField(_("seed of the lot"), max_length=64, blank=True)
    confirm_hours = models.PositiveSmallIntegerField(
        _("hours to confirm a place from the waiting list"), default=48, validators=[MinValueValidator(1)]
    )
    most_together = models.PositiveSmallIntegerField(
        _("people one registration may bring"), default=10, validators=[MinValueValidator(1)]
    )
    takes_late = models.BooleanField(_("people may register at the door"), default=True)
    asks_needs = models.BooleanField(_("ask about diet and accessibility"), default=True)
    terms = TranslatedTextField(_("conditions of taking part"), blank=True, multiline=True, max_length=4000)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(
        _("version in calendars"), default=0, editable=False,
        help_text=_("Grows when something changes that a calendar shows (SEQUENCE of RFC 5545)."),
    )  # fmt: skip
    is_invented = models.BooleanField(
        _("invented"), default=False, help_text=_("Made up for trying the site out; shown as such and never counted.")
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = EventQuerySet.as_manager()

    audit_hidden = ("contact_email", "online_url")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts", "pk"]
        indexes = [
            models.Index(fields=["starts"], condition=~Q(state="draft"), name="event_by_start"),
            models.Index(fields=["state", "ends"], name="event_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True) | Q(ends__gt=F("starts")),
                name="event_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(starts__isnull=False) | ~Q(happened=""), name="public_event_says_when"
            ),
            models.CheckConstraint(
                condition=Q(organiser__isnull=False) | ~Q(organiser_name={}), name="event_says_who_organises_it"
            ),
            models.CheckConstraint(
                condition=Q(takes_registrations=False) | Q(organiser__isnull=False),
                name="event_with_registration_has_an_organiser",
            ),
            models.CheckConstraint(
                condition=Q(takes_registrations=False) | Q(starts__isnull=False),
                name="event_with_registration_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="registration_closes_after_it_opens",
            ),
            models.UniqueConstraint(
                fields=["series", "series_date"],
                condition=Q(series__isnull=False, series_date__isnull=False),
                name="date_of_a_series_is_one_event",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("event_detail", args=[self.slug])

    @cached_property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def organised_by(self) -> str:
        """The organiser in words: of an event long past it may be somebody without an entry."""
        return str(self.organiser) if self.organiser else str(self.organiser_name)

    @property
    def is_public(self) -> bool:
        return self.state != State.DRAFT

    @property
    def is_off(self) -> bool:
        return self.state in (State.CANCELLED, State.POSTPONED)

    @property
    def is_over(self) -> bool:
        return self.ends is None or self.ends <= timezone.now()

    @property
    def has_two_ways(self) -> bool:
        """Each takes part either on site or online, and places online are not those on site."""
        return self.mode == self.Mode.BOTH

    @property
    def is_online(self) -> bool:
        return self.mode in (self.Mode.ONLINE, self.Mode.BOTH)

    def clean(self) -> None:
        super().clean()
        problems = {}
        if not self.organiser_id and (self.takes_registrations or not self.organiser_name):
            problems["organiser"] = _("Say who organises it.")
        if self.starts and self.ends and self.ends <= self.starts:
            problems["ends"] = _("It ends before it begins.")
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            problems["closes_at"] = _("Registration closes before it opens.")
        if self.takes_registrations and not self.starts:
            problems["starts"] = _("People can register once the date is known.")
        if problems:
            raise ValidationError(problems)


class TeamMember(models.Model):
    """A person whom the organiser lets run the event, or stand at its door."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", _("runs the event")
        DOOR = "door", _("checks people in")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="team")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="event_teams"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.DOOR)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("member of an event's team")
        verbose_name_plural = _("members of events' teams")
        ordering = ["event", "role", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="person_is_in_a_team_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.person_id} – {self.event}"


class StateChange(models.Model):
    """History of an event's state; `by` is nobody where the clock did it."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="state_changes")
    state = models.CharField(_("state"), max_length=10, choices=State)
    before = models.CharField(_("before"), max_length=10, choices=State, blank=True)
    note = TranslatedTextField(_("what people are told"), blank=True, multiline=True, max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("change of an event's state")
        verbose_name_plural = _("changes of events' states")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_state_display()}"
