"""Forms of entries whose fields need more than Django's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from klaster.core import uploads
from klaster.core.office import CodesField, NamesField, TableForm
from klaster.core.office.forms import NamedForm
from klaster.directory.models import ActivityClass, Network, Organisation, Sector

VERSION = ActivityClass.Version


class LogoForm(NamedForm):
    """A logo is judged by its content and drawn anew, as every picture people send."""

    def clean_logo(self) -> Any:
        logo = self.cleaned_data.get("logo")
        return uploads.clean_picture(logo) if isinstance(logo, UploadedFile) else logo


class ClusterForm(LogoForm):
    other_sectors = forms.ModelMultipleChoiceField(
        label=_("Other sectors"), queryset=Sector.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Languages one can write in."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["other_sectors"].queryset = Sector.objects.order_by("position", "code")  # type: ignore[attr-defined]
        own = [(code, code) for code in self.instance.languages if code not in dict(settings.LANGUAGES)]
        self.fields["languages"].choices = [*settings.LANGUAGES, *own]  # type: ignore[attr-defined]


class OrganisationForm(LogoForm):
    activities_2 = CodesField(
        label=VERSION.NACE_2.label, queryset=ActivityClass.objects.all(), version=VERSION.NACE_2, required=False,
        help_text=_("Codes with commas between: 62.01, 62.02."),
    )  # fmt: skip
    activities_2_1 = CodesField(
        label=VERSION.NACE_2_1.label, queryset=ActivityClass.objects.all(), version=VERSION.NACE_2_1, required=False,
        help_text=_("Codes with commas between: 62.10, 62.20."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name, version in (("activities_2", VERSION.NACE_2), ("activities_2_1", VERSION.NACE_2_1)):
                self.initial[name] = list(self.instance.activities.filter(version=version))

    def save(self, commit: bool = True) -> Organisation:
        row = super().save(commit)
        if commit:
            row.activities.set([*self.cleaned_data["activities_2"], *self.cleaned_data["activities_2_1"]])
        return row


class AgreementForm(TableForm):
    parties = NamesField(Organisation.objects.order_by("slug"), label=_("Parties"), required=False)
    networks = NamesField(Network.objects.order_by("slug"), label=_("Networks"), required=False)


class ProgrammeForm(NamedForm):
    partners = NamesField(Organisation.objects.order_by("slug"), label=_("Partners"), required=False)
