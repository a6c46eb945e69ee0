"""Forms of coordinators: their cluster, its members, openings and achievements."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.core.forms import DateInput
from klaster.core.uploads import PictureField
from klaster.directory import actions, legal_codes, verified
from klaster.directory.careful_forms import OWN_FIELDS, THEIRS, VersionedForm, compared_words
from klaster.directory.cluster_list import COUNTY_LEVEL
from klaster.directory.fact_fields import (
    GONE,
    add_labels,
    add_members,
    add_remarks,
    clean_labels,
    is_box,
    is_remark,
    label_names,
    label_values,
)
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


class EntryForm(VersionedForm):
    """An entry as it stands, with what this person has begun and not finished put over it.

    `values()` is what this person wants otherwise than it is public; `remarks()` what is said about verified facts.
    """

    basis = forms.CharField(widget=forms.HiddenInput, required=False)
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

    def __init__(self, *args: Any, by: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by
        self.facts = verified.facts_of(self.instance) if self.instance.pk else {}
        self.mine = actions.begun_by(by, self.instance) if by and self.instance.pk else actions.Mine()
        self.asks = bool(by and self.instance.pk and not by.has_perm("directory.verify_facts", self.instance))
        self.moved: list[dict[str, Any]] = []
        self._carried: dict[str, str] = {}

    def begin(self) -> None:
        """When the fields are complete: note what is public, and go on with what was begun."""
        if not self.instance.pk:
            for name in (*OWN_FIELDS, "is_true_today"):
                self.fields.pop(name, None)
            return
        self.initial["version"] = actions.version_of(self.instance)
        self.initial["basis"] = self.mine.basis
        if self.asks:
            add_remarks(self, [name for name in self.facts if self.inputs_of(name)])
        self.ready()
        if self.mine.latest:
            self._go_on(actions.standing_of(self.mine.latest, self.instance))

    def _go_on(self, begun: list[actions.Standing]) -> None:
        carried = {each.name: each.proposal.new for each in begun if each.name == "logo"}
        self._carried = {name: value for name, value in carried.items() if value}
        if self.is_bound:
            return
        for each in begun:
            self.initial |= self.initial_of(each.name, each.proposal.new)
            for part in ("evidence", "note"):
                if f"{each.name}-{part}" in self.fields:
                    self.initial[f"{each.name}-{part}"] = getattr(each.proposal, part)
            if each.is_moved and each.fact:
                now, mine = each.fact.words(each.now), each.fact.words(each.proposal.new)
                self.moved.append(
                    {"name": each.name, "title": str(each.fact.title), "mine": mine, "theirs": now,
                     "pieces": compared_words(now, mine)}
                )  # fmt: skip

    def initial_of(self, name: str, value: Any) -> dict[str, Any]:
        """How the form's fields show the plain value of a fact."""
        if name == "logo":
            return {"logo": type(self.instance)(logo=value).logo if value else None}
        return {name: value} if name in self.fields else {}

    def inputs_of(self, name: str) -> list[str]:
        """Fields of the form that make up a fact."""
        return [field for field in self.fields if field == name or field.startswith(f"{name}-")]

    def compared(self) -> list[str]:
        return [name for name in super().compared() if not is_remark(name) and name != "is_true_today"]

    def chooses_theirs(self, name: str) -> bool:
        fact = next((fact for fact in self.facts if name.startswith(f"{fact}-")), name)
        return super().chooses_theirs(name) or self.data.get(f"take-{fact}") == THEIRS

    def reopened(self, row: Any) -> EntryForm:
        """The form as it would open now."""
        return type(self)(instance=row, by=self.by, prefix=self.prefix)

    def part(self, name: str) -> dict[str, Any]:
        """For the page, of one fact: {"title", "fields", "gone", "evidence", "note", "is_said"}: is a remark there?"""
        remarks = {part: self[f"{name}-{part}"] for part in ("evidence", "note") if f"{name}-{part}" in self.fields}
        return {
            "title": self.facts[name].title,
            "fields": [self[each] for each in self.inputs_of(name) if not (is_remark(each) or is_box(each))],
            "gone": self[f"{name}-{GONE}"] if f"{name}-{GONE}" in self.fields else None,
            "evidence": remarks.get("evidence"),
            "note": remarks.get("note"),
            "is_said": any(field.value() or field.errors for field in remarks.values()),
        }

    @property
    def column_parts(self) -> list[dict[str, Any]]:
        """Verified facts with one field each."""
        return [self.part(name) for name in self.facts if name in self.fields]

    def values(self) -> dict[str, Any]:
        model_fields = {field.name for field in self._meta.model._meta.get_fields()}
        given = {name: self.cleaned_data[name] for name in self.changed_data if name in model_fields}
        if "logo" in given:
            given["logo"] = given["logo"] or ""
            if not given["logo"] and not self.initial.get("logo"):
                del given["logo"]
        else:
            given |= self._carried
        if self.cleaned_data.get("is_true_today"):
            given["checked_on"] = today()
        return given

    def remarks(self) -> dict[str, actions.Remark]:
        return {
            name: actions.Remark(self.cleaned_data[f"{name}-evidence"], self.cleaned_data[f"{name}-note"])
            for name in self.facts
            if f"{name}-note" in self.fields
        }


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
            "name", "aliases", "summary", "description", "main_sector", "other_sectors", "coordinator", "country",
            "region", "legal_form", "founded", "joint_activity_since", "languages", "services", "technologies",
            "website", "contact_email", "logo", "management_fte", "website_en", "recognition", "recognised_by",
            "public_cooperation",
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
        self.fields["coordinator"].queryset = self.possible_coordinators()  # type: ignore[attr-defined]
        self.fields["coordinator"].required = self.instance.coordinator_id is not None
        self.fields["coordinator"].empty_label = _("not known")  # type: ignore[attr-defined]
        self.fields["coordinator"].help_text = _("One of its members. Not here? Name the organisation a member first.")
        add_members(self, self.facts)
        add_labels(self, self.facts)
        self.begin()

    def possible_coordinators(self) -> Any:
        """Who coordinates it, its members of today, and whom the person acts for."""
        cluster = self.instance
        active = ClusterMembership.objects.active().filter(cluster=cluster).values("organisation")
        possible = Q(pk__in=active) | Q(pk=cluster.coordinator_id)
        if self.by:
            possible |= Q(pk__in=Organisation.objects.managed_by(self.by).values("pk"))
        return Organisation.objects.filter(possible).by_name()

    @property
    def label_parts(self) -> list[dict[str, Any]]:
        return [self.part(name) for name in label_names(self.facts)]

    def initial_of(self, name: str, value: Any) -> dict[str, Any]:
        if name in label_names(self.facts) and value is None:
            return {f"{name}-{GONE}": True}
        if name in label_names(self.facts):
            return {f"{name}-{part}": text for part, text in (value or {}).items()}
        return super().initial_of(name, value)

    def values(self) -> dict[str, Any]:
        members = {"members": self.cleaned_data["members"]} if "members" in self.changed_data else {}
        return super().values() | members | label_values(self, self.facts)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        others = cleaned.get("other_sectors")
        if others is not None and cleaned.get("main_sector") in others:
            self.add_error("other_sectors", _("The main sector need not be repeated here."))
        clean_labels(self, self.facts)
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
            codes = self.instance.activities.filter(version=ActivityClass.Version.NACE_2_1).order_by("code")
            self.initial["nace"] = ", ".join(codes.values_list("code", flat=True))
        self.begin()

    def plain(self, name: str, value: Any) -> Any:
        if name == "nace" and not isinstance(value, str):
            return ", ".join(sorted(activity.code for activity in value or ()))
        return super().plain(name, value)

    def initial_of(self, name: str, value: Any) -> dict[str, Any]:
        if name == "activities":
            codes = ActivityClass.objects.filter(version=ActivityClass.Version.NACE_2_1, pk__in=value)
            return {"nace": ", ".join(codes.order_by("code").values_list("code", flat=True))}
        return super().initial_of(name, value)

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
        self.clean_identity(cleaned.get("legal_code", ""), str(cleaned.get("country") or ""))
        return cleaned

    def clean_identity(self, code: str, country: str) -> None:
        """A code that is taken is said at its field; the database would say it of the whole row."""
        with suppress(ValidationError):  # what is wrong with the code itself, the model says
            same = Organisation.objects.filter(country=country, legal_code=legal_codes.clean(code, country))
            if code and same.exclude(pk=self.instance.pk).exists():
                self.add_error(
                    "legal_code", _("An organisation with this legal-entity code is in the directory already.")
                )

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
        self.ready()

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

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.ready()

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields}
