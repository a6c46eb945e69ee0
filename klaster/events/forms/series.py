"""A series: what it is, and a rule made of plain choices."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.accounts.forms import time_zones
from klaster.core.forms import DateInput
from klaster.directory.careful_forms import VersionedForm
from klaster.directory.models import Organisation
from klaster.directory.models.base import Publication
from klaster.events import recurrence
from klaster.events.forms.events import WhoRunsIt
from klaster.events.forms.fields import OneName
from klaster.events.forms.moments import MomentField, MomentsForm
from klaster.events.models import Series
from klaster.events.recurrence import Pattern

if TYPE_CHECKING:
    from klaster.accounts.models import User

OWN = "own"  # a rule that is none of the patterns; it stays as it is
PATTERNS = [
    (Pattern.WEEKLY, gettext_lazy("every week")),
    (Pattern.FORTNIGHTLY, gettext_lazy("every two weeks")),
    (Pattern.MONTHLY_WEEKDAY, gettext_lazy("every month on the same weekday, for example on the first Thursday")),
    (Pattern.MONTHLY_LAST, gettext_lazy("every month on the last such weekday")),
    (Pattern.MONTHLY_DAY, gettext_lazy("every month on the same day, for example on the 15th")),
    (Pattern.YEARLY, gettext_lazy("every year")),
]
OPEN, COUNT, UNTIL = "open", "count", "until"
ENDS = [
    (OPEN, gettext_lazy("never: dates are made a year ahead")),
    (COUNT, gettext_lazy("after a number of times")),
    (UNTIL, gettext_lazy("on a day")),
]


class SeriesForm(MomentsForm, WhoRunsIt, VersionedForm):
    organiser = OneName(Organisation.objects.all(), label=gettext_lazy("Organiser"))
    starts = MomentField(label=gettext_lazy("The first time"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"), min_value=1, max_value=60 * 24 * 30, initial=60
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=time_zones,
        help_text=gettext_lazy("By its clocks the time is the same in summer and in winter."),
    )  # fmt: skip
    pattern = forms.ChoiceField(label=gettext_lazy("It comes back"), choices=PATTERNS, widget=forms.RadioSelect)
    ends = forms.ChoiceField(label=gettext_lazy("It ends"), choices=ENDS, widget=forms.RadioSelect, initial=OPEN)
    count = forms.IntegerField(
        label=gettext_lazy("Number of times"), required=False, min_value=1, max_value=recurrence.MOST
    )
    until = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=DateInput)
    is_public = forms.BooleanField(
        label=gettext_lazy("Show it to everybody"), required=False,
        help_text=gettext_lazy("New dates are then announced by themselves; else they are drafts."),
    )  # fmt: skip

    class Meta:
        model = Series
        fields = ["name", "summary", "description", "cluster", "organiser", "starts", "minutes", "time_zone"]

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by
        series: Series = self.instance
        self.choose_who(by)
        if series.starts:
            self.initial["starts"] = series.starts.astimezone(series.zone)
            self._open_rule(series)
        self.initial["is_public"] = series.status == Publication.PUBLISHED
        self.ready()

    def _open_rule(self, series: Series) -> None:
        """The rule in plain choices."""
        first = series.starts.astimezone(series.zone).date()  # type: ignore[union-attr]
        pattern = recurrence.pattern_of(series.rrule, first, series.zone)
        if series.rrule and not pattern:
            own = (OWN, _("by a rule of its own: %(rule)s") % {"rule": series.rrule})
            self.fields["pattern"].choices = [own, *PATTERNS]  # type: ignore[attr-defined]
        count, until = recurrence.count_of(series.rrule), recurrence.until_of(series.rrule, series.zone)
        self.initial.update({
            "pattern": pattern or (OWN if series.rrule else ""),
            "ends": COUNT if count else UNTIL if until else OPEN,
            "count": count,
            "until": until.date() if until else None,
        })  # fmt: skip

    def reopened(self, row: Any) -> SeriesForm:
        return type(self)(instance=row, prefix=self.prefix, by=self.by)

    def zone(self) -> zoneinfo.ZoneInfo | None:
        name = self.cleaned_data.get("time_zone")
        return zoneinfo.ZoneInfo(name) if name else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        ends, starts = cleaned.get("ends"), cleaned.get("starts")
        if ends == COUNT and not cleaned.get("count") and "count" not in self.errors:
            self.add_error("count", _("Write how many times."))
        if ends == UNTIL and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Write the last day."))
        if isinstance(starts, datetime.datetime):
            if ends == UNTIL and cleaned.get("until") and cleaned["until"] < starts.date():
                self.add_error("until", _("It ends before it begins."))
            if cleaned.get("pattern") == Pattern.MONTHLY_LAST and not recurrence.is_last_of_month(starts.date()):
                self.add_error("starts", ValidationError(_("This is not the last such weekday of its month.")))
            if cleaned.get("pattern") == Pattern.MONTHLY_WEEKDAY and recurrence.week_of_month(starts.date()) > 4:
                self.add_error("pattern", _("Few months have a fifth such weekday. Choose the last one instead."))
        return cleaned

    def rule(self) -> str:
        cleaned = self.cleaned_data
        if cleaned["pattern"] == OWN:
            return self.instance.rrule
        return recurrence.rule(
            cleaned["pattern"], cleaned["starts"].date(), zoneinfo.ZoneInfo(cleaned["time_zone"]),
            count=cleaned["count"] if cleaned["ends"] == COUNT else None,
            until=cleaned["until"] if cleaned["ends"] == UNTIL else None,
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        status = Publication.PUBLISHED if self.cleaned_data["is_public"] else Publication.DRAFT
        named = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        return named | {"rrule": self.rule(), "status": status}


class DateForm(MomentsForm, forms.Form):
    """A further date of a series."""

    further = MomentField(label=gettext_lazy("A further date"))

    def __init__(self, *args: Any, series: Series, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.series = series

    def zone(self) -> zoneinfo.ZoneInfo:
        return self.series.zone
