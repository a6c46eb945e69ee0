"""Forms around a request to join a cluster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core import languages
from klaster.core.fields import Translated
from klaster.core.forms import DateInput
from klaster.directory import legal_codes
from klaster.directory.forms import PublicForm
from klaster.directory.models import Affiliation, Cluster, ClusterMembership, JoinRequest, Organisation
from klaster.directory.models.organisations import today

ANOTHER = "new"
FIRM_FIELDS = ("organisation_name", "kind", "country")


class JoinForm(PublicForm):
    """A request to join. Who acts for an organisation here chooses it; anybody else writes down what it is."""

    salt = "directory.join-form"
    website = forms.URLField(label=gettext_lazy("Website of the organisation"), required=False, assume_scheme="https")

    class Meta:
        model = JoinRequest
        fields = [
            "organisation", "organisation_name", "kind", "country", "legal_code", "website", "name", "email", "body",
        ]  # fmt: skip
        widgets = {
            "organisation_name": forms.TextInput({"autocomplete": "organization"}),
            "legal_code": forms.TextInput({"autocomplete": "off"}),
            "name": forms.TextInput({"autocomplete": "name"}),
            "email": forms.EmailInput({"autocomplete": "email"}),
            "body": forms.Textarea({"rows": 6}),
        }
        labels = {
            "organisation": gettext_lazy("Your organisation"),
            "organisation_name": gettext_lazy("Name of the organisation"),
            "kind": gettext_lazy("What it is"),
            "country": gettext_lazy("Country"),
            "legal_code": gettext_lazy("Legal-entity code"),
            "name": gettext_lazy("Your name"),
            "email": gettext_lazy("Your e-mail address"),
            "body": gettext_lazy("Why you want to join"),
        }  # fmt: skip
        help_texts = {
            "legal_code": gettext_lazy("With it the coordinator finds you in the directory at once."),
            "email": gettext_lazy("Answers come there; only the cluster sees it."),
            "body": gettext_lazy("What you do, what you can bring, what you expect."),
        }

    def __init__(self, *args: Any, request: HttpRequest, cluster: Cluster, **kwargs: Any):
        super().__init__(*args, request=request, cluster=cluster, **kwargs)
        self.initial.setdefault("country", cluster.country)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("Choose")), *Organisation.Kind.choices]
        own = [] if "other" in request.GET else self._own_organisations(request)
        if own:
            field: Any = self.fields["organisation"]
            field.queryset = Organisation.objects.filter(pk__in=[row.pk for row in own]).by_name()
            field.required, field.empty_label = True, None
            self.initial.setdefault("organisation", own[0].pk)
            for name in (*FIRM_FIELDS, "legal_code", "website"):
                self.fields[name].required = False
        else:
            del self.fields["organisation"]
        if request.user.is_authenticated:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _("Answers come to the address of your account.")

    def _own_organisations(self, request: HttpRequest) -> list[Organisation]:
        """Whom this person acts for and who is not in the cluster yet."""
        if not request.user.is_authenticated:
            return []
        acting = Affiliation.objects.active().filter(person=request.user).values("organisation")
        here = ClusterMembership.objects.active().filter(cluster=self.cluster).values("organisation")
        return list(Organisation.objects.filter(pk__in=acting).exclude(pk__in=here).by_name())

    @property
    def has_own(self) -> bool:
        return "organisation" in self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("organisation"):
            self._take_the_own(cleaned)
        return cleaned

    def _take_the_own(self, cleaned: dict[str, Any]) -> None:
        """What was typed beside the choice of an own organisation does not count."""
        row = cleaned["organisation"]
        for name in (*FIRM_FIELDS, "legal_code", "website"):
            self.errors.pop(name, None)
        cleaned |= {"organisation_name": str(row.name)[:200], "kind": row.kind, "website": row.website,
                    "country": row.country or self.cluster.country, "legal_code": row.legal_code}  # fmt: skip


class AnswerForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=2000, widget=forms.Textarea({"rows": 5}))


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("The applicant gets it as a letter and answers by the link in it."),
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("The applicant reads it: what is missing, and whether to ask again."),
    )


class AcceptForm(forms.ModelForm):
    """Which organisation it is, and on what terms it joins."""

    which = forms.ChoiceField(label=gettext_lazy("Which organisation it is"), widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    organisation_kind = forms.ChoiceField(
        label=gettext_lazy("What it is"), choices=Organisation.Kind.choices, required=False
    )
    legal_code = forms.CharField(label=gettext_lazy("Legal-entity code"), max_length=30, required=False)

    class Meta:
        model = ClusterMembership
        fields = ["kind", "committed_by", "joined"]
        widgets = {"joined": DateInput}
        labels = {"kind": gettext_lazy("Joins as")}

    def __init__(self, *args: Any, row: JoinRequest, candidates: list[Organisation], **kwargs: Any):
        self.row, self.candidates = row, candidates
        first = str(candidates[0].pk) if candidates and self._is_sure(row, candidates[0]) else ANOTHER
        initial = {"which": first, "name": row.organisation_name, "organisation_kind": row.kind,
                   "legal_code": row.legal_code, "joined": today(), **kwargs.pop("initial", {})}  # fmt: skip
        super().__init__(*args, **kwargs | {"initial": initial, "auto_id": "accept_%s"})
        choices = [(str(each.pk), self._words(each)) for each in candidates]
        if self.may_be_new:
            choices.append((ANOTHER, _("None of them: a new organisation") if candidates else _("A new organisation")))
        self.fields["which"].choices = choices  # type: ignore[attr-defined]
        if not candidates:
            self.fields["name"].required = self.fields["organisation_kind"].required = True
        if not self.may_be_new:
            for name in ("name", "organisation_kind", "legal_code"):
                del self.fields[name]

    @staticmethod
    def _is_sure(row: JoinRequest, candidate: Organisation) -> bool:
        same_code = row.legal_code and (candidate.legal_code, candidate.country) == (row.legal_code, row.country)
        return row.organisation_id == candidate.pk or bool(same_code)

    @property
    def may_be_new(self) -> bool:
        return not any(self._is_sure(self.row, candidate) for candidate in self.candidates)

    @staticmethod
    def _words(organisation: Organisation) -> str:
        known = (str(organisation.name), organisation.legal_code, str(organisation.region or ""))
        return " · ".join(word for word in known if word)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("which") == ANOTHER:
            if not cleaned.get("name", "").strip():
                self.add_error("name", _("Name the organisation."))
            try:
                cleaned["legal_code"] = legal_codes.clean(cleaned.get("legal_code", ""), str(self.row.country))
            except ValidationError as error:
                self.add_error("legal_code", error.error_dict["legal_code"])
        return cleaned

    def organisation(self) -> Organisation:
        """The one chosen, or a new one that is not saved."""
        which = self.cleaned_data["which"]
        if which != ANOTHER:
            return next(each for each in self.candidates if str(each.pk) == which)
        return Organisation(
            name=Translated({languages.current(): self.cleaned_data["name"].strip()}),
            kind=self.cleaned_data["organisation_kind"] or self.row.kind,
            country=self.row.country,
            legal_code=self.cleaned_data["legal_code"],
            website=self.row.website,
        )

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "committed_by", "joined")}
