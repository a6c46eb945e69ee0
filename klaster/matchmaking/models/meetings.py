"""Meetings, who sits in them, when and where; the runs of the timetable; what came of it.

Nobody is ever in two places and no table has two meetings at once: PostgreSQL refuses it by exclusion constraints,
whatever the code does. The times of a sitting are its meeting's: triggers copy them, so that no code can part them.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klaster.matchmaking.models.matchmaking import Matchmaking, Period, Slot, Table
from klaster.matchmaking.models.participants import Participant, Representative
from klaster.matchmaking.models.requests import MeetingRequest

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

NEAR = datetime.timedelta(hours=12)


class MeetingQuerySet(models.QuerySet):
    def agreed(self) -> Self:
        return self.filter(state=Meeting.State.AGREED)

    def placed(self) -> Self:
        """With a time people know of."""
        return self.filter(state=Meeting.State.AGREED, starts__isnull=False)

    def visible_to(self, user: Reader) -> Self:
        """One's own meetings, and all of events one runs."""
        if not user.is_authenticated:
            return self.none()
        mine = MeetingSide.objects.filter(participant__in=Participant.objects.of(user).values("pk"))
        run = Matchmaking.objects.run_by(user).values("pk")
        return self.filter(Q(pk__in=mine.values("meeting")) | Q(matchmaking__in=run))


class Meeting(models.Model):
    """Two to eight participants who agreed to meet. Without a time until a timetable is published or one is booked."""

    class State(models.TextChoices):
        AGREED = "agreed", _("agreed")
        CANCELLED = "cancelled", _("cancelled")

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="meetings"
    )
    request = models.OneToOneField(
        MeetingRequest, verbose_name=_("request"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="meeting",
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.AGREED)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("From both priorities: heavier meetings are held first."),
    )  # fmt: skip
    slots = models.PositiveSmallIntegerField(_("times it takes"), default=1, validators=[MinValueValidator(1)])
    is_online = models.BooleanField(_("online"), default=False)
    is_pinned = models.BooleanField(_("stays where it is"), default=False)
    pinned_slot = models.ForeignKey(
        Slot, verbose_name=_("time at which it must be"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="pinned", help_text=_("Every timetable keeps it; people see no time before one is published."),
    )  # fmt: skip
    pinned_table = models.ForeignKey(
        Table, verbose_name=_("table at which it must be"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="pinned",
    )  # fmt: skip
    starts = models.DateTimeField(_("begins"), null=True, blank=True)
    ends = models.DateTimeField(_("ends"), null=True, blank=True)
    table = models.ForeignKey(
        Table, verbose_name=_("table"), on_delete=models.SET_NULL, null=True, blank=True, related_name="meetings"
    )
    is_live = models.BooleanField(_("booked by themselves"), default=False)
    changed_at = models.DateTimeField(
        _("moved"), null=True, blank=True, help_text=_("After people were told of the time.")
    )
    was = models.JSONField(
        _("where it was before"), null=True, blank=True, help_text=_("starts and table, as people knew them.")
    )
    sequence = models.PositiveIntegerField(
        _("version in calendars"), default=0, editable=False, help_text=_("SEQUENCE of RFC 5545.")
    )
    created_at = models.DateTimeField(_("agreed"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Participant, verbose_name=_("who called it off"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = MeetingQuerySet.as_manager()
    keeps_pages = True
    audit_hidden = ("reason",)

    class Meta:
        verbose_name = _("meeting of a matchmaking event")
        verbose_name_plural = _("meetings of matchmaking events")
        ordering = ["matchmaking", "starts", "pk"]
        indexes = [models.Index(fields=["matchmaking", "starts"], name="meetings_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True) | Q(ends__gt=F("starts")),
                name="meeting_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="table_has_one_meeting_at_a_time",
                expressions=[
                    ("table", RangeOperators.EQUAL),
                    (Period("starts", "ends", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="agreed", table__isnull=False, starts__isnull=False),
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_placed(self) -> bool:
        return self.state == self.State.AGREED and self.starts is not None

    def is_near(self, now: datetime.datetime) -> bool:
        """Near enough to say that one will be late, and not over."""
        return self.starts is not None and self.ends is not None and self.starts - NEAR <= now < self.ends


class MeetingSide(models.Model):
    """A participant takes part in a meeting; afterwards, what they say of it."""

    class Held(models.TextChoices):
        YES = "yes", pgettext_lazy("a meeting", "held")
        NO = "no", pgettext_lazy("a meeting", "not held")
        ABSENT = "absent", _("the others did not come")

    meeting = models.ForeignKey(Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="sides")
    participant = models.ForeignKey(
        Participant, verbose_name=_("participant"), on_delete=models.CASCADE, related_name="sides"
    )
    held = models.CharField(_("held"), max_length=6, choices=Held, blank=True)
    rating = models.PositiveSmallIntegerField(
        _("how useful"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    note = models.TextField(_("own note"), max_length=2000, blank=True, help_text=_("Nobody else sees it."))
    is_late = models.BooleanField(_("says to be late"), default=False)
    reported_at = models.DateTimeField(_("reported"), null=True, blank=True)

    keeps_pages = True
    audit_hidden = ("note",)

    class Meta:
        verbose_name = _("side of a meeting")
        verbose_name_plural = _("sides of meetings")
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "participant"], name="participant_is_in_a_meeting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.participant}"


class Sitting(models.Model):
    """A person sits in a meeting. `starts`, `ends` and `counts` are the meeting's, by triggers; none of ours to set."""

    meeting = models.ForeignKey(Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="sittings")
    representative = models.ForeignKey(
        Representative, verbose_name=_("representative"), on_delete=models.CASCADE, related_name="sittings"
    )
    starts = models.DateTimeField(_("begins"), null=True, editable=False)
    ends = models.DateTimeField(_("ends"), null=True, editable=False)
    counts = models.BooleanField(_("takes place"), default=False, editable=False)

    keeps_pages = True

    class Meta:
        verbose_name = _("person in a meeting")
        verbose_name_plural = _("people in meetings")
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "representative"], name="person_sits_in_a_meeting_once"),
            ExclusionConstraint(
                name="person_is_in_one_place_at_a_time",
                expressions=[
                    ("representative", RangeOperators.EQUAL),
                    (Period("starts", "ends", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(counts=True),
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.representative}"


class Run(models.Model):
    """One making of the timetable: the problem as it was, what came out, against which bound.

    `levels` are the objectives in order: {"name", "value", "bound", "gap", "proven"}; `progress` is the latest of them
    while it runs.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waits")
        RUNNING = "running", _("is running")
        DONE = "done", pgettext_lazy("making of a timetable", "done")
        STOPPED = "stopped", _("stopped; the best so far")
        FAILED = "failed", _("failed")

    ENDED_WELL = (State.DONE, State.STOPPED)

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="runs"
    )
    previous = models.ForeignKey(
        "self", verbose_name=_("changes this timetable"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+", help_text=_("Re-planning: as few meetings as possible move."),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    seed = models.PositiveIntegerField(_("seed"), default=1)
    seconds_allowed = models.PositiveSmallIntegerField(
        _("seconds it may take"), default=30, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    problem = models.JSONField(_("problem"), null=True, blank=True, editable=False)
    progress = models.JSONField(_("progress"), default=dict, blank=True, editable=False)
    levels = models.JSONField(_("levels"), default=list, blank=True, editable=False)
    figures = models.JSONField(
        _("figures"), default=dict, blank=True, editable=False,
        help_text=_("Meetings agreed, possible and held, free places, online meetings without a room."),
    )  # fmt: skip
    seconds = models.FloatField(_("seconds it took"), null=True, blank=True)
    is_checked = models.BooleanField(_("found right by the independent check"), default=False)
    stop_asked = models.BooleanField(_("is to stop"), default=False)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("making of a timetable")
        verbose_name_plural = _("makings of timetables")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["matchmaking"], condition=Q(state__in=["queued", "running"]),
                name="one_timetable_is_made_at_a_time",
                violation_error_message=_("A timetable of this event is being made already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.matchmaking} #{self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class Placement(models.Model):
    """Where a run puts a meeting; without a slot it was left out, and `reason` says why and what would help."""

    run = models.ForeignKey(Run, verbose_name=_("run"), on_delete=models.CASCADE, related_name="placements")
    meeting = models.ForeignKey(Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="placements")
    slot = models.ForeignKey(
        Slot, verbose_name=_("time"), on_delete=models.CASCADE, null=True, blank=True, related_name="placements"
    )
    table = models.ForeignKey(
        Table, verbose_name=_("table"), on_delete=models.CASCADE, null=True, blank=True, related_name="placements"
    )
    is_by_hand = models.BooleanField(_("put there by hand"), default=False)
    reason = models.JSONField(_("why it was left out"), default=dict, blank=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("place of a meeting in a timetable")
        verbose_name_plural = _("places of meetings in timetables")
        ordering = ["run", "slot", "table", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "meeting"], name="meeting_is_placed_once_in_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.slot or '–'}"


class MoveProposal(models.Model):
    """A side of a meeting proposes another time; it moves when all others agree.

    Where the time is that of another meeting of theirs, the two change places: then those of both have to agree.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        AGREED = "agreed", _("agreed")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("no longer possible")

    meeting = models.ForeignKey(Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="proposals")
    slot = models.ForeignKey(Slot, verbose_name=_("time"), on_delete=models.CASCADE, related_name="+")
    swaps_with = models.ForeignKey(
        Meeting, verbose_name=_("changes places with"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    proposed_by = models.ForeignKey(
        Participant, verbose_name=_("proposed by"), on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    agreed = models.ManyToManyField(Participant, verbose_name=_("who has agreed"), blank=True, related_name="+")
    at = models.DateTimeField(_("proposed"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("proposal to move a meeting")
        verbose_name_plural = _("proposals to move meetings")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(state="open"), name="meeting_has_one_open_proposal"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.meeting}: {self.slot}"
