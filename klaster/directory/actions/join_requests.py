"""A request to join a cluster: sent, asked back about, answered, accepted, declined, withdrawn.

Whoever answers locks the request first; who comes second finds it answered and changes nothing. The applicant needs no
account: a signed number in each letter (`ticket_of`) opens the one request.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from klaster.core import audit, languages, letters
from klaster.core.models import label_of
from klaster.core.notify import notify
from klaster.directory import recipients
from klaster.directory.actions.members import add_member, add_new_member
from klaster.directory.actions.merging import hold, hold_below, not_beside_an_import
from klaster.directory.actions.own_words import Values
from klaster.directory.actions.rights import demand
from klaster.directory.models import (
    Affiliation,
    Cluster,
    ClusterMembership,
    JoinNote,
    JoinRequest,
    Opening,
    Organisation,
)
from klaster.directory.topics import JOIN_REQUESTS, MY_JOIN_REQUESTS

if TYPE_CHECKING:
    from klaster.accounts.models import User

RIGHT = "directory.answer_join_request"
SALT = "directory.join-request"
State = JoinRequest.State
LETTERS = {
    "received": "directory/letters/join_received",
    "question": "directory/letters/join_question",
    "accepted": "directory/letters/join_accepted",
    "declined": "directory/letters/join_declined",
    "new": "directory/letters/join_new",
    "news": "directory/letters/join_news",
}


class AlreadyAsked(Exception):
    """The same sender, or a colleague who is signed in, has asked for the same firm; `request` waits for an answer."""

    def __init__(self, request: JoinRequest):
        super().__init__(f"{request} waits already.")
        self.request = request


def ticket_of(request: JoinRequest) -> str:
    """What a letter carries: opens this request and nothing else."""
    return signing.dumps(request.pk, salt=SALT)


def number_in(ticket: str) -> int:
    """The request's number. Raises BadSignature for a ticket we have not written."""
    return int(signing.loads(ticket, salt=SALT))


def sender_key(email: str) -> str:
    """By which requests of one address are counted, without the address."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]


# --- the applicant --------------------------------------------------------------------------------------------------
@transaction.atomic
def send_join_request(
    request: JoinRequest, *, by: User | None, once: uuid.UUID, cluster: Cluster, opening: Opening | None = None
) -> JoinRequest:
    """Keep a request and tell whoever answers for the cluster; the applicant gets a letter to come back by.

    A form that was sent twice sends one request. Raises DoesNotExist for a cluster that was taken off the site or an
    opening that was closed meanwhile, AlreadyAsked for a second request of the same people, ValidationError for a firm
    that is a member already, PermissionDenied for a firm the sender does not act for.
    """
    cluster = hold(cluster)
    cluster = Cluster.objects.visible_to(by or AnonymousUser()).published().get(pk=cluster.pk)  # as it is now
    if sent := JoinRequest.objects.filter(once=once).first():
        return sent
    if opening is not None:
        opening = Opening.objects.open().filter(cluster=cluster).select_for_update(of=("self",)).get(pk=opening.pk)
    request.cluster, request.opening, request.once, request.sender = cluster, opening, once, by
    request.language = languages.current()
    if request.organisation:
        _take_over_the_firm(request, request.organisation, by)
    request.clean()
    refuse_members(request)
    if earlier := earlier_of(request):
        raise AlreadyAsked(earlier)
    request.full_clean()
    request.save()
    audit.record(gettext_noop("asked to join"), request, by=by)
    _tell_cluster(request, "new", gettext_noop("%(organisation)s asks to join %(cluster)s"), body=request.body)
    _tell_applicant(request, "received", gettext_noop("Your request to join %(cluster)s was sent"))
    return request


def _take_over_the_firm(request: JoinRequest, organisation: Organisation, by: User | None) -> None:
    """A firm of the directory says of itself what its page says; only its own people ask in its name."""
    if by is None or not Affiliation.objects.active().filter(person=by, organisation=organisation).exists():
        raise PermissionDenied
    request.organisation_name = str(organisation.name)[:200]
    request.kind = organisation.kind
    request.country = organisation.country or request.cluster.country
    request.legal_code = organisation.legal_code
    request.website = organisation.website


def known_firm(request: JoinRequest) -> Organisation | None:
    """The organisation of the directory that it speaks of for sure: chosen by its own people, or of the same code."""
    if request.organisation or not request.legal_code:
        return request.organisation
    same_code = Organisation.objects.filter(country=request.country, legal_code=request.legal_code)
    return same_code.first()


def refuse_members(request: JoinRequest) -> None:
    """A public member need not ask."""
    firm = known_firm(request)
    if firm is None or not firm.is_published:
        return
    if ClusterMembership.objects.active().filter(cluster=request.cluster, organisation=firm).exists():
        words = _("%(organisation)s is a member of this cluster already.") % {"organisation": firm.name}
        raise ValidationError({"organisation" if request.organisation else "legal_code": words})


def earlier_of(request: JoinRequest) -> JoinRequest | None:
    """An open request of the same firm that this sender may know of: an own one, or of a colleague here.

    That a firm has asked is for its own people and the cluster; whoever types its code elsewhere learns nothing.
    """
    mine = Q(email__iexact=request.email)
    if request.sender:
        mine |= Q(sender=request.sender)
    if request.organisation:
        mine |= Q(organisation=request.organisation)
    return JoinRequest.objects.open().of_the_firm_of(request).filter(mine).order_by("pk").first()


@transaction.atomic
def answer_question(request: JoinRequest, text: str, *, by: User | None) -> JoinRequest:
    """The applicant answers what the coordinator asked. The same text sent twice is one answer."""
    row = _locked(request)
    _demand_open(row)
    if _is_the_last(row, text, by_applicant=True):
        return row
    note = _write(row, text, by_applicant=True)
    row.state = State.WAITING
    row.save(update_fields=["state"])
    audit.record(gettext_noop("answered the question"), row, by=by)
    _tell_cluster(
        row, f"answer {note.pk}", gettext_noop("%(organisation)s answers about joining %(cluster)s"), body=text
    )
    return row


@transaction.atomic
def withdraw_join_request(request: JoinRequest, *, by: User | None) -> JoinRequest:
    """The applicant takes it back, by the link in a letter or signed in. Twice is once."""
    row = _locked(request)
    if row.state == State.WITHDRAWN:
        return row
    _demand_open(row)
    _close(row, State.WITHDRAWN)
    audit.record(gettext_noop("withdrawn"), row, by=by)
    _tell_cluster(
        row, "withdrawn", gettext_noop("%(organisation)s no longer asks to join %(cluster)s"), body="", is_open=False
    )
    return row


# --- the cluster ----------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_back(request: JoinRequest, text: str, *, by: User) -> JoinRequest:
    """Ask the applicant something before deciding. The same question sent twice is one."""
    row = _locked(request)
    demand(by, RIGHT, row)
    _demand_open(row)
    if _is_the_last(row, text, by_applicant=False):
        return row
    note = _write(row, text, by_applicant=False)
    row.state = State.ASKED
    row.save(update_fields=["state"])
    audit.record(gettext_noop("asked a question"), row, by=by)
    words = gettext_noop("%(cluster)s asks you something about joining")
    _tell_applicant(row, f"question {note.pk}", words, question=letters.quoted(text))
    return row


@transaction.atomic
def accept_join_request(request: JoinRequest, *, by: User, organisation: Organisation, values: Values) -> JoinRequest:
    """Make the firm a member: `organisation` is one of the directory, or a new one that is not saved yet.

    Accepted twice, it is accepted once; a request that was withdrawn or declined meanwhile stays so (ValidationError).
    Other open requests that are surely of the same firm are answered with it. The membership is public at once where
    the firm's own manager asked, or where the firm is new; else its people or the office confirm it, as always.
    """
    not_beside_an_import()
    hold(request.cluster)  # as everybody does: the cluster, the organisation, then what hangs on them
    if organisation.pk:
        organisation = hold(organisation)
    row, others = _locked_with_others(request)
    demand(by, RIGHT, row)
    if row.state == State.ACCEPTED:
        return row
    _demand_open(row)
    if row.organisation_id and row.organisation_id != organisation.pk:
        raise ValidationError(_("This request is of another organisation."))
    membership = _member(row, organisation, by=by, values=values)
    for each in (row, *others):
        if each.is_open:
            each.organisation, each.membership = membership.organisation, membership
            _close(each, State.ACCEPTED)
            audit.record(gettext_noop("accepted into the cluster"), each, by=by)
            _tell_applicant(
                each,
                "accepted",
                gettext_noop("%(cluster)s has accepted you"),
                joined=membership.joined,
                is_confirmed=membership.is_confirmed,
            )
    return row


def _member(row: JoinRequest, organisation: Organisation, *, by: User, values: Values) -> ClusterMembership:
    """The firm's membership: the one it has by now, or a new one."""
    if organisation.pk is None:
        return add_new_member(row.cluster, organisation, by=by, values=values)
    present = ClusterMembership.objects.filter(cluster=row.cluster, organisation=organisation)
    here = present.active().first() or present.waiting().first()
    return here or add_member(row.cluster, organisation, by=by, values=values, asked_by=row.sender)


@transaction.atomic
def decline_join_request(request: JoinRequest, reason: str, *, by: User) -> JoinRequest:
    """Say no, and why; the applicant reads it. Twice is once."""
    row = _locked(request)
    demand(by, RIGHT, row)
    if row.state == State.DECLINED:
        return row
    _demand_open(row)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the applicant reads it.")})
    row.reason = reason
    _close(row, State.DECLINED)
    audit.record(gettext_noop("declined"), row, by=by)
    _tell_applicant(
        row, "declined", gettext_noop("%(cluster)s has answered your request"), reason=letters.quoted(reason)
    )
    return row


# --- what they have in common ---------------------------------------------------------------------------------------
def _locked(request: JoinRequest) -> JoinRequest:
    """The request, or the one it was united with; only it is locked, so that nobody waits in a circle."""
    return hold_below(request) or _is_gone()


def _locked_with_others(request: JoinRequest) -> tuple[JoinRequest, list[JoinRequest]]:
    """This request and the open ones surely of the same firm, in one order for everybody, so that none waits in a
    circle. Under the lock of its cluster: what it is does not change between the two questions."""
    row = JoinRequest.objects.numbered(request.pk).first() or _is_gone()
    same = Q(pk=row.pk)
    if row.legal_code:
        same |= Q(country=row.country, legal_code=row.legal_code, state__in=JoinRequest.OPEN)
    if row.organisation_id:
        same |= Q(organisation=row.organisation_id, state__in=JoinRequest.OPEN)
    rows = JoinRequest.objects.filter(same, cluster=row.cluster_id).order_by("pk")
    found = {each.pk: each for each in rows.select_for_update()}
    return found.pop(row.pk, None) or _is_gone(), list(found.values())


def _is_gone() -> NoReturn:
    raise ValidationError(_("This request is no longer there."))


def _demand_open(row: JoinRequest) -> None:
    if not row.is_open:
        state = row.get_state_display()
        raise ValidationError(_("This request was answered meanwhile: %(state)s."), params={"state": state})


def _close(row: JoinRequest, state: JoinRequest.State) -> None:
    row.state, row.answered_at = state, timezone.now()
    row.save(update_fields=["state", "answered_at", "reason", "organisation", "membership"])


def _is_the_last(row: JoinRequest, text: str, *, by_applicant: bool) -> bool:
    last = row.notes.order_by("-at", "-pk").first()
    return last is not None and last.is_by_applicant == by_applicant and last.text == text.strip()


def _write(row: JoinRequest, text: str, *, by_applicant: bool) -> JoinNote:
    note = JoinNote(request=row, text=text.strip(), is_by_applicant=by_applicant)
    note.full_clean()
    note.save()
    return note


def _key(request: JoinRequest, step: str) -> str:
    return f"{label_of(request)} {request.pk} {step}"


def _tell_applicant(request: JoinRequest, step: str, subject: str, **context: Any) -> None:
    """In the applicant's language: a notice and its letter for who has an account here, else a letter."""
    language = request.sender.language if request.sender else request.language
    with override(language):
        url = reverse("join_status", args=[ticket_of(request)])
    mail: Mapping[str, Any] = {
        "template": LETTERS[step.split()[0]],
        "context": {
            "name": request.name,
            "cluster": request.cluster.name,
            "organisation": request.firm_name,
            "url": url,
            **context,
        },
    }
    if request.sender:
        params = {"cluster": request.cluster.name}
        key = _key(request, step)
        notify(request.sender, MY_JOIN_REQUESTS, subject=subject, params=params, key=key, url=url, mail=mail)
        return
    letters.write(
        MY_JOIN_REQUESTS.code, to=request.email, about=request, key=_key(request, step), language=language, **mail
    )


def _tell_cluster(request: JoinRequest, step: str, subject: str, *, body: str, is_open: bool = True) -> None:
    """Whoever answers for the cluster: its coordinator's managers, its own address, or else the office."""
    to = recipients.of(request.cluster)
    known = [code for code in request.cluster.languages if code in languages.codes()]
    names = {"cluster": request.cluster.name, "organisation": request.firm_name}
    context = {
        **names,
        "sender": request.name,
        "opening": request.opening.title if request.opening else "",
        "body": letters.quoted(body) if body else "",
        "for_office": to.is_office,
        "is_open": is_open,
    }
    template = LETTERS["new" if step == "new" else "news"]
    for person in to.people:
        with override(person.language):
            url = request.get_absolute_url()
            said = _(subject) % {name: letters.plain(str(value)) for name, value in names.items()}
        mail = {"template": template, "context": {**context, "url": url, "said": letters.Ready(said)}}
        notify(person, JOIN_REQUESTS, subject=subject, params=names, key=_key(request, step), url=url, mail=mail)
    for address in to.addresses:
        language = next(iter(known), languages.codes()[0])
        with override(language):
            url = request.get_absolute_url()
            said = _(subject) % {name: letters.plain(str(value)) for name, value in names.items()}
        context |= {"url": url, "said": letters.Ready(said)}
        letters.write(
            JOIN_REQUESTS.code,
            to=address, template=template, context=context, about=request, key=_key(request, step), language=language,
        )  # fmt: skip
