"""What the gallery of components shows: every component has an example here or in core/components.html."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core.errors import STATUSES
from klaster.core.fields import TranslatedFormField
from klaster.core.forms import DateInput

INK = ["ground", "raised", "sunken", "ink", "ink-soft", "ink-faint", "rule", "field-border"]
SIGNALS = ["action", "action-soft", "attention", "attention-ink", "attention-soft", "error", "error-soft", "focus"]
STEPS = ["seq-0", "seq-1", "seq-2", "seq-3", "seq-4"]
HUES = range(1, 13)


class ExampleForm(forms.Form):
    """A field of every kind."""

    name = forms.CharField(label=gettext_lazy("Name of the cluster"), help_text=gettext_lazy("As it calls itself."))
    legal_code = forms.RegexField(
        label=gettext_lazy("Legal code"),
        regex=r"^\d{9}$",
        widget=forms.TextInput({"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("A legal code has nine digits, for example 300125487.")},
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    founded = forms.DateField(label=gettext_lazy("Founded"), widget=DateInput(), required=False)
    county = forms.ChoiceField(
        label=gettext_lazy("County"), choices=[("", gettext_lazy("Choose")), ("LT011", "Vilnius"), ("LT022", "Kaunas")]
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("What is it based on"),
        widget=forms.RadioSelect,
        choices=[("agreement", gettext_lazy("Joint activity agreement")), ("person", gettext_lazy("Legal person"))],
    )
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors"),
        help_text=gettext_lazy("All that apply."),
        widget=forms.CheckboxSelectMultiple,
        choices=[("health", gettext_lazy("Health")), ("ict", gettext_lazy("Information technology"))],
    )
    summary = TranslatedFormField(
        label=gettext_lazy("What it does"), help_text=gettext_lazy("One sentence."), required=False
    )
    notes = forms.CharField(label=gettext_lazy("Notes"), widget=forms.Textarea({"rows": 3}), required=False)
    agreement = forms.FileField(
        label=gettext_lazy("Agreement"), help_text=gettext_lazy("PDF, at most 20 MB."), required=False
    )
    agreed = forms.BooleanField(label=gettext_lazy("The members have agreed to be shown"))
    slug = forms.CharField(label=gettext_lazy("Address"), initial="smart-food", disabled=True, required=False)

    def clean(self) -> dict[str, Any]:
        self.add_error(None, _("The cluster is in the network already: ask its coordinator to add you."))
        return self.cleaned_data


def context() -> dict[str, Any]:
    typed = {"name": "SMART FOOD", "legal_code": "30012", "email": "someone", "sectors": ["ict"], "notes": "…"}
    return {
        "swatches": [*INK, *SIGNALS, *STEPS],
        "hues": HUES,
        "statuses": STATUSES,
        "empty_form": ExampleForm(prefix="empty"),
        "wrong_form": ExampleForm({f"wrong-{key}": value for key, value in typed.items()}, prefix="wrong"),
        "clusters": clusters(),
        "crumbs": [
            {"title": _("Home"), "url": "#"},
            {"title": _("Clusters"), "url": "#"},
            {"title": "SMART FOOD", "url": ""},
        ],
        "chips": [{"text": "Kaunas", "url": "#"}, {"text": "ESCA", "url": "#"}],
        "rows": [
            {"label": _("Small and medium companies"), "value": 12, "url": "#"},
            {"label": _("Research and higher education"), "value": 3, "url": "#"},
            {"label": _("Associations"), "value": 1, "url": "#"},
            {"label": _("Public bodies"), "value": None, "url": "#"},
        ],
        "statements": [
            {"value": "12", "source": _("Page of the project"), "url": "#", "date": "2017-03-01"},
            {"value": "14", "source": _("News of the network"), "url": "", "date": "2018-05-04"},
        ],
        "steps": [
            {"title": _("Members"), "url": "#", "done": True, "current": False},
            {"title": _("Projects"), "url": "#", "done": True, "current": False},
            {"title": _("Economy"), "url": "", "done": False, "current": True},
            {"title": _("Review"), "url": "", "done": False, "current": False},
        ],
        "some_page": Paginator(range(190), 20).page(5),
    }


def clusters() -> list[dict[str, Any]]:
    """Thirteen invented clusters, a slug and a hue each."""
    slugs = [
        "oak",
        "amber",
        "heron",
        "rye",
        "flint",
        "linen",
        "beacon",
        "birch",
        "sail",
        "honey",
        "loom",
        "kiln",
        "delta",
    ]
    return [
        {"name": slug.capitalize(), "url": "#", "slug": slug, "hue": number % 12 + 1}
        for number, slug in enumerate(slugs)
    ]
