"""What the workspace shows of partner search: what waits for somebody, and where they go for it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from klaster.directory.models.organisations import today
from klaster.directory.own_todos import BACK, day_in_words
from klaster.directory.workspace import Act, Desk, Group, Link, Todo, Urgency
from klaster.matchmaking.actions.postings import TOLD_BEFORE
from klaster.matchmaking.models import Posting, PostingState

OF_POSTINGS = ("my_postings", "posting_new", "posting_edit")


def links(desk: Desk) -> Iterator[Link]:
    if desk.person.has_perm("matchmaking.add_posting"):
        yield Link(_("Offers and needs"), reverse("my_postings"), "handshake", Group.ACTIVITY, pages=OF_POSTINGS)


def todos(desk: Desk) -> Iterator[Todo]:
    if not desk.person.has_perm("matchmaking.add_posting"):
        return
    yield from to_review(desk)
    yield from returned(desk)
    yield from ending(desk)


def to_review(desk: Desk) -> Iterator[Todo]:
    """Coordinators have those sent to their clusters; the office those that nobody else reviews."""
    rows = Posting.objects.reviewed_by(desk.person).filter(state=PostingState.REVIEW)
    if desk.person.is_secretariat:
        rows = rows.filter(cluster=None, review_cluster=None)
    for row in rows.select_related("organisation", "cluster").order_by("updated_at"):
        yield Todo(
            title=_("Look over: %(title)s") % {"title": row.title},
            text=str(row.owner),
            acts=(Act(_("Look and answer"), row.get_absolute_url()),),
            icon="handshake",
            day=timezone.localdate(row.updated_at),
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
