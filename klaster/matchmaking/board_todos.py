"""What the workspace shows of partner search: what waits for somebody, and where they go for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.directory.models.organisations import today
from klaster.directory.own_todos import BACK, day_in_words
from klaster.directory.workspace import Act, Desk, Group, Link, Todo, Urgency
from klaster.matchmaking.actions.outcomes import LATER_AFTER
from klaster.matchmaking.actions.postings import TOLD_BEFORE
from klaster.matchmaking.models import (
    BrokeredRequest,
    BrokeredState,
    Interest,
    InterestState,
    Outcome,
    Posting,
    PostingState,
    SavedSearch,
)

OF_POSTINGS = ("my_postings", "posting_new", "posting_edit")
OF_BROKERING = ("brokered_list", "brokered_new", "brokered_detail", "brokered_edit", "board_evidence")
OF_SEARCHES = ("saved_searches", "saved_search_new")
OF_INTERESTS = ("my_interests", "interest_detail")
Row = TypeVar("Row", Posting, Interest, BrokeredRequest)
SOON_AFTER, LATE_AFTER, TALK_WITHIN = 3, 7, datetime.timedelta(days=14)


# --- what waits, asked once for the side navigation and the to-dos ----------------------------------------------------
def may_write(desk: Desk) -> bool:
    return bool(desk.person.has_perm("matchmaking.add_posting"))


def may_broker(desk: Desk) -> bool:
    return bool(desk.person.has_perm("matchmaking.add_brokeredrequest"))


def waiting_postings(desk: Desk) -> list[Posting]:
    """To look over, returned, and published ones that end; each has another state."""
    person = desk.person
    rows = Posting.objects.reviewed_by(person).filter(state=PostingState.REVIEW)
    if person.is_secretariat:
        long_ago = timezone.now() - datetime.timedelta(days=LATE_AFTER)
        rows = rows.filter(Q(cluster=None, review_cluster=None) | Q(updated_at__lt=long_ago))
    rows |= Posting.objects.kept_by(person).filter(state=PostingState.RETURNED, created_by=person)
    soon = (today() - 2 * TOLD_BEFORE, today() + TOLD_BEFORE)
    rows |= Posting.objects.spoken_for_by(person).filter(state=PostingState.PUBLISHED, valid_until__range=soon)
    return list(rows.select_related("organisation", "cluster").order_by("updated_at"))


def waiting_interests(desk: Desk) -> list[Interest]:
    """To answer, those introduced a while ago who may have talked, and those of which an outcome is asked for."""
    received, sent = Interest.objects.received_by(desk.person), Interest.objects.sent_by(desk.person)
    since = timezone.now() - TALK_WITHIN
    talk = (sent | received).filter(state=InterestState.INTRODUCED, answered_at__lt=since)
    asked = unanswered().filter(interest=OuterRef("pk"))
    asked = asked.filter(
        Q(is_owner=False, interest__person=desk.person)
        | Q(is_owner=True, interest__posting__in=Posting.objects.spoken_for_by(desk.person).values("pk"))
    )
    talked = (sent | received).filter(Exists(asked), state=InterestState.TALKED)
    rows = (received.filter(state=InterestState.SENT) | talk | talked).annotate(
        unanswered=Subquery(asked.values("token")[:1])
    )
    return list(rows.select_related("organisation", "posting").order_by("sent_at"))


def unanswered() -> QuerySet[Outcome]:
    """Outcomes asked for in the last three months of which nobody has said anything, the oldest first."""
    return Outcome.objects.filter(kind="", asked_at__gt=timezone.now() - LATER_AFTER).order_by("asked_at", "pk")


def what_came_of_it(title: str, token: str) -> Todo:
    return Todo(
        title=_("What came of it? %(title)s") % {"title": title},
        text=_("You were asked by letter, and have not answered yet."),
        acts=(Act(_("Say it"), reverse("outcome", args=[token])),),
        urgency=Urgency.LATER,
        icon="handshake",
    )


def waiting_brokered(desk: Desk) -> list[BrokeredRequest]:
    """Taken by this person, with the day of the latest entry; and for who brokers those nobody has taken."""
    which = Q(state=BrokeredState.TAKEN, taken_by=desk.person)
    if desk.once(may_broker):
        which |= Q(state=BrokeredState.OPEN)
    return list(BrokeredRequest.objects.filter(which).annotate(latest=Max("ledger__day")).order_by("created_at"))


def introductions_asked_of(desk: Desk) -> list[Outcome]:
    """Those of which this person was asked what came of them, since whoever asked has left no address."""
    rows = unanswered().filter(candidate__request__taken_by=desk.person, candidate__request__asker_email="")
    return list(rows.select_related("candidate__request"))


def in_state(rows: Iterable[Row], state: str) -> list[Row]:
    return [row for row in rows if row.state == state]


# --- lines of the side navigation: each counts its to-dos -------------------------------------------------------------
def links(desk: Desk) -> Iterator[Link]:
    if desk.once(may_write):
        waiting = len([*to_review(desk), *returned(desk), *ending(desk)])
        yield Link(_("Offers and needs"), reverse("my_postings"), "handshake", Group.ACTIVITY, waiting, OF_POSTINGS)
        waiting = len([*to_answer(desk), *have_you_talked(desk)])
        url = reverse("my_interests")
        yield Link(_("Messages about postings"), url, "send", Group.ACTIVITY, waiting, OF_INTERESTS)
    if SavedSearch.objects.visible_to(desk.person).exists():
        yield Link(_("Saved searches"), reverse("saved_searches"), "bell", Group.ACTIVITY, pages=OF_SEARCHES)
    if desk.once(may_broker):
        waiting = len([*brokered(desk)])
        group = Group.NETWORK if desk.person.is_secretariat else Group.ACTIVITY
        url = reverse("brokered_list")
        yield Link(_("Brokered requests"), url, "users", group, waiting, OF_BROKERING)


# --- to-dos -----------------------------------------------------------------------------------------------------------
def todos(desk: Desk) -> Iterator[Todo]:
    if not desk.once(may_write):
        return
    yield from to_review(desk)
    yield from to_answer(desk)
    yield from returned(desk)
    yield from ending(desk)
    yield from have_you_talked(desk)
    yield from brokered(desk)


def brokered(desk: Desk) -> Iterator[Todo]:
    """Taken by nobody; taken by this person, and nothing was done for two weeks; and what came of introductions."""
    rows = desk.once(waiting_brokered)
    for row in in_state(rows, BrokeredState.OPEN):
        yield Todo(
            title=_("Nobody has taken it: %(title)s") % {"title": row.title},
            text=f"{row.asker}, {countries.name(str(row.asker_country))}",
            acts=(Act(_("Look"), row.get_absolute_url()),),
            urgency=Urgency.WAITING if desk.person.is_secretariat else Urgency.LATER,
            icon="users",
            day=timezone.localdate(row.created_at),
        )
    for row in in_state(rows, BrokeredState.TAKEN):
        latest = row.latest  # type: ignore[attr-defined]
        if latest is None or latest >= today() - TALK_WITHIN:
            continue
        yield Todo(
            title=_("How does it go? %(title)s") % {"title": row.title},
            text=_("Last entry in the ledger: %(date)s") % {"date": day_in_words(latest)},
            acts=(Act(_("Look"), row.get_absolute_url()),),
            urgency=Urgency.SOON,
            icon="users",
            day=latest,
        )
    for asked in desk.once(introductions_asked_of):
        yield what_came_of_it(asked.candidate.request.title, asked.token)  # type: ignore[union-attr]


def to_review(desk: Desk) -> Iterator[Todo]:
    """Coordinators have those sent to their clusters; the office those of no cluster, and what waits for a week."""
    for row in in_state(desk.once(waiting_postings), PostingState.REVIEW):
        yield Todo(
            title=_("Look over: %(title)s") % {"title": row.title},
            text=str(row.owner),
            acts=(Act(_("Look and answer"), row.get_absolute_url()),),
            icon="handshake",
            day=timezone.localdate(row.updated_at),
        )


def to_answer(desk: Desk) -> Iterator[Todo]:
    """Somebody is interested and waits; late after a week."""
    for row in in_state(desk.once(waiting_interests), InterestState.SENT):
        sent = timezone.localdate(row.sent_at)
        days = (today() - sent).days
        names = {"organisation": row.organisation.name, "title": row.posting.title}
        yield Todo(
            title=_("%(organisation)s is interested: %(title)s") % names,
            text=_("Sent on %(date)s") % {"date": day_in_words(sent)},
            acts=(Act(_("Look and answer"), row.get_absolute_url()),),
            urgency=Urgency.LATE if days > LATE_AFTER else Urgency.SOON if days > SOON_AFTER else Urgency.WAITING,
            icon="send",
            day=sent,
        )


def have_you_talked(desk: Desk) -> Iterator[Todo]:
    """Introduced two weeks ago, and nobody has said that they talked; or what came of the talk."""
    for row in in_state(desk.once(waiting_interests), InterestState.TALKED):
        yield what_came_of_it(row.posting.title, row.unanswered)  # type: ignore[attr-defined]
    rows = in_state(desk.once(waiting_interests), InterestState.INTRODUCED)
    for row in sorted(rows, key=lambda each: each.answered_at or each.sent_at):
        yield Todo(
            title=_("Have you talked? %(title)s") % {"title": row.posting.title},
            text=_("Say when, and both of you are asked once what came of it."),
            acts=(Act(_("Say when"), row.get_absolute_url() + "#talked"),),
            urgency=Urgency.LATER,
            icon="handshake",
        )


def returned(desk: Desk) -> Iterator[Todo]:
    for row in in_state(desk.once(waiting_postings), PostingState.RETURNED):
        yield Todo(
            title=_("Returned with a note: %(title)s") % {"title": row.title},
            text=row.note,
            acts=(Act(_("Edit"), reverse("posting_edit", args=[row.slug])),),
            urgency=Urgency.SOON,
            icon="pencil-line",
            day=timezone.localdate(row.updated_at),
        )


def ending(desk: Desk) -> Iterator[Todo]:
    """Renew it or close it: what ends soon, and what has ended a short while ago."""
    day = today()
    rows = in_state(desk.once(waiting_postings), PostingState.PUBLISHED)
    for row in sorted(rows, key=lambda each: (each.valid_until, each.pk)):
        names = {"title": row.title, "date": day_in_words(row.valid_until)}
        ends, ended = _("“%(title)s” ends on %(date)s"), _("“%(title)s” ended on %(date)s")
        url = reverse("posting_act", args=[row.slug])
        until = ("until", row.valid_until.isoformat())
        yield Todo(
            title=(ends if row.valid_until >= day else ended) % names,
            text=_("Do you still offer or need it?"),
            acts=(
                Act(_("Renew for three months"), url, is_post=True, values=(("do", "renew"), until, BACK)),
                Act(_("Close"), url, is_post=True, values=(("do", "close"), BACK)),
            ),
            urgency=Urgency.SOON,
            icon="handshake",
            day=row.valid_until,
        )
