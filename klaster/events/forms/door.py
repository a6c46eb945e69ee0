"""What is typed at the door."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.events.models import BadgePrint, Category, Event, Registration


class BadgesForm(forms.Form):
    """Whose badges, how, in which order."""

    who = forms.ChoiceField(label=gettext_lazy("Whose badges"), required=False)
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=BadgePrint.Format.choices, widget=forms.RadioSelect, initial="a6"
    )
    order = forms.ChoiceField(label=gettext_lazy("Order"), choices=BadgePrint.Order.choices, initial="name")

    def __init__(self, *args: Any, event: Event, named: list[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.event, self.named = event, named
        choices = [("", _("Everybody who takes part")), ("late", _("Registered at the door"))]
        choices += [(str(category.pk), str(category)) for category in Category.objects.filter(event=event)]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        if named:
            del self.fields["who"]

    def people(self) -> QuerySet[Registration]:
        """Those who take part and were named or fall under the filter."""
        rows = Registration.objects.confirmed().filter(event=self.event)
        who = self.cleaned_data.get("who", "")
        if self.named:
            return rows.filter(pk__in=self.named)
        if who == "late":
            return rows.filter(is_late=True)
        return rows.filter(category=who) if who else rows

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
        if not categories:
            del self.fields["category"]
        if not may_go_over:
            del self.fields["over"]
