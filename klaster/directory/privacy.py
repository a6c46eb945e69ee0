"""What the directory keeps about people: whom they act for, what they wrote to coordinators."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import User
from klaster.core.privacy import Fate, register
from klaster.directory.actions.editing import drop_files
from klaster.directory.models import (
    Affiliation,
    ChangeRequest,
    Confirmation,
    ContactMessage,
    FormDraft,
    Import,
    JoinRequest,
    ProposedValue,
)
from klaster.directory.models.duplicates import Duplicate
from klaster.directory.models.merging import Merge


def written_by(person: User) -> QuerySet[ContactMessage]:
    return ContactMessage.objects.filter(Q(sender=person) | Q(email__iexact=person.email))


def asked_by(person: User) -> QuerySet[JoinRequest]:
    return JoinRequest.objects.filter(Q(sender=person) | Q(email__iexact=person.email))


register(
    Affiliation,
    "person",
    purpose=_("So that the right people can change what is shown about an organisation."),
    kept=_("As long as the account."),
    fate=Fate.DELETED,
    export=["organisation", "role", "title", "since", "until"],
)
register(
    Duplicate,
    "decided_by",
    purpose=_("So that what is not the same is not proposed again, and somebody can be asked why."),
    kept=_("As long as the directory."),
    fate=Fate.ANONYMISED,
    export=["kind", "state", "decided_at"],
)
register(
    Merge,
    "by",
    "undone_by",
    purpose=_("So that two entries united by mistake can be told apart again, and somebody can be asked why."),
    kept=_("As long as the directory; what moved is forgotten after a year."),
    fate=Fate.ANONYMISED,
    export=["kept_name", "gone_name", "at", "undone_at"],
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


def without_author(requests: QuerySet[ChangeRequest], person: User) -> None:
    """Drafts go; what was sent stays, without whose it was and without what the person wrote beside it."""
    for draft in requests.filter(state=ChangeRequest.State.DRAFT):
        drop_files(draft)
        draft.delete()
    ProposedValue.objects.filter(request__in=requests).update(note="")
    requests.update(author=None)


register(
    ChangeRequest,
    "author",
    purpose=_("So that the office can check facts before they are public, and ask and tell you."),
    kept=_("As long as the entry it is about."),
    fate=Fate.ANONYMISED,
    anonymise=without_author,
    export=["subject", "state", "reason", "created_at", "submitted_at", "decided_at", "told"],
)
register(
    FormDraft,
    "person",
    purpose=_("So that what you type into a long form is not lost; nobody else sees it."),
    kept=_("Until you send the form or throw the draft away, else 90 days."),
    fate=Fate.DELETED,
    export=["form", "typed", "saved_at"],
)
register(
    Import,
    "by",
    purpose=_("So that you can look a table over before it is written, and take it back."),
    kept=_("The file and its rows 30 days; that you imported something, as long as the account."),
    fate=Fate.DELETED,
    export=["what", "cluster", "file_name", "state", "total", "created_at", "finished_at"],
)
register(
    JoinRequest,
    "sender",
    purpose=_("So that a cluster can answer your request to join it."),
    kept=_("Half a year where it was declined or taken back, else a year."),
    fate=Fate.DELETED,
    rows=asked_by,
    export=["cluster", "name", "email", "organisation_name", "legal_code", "body", "state", "reason", "sent_at",
            "correspondence"],
)  # fmt: skip
