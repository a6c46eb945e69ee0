"""Who comes: what is asked, how places are shared out, each person's registration."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from klaster.core import languages
from klaster.core.fields import TranslatedTextField
from klaster.events import places
from klaster.events.models.agenda import Session
from klaster.events.models.events import Event

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without those that are read for one another
CODE_LENGTH = 10
LINK_SALT = "klaster.events.registration"


def new_code() -> str:
    """What stands on a badge, as QR code and in letters: 50 bits nobody guesses."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


class Category(models.Model):
    """As whom somebody comes: member of a cluster, speaker, press."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="categories")
    name = TranslatedTextField(_("name"), max_length=100)
    note = TranslatedTextField(_("note"), blank=True, max_length=200)
    is_offered = models.BooleanField(
        _("people may choose it"), default=True, help_text=_("Else only the organiser gives it: speakers, staff.")
    )
    hue = models.PositiveSmallIntegerField(_("colour on the badge"), default=1)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category of participants")
        verbose_name_plural = _("categories of participants")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return str(self.name)


class Quota(models.Model):
    """At most so many places for a category, or for people of a country, within the places of the event."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="quotas")
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.CASCADE, null=True, blank=True, related_name="quotas"
    )
    country = CountryField(_("country"), blank=True)
    places = models.PositiveIntegerField(pgettext_lazy("of an event", "places"))

    class Meta:
        verbose_name = _("quota of an event")
        verbose_name_plural = _("quotas of events")
        ordering = ["event", "category", "country", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=False, country="") | (Q(category__isnull=True) & ~Q(country="")),
                name="quota_is_for_a_category_or_a_country",
            ),
            models.UniqueConstraint(
                fields=["event", "category"], condition=Q(category__isnull=False), name="category_has_one_quota"
            ),
            models.UniqueConstraint(
                fields=["event", "country"], condition=~Q(country=""), name="country_has_one_quota"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or self.country.name}: {self.places}"


class Question(models.Model):
    """Something the organiser asks besides name, address and organisation."""

    class Kind(models.TextChoices):
        LINE = "line", _("a line of text")
        TEXT = "text", _("several lines of text")
        YES_NO = "yes_no", _("yes or no")
        ONE = "one", _("one of a list")
        SEVERAL = "several", _("several of a list")
        NUMBER = "number", _("a number")
        DAY = "day", _("a day")
        CONSENT = "consent", _("consent")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind, default=Kind.LINE)
    label = TranslatedTextField(_("question"), max_length=300)
    hint = TranslatedTextField(_("help"), blank=True, max_length=300)
    options = models.JSONField(
        _("answers to choose from"), default=list, blank=True, help_text=_("A list of texts by language.")
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    is_sensitive = models.BooleanField(
        _("about a person's needs"), default=False,
        help_text=_("Like diet and accessibility: forgotten 30 days after the event."),
    )  # fmt: skip
    categories = models.ManyToManyField(
        Category, verbose_name=_("asked of"), blank=True, related_name="questions",
        help_text=_("Nobody chosen: of everybody."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("question of a registration")
        verbose_name_plural = _("questions of registrations")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return str(self.label)


class RegistrationState(models.TextChoices):
    APPLIED = "applied", _("waits for the organiser")
    CONFIRMED = "confirmed", _("takes part")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("is offered a place")
    DECLINED = "declined", _("declined")
    CANCELLED = "cancelled", _("cancelled")
    LAPSED = "lapsed", _("did not take up the place")


HOLD_A_PLACE = (RegistrationState.CONFIRMED, RegistrationState.OFFERED)
ENDED = (RegistrationState.DECLINED, RegistrationState.CANCELLED, RegistrationState.LAPSED)


class RegistrationQuerySet(models.QuerySet):
    def of_token(self, token: str) -> Self:
        """The one that a signed link opens."""
        known = Registration.pk_of_token(token)
        return self.filter(pk=known[0], code=known[1]) if known else self.none()

    def confirmed(self) -> Self:
        return self.filter(state=RegistrationState.CONFIRMED)

    def holding_places(self) -> Self:
        return self.filter(state__in=HOLD_A_PLACE)

    def on_site(self) -> Self:
        """Those who take up places of the house: where one may also take part online, who does not."""
        return self.exclude(is_online=True, event__mode=Event.Mode.BOTH)

    def live(self) -> Self:
        """All but those that ended."""
        return self.exclude(state__in=ENDED)

    def real(self) -> Self:
        return self.filter(event__is_invented=False)

    def visible_to(self, user: Reader) -> Self:
        """One's own and those of events one runs."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(person=user) | Q(event__in=Event.objects.run_by(user).values("pk")))


class Registration(models.Model):
    """One person's place at an event, or the wish for one.

    `number` is the order in which registrations were taken, given under the lock of the event. Who registered
    colleagues is their `booked_by`. Without an account people keep theirs by a signed link sent to their address.
    """

    State = RegistrationState

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="registrations")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=RegistrationState)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="registrations",
    )  # fmt: skip
    booked_by = models.ForeignKey(
        "self", verbose_name=_("registered by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="colleagues",
    )  # fmt: skip
    name = models.CharField(_("name and surname"), max_length=150)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="registrations",
    )  # fmt: skip
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    position = models.CharField(_("position"), max_length=150, blank=True)
    country = CountryField(_("country"), blank=True)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="registrations",
    )  # fmt: skip
    language = models.CharField(_("language of letters"), max_length=10, default=languages.current)
    is_online = models.BooleanField(_("takes part online"), default=False)
    is_member = models.BooleanField(
        _("of a member of a cluster"), default=False, help_text=_("As it was on the day of registration.")
    )
    dietary = models.CharField(_("diet"), max_length=300, blank=True)
    access_needs = models.CharField(_("accessibility"), max_length=300, blank=True)
    is_late = models.BooleanField(_("registered at the door"), default=False)
    is_together = models.BooleanField(
        _("only together"), default=False,
        help_text=_("From the waiting list these people get places all at once or not at all."),
    )  # fmt: skip
    once = models.UUIDField(_("number of the form"), null=True, blank=True, unique=True, editable=False)
    code = models.CharField(_("code on the badge"), max_length=CODE_LENGTH, unique=True, default=new_code)
    lot = models.PositiveIntegerField(_("place by lot"), null=True, blank=True)
    offered_until = models.DateTimeField(_("place kept until"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    note = models.CharField(_("note of the organiser"), max_length=500, blank=True)

    objects = RegistrationQuerySet.as_manager()

    audit_hidden = ("name", "email", "phone", "dietary", "access_needs", "note", "reason", "code", "once")

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["event", "number"]
        indexes = [models.Index(fields=["event", "state", "number"], name="registrations_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="registration_has_its_own_number"),
            models.UniqueConstraint(
                "event", Lower("email"), condition=~Q(email="") & ~Q(state__in=["declined", "cancelled", "lapsed"]),
                name="address_is_registered_once",
                violation_error_message=_("This address is registered for the event already."),
            ),
            models.UniqueConstraint(
                fields=["event", "person"],
                condition=Q(person__isnull=False) & ~Q(state__in=["declined", "cancelled", "lapsed"]),
                name="person_is_registered_once",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offered_until__isnull=False)
                | (~Q(state="offered") & Q(offered_until__isnull=True)),
                name="offered_place_is_kept_until",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} – {self.event}"

    @property
    def audit_text(self) -> str:
        return f"#{self.number} – {self.event}"

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def holds_a_place(self) -> bool:
        return self.state in HOLD_A_PLACE

    @property
    def shown_organisation(self) -> str:
        return str(self.organisation) if self.organisation else self.organisation_name

    def link_token(self) -> str:
        """What opens this registration to whoever holds it: sent to its address only."""
        return signing.Signer(salt=LINK_SALT).sign(f"{self.pk}.{self.code}").replace(":", "~")

    @staticmethod
    def pk_of_token(token: str) -> tuple[int, str] | None:
        """(pk, code) a link stands for; None for one that we never signed."""
        try:
            pk, _dot, code = signing.Signer(salt=LINK_SALT).unsign(token.replace("~", ":")).partition(".")
            return int(pk), code
        except (signing.BadSignature, ValueError):
            return None


class Draw(models.Model):
    """The lot of an event: its seed, which binds us by its SHA-256 before the draw and is told after it."""

    event = models.OneToOneField(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="draw")
    seed = models.CharField(_("seed of the lot"), max_length=64)
    prepared_at = models.DateTimeField(_("prepared"), default=timezone.now)
    drawn_at = models.DateTimeField(_("drawn"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip

    audit_hidden = ("seed",)

    class Meta:
        verbose_name = _("draw of lots")
        verbose_name_plural = _("draws of lots")
        ordering = ["event"]

    def __str__(self) -> str:
        return str(self.event)

    @property
    def commitment(self) -> str:
        return places.commitment(self.seed)


class Answer(models.Model):
    """What one person answered: a text, a number, true or false, or the chosen texts, as JSON."""

    registration = models.ForeignKey(
        Registration, verbose_name=_("registration"), on_delete=models.CASCADE, related_name="answers"
    )
    question = models.ForeignKey(Question, verbose_name=_("question"), on_delete=models.CASCADE, related_name="answers")
    value = models.JSONField(_("answer"), null=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("answer of a registration")
        verbose_name_plural = _("answers of registrations")
        ordering = ["registration", "question", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "question"], name="question_is_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"


class SessionChoice(models.Model):
    """Somebody means to go to a session with limited places, or waits for one."""

    registration = models.ForeignKey(
        Registration, verbose_name=_("registration"), on_delete=models.CASCADE, related_name="session_choices"
    )
    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.CASCADE, related_name="choices")
    is_waiting = models.BooleanField(_("waits for a place"), default=False)
    at = models.DateTimeField(_("chosen"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("chosen session")
        verbose_name_plural = _("chosen sessions")
        ordering = ["session", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "session"], name="session_is_chosen_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.registration_id} – {self.session}"


class GivenUpSession(models.Model):
    """Somebody had a place in a session and gave it up. Calendars have to be told, long after the choice is gone."""

    registration = models.ForeignKey(
        Registration, verbose_name=_("registration"), on_delete=models.CASCADE, related_name="given_up"
    )
    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.CASCADE, related_name="given_up")
    times = models.PositiveIntegerField(_("how often"), default=1)
    at = models.DateTimeField(_("given up"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("session given up")
        verbose_name_plural = _("sessions given up")
        ordering = ["session", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "session"], name="given_up_session_is_counted_in_one_row"),
        ]

    def __str__(self) -> str:
        return f"#{self.registration_id} – {self.session}"
