"""What sources say of an event in numbers: participants, countries, meetings."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from klaster.core.fields import TranslatedTextField
from klaster.directory.facts import number
from klaster.directory.models import Statement
from klaster.directory.models.base import Sourced
from klaster.events.models.events import Event


class EventFigure(Sourced):
    """One number, what it counts, who says so. A statement of the directory cannot speak of events, which stand above.

    Of events on the site itself figures are counted from rows and need none of these.
    """

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="figures")
    what = TranslatedTextField(_("what it counts"), max_length=100)
    number = models.PositiveIntegerField(_("number"))
    bound = models.CharField(_("how exact"), max_length=10, choices=Statement.Bound, default=Statement.Bound.EXACT)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("figure of an event")
        verbose_name_plural = _("figures of events")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.number}"

    @property
    def in_words(self) -> str:
        """ "at least 200"."""
        text = number(Decimal(self.number))
        if self.bound == Statement.Bound.AT_LEAST:
            return pgettext("a number", "at least %(number)s") % {"number": text}
        if self.bound == Statement.Bound.ABOUT:
            return pgettext("a number", "about %(number)s") % {"number": text}
        return text
