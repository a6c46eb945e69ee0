"""The people of a matchmaking event: participants, those who represent them, when they are free, whom they avoid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from klaster.events.models import Registration
from klaster.matchmaking.models.matchmaking import Matchmaking, Phase, Slot, Table

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class ParticipantQuerySet(models.QuerySet):
    def taking_part(self) -> Self:
        return self.filter(state=Participant.State.IN)

    def of(self, user: Reader) -> Self:
        """Those a person speaks for: where one of the representatives is the person, whose registration holds."""
        if not user.is_authenticated:
            return self.none()
        mine = Representative.objects.filter(registration__person=user, registration__state="confirmed")
        return self.filter(pk__in=mine.values("participant"))

    def shown_to_others(self) -> Self:
        """Those others may find, once people may look at each other at all."""
        return self.taking_part().filter(is_shown=True).exclude(matchmaking__phase=Phase.PREPARING)

    def known_to(self, mine: models.QuerySet[Participant]) -> Self:
        """Those whom one's own participants see: who is shown, who asked them, whom they meet; nobody where one of
        the two blocks the other; and themselves."""
        own = mine.values("pk")
        blocked = Q(pk__in=Block.objects.filter(participant__in=own).values("other")) | Q(
            pk__in=Block.objects.filter(other__in=own).values("participant")
        )
        shown = Q(pk__in=Participant.objects.shown_to_others().values("pk"), matchmaking__in=mine.values("matchmaking"))
        everybody = Participant.objects.all()  # each way asked for by itself: joined they would multiply
        asked_us = everybody.filter(requests_sent__asked__in=own, requests_sent__state__in=["sent", "accepted"])
        met = everybody.filter(sides__meeting__state="agreed", sides__meeting__sides__participant__in=own)
        found = shown | Q(pk__in=asked_us.values("pk")) | Q(pk__in=met.values("pk"))
        return self.filter((found & ~blocked) | Q(pk__in=own))

    def open_to_registered(self) -> Self:
        """Those whom everybody sees who is registered for the event, where the organiser wants it so."""
        return self.shown_to_others().filter(matchmaking__seen_by=Matchmaking.Audience.REGISTERED)

    def visible_to(self, user: Reader) -> Self:
        """The organiser all; participants each other, and others of the event if the organiser wants, as far as
        the participants themselves let people see them and nobody blocks anybody."""
        if not user.is_authenticated:
            return self.none()
        run = Matchmaking.objects.run_by(user).values("pk")
        mine = Participant.objects.of(user)
        at = Registration.objects.confirmed().filter(person=user).exclude(representative__isnull=False).values("event")
        as_guest = Participant.objects.open_to_registered().filter(matchmaking__event__in=at)
        return self.filter(
            Q(matchmaking__in=run)
            | Q(pk__in=Participant.objects.known_to(mine).values("pk"))
            | Q(pk__in=as_guest.values("pk"))
        )


class Participant(models.Model):
    """Who meets others: one person, or the delegation of an organisation that speaks with one voice.

    A delegation of n representatives may be at n tables at once; each of them sits at one.
    """

    class State(models.TextChoices):
        IN = "in", pgettext_lazy("participant of matchmaking", "takes part")
        OUT = "out", pgettext_lazy("participant of matchmaking", "does not take part")

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="participants"
    )
    name = models.CharField(_("shown as"), max_length=200, help_text=_("The organisation, or one's own name."))
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    country = CountryField(_("country"), blank=True)
    about = models.TextField(_("about us"), max_length=1000, blank=True)
    languages = ArrayField(
        models.CharField(max_length=10), verbose_name=_("languages we speak"), default=list, blank=True
    )
    is_online = models.BooleanField(_("meets online"), default=False)
    is_shown = models.BooleanField(
        _("others find us"), default=True, help_text=_("Else only those whom we ask see us.")
    )
    state = models.CharField(_("state"), max_length=3, choices=State, default=State.IN)
    most_meetings = models.PositiveSmallIntegerField(_("at most so many meetings"), null=True, blank=True)
    fixed_table = models.ForeignKey(
        Table, verbose_name=_("own table"), on_delete=models.SET_NULL, null=True, blank=True, related_name="hosts",
        help_text=_("Others come to it."),
    )  # fmt: skip
    key = models.CharField(
        _("key of imports"), max_length=60, blank=True, help_text=_("By which later files find the participant.")
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    profile_at = models.DateTimeField(_("profile written"), null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()
    keeps_pages = True

    class Meta:
        verbose_name = _("participant of matchmaking")
        verbose_name_plural = _("participants of matchmaking")
        ordering = ["matchmaking", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["matchmaking", "key"], condition=~Q(key=""), name="participant_has_its_own_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def said(self) -> list[str]:
        """Offers and needs in words, for who takes the own data away."""
        return [f"{line.get_side_display()}: {line.text}" for line in self.lines.all()]

    @property
    def takes_part(self) -> bool:
        return self.state == self.State.IN


class RepresentativeQuerySet(models.QuerySet):
    def of(self, participants: Iterable[Participant | int]) -> Self:
        """Those of these participants whose registration stands, with what a letter needs of it."""
        rows = self.filter(participant__in=participants, registration__state="confirmed").order_by("pk")
        related = ("registration__person", "registration__booked_by__person", "registration__event")
        return rows.select_related("participant", *related)


class Representative(models.Model):
    """A person of a participant: through the registration, so that nobody takes part who is not registered."""

    participant = models.ForeignKey(
        Participant, verbose_name=_("participant"), on_delete=models.CASCADE, related_name="representatives"
    )
    registration = models.OneToOneField(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="representative"
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    asks_for = models.ForeignKey(
        Participant, verbose_name=_("asks to join"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="asked_by", help_text=_("A colleague's delegation; one of it has to agree."),
    )  # fmt: skip
    told_until = models.DateTimeField(_("told by letter of all until"), null=True, blank=True, editable=False)

    objects = RepresentativeQuerySet.as_manager()

    keeps_pages = True

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["participant", "registration"]

    def __str__(self) -> str:
        return f"#{self.registration_id} – {self.participant}"


class Unavailable(models.Model):
    """A representative is not free at a time."""

    representative = models.ForeignKey(
        Representative, verbose_name=_("representative"), on_delete=models.CASCADE, related_name="unavailable"
    )
    slot = models.ForeignKey(Slot, verbose_name=_("time"), on_delete=models.CASCADE, related_name="unavailable")

    keeps_pages = True

    class Meta:
        verbose_name = _("time at which somebody is not free")
        verbose_name_plural = _("times at which somebody is not free")
        ordering = ["representative", "slot"]
        constraints = [
            models.UniqueConstraint(fields=["representative", "slot"], name="absence_is_said_once"),
        ]

    def __str__(self) -> str:
        return f"{self.representative} – {self.slot}"


class Block(models.Model):
    """A participant wants to have nothing to do with another: neither sees the other. Only the organiser knows."""

    participant = models.ForeignKey(
        Participant, verbose_name=_("participant"), on_delete=models.CASCADE, related_name="blocks"
    )
    other = models.ForeignKey(Participant, verbose_name=_("whom"), on_delete=models.CASCADE, related_name="blocked_by")
    at = models.DateTimeField(_("since"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["participant", "other"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "other"], name="participant_is_blocked_once"),
            models.CheckConstraint(condition=~Q(participant=F("other")), name="nobody_blocks_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.participant} – {self.other}"
