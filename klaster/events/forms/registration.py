"""What people type to register: about themselves, the organiser's questions, colleagues."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest, QueryDict
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from klaster.core import languages
from klaster.directory.models import Cluster, ClusterMembership, Organisation
from klaster.events import answers
from klaster.events.actions import sessions
from klaster.events.actions.registration import Guest
from klaster.events.models import Category, Event, Question, Registration, Session

SALT = "events.registration-form"
LONGEST_SECONDS = 24 * 60 * 60
NEEDS_HINT = gettext_lazy("Only the organiser sees it, to take care of it. Forgotten 30 days after the event.")


def ticket_for(event: Event) -> str:
    """What a form carries: for which event, and a number that registers once."""
    return signing.dumps([event.pk, str(uuid.uuid4()), int(time.time())], salt=SALT)


class AboutForm(forms.ModelForm):
    """What a registration says, without its address: also for changing it later."""

    class Meta:
        model = Registration
        fields = ["name", "phone", "organisation_name", "position", "country", "category", "is_online", "dietary",
                  "access_needs"]  # fmt: skip
        labels = {
            "name": gettext_lazy("Name and surname"), "phone": gettext_lazy("Telephone"),
            "organisation_name": gettext_lazy("Organisation"), "position": gettext_lazy("Position"),
            "country": gettext_lazy("Country"), "category": gettext_lazy("You take part as"),
            "is_online": gettext_lazy("I take part online"), "dietary": gettext_lazy("Diet"),
            "access_needs": gettext_lazy("What you need to take part"),
        }  # fmt: skip
        help_texts = {
            "phone": gettext_lazy("Only for urgent news on the day of the event."),
            "dietary": gettext_lazy("For instance vegetarian, allergies."),
            "access_needs": gettext_lazy("For instance a step-free way, a sign-language interpreter."),
        }
        widgets = {
            "name": forms.TextInput({"autocomplete": "name"}),
            "phone": forms.TextInput({"autocomplete": "tel", "type": "tel"}),
            "organisation_name": forms.TextInput({"autocomplete": "organization"}),
            "position": forms.TextInput({"autocomplete": "organization-title"}),
            "category": forms.RadioSelect,
        }

    about_title, needs_title = gettext_lazy("About you"), gettext_lazy("What you need")

    def __init__(self, *args: Any, event: Event, **kwargs: Any):
        self.event = event
        super().__init__(*args, **kwargs)
        self.questions = {f"question_{each.pk}": each for each in questions_of(event)}
        self._fit_to_event()
        for name, question in self.questions.items():
            only = list(question.categories.all())
            self.fields[name] = answers.field_for(question, is_for_all=not only)
            if only:
                self.fields[name].help_text = f"{asked_of(question, only)} {question.hint}".strip()
                self.fields[name].says_how_far_it_is_required = question.is_required
            if question.is_sensitive:
                self.fields[name].help_text = f"{self.fields[name].help_text} {NEEDS_HINT}".strip()
        self._ask_sessions()

    def _fit_to_event(self) -> None:
        event = self.event
        offered = event.categories.filter(is_offered=True)
        mine = self.instance.category_id
        choices = [each for each in event.categories.all() if each.is_offered or each.pk == mine]
        if choices:
            field = self.fields["category"]
            field.queryset = event.categories.filter(pk__in=[each.pk for each in choices])
            field.required, field.empty_label = bool(offered), None
        else:
            del self.fields["category"]
        if event.mode != Event.Mode.BOTH:
            del self.fields["is_online"]
        if not event.asks_needs:
            del self.fields["dietary"], self.fields["access_needs"]
        self.fields["country"].required = True
        if not self.instance.country:
            self.initial.setdefault("country", event.country.code or settings.COUNTRY)

    def _ask_sessions(self) -> None:
        offered = list(sessions.with_room(self.event))
        if offered:
            self.fields["sessions"] = SessionsField(
                queryset=sessions.to_choose(self.event),
                label=_("Sessions with limited places"),
                required=False,
                help_text=_("Choose those you will surely go to."),
            )
            self.fields["sessions"].choices = [(each.pk, session_words(each)) for each in offered]

    def clean_sessions(self) -> list[Session]:
        chosen = list(self.cleaned_data["sessions"])
        sessions.clash(chosen)
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        category = cleaned.get("category")
        for name, question in self.questions.items():
            only = {each.pk for each in question.categories.all()}
            if not only or name in self.errors:
                continue
            if category is None or category.pk not in only:
                cleaned[name] = None
            elif question.is_required and cleaned.get(name) in (None, "", [], False):
                self.add_error(name, _("This field is required."))
        return cleaned

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """(title, why it is asked, fields) as the page shows them."""
        about = [
            "name",
            "email",
            "phone",
            "acts_for",
            "organisation_name",
            "position",
            "country",
            "category",
            "is_online",
        ]
        parts = [
            (self.about_title, "", about),
            (_("Questions of the organiser"), "", list(self.questions)),
            (_("Sessions"), "", ["sessions"]),
            (self.needs_title, NEEDS_HINT, ["dietary", "access_needs"]),
        ]
        found = [(title, why, [self[name] for name in names if name in self.fields]) for title, why, names in parts]
        return [group for group in found if group[2]]

    @property
    def answers(self) -> dict[Question, Any]:
        found = {q: answers.kept(q, self.cleaned_data.get(name)) for name, q in self.questions.items()}
        return {question: value for question, value in found.items() if value is not None or self.instance.pk}

    @property
    def chosen(self) -> list[Session]:
        return list(self.cleaned_data.get("sessions", ()))


def asked_of(question: Question, only: Sequence[Category]) -> str:
    """Before the category is chosen the form cannot know whether it demands an answer: its words say it."""
    words = _("To be answered by: %(categories)s.") if question.is_required else _("Asked of: %(categories)s.")
    return words % {"categories": ", ".join(str(each) for each in only)}


class SessionsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


def session_words(session: Session) -> str:
    left = max(0, session.capacity - session.going)
    free = ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left}
    room = free if left else _("full: you would wait for a place")
    if session.starts is None:
        return f"{session.title} ({room})"
    starts, ends = (moment.astimezone(session.event.zone) for moment in (session.starts, session.ends))
    day = formats.date_format(starts, "MONTH_DAY_FORMAT")
    return f"{session.title}, {day} {starts:%H:%M}–{ends:%H:%M} ({room})"


def questions_of(event: Event) -> list[Question]:
    return list(event.questions.prefetch_related("categories").order_by("position", "pk"))


class RegisterForm(AboutForm):
    """The first person of a form: who registers, perhaps with colleagues."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy(
            "The letter to this address opens your registration, so that you can change or cancel it."
        ),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    acts_for = forms.ModelChoiceField(Organisation.objects.none(), label=gettext_lazy("For which organisation"),
                                      required=False, empty_label=gettext_lazy("another, or none"))  # fmt: skip
    together = forms.ChoiceField(
        label=gettext_lazy("If there are not places for all of you"),
        choices=[("", gettext_lazy("each gets a place as far as they go")),
                 ("yes", gettext_lazy("only all together: else all of you wait"))],
        widget=forms.RadioSelect, required=False,
    )  # fmt: skip
    terms = forms.BooleanField(label=gettext_lazy("I have read the conditions of taking part and agree to them"))
    ticket = forms.CharField(widget=forms.HiddenInput)
    homepage = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )
    field_order = ["name", "email", "phone", "acts_for", "organisation_name", "position", "country", "category"]

    def __init__(self, *args: Any, request: HttpRequest, event: Event, is_for_others: bool = False, **kwargs: Any):
        self.user = request.user if request.user.is_authenticated else None
        self.once: uuid.UUID | None = None
        initial = {"ticket": ticket_for(event), "together": ""}
        if self.user and not is_for_others:
            initial |= {"name": self.user.name, "email": self.user.email}
        super().__init__(*args, event=event, initial=initial, **kwargs)
        mine = self._organisations()
        if mine:
            self.fields["acts_for"].queryset = mine
            first = mine.first()
            self.fields["organisation_name"].label = _("Another organisation")
            self.initial |= {"acts_for": first, "country": first.country.code or self.initial.get("country")}
        else:
            del self.fields["acts_for"]
        if not str(event.terms):
            del self.fields["terms"]

    def _organisations(self) -> Any:
        if self.user is None:
            return None
        acting = self.user.affiliations.active().values("organisation")
        return Organisation.objects.filter(pk__in=acting).by_name()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "ticket" in self.errors:
            del self.errors["ticket"]
        try:
            event_pk, once, _shown = signing.loads(cleaned.get("ticket", ""), salt=SALT, max_age=LONGEST_SECONDS)
        except signing.BadSignature:
            return self._renew(cleaned, _("This form was open for long. All you typed is still here: send it again."))
        if event_pk != self.event.pk:
            return self._renew(cleaned, _("This form belongs to another event. Look it over and send it again."))
        self.once = uuid.UUID(once)
        return cleaned

    def _renew(self, cleaned: dict[str, Any], message: str) -> dict[str, Any]:
        self.add_error(None, message)
        self.data = self.data.copy()
        self.data["ticket"] = ticket_for(self.event)
        return cleaned

    @property
    def is_from_a_robot(self) -> bool:
        return bool(self.cleaned_data.get("homepage"))

    @cached_property
    def guest(self) -> Guest:
        """The filled row of who registers. Only who acts for an organisation here speaks as its member."""
        row, organisation = self.save(commit=False), self.cleaned_data.get("acts_for")
        row.email, row.language = self.cleaned_data["email"], languages.current()
        if organisation:
            row.organisation, row.organisation_name = organisation, str(organisation.name)[:200]
            row.is_member = is_member(organisation)
        if self.user and row.email.lower() == self.user.email.lower():
            row.person = self.user
        return Guest(row, self.answers, self.chosen)


def is_member(organisation: Organisation) -> bool:
    public = Cluster.objects.published().values("pk")
    return ClusterMembership.objects.active().filter(organisation=organisation, cluster__in=public).exists()


class ColleagueForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name and surname"), max_length=150)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), max_length=254, required=False,
        help_text=gettext_lazy("Without it the letters about this colleague come to you."),
    )  # fmt: skip
    position = forms.CharField(label=gettext_lazy("Position"), max_length=150, required=False)
    category = forms.ModelChoiceField(
        Category.objects.none(), label=gettext_lazy("Takes part as"), required=False,
        empty_label=gettext_lazy("the same as you"),
    )  # fmt: skip
    dietary = forms.CharField(label=gettext_lazy("Diet"), max_length=300, required=False)
    access_needs = forms.CharField(
        label=gettext_lazy("What the colleague needs to take part"), max_length=300, required=False
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offered = event.categories.filter(is_offered=True)
        self.fields["category"].queryset = offered
        if not offered:
            del self.fields["category"]
        if not event.asks_needs:
            del self.fields["dietary"], self.fields["access_needs"]

    def guest(self, lead: Registration) -> Guest:
        words = {name: self.cleaned_data.get(name) or "" for name in ("name", "email", "position", "dietary",
                                                                      "access_needs")}  # fmt: skip
        return Guest(
            Registration(
                **words, category=self.cleaned_data.get("category") or lead.category, country=lead.country,
                organisation=lead.organisation, organisation_name=lead.organisation_name, is_member=lead.is_member,
                is_online=lead.is_online, language=lead.language,
            )
        )  # fmt: skip


class Colleagues(BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = True  # a row that was added and left empty is nobody

    def filled(self) -> list[ColleagueForm]:
        return [form for form in self.forms if form.has_changed() and form.is_valid()]

    def clean(self) -> None:
        seen = {str(self.data.get("email", "")).strip().lower()}  # of whoever registers them
        for form in self.forms:
            address = (form.cleaned_data.get("email") or "").lower() if hasattr(form, "cleaned_data") else ""
            if address and address in seen:
                form.add_error("email", _("This address stands here twice."))
            seen.add(address)


def colleagues_for(event: Event, data: QueryDict | None = None, *, rows: int = 0) -> BaseFormSet:
    """Rows for colleagues, as many as the event lets one bring."""
    most = max(0, event.most_together - 1)
    made = forms.formset_factory(
        ColleagueForm, formset=Colleagues, extra=rows, max_num=most, absolute_max=most, validate_max=True
    )
    return made(data, prefix="colleagues", form_kwargs={"event": event})


def with_rows(data: QueryDict, *, more: bool = False, without: str = "") -> QueryDict:
    """The same form with one row of colleagues more, or without the row of this number; nothing typed is lost."""
    data = data.copy()
    try:
        total = min(max(int(data.get("colleagues-TOTAL_FORMS", 0)), 0), 100)
    except ValueError:
        total = 0
    if more:
        data["colleagues-TOTAL_FORMS"] = str(total + 1)
    if without.isascii() and without.isdecimal() and int(without) < total:
        for number in range(int(without), total):
            for name in ColleagueForm.base_fields:
                data[f"colleagues-{number}-{name}"] = data.get(f"colleagues-{number + 1}-{name}", "")
        data["colleagues-TOTAL_FORMS"] = str(total - 1)
    return data
