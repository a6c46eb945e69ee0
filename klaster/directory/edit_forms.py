"""Forms of coordinators: their cluster, its members, openings and achievements."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.core.forms import DateInput
from klaster.core.uploads import PictureField
from klaster.directory import actions
from klaster.directory.cluster_list import COUNTY_LEVEL
from klaster.directory.models import (
    Achievement,
    ActivityClass,
    Cluster,
    ClusterMembership,
    Opening,
    Organisation,
    Region,
    Sector,
)
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import today

# Languages one can write to a cluster in: those of the Union and its neighbours.
LETTER_LANGUAGES = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it", "lt", "lv", "nb", "nl",
    "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk",
]  # fmt: skip


def language_choices() -> list[tuple[str, str]]:
    """The site's own languages first, then the others by name in the reader's language."""
    own = languages.codes()
    others = [code for code in LETTER_LANGUAGES if code not in own]
    ordered = languages.in_order(own, languages.name_of) + languages.in_order(others, languages.name_of)
    return [(code, languages.name_of(code)) for code in ordered]


def county_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Every county under its country: the network's own country first, the others by name."""
    counties: dict[str, list[tuple[str, str]]] = {}
    for county in Region.objects.filter(level=COUNTY_LEVEL):
        counties.setdefault(str(county.country), []).append((county.pk, str(county)))
    groups = languages.in_order(counties, countries.name)
    groups.sort(key=lambda code: code != settings.COUNTRY)
    return [("", _("not stated"))] + [
        (countries.name(code), languages.in_order(counties[code], lambda pair: pair[1])) for code in groups
    ]


class Lines(forms.CharField):
    """Several short texts, one a line; cleaned to a list without repetitions."""

    widget = forms.Textarea({"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = (" ".join(line.split()) for line in super().to_python(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if any(len(line) > 200 for line in value):
            raise ValidationError(_("A line has at most 200 characters."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != list(initial or [])


class VersionedForm(forms.ModelForm):
    """A form that carries the moment its row was last changed; a new row has none."""

    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["version"] = actions.version_of(self.instance)
        else:
            del self.fields["version"]

    def renew(self, row: Any) -> list[dict[str, str]]:
        """After somebody else saved: take over the row's version and say where it differs from what was typed."""
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = actions.version_of(row)
        theirs = type(self)(instance=row)
        differing = []
        for name in self.changed_data:
            if name in theirs.initial and name != "version" and name in self.fields:
                field = self.fields[name]
                differing.append({"title": str(field.label), "value": shown(field, theirs.initial[name])})
        return differing


def shown(field: forms.Field, value: Any) -> str:
    """What stands in a field, in a line."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, dict):
        return " / ".join(str(text) for text in value.values() if text)
    titles = dict(getattr(field, "choices", ()))
    if isinstance(value, list | tuple):
        return ", ".join(str(titles.get(each, each)) for each in value)
    return str(titles.get(value, value) or "–")


class EntryForm(VersionedForm):
    """An entry; `values()` is what this person changed."""

    aliases = Lines(
        label=gettext_lazy("Other names"),
        required=False,
        help_text=gettext_lazy("Abbreviations and spellings people search by, one a line."),
    )
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    logo = PictureField(label=gettext_lazy("Logo"), required=False)
    is_true_today = forms.BooleanField(
        label=gettext_lazy("All facts on the page are true today"),
        required=False,
        help_text=gettext_lazy("The page then says that they were confirmed today."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            del self.fields["is_true_today"]

    def values(self) -> dict[str, Any]:
        model_fields = {field.name for field in self._meta.model._meta.get_fields()}
        given = {name: self.cleaned_data[name] for name in self.changed_data if name in model_fields}
        if "logo" in given:
            given["logo"] = given["logo"] or ""
        if self.cleaned_data.get("is_true_today"):
            given["checked_on"] = today()
        return given


class ClusterForm(EntryForm):
    website_en = forms.URLField(
        label=gettext_lazy("Website in English"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("The address of the English pages."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Languages one can write in."),
    )

    class Meta:
        model = Cluster
        fields = [
            "name", "aliases", "summary", "description", "main_sector", "other_sectors", "region", "legal_form",
            "founded", "joint_activity_since", "languages", "services", "technologies", "website", "contact_email",
            "logo", "management_fte", "website_en", "recognition", "recognised_by", "public_cooperation",
        ]  # fmt: skip
        widgets = {"other_sectors": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = language_choices()  # type: ignore[attr-defined]
        regions = Region.objects.filter(level=COUNTY_LEVEL, country=self.instance.country)
        self.fields["region"].queryset = regions.by_name()  # type: ignore[attr-defined]
        self.fields["region"].empty_label = _("not stated")  # type: ignore[attr-defined]
        for name in ("main_sector", "other_sectors"):
            self.fields[name].queryset = Sector.objects.by_name()  # type: ignore[attr-defined]
        self.fields["main_sector"].empty_label = _("not stated")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        others = cleaned.get("other_sectors")
        if others is not None and cleaned.get("main_sector") in others:
            self.add_error("other_sectors", _("The main sector need not be repeated here."))
        return cleaned


class OrganisationForm(EntryForm):
    nace = forms.CharField(
        label=gettext_lazy("Activities (NACE Rev. 2.1)"),
        required=False,
        help_text=gettext_lazy("Codes with commas between them, for example: 26.51, 72.10"),
    )

    class Meta:
        model = Organisation
        fields = [
            "name", "aliases", "abbreviation", "kind", "summary", "description", "country", "legal_code", "region",
            "founded", "website", "logo",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.filter(level=COUNTY_LEVEL)  # type: ignore[attr-defined]
        self.fields["region"].choices = county_choices()  # type: ignore[attr-defined]
        if self.instance.pk:
            codes = self.instance.activities.filter(version=ActivityClass.Version.NACE_2_1)
            self.initial["nace"] = ", ".join(codes.values_list("code", flat=True))

    def clean_nace(self) -> list[ActivityClass]:
        codes = re.split(r"[\s,;]+", self.cleaned_data["nace"].strip())
        wanted = {code for code in codes if code}
        found = list(ActivityClass.objects.filter(version=ActivityClass.Version.NACE_2_1, code__in=wanted))
        if unknown := sorted(wanted - {activity.code for activity in found}):
            raise ValidationError(
                _("There is no class %(codes)s in NACE Rev. 2.1."), params={"codes": ", ".join(unknown)}
            )
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        region = cleaned.get("region")
        if region and str(region.country) != str(cleaned.get("country") or ""):
            self.add_error("region", _("This county is in another country."))
        return cleaned

    def activities(self) -> list[ActivityClass]:
        """Those typed here, and those of other versions of NACE, which stay."""
        others = self.instance.activities.exclude(version=ActivityClass.Version.NACE_2_1) if self.instance.pk else []
        return [*self.cleaned_data["nace"], *others]

    def values(self) -> dict[str, Any]:
        activities = {"activities": self.activities()} if "nace" in self.changed_data else {}
        return super().values() | activities


class MembershipForm(forms.ModelForm):
    class Meta:
        model = ClusterMembership
        fields = ["kind", "committed_by", "joined"]
        widgets = {"joined": DateInput}
        help_texts = {"joined": gettext_lazy("Leave it empty where nobody knows.")}


class EndForm(forms.Form):
    left = forms.DateField(
        label=gettext_lazy("Outside from"),
        widget=DateInput,
        initial=today,
        help_text=gettext_lazy("The first day it is no longer a member."),
    )


class OpeningForm(VersionedForm):
    is_public = forms.BooleanField(
        label=gettext_lazy("Show it to everybody"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Without it the opening is a draft that only your cluster sees."),
    )

    class Meta:
        model = Opening
        fields = ["kind", "title", "conditions", "until"]
        widgets = {"until": DateInput}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["is_public"] = self.instance.status == Publication.PUBLISHED

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until < today() and "until" in self.changed_data:
            raise ValidationError(_("This day is past."))
        return until

    def values(self) -> dict[str, Any]:
        state = Publication.PUBLISHED if self.cleaned_data["is_public"] else Publication.DRAFT
        return {name: self.cleaned_data[name] for name in self._meta.fields} | {"status": state}


class AchievementForm(VersionedForm):
    url = forms.URLField(label=gettext_lazy("Read more at"), required=False, assume_scheme="https")

    class Meta:
        model = Achievement
        fields = ["title", "summary", "happened", "url"]
        help_texts = {"happened": gettext_lazy("A date, a month or a year: 2017-05-31, 2017-05 or 2017.")}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields}
