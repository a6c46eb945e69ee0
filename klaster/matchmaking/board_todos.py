"""What the workspace shows of partner search: what waits for somebody, and where they go for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.directory.models.organisations import today
from klaster.directory.own_todos import BACK, day_in_words
from klaster.directory.workspace import Act, Desk, Group, Link, Todo, Urgency
from klaster.matchmaking.actions.postings import TOLD_BEFORE
from klaster.matchmaking.models import (
    BrokeredRequest,
    BrokeredState,
    Interest,
    InterestState,
    Posting,
    PostingState,
    SavedSearch,
)

OF_POSTINGS = ("my_postings", "posting_new", "posting_edit")
OF_BROKERING = ("brokered_list", "brokered_new", "brokered_detail", "brokered_edit", "board_evidence")
OF_SEARCHES = ("saved_searches", "saved_search_new")
OF_INTERESTS = ("my_interests", "interest_detail")
SOON_AFTER, LATE_AFTER, TALK_WITHIN = 3, 7, datetime.timedelta(days=14)


def links(desk: Desk) -> Iterator[Link]:
    if desk.person.has_perm("matchmaking.add_posting"):
        yield Link(_("Offers and needs"), reverse("my_postings"), "handshake", Group.ACTIVITY, pages=OF_POSTINGS)
        waiting = Interest.objects.received_by(desk.person).filter(state=InterestState.SENT).count()
        url = reverse("my_interests")
        yield Link(_("Messages about postings"), url, "send", Group.ACTIVITY, waiting, OF_INTERESTS)
    if SavedSearch.objects.visible_to(desk.person).exists():
        yield Link(_("Saved searches"), reverse("saved_searches"), "bell", Group.ACTIVITY, pages=OF_SEARCHES)
    yield from of_brokering(desk)


def todos(desk: Desk) -> Iterator[Todo]:
    if not desk.person.has_perm("matchmaking.add_posting"):
        return
    yield from to_review(desk)
    yield from to_answer(desk)
    yield from returned(desk)
    yield from ending(desk)
    yield from have_you_talked(desk)
    yield from brokered(desk)


def of_brokering(desk: Desk) -> Iterator[Link]:
    if desk.person.has_perm("matchmaking.add_brokeredrequest"):
        waiting = BrokeredRequest.objects.worked_on_by(desk.person).filter(state=BrokeredState.OPEN).count()
        group = Group.NETWORK if desk.person.is_secretariat else Group.ACTIVITY
        url = reverse("brokered_list")
        yield Link(_("Brokered requests"), url, "users", group, waiting, OF_BROKERING)


def brokered(desk: Desk) -> Iterator[Todo]:
    """Taken by this person, and nothing was done for two weeks; asked for and taken by nobody, for the office."""
    if desk.person.is_secretariat:
        for row in BrokeredRequest.objects.filter(state=BrokeredState.OPEN).order_by("created_at"):
            yield Todo(
                title=_("Nobody has taken it: %(title)s") % {"title": row.title},
                text=f"{row.asker}, {countries.name(str(row.asker_country))}",
                acts=(Act(_("Look"), row.get_absolute_url()),),
                icon="users",
                day=timezone.localdate(row.created_at),
            )
    rows = BrokeredRequest.objects.filter(state=BrokeredState.TAKEN, taken_by=desk.person)
    for row in rows.annotate(latest=Max("ledger__day")).filter(latest__lt=today() - TALK_WITHIN):
        yield Todo(
            title=_("How does it go? %(title)s") % {"title": row.title},
            text=_("Last entry in the ledger: %(date)s") % {"date": day_in_words(row.latest)},
            acts=(Act(_("Look"), row.get_absolute_url()),),
            urgency=Urgency.SOON,
            icon="users",
            day=row.latest,
        )


def to_review(desk: Desk) -> Iterator[Todo]:
    """Coordinators have those sent to their clusters; the office those of no cluster, and what waits for a week."""
    rows = Posting.objects.reviewed_by(desk.person).filter(state=PostingState.REVIEW)
    if desk.person.is_secretariat:
        long_ago = timezone.now() - datetime.timedelta(days=LATE_AFTER)
        rows = rows.filter(Q(cluster=None, review_cluster=None) | Q(updated_at__lt=long_ago))
    for row in rows.select_related("organisation", "cluster").order_by("updated_at"):
        yield Todo(
            title=_("Look over: %(title)s") % {"title": row.title},
            text=str(row.owner),
            acts=(Act(_("Look and answer"), row.get_absolute_url()),),
            icon="handshake",
            day=timezone.localdate(row.updated_at),
        )


def to_answer(desk: Desk) -> Iterator[Todo]:
    """Somebody is interested and waits; late after a week."""
    rows = Interest.objects.received_by(desk.person).filter(state=InterestState.SENT)
    for row in rows.select_related("organisation", "posting").order_by("sent_at"):
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
    """Introduced two weeks ago, and nobody has said that they talked."""
    since = timezone.now() - TALK_WITHIN
    mine = Interest.objects.sent_by(desk.person) | Interest.objects.received_by(desk.person)
    rows = mine.filter(state=InterestState.INTRODUCED, answered_at__lt=since)
    for row in rows.select_related("organisation", "posting").order_by("answered_at"):
        yield Todo(
            title=_("Have you talked? %(title)s") % {"title": row.posting.title},
            text=_("Say when, and both of you are asked once what came of it."),
            acts=(Act(_("Say when"), row.get_absolute_url() + "#talked"),),
            urgency=Urgency.LATER,
            icon="handshake",
        )


def returned(desk: Desk) -> Iterator[Todo]:
    rows = Posting.objects.kept_by(desk.person).filter(state=PostingState.RETURNED, created_by=desk.person)
    for row in rows.order_by("updated_at"):
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
    soon = (day - 2 * TOLD_BEFORE, day + TOLD_BEFORE)
    rows = Posting.objects.spoken_for_by(desk.person).filter(state=PostingState.PUBLISHED, valid_until__range=soon)
    for row in rows.order_by("valid_until", "pk"):
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
