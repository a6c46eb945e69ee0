"""What an organiser writes about an event, in sections: what, when, where, registration."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.accounts.forms import time_zones
from klaster.core import languages
from klaster.core.fields import Translated, TranslatedFormField
from klaster.core.office.fields import NamesField
from klaster.core.uploads import PictureField
from klaster.directory.careful_forms import VersionedForm
from klaster.directory.cluster_list import COUNTY_LEVEL
from klaster.directory.edit_forms import county_choices, language_choices
from klaster.directory.models import Cluster, Organisation, Region, Sector
from klaster.events.forms.fields import OneName
from klaster.events.forms.moments import MomentField, MomentsForm
from klaster.events.models import Event

if TYPE_CHECKING:
    from klaster.accounts.models import User

LONGEST_NOTE = 1000
WHAT = [
    "title", "kinds", "summary", "description", "cluster", "organiser", "co_organisers", "sectors", "languages",
    "audience", "website", "contact_email", "cover", "without_cover", "cover_alt", "cover_credit",
]  # fmt: skip
WHEN = ["is_all_day", "starts", "ends", "time_zone", "date_note"]
WHERE = ["mode", "venue", "address", "city", "country", "region", "travel", "online_url"]
REGISTRATION = [
    "takes_registrations", "capacity", "online_capacity", "opens_at", "closes_at", "change_until", "approval",
    "has_waiting_list", "waiting_rule", "confirm_hours", "most_together", "takes_late", "asks_needs", "terms",
]  # fmt: skip


def kinds_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Kinds"), choices=Event.Kind.choices, widget=forms.CheckboxSelectMultiple
    )


class WhoRunsIt(forms.BaseForm):
    """Cluster and organiser: a coordinator's event is of an own cluster, the office's of any or of none."""

    def choose_who(self, by: User) -> None:
        clusters = Cluster.objects.all() if by.is_secretariat else Cluster.objects.kept_by(by)
        now = getattr(self, "instance", None)
        if not by.is_secretariat and now and now.pk and not clusters.filter(pk=now.cluster_id).exists():
            del self.fields["cluster"], self.fields["organiser"]  # helps with somebody else's event
            return
        cluster: Any = self.fields["cluster"]
        cluster.queryset, cluster.required = clusters.by_name(), not by.is_secretariat
        cluster.empty_label = _("of the whole network") if by.is_secretariat else None
        if not by.is_secretariat:
            possible = Q(pk__in=clusters.values("coordinator")) | Q(
                pk__in=Organisation.objects.managed_by(by).values("pk")
            )
            if now and now.organiser_id:
                possible |= Q(pk=now.organiser_id)
            self.fields["organiser"] = forms.ModelChoiceField(
                Organisation.objects.filter(possible).by_name(), label=_("Organiser"), empty_label=None
            )


class EventForm(MomentsForm, WhoRunsIt, VersionedForm):
    kinds = kinds_field()
    organiser = OneName(Organisation.objects.all(), label=gettext_lazy("Organiser"))
    co_organisers = NamesField(
        Organisation.objects.all(), label=gettext_lazy("Organised together with"), required=False
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Languages that are spoken at the event."),
    )  # fmt: skip
    website = forms.URLField(
        label=gettext_lazy("Page of the event elsewhere"), required=False, assume_scheme="https", max_length=500
    )
    online_url = forms.URLField(
        label=gettext_lazy("Address of the online room"), required=False, assume_scheme="https", max_length=500,
        help_text=gettext_lazy("Only those who take part see it."),
    )  # fmt: skip
    cover = PictureField(label=gettext_lazy("Picture"), required=False)
    without_cover = forms.BooleanField(label=gettext_lazy("Take the picture away"), required=False)
    following = forms.BooleanField(
        label=gettext_lazy("Change all following events of the series, too"), required=False,
        help_text=gettext_lazy("All but the dates: those follow the rule of the series."),
    )  # fmt: skip
    starts = MomentField(label=gettext_lazy("Begins"), required=False)
    ends = MomentField(label=gettext_lazy("Ends"), required=False)
    opens_at = MomentField(
        label=gettext_lazy("Registration opens"), required=False, help_text=gettext_lazy("Empty: at once.")
    )
    closes_at = MomentField(
        label=gettext_lazy("Registration closes"), required=False,
        help_text=gettext_lazy("Empty: when the event begins."),
    )  # fmt: skip
    change_until = MomentField(
        label=gettext_lazy("People change or cancel by themselves until"), required=False,
        help_text=gettext_lazy("Empty: until the event begins."),
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=time_zones,
        help_text=gettext_lazy("All times of the event are typed and shown by its clocks."),
    )  # fmt: skip

    class Meta:
        model = Event
        fields = [name for name in (*WHAT, *WHEN, *WHERE, *REGISTRATION) if name != "without_cover"]
        widgets = {"sectors": forms.CheckboxSelectMultiple, "mode": forms.RadioSelect, "approval": forms.RadioSelect,
                   "waiting_rule": forms.RadioSelect}  # fmt: skip

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by
        event: Event = self.instance
        fields: dict[str, Any] = self.fields
        fields["languages"].choices = language_choices()
        fields["sectors"].queryset = Sector.objects.by_name()
        fields["region"].queryset = Region.objects.filter(level=COUNTY_LEVEL)
        fields["region"].choices = county_choices()
        if event.time_zone not in dict(_flat(time_zones())):
            fields["time_zone"].choices = [(event.time_zone, event.time_zone), *time_zones()]
        if not event.cover:
            del fields["without_cover"]
        if not event.series_id:
            del fields["following"]
        self.choose_who(by)
        if "organiser" in fields and event.organiser_name:
            fields["organiser"].required = False
        for name, field in fields.items():
            value = getattr(event, name, None) if isinstance(field, MomentField) else None
            if value is not None:
                self.initial[name] = value.astimezone(event.zone)
        fields["ends"].is_last_day = event.is_all_day
        self.ready()

    def compared(self) -> list[str]:
        return [name for name in super().compared() if name not in ("without_cover", "following")]

    def reopened(self, row: Any) -> EventForm:
        return type(self)(instance=row, prefix=self.prefix, by=self.by)

    def zone(self) -> zoneinfo.ZoneInfo | None:
        name = self.cleaned_data.get("time_zone")
        return zoneinfo.ZoneInfo(name) if name else None

    def whole_days(self) -> bool:
        return bool(self.cleaned_data.get("is_all_day"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and not ends and "ends" not in self.errors:
            if self.whole_days():
                self.add_error("ends", _("Write the last day, too: for one day the same as the first."))
            else:
                self.add_error("ends", _("Write when it ends, too."))
        if ends and not starts and "starts" not in self.errors:
            self.add_error("starts", _("Write when it begins, too."))
        if not starts and "starts" not in self.errors and self.instance.is_public and not self.instance.happened:
            self.add_error("starts", _("A public event says when it is."))
        self._check_registration(cleaned)
        self._check_place(cleaned)
        self._check_cover(cleaned)
        return cleaned

    def _check_registration(self, cleaned: dict[str, Any]) -> None:
        starts, closes = cleaned.get("starts"), cleaned.get("closes_at")
        ends = cleaned.get("ends")
        if closes and ends and closes > ends:
            self.add_error("closes_at", _("By then the event is over."))
        opens = cleaned.get("opens_at")
        if opens and starts and opens >= starts:
            self.add_error("opens_at", _("By then the event has begun."))
        if cleaned.get("change_until") and ends and cleaned["change_until"] > ends:
            self.add_error("change_until", _("By then the event is over."))

    def _check_place(self, cleaned: dict[str, Any]) -> None:
        region = cleaned.get("region")
        if region and str(region.country) != str(cleaned.get("country") or ""):
            self.add_error("region", _("This county is in another country."))

    def _check_cover(self, cleaned: dict[str, Any]) -> None:
        stays = self.instance.cover and not cleaned.get("without_cover")
        if (cleaned.get("cover") or stays) and not cleaned.get("cover_alt") and "cover" not in self.errors:
            self.add_error("cover_alt", _("Say what the picture shows, for those who do not see it."))

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        values = {name: cleaned[name] for name in self.Meta.fields if name in cleaned and name != "cover"}
        if "cover" in self.changed_data and cleaned["cover"]:
            values["cover"] = cleaned["cover"]
        elif cleaned.get("without_cover"):
            values["cover"] = ""
        return values


def _flat(choices: list[Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for value, label in choices:
        found += label if isinstance(label, list) else [(value, label)]
    return found


class NewEventForm(MomentsForm, WhoRunsIt, forms.ModelForm):
    """As little as an event needs to begin with; the rest stands on its desk."""

    kinds = kinds_field()
    organiser = OneName(Organisation.objects.all(), label=gettext_lazy("Organiser"))
    starts = MomentField(
        label=gettext_lazy("Begins"), required=False, help_text=gettext_lazy("Leave it empty if the date is not fixed.")
    )
    ends = MomentField(label=gettext_lazy("Ends"), required=False)

    class Meta:
        model = Event
        fields = ["title", "kinds", "cluster", "organiser", "starts", "ends"]

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.choose_who(by)

    def zone(self) -> zoneinfo.ZoneInfo:
        return self.instance.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and not ends and "ends" not in self.errors:
            self.add_error("ends", _("Write when it ends, too."))
        if ends and not starts and "starts" not in self.errors:
            self.add_error("starts", _("Write when it begins, too."))
        if starts and starts < timezone.now():
            self.add_error("starts", _("This time is past."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CopyForm(MomentsForm, forms.Form):
    """When the copy of an event is."""

    starts = MomentField(label=gettext_lazy("Begins"))
    ends = MomentField(label=gettext_lazy("Ends"))

    def __init__(self, *args: Any, event: Event, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.event = event
        self.fields["ends"].is_last_day = event.is_all_day  # type: ignore[attr-defined]

    def zone(self) -> zoneinfo.ZoneInfo:
        return self.event.zone

    def whole_days(self) -> bool:
        return self.event.is_all_day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", _("It ends before it begins."))
        return cleaned


class CallOffForm(forms.Form):
    """What people are told when an event is cancelled or postponed, in every language of the network."""

    note = TranslatedFormField(
        multiline=True, label=gettext_lazy("What people are told, and why"),
        help_text=gettext_lazy("It stands on the page of the event and in the letter to everybody who registered."),
    )  # fmt: skip

    def clean_note(self) -> Translated:
        note: Translated = self.cleaned_data["note"]
        if missing := [languages.name_of(code) for code in languages.codes() if not note.get(code)]:
            raise ValidationError(
                _("Write it in every language. Missing: %(languages)s.") % {"languages": ", ".join(missing)}
            )
        if any(len(text) > LONGEST_NOTE for text in note.values()):
            raise ValidationError(_("At most %(limit)s characters.") % {"limit": LONGEST_NOTE})
        return note
