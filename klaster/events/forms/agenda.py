"""What organisers write about the agenda: sessions, rooms, tracks, speakers, partners, materials."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core.uploads import CHECKS, DocumentField, PictureField
from klaster.directory.careful_forms import OWN_FIELDS, VersionedForm
from klaster.directory.edit_forms import language_choices
from klaster.directory.models import Organisation
from klaster.events.forms.fields import OneName
from klaster.events.forms.moments import MomentField, MomentsForm
from klaster.events.models import EventPartner, Material, Room, Session, SessionSpeaker, Speaker, Track

Role = SessionSpeaker.Role


class PartForm(VersionedForm):
    """A row of the agenda of `instance.event`."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.prepare()
        self.ready()

    def prepare(self) -> None:
        """Fit the fields to the event."""

    def values(self) -> dict[str, Any]:
        names = (name for name in self.fields if name not in OWN_FIELDS)
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class RoomForm(PartForm):
    class Meta:
        model = Room
        fields = ["name", "capacity", "note"]


class TrackForm(PartForm):
    class Meta:
        model = Track
        fields = ["name", "hue"]


def organisation() -> OneName:
    return OneName(
        Organisation.objects.published(), label=gettext_lazy("Organisation"), required=False,
        help_text=gettext_lazy("As it stands in the directory: the name, the abbreviation, or the end of the address."),
    )  # fmt: skip


class SpeakerForm(PartForm):
    organisation = organisation()
    photo = PictureField(label=gettext_lazy("Photo"), required=False)

    class Meta:
        model = Speaker
        fields = ["name", "role", "organisation", "organisation_name", "about", "photo"]

    def values(self) -> dict[str, Any]:
        values = super().values()
        if "photo" not in self.changed_data:
            values.pop("photo", None)
        elif not values["photo"]:
            values["photo"] = ""
        return values


class PartnerForm(PartForm):
    organisation = organisation()
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")

    class Meta:
        model = EventPartner
        fields = ["organisation", "name", "website", "role"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("organisation") and not cleaned.get("name") and "organisation" not in self.errors:
            self.add_error("name", _("Write the name, or choose an organisation of the directory above."))
        return cleaned


class MaterialForm(PartForm):
    file = DocumentField(kinds=CHECKS, label=gettext_lazy("File"), required=False)
    url = forms.URLField(
        label=gettext_lazy("Or an address"), required=False, assume_scheme="https", max_length=500,
        help_text=gettext_lazy("Of a recording, for instance."),
    )  # fmt: skip

    class Meta:
        model = Material
        fields = ["title", "file", "url", "session", "is_public"]

    def prepare(self) -> None:
        session: Any = self.fields["session"]
        session.queryset = Session.objects.filter(event=self.instance.event).in_order()
        session.empty_label = _("of the whole event")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "file" in self.errors:
            return cleaned
        if cleaned.get("file") and cleaned.get("url"):
            self.add_error("url", _("A file or an address, not both."))
        elif not cleaned.get("file") and not cleaned.get("url") and "url" not in self.errors:
            self.add_error("file", _("Choose a file, or write an address below."))
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        if "file" not in self.changed_data:
            values.pop("file", None)
        elif not values["file"]:
            values["file"] = ""
        return values


class SessionForm(MomentsForm, PartForm):
    starts = MomentField(label=gettext_lazy("Begins"), required=False)
    ends = MomentField(label=gettext_lazy("Ends"), required=False)
    speakers = forms.ModelMultipleChoiceField(
        Speaker.objects.none(), label=gettext_lazy("Speakers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    chairs = forms.ModelMultipleChoiceField(
        Speaker.objects.none(), label=gettext_lazy("Moderators"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Session
        fields = [
            "title", "kind", "starts", "ends", "room", "track", "summary", "speakers", "chairs", "said_by", "language",
            "place", "capacity", "is_cancelled",
        ]  # fmt: skip

    def prepare(self) -> None:
        event, session = self.instance.event, self.instance
        fields: dict[str, Any] = self.fields
        fields["room"].queryset, fields["room"].empty_label = event.rooms.all(), _("for everybody")
        fields["track"].queryset, fields["track"].empty_label = event.tracks.all(), _("no track")
        fields["language"] = forms.ChoiceField(
            label=_("Language"), required=False, choices=[("", _("that of the event")), *language_choices()]
        )
        for name in ("speakers", "chairs"):
            fields[name].queryset = event.speakers.all()
        if not event.speakers.exists():
            del fields["speakers"], fields["chairs"]
        for name in ("starts", "ends"):
            if value := getattr(session, name) or self.initial.get(name):
                self.initial[name] = value.astimezone(event.zone)
        if session.pk:
            speaking = list(session.speaking.all())
            self.initial["speakers"] = [each.speaker_id for each in speaking if each.role == Role.SPEAKER]
            self.initial["chairs"] = [each.speaker_id for each in speaking if each.role == Role.CHAIR]

    def zone(self) -> zoneinfo.ZoneInfo:
        return self.instance.event.zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("starts") and not cleaned.get("ends") and "ends" not in self.errors:
            self.add_error("ends", _("Write when it ends, too."))
        if cleaned.get("ends") and not cleaned.get("starts") and "starts" not in self.errors:
            self.add_error("starts", _("Write when it begins, too."))
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        if "speakers" not in self.fields:
            values.pop("speakers", None)
        return values
