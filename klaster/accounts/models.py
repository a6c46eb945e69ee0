"""People. What a person may do follows from dated facts in other apps; who works for the network is a group."""

from __future__ import annotations

import datetime
import hashlib
import secrets
import uuid
import zoneinfo
from typing import Any

import rules
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, BaseUserManager, Group, PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from klaster.core import languages, topics

SECRETARIAT = "Secretariat"


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User | AnonymousUser) -> UserQuerySet:
        """The office sees everybody who is still here; anybody else only the own row."""
        if isinstance(user, User) and user.is_secretariat:
            return self.filter(erased_at=None)
        return self.filter(pk=user.pk) if user.is_authenticated else self.none()

    def secretariat(self) -> UserQuerySet:
        """Who works for the network's office now."""
        return self.filter(
            Q(is_superuser=True) | Q(pk__in=self.model.objects.filter(groups__name=SECRETARIAT)), is_active=True
        )

    def with_office(self) -> UserQuerySet:
        """Each with `in_office`: works for the office of the network (administrators apart)."""
        return self.annotate(in_office=Exists(Group.objects.filter(name=SECRETARIAT, user=OuterRef("pk"))))

    def in_order(self) -> UserQuerySet:
        """By name as the reader's alphabet has it."""
        return self.order_by(languages.SortKey("name"), "email")

    def search(self, words: str) -> UserQuerySet:
        """Everybody whose name or address holds every word, accents and case aside."""
        found = self
        for word in words.split()[:6]:
            found = found.filter(Q(name__unaccent__icontains=word) | Q(email__icontains=word))
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A person signs in with an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. The address is the name; the network asks for nothing it does not need."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name and surname"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=10, default=languages.current, help_text=_("Letters and notices come in it.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default=settings.TIME_ZONE)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    chosen_channels = models.JSONField(
        _("channels of notices"),
        default=dict,
        blank=True,
        help_text=_("Topic → where to be told; a topic that is missing keeps its own default."),
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = UserManager()  # type: ignore[misc]

    audit_hidden = ("email", "name")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="addresses_that_differ_only_in_case_are_one"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(is_active=False), name="an_erased_person_does_not_sign_in"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        if self.erased_at:
            return str(_("Erased person"))
        return self.name or self.email

    @property
    def language_name(self) -> str:
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def audit_text(self) -> str:
        """No name: the audit is never rewritten, and a person may ask to be erased."""
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] or self.get_full_name()

    @cached_property
    def is_secretariat(self) -> bool:
        """Works for the network's office."""
        return self.is_active and (self.is_superuser or self.groups.filter(name=SECRETARIAT).exists())

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Where there is a rule, superusers follow it too: what is nobody's right is not theirs either."""
        if self.is_superuser and rules.perm_exists(perm):
            return self.is_active and rules.has_perm(perm, self, obj)
        return super().has_perm(perm, obj)

    @property
    def is_viewable(self) -> bool:
        """Whether the site may be shown to the office as this person sees it. Never another of the office."""
        return self.is_active and not self.is_secretariat

    @property
    def has_second_factor(self) -> bool:
        """A passkey, a key or an authenticator app; recovery codes alone are none."""
        return self.authenticator_set.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    @property
    def must_have_second_factor(self) -> bool:
        """Works for the office, where a password is not enough."""
        return settings.SECRETARIAT_NEEDS_SECOND_FACTOR and self.is_secretariat

    @property
    def needs_second_factor(self) -> bool:
        """Has to set one up before going on."""
        return self.must_have_second_factor and not self.has_second_factor

    def channels(self, topic: topics.Topic) -> frozenset[str]:
        """Where the person wants to be told about a topic: on the site, by mail, both or not at all."""
        chosen = self.chosen_channels.get(topic.code)
        return topic.channels if chosen is None else frozenset(chosen) & topics.CHANNELS

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's time zone, or the network's if the stored name is unknown here."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo(settings.TIME_ZONE)

    @property
    def is_staff(self) -> bool:
        """What Django calls it."""
        return self.is_secretariat


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User | AnonymousUser) -> InvitationQuerySet:
        """The office sees all invitations, anybody else those they sent."""
        if isinstance(user, User) and user.is_secretariat:
            return self
        return self.filter(invited_by=user.pk) if user.is_authenticated else self.none()

    def pending(self) -> InvitationQuerySet:
        """Neither answered nor withdrawn; perhaps expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def with_token(self, token: str) -> InvitationQuerySet:
        return self.filter(token_hash=Invitation.hash_of(token))


class Invitation(models.Model):
    """A letter that lets the owner of an address in; the link in it proves the address.

    `grant` names what acceptance brings besides an account (see `accounts.invitations`), `params` says of what.
    """

    LIFETIME = datetime.timedelta(days=14)

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name and surname"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, default=languages.current)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    grant = models.CharField(_("what it gives"), max_length=50, blank=True)
    params = models.JSONField(_("of what"), default=dict, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    once = models.UUIDField(_("form"), default=uuid.uuid4, editable=False)  # a form invites an address once
    invited_by = models.ForeignKey(
        User, verbose_name=_("invited by"), on_delete=models.PROTECT, related_name="invitations_sent"
    )
    invited_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_by = models.ForeignKey(
        User,
        verbose_name=_("accepted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations_accepted",
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    audit_hidden = ("email", "name", "message", "token_hash")

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="an_invitation_is_accepted_by_somebody_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="an_invitation_is_not_both_accepted_and_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="an_invitation_is_valid_for_a_while"
            ),
            models.UniqueConstraint(
                Lower("email"),
                F("grant"),
                F("params"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_pending_invitation_for_one_purpose",
            ),
            models.UniqueConstraint(
                F("once"), F("grant"), F("params"), Lower("email"), name="a_form_invites_an_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def audit_text(self) -> str:
        return f"#{self.pk}"

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(token: str) -> str:
        """What is stored: 256 random bits need no salt."""
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_pending(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None

    @property
    def is_open(self) -> bool:
        """Can still be accepted now."""
        return self.is_pending and timezone.now() < self.expires_at

    def is_for(self, user: User | AnonymousUser) -> bool:
        """Whether this person has proven to own the address the letter went to."""
        return (
            user.is_authenticated and user.emailaddress_set.filter(email__iexact=self.email, verified=True).exists()  # type: ignore[union-attr]
        )


class ViewingQuerySet(models.QuerySet["Viewing"]):
    def running(self) -> ViewingQuerySet:
        return self.filter(ended_at=None, until__gt=timezone.now())


class Viewing(models.Model):
    """Once that somebody of the office looked at the site as another person sees it. The person can read this list."""

    actor = models.ForeignKey(
        User, verbose_name=_("who looked"), on_delete=models.PROTECT, related_name="viewings_made"
    )
    person = models.ForeignKey(User, verbose_name=_("as whom"), on_delete=models.PROTECT, related_name="viewings_of")
    reason = models.CharField(_("reason"), max_length=200)
    started_at = models.DateTimeField(_("from"), default=timezone.now, editable=False)
    until = models.DateTimeField(_("at most until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ViewingQuerySet.as_manager()

    class Meta:
        verbose_name = _("view as another person")
        verbose_name_plural = _("views as another person")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(actor=F("person")), name="nobody_views_as_themselves"),
            models.CheckConstraint(condition=Q(until__gt=F("started_at")), name="a_view_as_another_lasts_a_while"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_view_as_another_has_a_reason"),
            models.UniqueConstraint(
                fields=["actor"], condition=Q(ended_at=None), name="somebody_views_as_one_person_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} → {self.person}"

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and timezone.now() < self.until
