"""What the organiser types: settings, times, tables, participants, a letter."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core.forms import DateInput
from klaster.events.forms.moments import MomentField, MomentsForm, TimeInput
from klaster.events.models import Category
from klaster.matchmaking import slots
from klaster.matchmaking.models import AskRule, Matchmaking, Participant, Slot, Table
from klaster.matchmaking.slots import ClockChange, Span

MOST_DAYS, MOST_SLOTS, MOST_TABLES = 14, 400, 500


class SettingsForm(MomentsForm, forms.ModelForm):
    asks_until = MomentField(label=gettext_lazy("People ask until"), required=False)
    answers_until = MomentField(label=gettext_lazy("People answer until"), required=False)
    rules = forms.MultipleChoiceField(
        label=gettext_lazy("Who may ask whom"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing ticked: everybody may ask everybody."),
    )  # fmt: skip

    class Meta:
        model = Matchmaking
        fields = [
            "note", "asks_until", "answers_until", "rules", "minutes", "most_requests", "most_meetings", "seen_by",
            "is_ready_for_all", "books_live",
        ]  # fmt: skip
        widgets = {"seen_by": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("asks_until", "answers_until"):
            if value := getattr(self.instance, name):
                self.initial[name] = value.astimezone(self.zone())
        categories = list(self.instance.event.categories.all())
        if not categories:
            del self.fields["rules"]
            return
        sides: list[Category | None] = [None, *categories]
        field: Any = self.fields["rules"]
        field.choices = [
            (
                f"{asker.pk if asker else ''}>{asked.pk if asked else ''}",
                f"{asker or _('anybody')} → {asked or _('anybody')}",
            )
            for asker in sides
            for asked in sides
            if asker or asked
        ]
        self.initial["rules"] = [
            f"{rule.asker_id or ''}>{rule.asked_id or ''}" for rule in self.instance.ask_rules.all()
        ]

    def zone(self) -> zoneinfo.ZoneInfo:
        return self.instance.event.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        asks, answers = cleaned.get("asks_until"), cleaned.get("answers_until")
        if asks and answers and answers < asks:
            self.add_error("answers_until", _("People need time to answer: not before the last day of asking."))
        starts = self.instance.event.starts
        if answers and starts and answers > starts and "answers_until" not in self.errors:
            self.add_error("answers_until", _("The event begins before that."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields if name != "rules"}

    def ask_rules(self) -> list[AskRule] | None:
        """Unsaved; None where the event has no categories."""
        if "rules" not in self.fields:
            return None
        pairs = [rule.split(">") for rule in self.cleaned_data["rules"]]
        return [
            AskRule(
                matchmaking=self.instance, asker_id=int(one) if one else None, asked_id=int(other) if other else None
            )
            for one, other in pairs
        ]


class SlotsForm(forms.Form):
    """ "From, to, minutes, pause" on one or several days."""

    first = forms.DateField(label=gettext_lazy("First day"), widget=DateInput)
    last = forms.DateField(
        label=gettext_lazy("Last day"), widget=DateInput, required=False,
        help_text=gettext_lazy("Empty: the first day only."),
    )  # fmt: skip
    starts = forms.TimeField(label=gettext_lazy("From"), widget=TimeInput)
    ends = forms.TimeField(label=gettext_lazy("Until"), widget=TimeInput)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes of a meeting"), min_value=5, max_value=240)
    pause = forms.IntegerField(
        label=gettext_lazy("Minutes between two meetings"), min_value=0, max_value=60, initial=0,
        help_text=gettext_lazy("To walk from table to table."),
    )  # fmt: skip

    def __init__(self, *args: Any, matchmaking: Matchmaking, **kwargs: Any):
        self.matchmaking = matchmaking
        event = matchmaking.event
        first = event.starts.astimezone(event.zone).date() if event.starts else None
        kwargs["initial"] = {"first": first, "minutes": matchmaking.minutes, "pause": 0} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        first, last = cleaned["first"], cleaned["last"] or cleaned["first"]
        if last < first:
            raise ValidationError({"last": _("The last day is before the first.")})
        if (last - first).days >= MOST_DAYS:
            raise ValidationError({"last": _("At most %(days)s days at once.") % {"days": MOST_DAYS}})
        if cleaned["ends"] <= cleaned["starts"]:
            raise ValidationError({"ends": _("It ends before it begins.")})
        cleaned["spans"] = self.spans(first, last)
        return cleaned

    def spans(self, first: datetime.date, last: datetime.date) -> list[Span]:
        zone, found = self.matchmaking.event.zone, []
        for day in slots.days(first, last):
            found.append(
                Span(
                    self.moment("starts", day, self.cleaned_data["starts"], zone),
                    self.moment("ends", day, self.cleaned_data["ends"], zone),
                )
            )
        return found

    @staticmethod
    def moment(name: str, day: datetime.date, time: datetime.time, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
        try:
            return slots.moment(day, time, zone)
        except ClockChange as change:
            words = _("On %(day)s clocks show %(time)s twice: choose another time.")
            if not change.found:
                words = _("On %(day)s clocks never show %(time)s: choose another time.")
            raise ValidationError({name: words % {"day": f"{day}", "time": f"{time:%H:%M}"}}) from None


class SlotForm(MomentsForm, forms.ModelForm):
    """One time, or a break."""

    starts = MomentField(label=gettext_lazy("Begins"))
    ends = MomentField(label=gettext_lazy("Ends"))

    class Meta:
        model = Slot
        fields = ["starts", "ends", "is_break", "title", "is_closed"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("starts", "ends"):
            if value := getattr(self.instance, name) or self.initial.get(name):
                self.initial[name] = value.astimezone(self.zone())

    def zone(self) -> zoneinfo.ZoneInfo:
        return self.instance.matchmaking.event.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", _("It ends before it begins."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields}


class TablesForm(forms.Form):
    """Several tables at once."""

    count = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST_TABLES)
    zone = forms.CharField(
        label=gettext_lazy("Zone"), max_length=60, required=False,
        help_text=gettext_lazy("A hall or a part of it: “Hall B”, “A”."),
    )  # fmt: skip
    is_online = forms.BooleanField(label=gettext_lazy("Online rooms"), required=False)


class TableForm(forms.ModelForm):
    url = forms.URLField(
        label=gettext_lazy("Address of the online room"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = Table
        fields = ["number", "zone", "is_online", "url", "is_closed"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("url") and not cleaned.get("is_online"):
            self.add_error("url", _("Only an online room has an address."))
        return cleaned


class ParticipantForm(forms.ModelForm):
    """What the organiser sets of a participant."""

    class Meta:
        model = Participant
        fields = ["name", "state", "is_online", "is_shown", "fixed_table", "most_meetings"]
        widgets = {"state": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        table: Any = self.fields["fixed_table"]
        table.queryset = self.instance.matchmaking.tables.filter(is_online=False)
        table.empty_label = _("none")
        table.label_from_instance = lambda row: f"{row.number} {row.zone}".strip()


class AskForm(forms.Form):
    """A request on somebody's behalf, or a meeting both have agreed to already."""

    asker = forms.ModelChoiceField(Participant.objects.none(), label=gettext_lazy("Who asks"))
    asked = forms.ModelChoiceField(Participant.objects.none(), label=gettext_lazy("Who is asked"))
    priority = forms.TypedChoiceField(
        label=gettext_lazy("How important"), coerce=int, choices=[], widget=forms.RadioSelect, initial=1
    )
    message = forms.CharField(
        label=gettext_lazy("Message"), required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_agreed = forms.BooleanField(
        label=gettext_lazy("Both have agreed already"), required=False,
        help_text=gettext_lazy("By telephone, for instance: the meeting is made at once."),
    )  # fmt: skip

    def __init__(self, *args: Any, matchmaking: Matchmaking, **kwargs: Any):
        super().__init__(*args, **kwargs)
        from klaster.matchmaking.models import MeetingRequest  # noqa: PLC0415

        fields: dict[str, Any] = self.fields
        for name in ("asker", "asked"):
            fields[name].queryset = matchmaking.participants.taking_part().order_by("name", "pk")
        fields["priority"].choices = MeetingRequest.Priority.choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("asker") and cleaned.get("asker") == cleaned.get("asked"):
            self.add_error("asked", _("Nobody asks themselves."))
        return cleaned


class WriteForm(forms.Form):
    """A letter to the people of some participants."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=150)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=3000, widget=forms.Textarea(attrs={"rows": 10}))
