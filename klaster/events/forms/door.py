"""What is typed at the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.events import door_list
from klaster.events.models import BadgePrint, Category, Event, Registration

ALL, LATE = "all", "late"


def in_capitals(choices: type[models.TextChoices]) -> Callable[[], list[tuple[str, str]]]:
    """Choices as they stand in a form: each begins like a sentence."""
    return lambda: [(value, capfirst(str(label))) for value, label in choices.choices]


class BadgesForm(forms.Form):
    """Whose badges, how, in which order."""

    who = forms.ChoiceField(label=gettext_lazy("Whose badges"))
    called = forms.CharField(
        label=gettext_lazy("Only who is called"), required=False, max_length=100,
        help_text=gettext_lazy("A part of the name or of the organisation."),
    )  # fmt: skip
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=in_capitals(BadgePrint.Format), widget=forms.RadioSelect, initial="a6"
    )
    order = forms.ChoiceField(label=gettext_lazy("Order"), choices=in_capitals(BadgePrint.Order), initial="name")

    def __init__(self, *args: Any, event: Event, named: list[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.event, self.named = event, named
        choices = [(ALL, _("Everybody who takes part")), (LATE, _("Registered at the door"))]
        choices += [(str(category.pk), str(category)) for category in Category.objects.filter(event=event)]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        if named:
            del self.fields["who"], self.fields["called"]

    def people(self) -> QuerySet[Registration]:
        """Those who take part and were named or fall under the filter."""
        rows = Registration.objects.confirmed().filter(event=self.event)
        if self.named:
            return rows.filter(pk__in=self.named)
        if called := self.cleaned_data["called"]:
            found = door_list.looked_for(door_list.people(self.event), called)
            rows = rows.filter(pk__in=[person.pk for person in found])
        who = self.cleaned_data["who"]
        if who == LATE:
            return rows.filter(is_late=True)
        return rows if who == ALL else rows.filter(category=who)

    @cached_property
    def named_people(self) -> list[Registration]:
        if not self.named:
            return []
        return list(Registration.objects.confirmed().filter(event=self.event, pk__in=self.named).order_by("number"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.people().exists():
            problem = ValidationError(_("Nobody of these takes part yet."))
            self.add_error("who" if "who" in self.fields else None, problem)
        return cleaned


class LateForm(forms.ModelForm):
    """Somebody stands at the door and is not registered."""

    over = forms.BooleanField(label=gettext_lazy("Let in beyond the places there are"), required=False)

    class Meta:
        model = Registration
        fields = ["name", "organisation_name", "position", "category", "country", "email"]
        help_texts = {"email": gettext_lazy("For the confirmation and for materials.")}

    def __init__(self, *args: Any, event: Event, may_go_over: bool, **kwargs: Any):
        kwargs.setdefault("initial", {"country": settings.COUNTRY})
        super().__init__(*args, **kwargs)
        categories = Category.objects.filter(event=event)
        self.fields["category"].queryset = categories  # type: ignore[attr-defined]
        self.fields["category"].empty_label = "–"  # type: ignore[attr-defined]
        if not categories:
            del self.fields["category"]
        if not may_go_over:
            del self.fields["over"]
