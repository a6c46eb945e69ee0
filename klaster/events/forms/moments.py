"""A day and a time, typed as the clocks of the event's place show them."""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core.forms import DateInput
from klaster.events import times

PARTS = ("day", "time", "twice")
ZERO = datetime.time()


@dataclass(frozen=True)
class Wall:
    """What was typed, before it is known of which zone it is."""

    day: datetime.date
    time: datetime.time | None
    twice: str

    @property
    def shown(self) -> datetime.datetime:
        return datetime.datetime.combine(self.day, self.time or ZERO)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, str] | None = None):
        super().__init__(attrs, format="%H:%M")


class MomentWidget(forms.MultiWidget):
    """`value` is an aware time, shown by the clock of its zone. The third part asks only where there is a choice."""

    template_name = "events/widgets/moment.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"day": DateInput(), "time": TimeInput(), "twice": forms.RadioSelect()}, attrs)

    def decompress(self, value: datetime.datetime | None) -> list[Any]:
        if value is None:
            return [None, None, ""]
        return [value.date(), value.time(), str(value.fold) if self.is_twice(value) else ""]

    def is_twice(self, value: datetime.datetime) -> bool:
        zone = value.tzinfo
        if not isinstance(zone, zoneinfo.ZoneInfo):
            return False
        found = times.moments(value.replace(tzinfo=None), zone)
        self.offer(found)
        return len(found) > 1

    def offer(self, found: list[datetime.datetime]) -> None:
        """Let the person choose between two moments."""
        if len(found) > 1:
            words = [_("the first time (%(zone)s)"), _("the second time (%(zone)s)")]
            self.widgets[2].choices = [  # type: ignore[attr-defined]
                (str(each.fold), text % {"zone": f"{each:UTC%:z}"}) for text, each in zip(words, found, strict=True)
            ]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, which in zip(context["widget"]["subwidgets"], PARTS, strict=True):
            part["which"] = which
        return context


class MomentField(forms.MultiValueField):
    """Cleans to a `Wall`; the form, which knows the zone, makes a moment of it (`MomentsForm`)."""

    widget: Any = MomentWidget

    def __init__(self, **kwargs: Any):
        fields = [
            forms.DateField(required=False), forms.TimeField(required=False), forms.CharField(required=False),
        ]  # fmt: skip
        self.is_last_day = False  # of whole days: shows the day before the midnight it stands for
        kwargs.setdefault("require_all_fields", False)
        super().__init__(fields=fields, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> MomentField:
        copied = super().__deepcopy__(memo)
        copied.widget.widgets[2].choices = []
        return copied

    def compress(self, values: list[Any]) -> Wall | None:
        day, time, twice = (list(values) + [None] * 3)[:3] if values else (None, None, "")
        if day is None and time is None:
            return None
        if day is None:
            raise ValidationError(_("Write the day, too."), code="day")
        return Wall(day, time, twice or "")

    def prepare_value(self, value: Any) -> Any:
        if self.is_last_day and isinstance(value, datetime.datetime):
            return value - times.DAY
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.widget.decompress(self.prepare_value(initial)), data)


class MomentsForm(forms.BaseForm):
    """A form whose moments are of the zone that `zone()` says."""

    cleaned_data: dict[str, Any]
    no_time = gettext_lazy("Write the time, too.")

    def zone(self) -> zoneinfo.ZoneInfo | None:
        raise NotImplementedError

    def whole_days(self) -> bool:
        return False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc]
        zone = self.zone()
        for name, field in self.fields.items():
            if isinstance(field, MomentField) and isinstance(cleaned.get(name), Wall):
                if zone is None:
                    del cleaned[name]
                    continue
                try:
                    cleaned[name] = self.moment(name, field, cleaned[name], zone)
                except ValidationError as error:
                    self.add_error(name, error)
        return cleaned

    def moment(self, name: str, field: MomentField, wall: Wall, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
        if self.whole_days() and name in ("starts", "ends"):
            field.is_last_day = name == "ends"
            return times.midnight(wall.day + times.DAY if name == "ends" else wall.day, zone)
        if wall.time is None:
            raise ValidationError(self.no_time, code="time")
        found = times.moments(wall.shown, zone)
        if not found:
            raise ValidationError(skipped(wall.shown, zone), code="skipped")
        if len(found) == 1:
            return found[0]
        field.widget.offer(found)
        chosen = [each for each in found if str(each.fold) == wall.twice]
        if not chosen:
            words = _("On this night clocks show %(time)s twice. Say which of the two you mean.")
            raise ValidationError(words, params={"time": f"{wall.shown:%H:%M}"}, code="twice")
        return chosen[0]


def skipped(wall: datetime.datetime, zone: zoneinfo.ZoneInfo) -> ValidationError:
    """A sentence about a time that no clock of the zone shows."""
    words = _("On this night clocks are put forward and never show %(time)s. The first time after it is %(next)s.")
    after = times.first_moment(wall, zone)
    return ValidationError(words % {"time": f"{wall:%H:%M}", "next": f"{after:%H:%M}"})
