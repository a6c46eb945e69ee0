"""What participants of a matchmaking event type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core import languages
from klaster.directory.models import Sector
from klaster.matchmaking.models import Line, Matchmaking, MeetingRequest, Participant, Technology

# Languages people of these events speak and write; any other can be added by the code.
LANGUAGES = (
    "lt", "en", "lv", "et", "pl", "de", "uk", "ru", "fi", "sv", "da", "nb", "fr", "es", "it", "nl", "pt", "cs", "sk",
    "hu", "ro", "bg", "el", "hr", "sl", "tr",
)  # fmt: skip


def language_choices() -> list[tuple[str, str]]:
    named = [(code, capfirst(languages.name_of(code))) for code in LANGUAGES]
    first = [choice for choice in named if choice[0] in (*languages.codes(), "en")]
    return first + languages.in_order((choice for choice in named if choice not in first), lambda choice: choice[1])


class ProfileForm(forms.ModelForm):
    """Who we are, for those who look for somebody to meet."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages we speak"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose one language at least: others want to know how to talk.")},
    )  # fmt: skip
    is_shown = forms.BooleanField(
        label=gettext_lazy("Others find us in the list"), required=False,
        help_text=gettext_lazy("Otherwise only those whom you ask see you."),
    )  # fmt: skip

    class Meta:
        model = Participant
        fields = ("name", "country", "languages", "about", "is_online", "is_shown")
        widgets = {"about": forms.Textarea({"rows": 4})}
        labels = {"is_online": gettext_lazy("We meet online")}

    def __init__(self, *args: Any, matchmaking: Matchmaking, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = language_choices()  # type: ignore[attr-defined]
        self.fields["country"].required = True
        self.fields["about"].help_text = _("Two or three sentences: what you do, for whom.")
        if matchmaking.event.mode != "both":
            del self.fields["is_online"]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class LineForm(forms.ModelForm):
    """One offer or need. Tags are asked for once there is a text they can be proposed from."""

    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    technologies = forms.MultipleChoiceField(
        label=gettext_lazy("Technologies"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Line
        fields = ("text", "language", "sectors", "technologies")
        widgets = {"text": forms.Textarea({"rows": 3, "maxlength": 1500}), "language": forms.Select()}
        labels = {"language": gettext_lazy("Language of the text")}

    def __init__(self, *args: Any, with_tags: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "One thing in one or two sentences, as exact as you can: what, for whom, how much. Any language."
        )
        self.fields["language"].widget.choices = language_choices()
        self.fields["language"].help_text = ""
        if with_tags:
            self.fields["sectors"].choices = [(row.code, str(row.name)) for row in Sector.objects.by_name()]  # type: ignore[attr-defined]
            rows = Technology.objects.by_name()
            self.fields["technologies"].choices = [(row.code, str(row.name)) for row in rows]  # type: ignore[attr-defined]
            if not self.fields["technologies"].choices:  # type: ignore[attr-defined]
                del self.fields["technologies"]
        else:
            del self.fields["sectors"], self.fields["technologies"]

    def clean_text(self) -> str:
        text = " ".join(self.cleaned_data["text"].split())
        if len(text) < 8:
            raise forms.ValidationError(_("Write a little more: others decide by this text."))
        return text

    def clean_language(self) -> str:
        language = self.cleaned_data["language"]
        if language not in LANGUAGES:
            raise forms.ValidationError(_("Choose a language of the list."))
        return language


class PriorityField(forms.TypedChoiceField):
    def __init__(self, **kwargs: Any):
        super().__init__(
            choices=[(value, capfirst(label)) for value, label in MeetingRequest.Priority.choices], coerce=int,
            initial=MeetingRequest.Priority.WOULD_LIKE, widget=forms.RadioSelect, **kwargs,
        )  # fmt: skip


class AskForm(forms.Form):
    priority = PriorityField(
        label=gettext_lazy("How important is it to you?"),
        help_text=gettext_lazy("Only the organiser sees it: meetings both must have come first in the timetable."),
    )
    message = forms.CharField(
        label=gettext_lazy("What do you want to talk about?"), required=False, max_length=600,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class AcceptForm(forms.Form):
    priority = PriorityField(label=gettext_lazy("How important is it to you?"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=300, help_text=gettext_lazy("They read it.")
    )


class ReportForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What happened?"), max_length=2000, widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy("Only those who run the event read it."),
    )  # fmt: skip
    block = forms.BooleanField(
        label=gettext_lazy("Also block them: neither of us sees the other"), required=False, initial=True
    )
