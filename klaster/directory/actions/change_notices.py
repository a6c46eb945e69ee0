"""Who is told of a change request: the office once each time it is sent, its author of each answer."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_noop

from klaster.core.models import label_of
from klaster.core.notify import notify
from klaster.directory.models import ChangeRequest
from klaster.directory.topics import CHANGES, CHANGES_TO_CHECK

State = ChangeRequest.State
ANSWERS = {
    State.ACCEPTED: gettext_noop("Your changes to %(entry)s are public now"),
    State.PARTLY: gettext_noop("A part of your changes to %(entry)s is public now"),
    State.RETURNED: gettext_noop("The network's office asks something about your changes to %(entry)s"),
    State.DECLINED: gettext_noop("Your changes to %(entry)s were declined"),
}
REASON = gettext_noop("The office writes: %(reason)s")
READ_MORE = gettext_noop("What was decided, and what the office writes about each fact, stands on the page.")


def tell_office(request: ChangeRequest) -> None:
    """One notice for one sending, however many facts are in it."""
    for person in get_user_model().objects.secretariat().order_by("pk"):
        notify(
            person,
            CHANGES_TO_CHECK,
            subject=gettext_noop("Changes to %(entry)s wait for the office: %(count)s"),
            params={"count": request.proposals.count(), "entry": request.subject.name},
            about=request,
            key=key_of(request, "sent"),
        )


def tell_author(request: ChangeRequest) -> None:
    """Nobody is told whose account was erased meanwhile."""
    if request.author is None or not request.author.is_active:
        return
    notify(
        request.author,
        CHANGES,
        subject=ANSWERS[State(request.state)],
        body=REASON if request.reason else READ_MORE,
        params={"entry": request.subject.name, "reason": request.reason},
        about=request,
        key=key_of(request, request.state),
    )


def key_of(request: ChangeRequest, what: str) -> str:
    """A request may go to the office and back several times; each time is told once."""
    return f"{label_of(request)} {request.pk} {what} {request.rounds}"
