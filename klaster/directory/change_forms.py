"""How the office answers a change request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.directory import actions

ACCEPT, KEEP = "accept", "keep"
DECIDE = "decide"  # the button


class DecisionForm(forms.Form):
    """For each fact what is to stand, and a word about it. Where the public value has moved nothing is chosen yet."""

    data: Any
    version = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("To the author"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Needed when all of it is declined; the author reads it in the notice."),
    )

    def __init__(self, *args: Any, standing: Iterable[actions.Standing], version: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.standing = {each.name: each for each in standing}
        self.initial["version"] = version
        for name, each in self.standing.items():
            accept = [(ACCEPT, _("make it public"))] if each.fact else []
            self.fields[f"decision-{name}"] = forms.ChoiceField(
                label=_("What is to stand"),
                choices=[*accept, (KEEP, _("leave what stands there now"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose what is to stand.")},
                initial="" if each.is_moved or not each.fact else ACCEPT,
            )
            self.fields[f"answer-{name}"] = forms.CharField(
                label=_("A word about it"),
                required=False,
                max_length=1000,
                widget=forms.Textarea({"rows": 2}),
                initial=each.proposal.answer,
            )

    def fields_of(self, name: str) -> dict[str, forms.BoundField]:
        return {"decision": self[f"decision-{name}"], "answer": self[f"answer-{name}"]}

    @property
    def decisions(self) -> dict[str, bool]:
        chosen = {name: self.cleaned_data[f"decision-{name}"] for name in self.standing}
        return {name: choice == ACCEPT for name, choice in chosen.items() if choice}

    @property
    def answers(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"answer-{name}"].strip() for name in self.standing}

    def clean(self) -> dict[str, Any]:
        """What is sent back or declined as a whole need not be chosen fact by fact."""
        if self.data.get("do") != DECIDE:
            for name in self.standing:
                self.errors.pop(f"decision-{name}", None)
                self.cleaned_data.setdefault(f"decision-{name}", "")
        return self.cleaned_data

    def renewed(self, standing: Iterable[actions.Standing], version: str) -> DecisionForm:
        """With all that was typed, made from what stands now; what is to stand is chosen anew."""
        standing = list(standing)
        data = self.data.copy()
        data["version"] = version
        for name in [*self.standing, *(each.name for each in standing)]:
            data.pop(f"decision-{name}", None)
        return DecisionForm(data, standing=standing, version=version)

    @property
    def typed(self) -> list[str]:
        """What would be lost if the form were not shown again."""
        texts = [self.cleaned_data.get("reason", ""), *self.answers.values()]
        return [text for text in texts if text]
