"""What the organiser types about timetables."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from klaster.events.when import clock, day_in_words
from klaster.matchmaking.models import Matchmaking, Slot, Table

SECONDS = [
    (5, gettext_lazy("5 seconds: a first look")), (30, gettext_lazy("30 seconds")),
    (120, gettext_lazy("2 minutes: fewer waits in a large event")), (600, gettext_lazy("10 minutes")),
]  # fmt: skip


def new_seed() -> int:
    return secrets.randbelow(9999) + 1


class MakeForm(forms.Form):
    """How a timetable is made."""

    seconds = forms.TypedChoiceField(
        label=gettext_lazy("How long it may take"), coerce=int, choices=SECONDS, initial=30,
        help_text=gettext_lazy("It ends sooner where nothing better is possible."),
    )  # fmt: skip
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"), min_value=1, max_value=2_000_000_000, required=False,
        help_text=gettext_lazy("The same number gives the same timetable. Empty: any."),
    )  # fmt: skip
    keeps = forms.BooleanField(
        label=gettext_lazy("Move as few meetings as possible from the timetable before"), required=False
    )

    def __init__(self, *args: Any, may_keep: bool, keeps: bool, **kwargs: Any):
        kwargs["initial"] = {"seconds": 30, "keeps": keeps} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if not may_keep:
            del self.fields["keeps"]


class PlaceForm(forms.Form):
    """Where a meeting goes by hand. The choices say what is free."""

    slot = forms.ModelChoiceField(
        Slot.objects.none(), label=gettext_lazy("Time"), required=False, empty_label=gettext_lazy("leave it out")
    )
    table = forms.ModelChoiceField(
        Table.objects.none(),
        label=pgettext_lazy("where people sit", "Table"),
        required=False,
        empty_label=gettext_lazy("any that is free"),
    )

    def __init__(self, *args: Any, matchmaking: Matchmaking, notes: dict[int, str], is_online: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zone = matchmaking.event.zone
        fields: dict[str, Any] = self.fields
        slots = matchmaking.slots.filter(is_break=False, is_closed=False).order_by("starts", "pk")
        several = len({slot.starts.astimezone(zone).date() for slot in slots}) > 1
        fields["slot"].queryset = slots

        def label(slot: Slot) -> str:
            starts = slot.starts.astimezone(zone)
            day = f"{day_in_words(starts.date())}, " if several else ""
            note = notes.get(slot.pk, "")
            return f"{day}{clock(starts)}" + (f" – {note}" if note else "")

        fields["slot"].label_from_instance = label
        fields["table"].queryset = matchmaking.tables.filter(is_online=False, is_closed=False).order_by("number")
        fields["table"].label_from_instance = lambda row: (
            _("table %(number)s") % {"number": row.number} + (f", {row.zone}" if row.zone else "")
        )
        if is_online:
            del fields["table"]
