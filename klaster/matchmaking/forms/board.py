"""What people type about offers and needs."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django_countries import countries

from klaster.core import languages
from klaster.core.forms import DateInput
from klaster.core.office import NamesField
from klaster.directory.careful_forms import VersionedForm
from klaster.directory.edit_forms import language_choices
from klaster.directory.models import Cluster, Organisation, Sector
from klaster.directory.models.organisations import today
from klaster.matchmaking import board_people
from klaster.matchmaking.models import Posting, PostingText, Side, Technology
from klaster.matchmaking.models.board import acted_for

if TYPE_CHECKING:
    from klaster.accounts.models import User

SHORTEST_TITLE, SHORTEST_TEXT = 8, 40
HALF_A_YEAR = datetime.timedelta(days=183)
SIDES = [(Side.OFFER, gettext_lazy("We offer")), (Side.NEED, gettext_lazy("We are looking for"))]


def capitals(choices: type[TextChoices]) -> Any:
    """Choices as they stand alone on a line, in the reader's language."""
    return lambda: [(value, capfirst(label)) for value, label in choices.choices]


class CountriesField(forms.CharField):
    """Countries by name in any language of the site, or by code, one a line or with commas between."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("widget", forms.Textarea({"rows": 2}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(countries.name(code) for code in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        typed = [part.strip() for part in str(value or "").replace("\n", ",").replace(";", ",").split(",")]
        known = countries_by_name()
        found, unknown = [], []
        for word in filter(None, typed):
            code = word.upper() if countries.name(word.upper()) else known.get(word.casefold(), "")
            (found if code else unknown).append(code or word)
        if unknown:
            words = _("There is no country called %(names)s.")
            raise ValidationError(words, params={"names": ", ".join(unknown)[:200]})
        if self.required and not found:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(dict.fromkeys(found))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "")


def countries_by_name() -> dict[str, str]:
    found = {}
    for code in languages.codes():
        with override(code):
            found |= {str(name).casefold(): country for country, name in countries}
    return found


class OwnerByName(forms.CharField):
    """An organisation or a cluster by its name: the office writes for any."""

    def clean(self, value: Any) -> Any:
        line = super().clean(value)
        for rows in (Cluster.objects.all(), Organisation.objects.all()):
            match NamesField(rows, required=False).found(line):
                case [pk]:
                    return rows.get(pk=pk)
                case [_first, *_more]:
                    raise ValidationError(_("“%(line)s” is the name of several."), params={"line": line})
        raise ValidationError(_("There is no “%(line)s”."), params={"line": line})


class OwnOwner(forms.ChoiceField):
    """One of the organisations and clusters a person writes for."""

    def __init__(self, owners: list[Any], **kwargs: Any):
        self.owners = {f"{owner._meta.model_name}-{owner.pk}": owner for owner in owners}
        super().__init__(choices=[(key, str(owner)) for key, owner in self.owners.items()], **kwargs)

    def clean(self, value: Any) -> Any:
        return self.owners[super().clean(value)]


def owners_of(person: User) -> list[Any]:
    """Whom a person writes for: those they act for first, then their clusters, then the clusters' members."""
    acted = Organisation.objects.filter(pk__in=acted_for(person)).by_name()
    kept = Organisation.objects.kept_by(person).exclude(pk__in=[row.pk for row in acted]).by_name()
    return [*acted, *Cluster.objects.kept_by(person).by_name(), *kept]


class PostingForm(VersionedForm):
    """Translations are pairs of fields for each language of the site: title_lt, text_lt."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    side = forms.ChoiceField(label=gettext_lazy("What it is"), choices=SIDES, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=capitals(Posting.Kind), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"))
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=150, min_length=SHORTEST_TITLE,
        help_text=gettext_lazy("What, in a few words: “Freeze-drying of berries in small batches”."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("What exactly"), max_length=3000, min_length=SHORTEST_TEXT,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy(
            "What it is, for whom, how much, by when, under which conditions. Everybody reads it: no names of people, "
            "addresses or numbers. Those who are interested write to you through the site."
        ),
    )  # fmt: skip
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    technologies = forms.MultipleChoiceField(
        label=gettext_lazy("Technologies"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Those that matter, eight at most: by them partners are found."),
    )  # fmt: skip
    countries = CountriesField(
        label=gettext_lazy("Partners from"), required=False,
        help_text=gettext_lazy("Countries, with commas between. Empty: from anywhere."),
    )  # fmt: skip
    partner_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of partners"), required=False, choices=capitals(Organisation.Kind),
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("None chosen: any."),
    )  # fmt: skip
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"), widget=DateInput,
        help_text=gettext_lazy("A year at most. Two weeks before you are told, and renew it in one click."),
    )  # fmt: skip

    class Meta:
        model = Posting
        fields = (
            "side", "kind", "language", "title", "text", "sectors", "technologies", "countries", "partner_kinds",
            "valid_until", "review_cluster",
        )  # fmt: skip

    MOST_TECHNOLOGIES = 8

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [(code, capfirst(name)) for code, name in language_choices()]
        fields["sectors"].choices = [(sector.code, str(sector)) for sector in Sector.objects.by_name()]
        fields["technologies"].choices = [(row.code, str(row)) for row in Technology.objects.by_name()]
        self.add_owner()
        self.add_translations()
        if self.instance.pk:
            del self.fields["once"]
        else:
            self.initial |= {
                "once": str(uuid.uuid4()), "language": languages.current(), "valid_until": today() + HALF_A_YEAR
            }  # fmt: skip
        self.ready()

    def add_owner(self) -> None:
        """Whose it is stays whose it is; who reviews it is asked where there is a choice."""
        owners = [self.instance.owner] if self.instance.pk else owners_of(self.by)
        if not self.instance.pk:
            label = _("Whose offer or need")
            if self.by.is_secretariat:
                owner: forms.Field = OwnerByName(
                    label=label, help_text=_("The name of an organisation or a cluster in the directory.")
                )
            else:
                owner = OwnOwner(owners, label=label)
            self.fields = {"owner": owner, **self.fields}
        clusters = board_people.clusters_of(*(row for row in owners if isinstance(row, Organisation)))
        field: Any = self.fields["review_cluster"]
        field.queryset = Cluster.objects.filter(pk__in=[cluster.pk for cluster in clusters])
        field.label, field.empty_label = _("Who looks it over"), _("the network's office")
        field.help_text = _("The coordinator of the cluster reads it before it is on the board.")
        if not clusters or self.by.is_secretariat:
            del self.fields["review_cluster"]
        elif not self.instance.pk:
            self.initial["review_cluster"] = clusters[0].pk

    def add_translations(self) -> None:
        there = {row.language: row for row in self.instance.texts.all()} if self.instance.pk else {}
        for code in languages.codes():
            name = languages.name_of(code)
            with override(code):
                own = languages.name_of(code)
            shown = f"{name}" if own == name else f"{name} ({own})"
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Title: %(language)s") % {"language": shown}, max_length=150, required=False
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Text: %(language)s") % {"language": shown}, max_length=3000, required=False,
                widget=forms.Textarea({"rows": 6}),
            )  # fmt: skip
            row = there.get(code, PostingText())
            self.initial |= {f"title_{code}": row.title, f"text_{code}": row.text}

    def compared(self) -> list[str]:
        return [name for name in super().compared() if name not in ("owner", "once")]

    def reopened(self, row: Any) -> PostingForm:
        return type(self)(instance=row, prefix=self.prefix, by=self.by)

    @property
    def translations(self) -> list[Any]:
        return [self[f"{name}_{code}"] for code in languages.codes() for name in ("title", "text")]

    def clean_technologies(self) -> list[str]:
        chosen = self.cleaned_data["technologies"]
        if len(chosen) > self.MOST_TECHNOLOGIES:
            raise ValidationError(_("Eight at most: choose those that matter."))
        return chosen

    def clean_valid_until(self) -> datetime.date:
        day = self.cleaned_data["valid_until"]
        if day < today():
            raise ValidationError(_("This day is over."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        owner, cluster = cleaned.get("owner") or self.instance.owner, cleaned.get("review_cluster")
        if cluster and isinstance(owner, Cluster):
            cleaned["review_cluster"] = None
        elif cluster and owner and cluster not in board_people.clusters_of(owner):
            words = _("%(organisation)s is not in this cluster.") % {"organisation": owner}
            self.add_error("review_cluster", words)
        for code in languages.codes():
            title, text = cleaned.get(f"title_{code}"), cleaned.get(f"text_{code}")
            if (title or text) and code == cleaned.get("language"):
                self.add_error(f"title_{code}", _("The text above is in this language already."))
            elif text and not title:
                self.add_error(f"title_{code}", _("Translate the title, too."))
            elif title and not text:
                self.add_error(f"text_{code}", _("Translate the text, too."))
        return cleaned

    def _post_clean(self) -> None:
        """The action fills the row and checks it; a form sent twice may find it there."""

    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        if owner := self.cleaned_data.get("owner"):
            values |= {owner._meta.model_name: owner}
        return values

    def texts(self) -> list[tuple[str, str, str]]:
        given = ((code, self.cleaned_data[f"title_{code}"], self.cleaned_data[f"text_{code}"])
                 for code in languages.codes())  # fmt: skip
        return [(code, title, text) for code, title, text in given if title]


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What has to be different"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
