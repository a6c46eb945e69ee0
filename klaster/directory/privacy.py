"""What the directory keeps about people: whom they act for, what they wrote to coordinators."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import User
from klaster.core.privacy import Fate, register
from klaster.directory.models import Affiliation, Confirmation, ContactMessage


def written_by(person: User) -> QuerySet[ContactMessage]:
    return ContactMessage.objects.filter(Q(sender=person) | Q(email__iexact=person.email))


register(
    Affiliation,
    "person",
    purpose=_("So that the right people can change what is shown about an organisation."),
    kept=_("As long as the account."),
    fate=Fate.DELETED,
    export=["organisation", "role", "title", "since", "until"],
)
register(
    ContactMessage,
    "sender",
    purpose=_("So that a coordinator can answer you without your address being published."),
    kept=_("One year."),
    fate=Fate.DELETED,
    rows=written_by,
    export=["cluster", "name", "email", "organisation", "body", "sent_at"],
)
register(
    Confirmation,
    "by",
    purpose=_("So that a cluster's people know who last said that its page is true; never shown to the public."),
    kept=_("As long as the cluster's page."),
    fate=Fate.ANONYMISED,
    export=["cluster", "section", "day", "way"],
)
