"""Fields of a cluster's form for facts that are no columns: how many members it says it has, and its labels."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core.fields import PARTIAL_DATE, PartialDateField
from klaster.core.forms import DateInput
from klaster.directory import verified
from klaster.directory.models import Label
from klaster.directory.models.organisations import today

PARTS = ("level", "issued", "valid_until")
GONE = "gone"  # the box that says that a label is no longer held
MOST_MEMBERS = 100_000


def add_members(form: Any, facts: dict[str, verified.Fact]) -> None:
    """A field for the stated number of members, where this installation keeps that figure."""
    if fact := facts.get("members"):
        form.fields["members"] = forms.IntegerField(
            label=str(fact.title), required=fact.read(form.instance) is not None, min_value=0, max_value=MOST_MEMBERS,
            help_text=_("How many members the cluster says it has, with or without a page here."),
        )  # fmt: skip
        form.initial["members"] = fact.read(form.instance)


def add_labels(form: Any, facts: dict[str, verified.Fact]) -> None:
    """Three fields for each label and a box that it is no longer held; three empty fields for a new label."""
    for name in label_names(facts):
        value = facts[name].read(form.instance) or {}
        for part, field in label_parts(is_new=name == verified.NEW_LABEL).items():
            form.fields[f"{name}-{part}"] = field
            form.initial[f"{name}-{part}"] = value.get(part, "")
        if name != verified.NEW_LABEL:
            form.fields[f"{name}-{GONE}"] = forms.BooleanField(
                label=_("The label is no longer held"), required=False,
                help_text=_("It then leaves the page. Where it has merely run out, write until when it was valid."),
            )  # fmt: skip


def label_names(facts: dict[str, verified.Fact]) -> list[str]:
    return [name for name in facts if name.startswith("label-")]


def label_parts(*, is_new: bool) -> dict[str, forms.Field]:
    none = [("", _("no label"))] if is_new else []
    return {
        "level": forms.ChoiceField(label=_("Level"), choices=[*none, *Label.Level.choices], required=not is_new),
        "issued": forms.CharField(
            label=_("Issued"), required=False, max_length=10,
            help_text=_("For example 2017-05 or 2017."),
        ),
        "valid_until": forms.DateField(label=_("Valid until"), required=False, widget=DateInput),
    }  # fmt: skip


def clean_labels(form: Any, facts: dict[str, verified.Fact]) -> None:
    """What a label may be: a new one with a level, days in their order."""
    cleaned = form.cleaned_data
    for name in label_names(facts):
        if cleaned.get(f"{name}-{GONE}"):
            if cleaned.get(f"{name}-note") == "":
                form.add_error(f"{name}-note", _("Say why the label is no longer held."))
            continue
        level, issued, until = (cleaned.get(f"{name}-{part}") for part in PARTS)
        if issued and not PARTIAL_DATE.match(issued):
            form.add_error(f"{name}-issued", PartialDateField.message)
        elif issued and until and until.isoformat()[: len(issued)] < issued:
            form.add_error(f"{name}-valid_until", _("This day is before the day it was issued."))
        elif issued and issued > today().isoformat()[: len(issued)]:
            form.add_error(f"{name}-issued", _("This day is still to come."))
        if not level and (issued or until) and f"{name}-level" not in form.errors:
            form.add_error(f"{name}-level", _("Choose the level of the label."))


def label_values(form: Any, facts: dict[str, verified.Fact]) -> dict[str, Any]:
    """Labels that were changed, the new one, and nothing for what is no longer held."""
    given: dict[str, Any] = {}
    for name in label_names(facts):
        if form.cleaned_data.get(f"{name}-{GONE}"):
            given[name] = None
            continue
        value = {part: verified.plain(form.cleaned_data[f"{name}-{part}"]) or "" for part in PARTS}
        if value["level"] and value != facts[name].read(form.instance):
            given[name] = value
    return given


def add_remarks(form: Any, names: list[str]) -> None:
    """For each verified fact a place to say where it can be read, and a word for the office."""
    for name in names:
        form.fields[f"{name}-evidence"] = forms.URLField(
            label=gettext_lazy("Where the office can read it"), required=False, assume_scheme="https", max_length=500,
            help_text=gettext_lazy("The address of a register, a decision, a certificate."),
        )  # fmt: skip
        form.fields[f"{name}-note"] = forms.CharField(
            label=gettext_lazy("A word to the office"), required=False, max_length=1000,
            widget=forms.Textarea({"rows": 2}),
        )  # fmt: skip


def is_box(name: str) -> bool:
    return name.endswith(f"-{GONE}")


def is_remark(name: str) -> bool:
    return name.endswith(("-evidence", "-note"))
