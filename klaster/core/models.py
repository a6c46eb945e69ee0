"""What every app leaves behind in core: who did what, how often, which letters and notices went out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from klaster.core.fields import Translated
from klaster.core.sentences import one_dot


def label_of(obj: models.Model) -> str:
    """ "directory.cluster": the type of a row, as rows elsewhere name it without importing it."""
    return str(obj._meta.concrete_model._meta.label_lower)  # type: ignore[union-attr]


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    def of(self, obj: models.Model) -> AuditQuerySet:
        """What happened to one row, the latest first."""
        return self.filter(object_type=label_of(obj), object_pk=str(obj.pk))

    def by(self, person: models.Model) -> AuditQuerySet:
        """What a person did, under the own name or looking through another's eyes."""
        return self.filter(actor_id=person.pk)

    def with_people(self) -> AuditQuerySet:
        """For lists: the names of all who acted, in two queries."""
        return self.prefetch_related("actor", "on_behalf_of")


class AuditEvent(models.Model):
    """One act: who did what to which row, and what changed by it. Written once (see docs/security.md).

    People are kept as numbers without a foreign key in the database: erasing a person rewrites no row here, and no
    row holds a name.
    """

    ledger = True

    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("seen as"),
        help_text=_("Through whose eyes the person looked."),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    program = models.CharField(
        _("program"), max_length=100, blank=True, help_text=_("A command or task that acted without a person.")
    )
    action = models.CharField(_("act"), max_length=100)
    object_type = models.CharField(_("kind of record"), max_length=100)
    object_pk = models.CharField(_("number of the record"), max_length=64)
    object_text = models.CharField(_("record"), max_length=300, blank=True)
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    note = models.TextField(_("note"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit records")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_pk", "-id"], name="audit_of_a_record"),
            models.Index(fields=["actor", "-id"], name="audit_of_a_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(action=""), name="an_act_has_a_name"),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None) | Q(actor__isnull=False), name="who_sees_as_another_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.object_text or self.kind}"

    @property
    def who(self) -> str:
        """Who did it, by the name known today."""
        if self.on_behalf_of_id:
            names = {"person": self._name("actor"), "other": self._name("on_behalf_of")}
            return gettext("%(person)s, seeing as %(other)s") % names
        return self._name("actor") if self.actor_id else self.program or gettext("the system")

    def _name(self, field: str) -> str:
        try:
            person = getattr(self, field)
        except ObjectDoesNotExist:
            person = None
        return str(person) if person else gettext("erased person")

    @property
    def kind(self) -> str:
        """What kind of record it was, in the reader's language."""
        try:
            return str(apps.get_model(self.object_type)._meta.verbose_name)
        except LookupError:
            return self.object_type


class RateCount(models.Model):
    """How often somebody did something in one window of time; see limits.py, which alone writes here."""

    scope = models.CharField(_("what is limited"), max_length=60)
    who = models.CharField(_("who"), max_length=100)
    until = models.BigIntegerField(_("end of the window"), help_text=_("Seconds since 1970."))
    count = models.PositiveIntegerField(_("count"), default=1)

    class Meta:
        verbose_name = _("rate count")
        verbose_name_plural = _("rate counts")
        ordering = ["scope", "who", "until"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "who", "until"], name="one_count_for_each_window"),
        ]
        indexes = [models.Index(fields=["until"], name="rate_counts_by_age")]

    def __str__(self) -> str:
        return f"{self.scope} {self.who}: {self.count}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def about(self, obj: models.Model) -> LetterQuerySet:
        return self.filter(about_type=label_of(obj), about_pk=str(obj.pk))

    def needing_a_person(self) -> LetterQuerySet:
        """What the office has to look at: mail that failed, and mass mail of which nobody knows whether it arrived."""
        return self.filter(state__in=[Letter.State.UNCERTAIN, Letter.State.FAILED])

    def kept_long_enough(self) -> LetterQuerySet:
        """What a job deletes: letters that ended, and whatever their state those to addresses without an account."""
        now = timezone.now()
        ended = Q(state__in=[Letter.State.SENT, Letter.State.CANCELLED, Letter.State.FAILED])
        old = Q(written_at__lt=now - datetime.timedelta(days=Letter.KEPT_DAYS))
        older = Q(written_at__lt=now - datetime.timedelta(days=Letter.KEPT_DAYS_WITHOUT_ACCOUNT))
        return self.filter((ended & old) | (Q(person=None) & older))


class Letter(models.Model):
    """One letter to one address: a row first, then mail (see letters.py, which alone changes the state)."""

    KEPT_DAYS = 365  # for a year people ask whether something was sent to them
    # Whoever has no account can erase nothing here: only as long as it takes to clear up whether a letter arrived.
    KEPT_DAYS_WITHOUT_ACCOUNT = 90

    class State(models.TextChoices):
        HELD = "held", _("held")
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNCERTAIN = "uncertain", _("uncertain")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("account letter")
        PERSONAL = "personal", _("personal letter")
        BULK = "bulk", _("mass mail")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PERSONAL)
    purpose = models.CharField(_("purpose"), max_length=60)
    key = models.CharField(
        _("business key"),
        max_length=200,
        unique=True,
        help_text=_("The same thing is written about to the same person for the same purpose once."),
    )
    about_type = models.CharField(_("kind of record"), max_length=100, blank=True)
    about_pk = models.CharField(_("number of the record"), max_length=64, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="letters",
    )
    address = models.EmailField(_("address"), max_length=254)
    reply_to = models.EmailField(_("answers go to"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    html = models.TextField(_("text as HTML"), blank=True, help_text=_("Empty: made from the text."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    message_id = models.CharField(_("message id"), max_length=200, unique=True)
    list_name = models.CharField(
        _("list"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("What one can leave by a link in the letter; see lists.py."),
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["about_type", "about_pk"], name="letters_about_a_record"),
            models.Index(fields=["state", "-id"], name="letters_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="a_sent_letter_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "queued", "sending", "sent", "uncertain", "failed", "cancelled"]),
                name="a_letter_is_in_a_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(kind="account") | ~Q(state__in=["sent", "cancelled", "failed"]) | Q(body="", html=""),
                name="a_finished_account_letter_keeps_no_text",
            ),
            models.CheckConstraint(
                condition=~Q(subject__contains="\n") & ~Q(subject__contains="\r"), name="a_subject_is_one_line"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class BounceQuerySet(models.QuerySet["Bounce"]):
    HARD_ONES = 2

    def gives_up(self, address: str) -> bool:
        """The address does not exist any more: it came back for good more than once."""
        return self.filter(address__iexact=address, is_hard=True)[: self.HARD_ONES].count() >= self.HARD_ONES

    def kept_long_enough(self) -> BounceQuerySet:
        return self.filter(at__lt=timezone.now() - datetime.timedelta(days=Letter.KEPT_DAYS))


class Bounce(models.Model):
    """A letter of ours came back, and why; see bounces.py."""

    message_id = models.CharField(_("message id"), max_length=200, unique=True)
    address = models.EmailField(_("address"), max_length=254)
    is_hard = models.BooleanField(_("for good"), help_text=_("There is no such mailbox, not: it is full today."))
    status = models.CharField(_("status"), max_length=12, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = BounceQuerySet.as_manager()

    keeps_pages = True

    class Meta:
        verbose_name = _("letter that came back")
        verbose_name_plural = _("letters that came back")
        ordering = ["-id"]
        indexes = [models.Index(Upper("address"), name="bounces_of_an_address")]

    def __str__(self) -> str:
        return f"{self.address}: {self.status} {self.reason}"


class LeftList(models.Model):
    """Somebody wants no more letters of a list; see lists.py."""

    list_name = models.CharField(_("list"), max_length=60)
    who = models.CharField(_("who"), max_length=254, help_text=_("An address, or the number of a person."))
    at = models.DateTimeField(_("at"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("left list of letters")
        verbose_name_plural = _("left lists of letters")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["list_name", "who"], name="a_list_is_left_once")]

    def __str__(self) -> str:
        return f"{self.list_name}: {self.who}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> NoticeQuerySet:
        return self.filter(person_id=user.pk, on_site=True) if user.pk else self.none()

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def mark_read(self) -> int:
        """How many were not read before."""
        return self.unread().update(read_at=timezone.now())


class Notice(models.Model):
    """What a person is told in the site. Words are kept untranslated with what goes into them: a reader who changes
    the language reads old notices in the new one."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="notices"
    )
    topic = models.CharField(_("topic"), max_length=60)
    key = models.CharField(
        _("business key"), max_length=200, help_text=_("The same thing is told to the same person once.")
    )
    subject_words = models.CharField(_("subject"), max_length=200)
    subject_plural = models.CharField(_("subject in the plural"), max_length=200, blank=True)
    body_words = models.TextField(_("text"), blank=True)
    params = models.JSONField(_("values in the text"), default=dict, encoder=DjangoJSONEncoder)
    url = models.CharField(_("address"), max_length=300, blank=True)
    on_site = models.BooleanField(
        _("shown in the site"), default=True, help_text=_("The person may want this topic by mail only.")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "topic", "key"], name="a_person_is_told_a_thing_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notices_not_read", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """In the language of now."""
        return self.words()[0]

    @property
    def body(self) -> str:
        """In the language of now; empty where the subject says it all."""
        return self.words()[1]

    def words(self, clean: Callable[[str], str] = str) -> tuple[str, str]:
        """(subject, body) in the language of now; `clean` is applied to each text that goes into them."""
        if self.subject_plural:
            subject = ngettext(self.subject_words, self.subject_plural, self.params["count"])
        else:
            subject = gettext(self.subject_words)
        values = {name: self._value(value, clean) for name, value in self.params.items()}
        return subject % values, one_dot(gettext(self.body_words) % values) if self.body_words else ""

    @property
    def is_read(self) -> bool:
        return self.read_at is not None

    @staticmethod
    def _value(value: Any, clean: Callable[[str], str]) -> Any:
        """Texts in several languages are kept as {"lt": …, "en": …} and read in the language of now."""
        if isinstance(value, dict):
            value = str(Translated(value))
        return clean(value) if isinstance(value, str) else value
