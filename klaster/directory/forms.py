"""What people may type into the public pages."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from klaster.core.office.fields import NamesField
from klaster.directory.models import Cluster, ContactMessage
from klaster.directory.models.merging import EntryKind

SALT = "directory.contact"
LEAST_SECONDS = 3  # nobody reads the page and writes three fields in less
LONGEST_SECONDS = 24 * 60 * 60
MOST_LINKS = 2
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


def contact_ticket(cluster: Cluster, salt: str = SALT) -> str:
    """What a form carries: which cluster it is for, when it was shown, and a number that sends one message."""
    return signing.dumps([cluster.pk, str(uuid.uuid4()), int(time.time())], salt=salt)


class PublicForm(forms.ModelForm):
    """What anybody may send to a cluster, with a name, an address and a text.

    Robots give themselves away: they fill the field nobody sees, send within a second, or send an old form again.
    """

    salt = SALT
    ticket = forms.CharField(widget=forms.HiddenInput)
    homepage = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, cluster: Cluster, **kwargs: Any):
        self.cluster = cluster
        self.once: uuid.UUID | None = None
        initial = {"ticket": contact_ticket(cluster, self.salt), **kwargs.pop("initial", {})}
        if request.user.is_authenticated:
            initial |= {"name": request.user.name, "email": request.user.email}
        super().__init__(*args, initial=initial, **kwargs)

    @property
    def is_from_a_robot(self) -> bool:
        """It filled what people do not see. Asked after `is_valid`."""
        return bool(self.cleaned_data.get("homepage"))

    def clean_body(self) -> str:
        body = self.cleaned_data["body"]
        if len(LINK.findall(body)) > MOST_LINKS:
            raise ValidationError(_("Please leave out links: more than two make a message look like advertising."))
        return body

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            cluster_pk, once, shown_at = signing.loads(
                cleaned.get("ticket", ""), salt=self.salt, max_age=LONGEST_SECONDS
            )
        except signing.BadSignature:
            self._renew(_("This form was open for too long. Your text is still here: please send it again."))
            return cleaned
        if cluster_pk != self.cluster.pk:
            self._renew(_("This form belongs to another page. Your text is still here: please send it again."))
        elif time.time() - shown_at < LEAST_SECONDS and not cleaned.get("homepage"):
            self.add_error(None, _("That was very quick. Please look your message over and send it again."))
        self.once = uuid.UUID(once)
        return cleaned

    def _renew(self, message: Any) -> None:
        self.add_error(None, message)
        self.data = self.data.copy()
        self.data[self.add_prefix("ticket")] = contact_ticket(self.cluster, self.salt)


class ContactForm(PublicForm):
    """A message to a cluster's coordinator."""

    class Meta:
        model = ContactMessage
        fields = ["name", "email", "organisation", "body"]
        widgets = {
            "name": forms.TextInput({"autocomplete": "name"}),
            "email": forms.EmailInput({"autocomplete": "email"}),
            "organisation": forms.TextInput({"autocomplete": "organization"}),
            "body": forms.Textarea({"rows": 8}),
        }
        labels = {"name": _("Your name"), "email": _("Your e-mail address"), "organisation": _("Your organisation"),
                  "body": _("Message")}  # fmt: skip
        help_texts = {"body": _("Say what you offer or seek, and by when you need an answer.")}


class PairForm(forms.Form):
    """Any two entries of one kind, by name or address."""

    kind = forms.ChoiceField(label=_("Kind"), choices=EntryKind.choices)
    one = forms.CharField(label=_("The one that stays"), max_length=200)
    other = forms.CharField(label=_("The one that is united with it"), max_length=200)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"kind", "one", "other"} <= set(data):
            rows = EntryKind(data["kind"]).model._default_manager.order_by("slug")
            for name in ("one", "other"):
                try:
                    data[name] = NamesField(rows).clean(data[name]).first()
                except ValidationError as error:
                    self.add_error(name, error)
            if not self.errors and data["one"] == data["other"]:
                self.add_error("other", _("Choose two different entries of one kind."))
        return data
