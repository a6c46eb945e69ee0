"""What happens at an event: sessions in rooms and tracks, who speaks, what is handed out, who helps to run it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klaster.core.fields import TranslatedTextField
from klaster.directory.models.classification import HUES
from klaster.events.models.events import Event

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader
    from klaster.events.models.registration import Registration


class AgendaRow(models.Model):
    """What organisers write in forms: when it was last changed tells a form that somebody else was quicker."""

    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True


class Room(AgendaRow):
    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="rooms")
    name = TranslatedTextField(_("name"), max_length=100)
    capacity = models.PositiveIntegerField(pgettext_lazy("of an event", "places"), null=True, blank=True)
    note = TranslatedTextField(_("note"), blank=True, max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return str(self.name)


class Track(AgendaRow):
    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="tracks")
    name = TranslatedTextField(_("name"), max_length=100)
    hue = models.PositiveSmallIntegerField(
        _("colour"), default=1, choices=[(hue, str(hue)) for hue in range(1, HUES + 1)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return str(self.name)


class SessionQuerySet(models.QuerySet):
    def in_order(self) -> Self:
        return self.order_by("starts", "room__position", "track__position", "pk")


class Session(AgendaRow):
    """One item of the agenda. Without room and track it is for everybody. Times are not always known: past events."""

    class Kind(models.TextChoices):
        OPENING = "opening", pgettext_lazy("of an event", "opening")
        TALK = "talk", _("talk")
        PANEL = "panel", _("discussion")
        WORKSHOP = "workshop", _("workshop")
        PRESENTATIONS = "presentations", _("presentations")
        MATCHMAKING = "matchmaking", _("business meetings")
        CONSULTATION = "consultation", _("consultation")
        MODULE = "module", _("module")
        PAUSE = "pause", _("break")
        OTHER = "other", _("other")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="sessions")
    room = models.ForeignKey(
        Room, verbose_name=_("room"), on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    track = models.ForeignKey(
        Track, verbose_name=_("track"), on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.TALK)
    title = TranslatedTextField(_("title"), max_length=200)
    summary = TranslatedTextField(_("what it is about"), blank=True, multiline=True, max_length=3000)
    said_by = TranslatedTextField(
        _("by whom"), blank=True, max_length=200, help_text=_("Where speakers are not named one by one.")
    )
    starts = models.DateTimeField(_("begins"), null=True, blank=True)
    ends = models.DateTimeField(_("ends"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Among sessions without times."))
    language = models.CharField(_("language"), max_length=10, blank=True)
    place = models.CharField(_("town"), max_length=100, blank=True, help_text=_("If it is not that of the event."))
    capacity = models.PositiveIntegerField(
        pgettext_lazy("of an event", "places"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("If given, people choose the session when they register."),
    )  # fmt: skip
    is_cancelled = models.BooleanField(_("cancelled"), default=False)
    speakers = models.ManyToManyField("Speaker", through="SessionSpeaker", related_name="sessions", blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["event", "starts", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True) | Q(ends__gt=F("starts")),
                name="session_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def is_for_everybody(self) -> bool:
        return self.room_id is None and self.track_id is None

    @property
    def minutes(self) -> int | None:
        return int((self.ends - self.starts).total_seconds() // 60) if self.starts and self.ends else None

    def clean(self) -> None:
        super().clean()
        if self.starts and self.ends and self.ends <= self.starts:
            raise ValidationError({"ends": _("It ends before it begins.")})


class Speaker(AgendaRow):
    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="speakers")
    name = models.CharField(_("name and surname"), max_length=150)
    role = TranslatedTextField(_("position"), blank=True, max_length=200)
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    organisation_name = models.CharField(_("organisation, if not in the directory"), max_length=200, blank=True)
    about = TranslatedTextField(_("about the speaker"), blank=True, multiline=True, max_length=2000)
    photo = models.ImageField(_("photo"), upload_to="events/", blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["event", "position", "name", "pk"]

    def __str__(self) -> str:
        return self.name


class SessionSpeaker(models.Model):
    class Role(models.TextChoices):
        SPEAKER = "speaker", _("speaker")
        CHAIR = "chair", _("moderator")

    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.CASCADE, related_name="speaking")
    speaker = models.ForeignKey(Speaker, verbose_name=_("speaker"), on_delete=models.CASCADE, related_name="speaking")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.SPEAKER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("speaker of a session")
        verbose_name_plural = _("speakers of sessions")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "speaker"], name="speaker_is_named_once_in_a_session"),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} – {self.session}"


class EventPartner(AgendaRow):
    class Role(models.TextChoices):
        PARTNER = "partner", _("partner")
        SPONSOR = "sponsor", _("sponsor")
        FUNDER = "funder", _("funded by")
        MEDIA = "media", _("media partner")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    name = models.CharField(_("name, if not in the directory"), max_length=200, blank=True)
    website = models.URLField(_("website"), blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.PARTNER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("partner of an event")
        verbose_name_plural = _("partners of events")
        ordering = ["event", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(name=""), name="partner_of_an_event_has_a_name"
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation) if self.organisation else self.name


class MaterialQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """What is public; all of it for who runs the event or has a place at it."""
        events = Event.objects.visible_to(user).values("pk")
        seen = Q(event__in=events, is_public=True) | Q(event__in=Event.objects.run_by(user).values("pk"))
        if user.is_authenticated:
            mine = Event.objects.published().filter(registrations__person=user, registrations__state="confirmed")
            seen |= Q(event__in=mine.values("pk"))
        return self.filter(seen)

    def first_for(self, registration: Registration | None) -> Material | None:
        """The first that this registration opens, if it is of the same event."""
        if registration is None:
            return None
        return self.filter(event=registration.event_id).exclude(event__state="draft").first()


class Material(AgendaRow):
    """A file or an address that people get: slides, minutes, a recording."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="materials")
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.SET_NULL, null=True, blank=True, related_name="materials"
    )
    title = TranslatedTextField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to="event-files/", blank=True)
    url = models.URLField(_("address"), blank=True, max_length=500)
    is_public = models.BooleanField(_("for everybody"), default=True, help_text=_("Else for those who take part."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material of an event")
        verbose_name_plural = _("materials of events")
        ordering = ["event", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(url="")) | (~Q(file="") & Q(url="")),
                name="material_is_a_file_or_an_address",
            )
        ]

    def __str__(self) -> str:
        return str(self.title)
