"""How rows of the directory become one when two entries do (see klaster.core.merging for all that needs no rule)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from klaster.core import merging
from klaster.core.merging import Journal, Move
from klaster.directory.form_drafts import forms_of
from klaster.directory.models import (
    Achievement,
    Affiliation,
    ChangeRequest,
    Cluster,
    ClusterMembership,
    Confirmation,
    Duplicate,
    FileRow,
    FormDraft,
    FormerAddress,
    JoinNote,
    JoinRequest,
    Label,
    NetworkParticipation,
    Opening,
    ProposedValue,
    Statement,
)
from klaster.directory.models.base import Entry
from klaster.directory.models.organisations import today
from klaster.directory.own_source import OWN_SOURCE

# Everybody locks rows in this order: clusters, then organisations, then what hangs on them.
LOCKED_FIRST = (Cluster,)
Day = datetime.date | None
FIRST, LAST = datetime.date.min, datetime.date.max


# --- days -------------------------------------------------------------------------------------------------------------
def overlap(a: tuple[Day, Day], b: tuple[Day, Day]) -> bool:
    """Whether two times [from, until) have a day in common; an unknown end is open, an empty time has no day."""
    (a1, a2), (b1, b2) = ((begin or FIRST, end or LAST) for begin, end in (a, b))
    return max(a1, b1) < min(a2, b2)


def united(times: Iterable[tuple[Day, Day]]) -> tuple[Day, Day]:
    """From the first day of any to the last of any."""
    begins, ends = zip(*times, strict=True)
    begin = None if None in begins else min(begins)
    end = None if None in ends else max(ends)
    return begin, end


def beside(move: Move, *, same: Sequence[str], begin: str, end: str) -> list[Any]:
    """Rows of the entry that stays which say the same of overlapping days, the earliest first."""
    row = move.row
    which = {name: getattr(row, f"{name}_id") for name in same} | {f"{move.pointer.name}_id": move.kept.pk}
    time = getattr(row, begin), getattr(row, end)
    rows = type(row)._default_manager.filter(**which).exclude(pk=row.pk).order_by("pk")
    return [each for each in rows if overlap(time, (getattr(each, begin), getattr(each, end)))]


def into_one(move: Move, rows: Sequence[Any], values: dict[str, Any]) -> bool:
    """The first of these rows takes the values; the others and the one that came give way to it."""
    first, *others = rows
    for each in [*others, move.row]:
        merging.unite(move.journal, first, each)
    if values:
        move.journal.update(type(first), first.pk, **values)
    return True


# --- rows that may stand side by side only at different times ---------------------------------------------------------
@merging.before_moving(ClusterMembership)
def unite_memberships(move: Move) -> bool:
    """Two memberships of the same days are one, from the first day to the last. What was confirmed counts more."""
    other = "organisation" if move.pointer.name == "cluster" else "cluster"
    rows = beside(move, same=[other], begin="joined", end="left")
    if not rows:
        return False
    everything: list[Any] = [*rows, move.row]
    said = [each for each in everything if each.is_confirmed] or everything
    joined, left = united((each.joined, each.left) for each in said)
    kinds = {each.kind for each in said}
    source = next((each for each in said if each.source_id), said[0])
    values = {
        "joined": joined,
        "left": left,
        "kind": ClusterMembership.Kind.MEMBER if ClusterMembership.Kind.MEMBER in kinds else said[0].kind,
        "committed_by": next((each.committed_by for each in said if each.committed_by), ""),
        "is_confirmed": said[0].is_confirmed,
        "source_id": source.source_id,
        "as_of": source.as_of,
        "is_inferred": source.is_inferred,
        "note": source.note,
    }
    return into_one(move, rows, values)


@merging.before_moving(Affiliation)
def unite_affiliations(move: Move) -> bool:
    """A person acts for an organisation in one role at a time. What gives no right today gives none afterwards."""
    if move.pointer.name != "organisation":
        return False
    rows = beside(move, same=["person"], begin="since", end="until")
    if not rows:
        return False
    everything: list[Any] = [*rows, move.row]
    day = today()
    valid = [each for each in everything if each.since <= day and (each.until is None or each.until > day)]
    roles = {each.role for each in valid or everything}
    since, until = united((each.since, each.until) for each in everything)
    role = Affiliation.Role.MANAGER if Affiliation.Role.MANAGER in roles else Affiliation.Role.REPRESENTATIVE
    title = next((each.title for each in everything if each.title), everything[0].title)
    return into_one(move, rows, {"since": since, "until": until, "role": role, "title": title})


@merging.before_moving(NetworkParticipation)
def unite_participations(move: Move) -> bool:
    """The same network from the same day is one participation; an open end wins, and the stronger role."""
    row: Any = move.row
    if move.pointer.name not in ("cluster", "organisation"):
        return False
    which = {"network": row.network_id, move.pointer.name: move.kept.pk, "since": row.since}
    rows = list(NetworkParticipation.objects.filter(**which))
    if not rows:
        return False
    everything: list[Any] = [*rows, row]
    ends = [each.until for each in everything]
    roles = [NetworkParticipation.Role.FOUNDER, NetworkParticipation.Role.MEMBER, NetworkParticipation.Role.LISTED]
    held = {each.role for each in everything}
    role = next(each for each in roles if each in held)
    return into_one(move, rows, {"until": "" if "" in ends else max(ends), "role": role})


# --- statements -------------------------------------------------------------------------------------------------------
SAID = ("kind_id", "source_id", "number", "text", "as_of", "bound")


@merging.before_moving(Statement)
def unite_statements(move: Move) -> bool:
    """The same said twice is said once. One statement of a kind is shown first: of the value that was chosen.

    An entry's own words are one statement of each kind; those of the entry that goes give way, unless chosen.
    """
    row: Any = move.row
    kept = Statement.objects.filter(kind=row.kind_id, **{move.pointer.name: move.kept.pk})
    chosen = row.kind.code in move.journal.context.get("take", ())
    shown = kept.filter(is_shown=True).first()
    if row.is_shown and shown is not None:
        loses = shown if chosen else row
        move.journal.update(Statement, loses.pk, is_shown=False)
    own = row.source_id and row.source.key == OWN_SOURCE
    twin = next((each for each in kept if all(getattr(each, name) == getattr(row, name) for name in SAID)), None)
    twin = twin or (kept.filter(source=row.source_id).first() if own else None)
    if twin is None:
        return False
    row.refresh_from_db()
    values = {name: getattr(row, name) for name in ("number", "text", "as_of", "bound")} if own and chosen else {}
    values["is_shown"] = row.is_shown or Statement.objects.filter(pk=twin.pk, is_shown=True).exists()
    return into_one(move, [twin], values)


# --- rows that may stand side by side: only what is said twice goes ---------------------------------------------------
def once(move: Move) -> bool:
    rows = type(move.row)._default_manager.filter(**{move.pointer.name: move.kept.pk}).order_by("pk")
    twin = next((each for each in rows if merging.says_the_same(move.row, each, but=move.pointer.name)), None)
    if twin is None:
        return False
    merging.unite(move.journal, twin, move.row)
    return True


for _model in (Achievement, Label, Opening):
    merging.before_moving(_model)(once)


@merging.before_moving(Confirmation)
def unite_confirmations(move: Move) -> bool:
    """A section is confirmed once a day: who did it for the entry that stays did it."""
    row: Any = move.row
    twin = Confirmation.objects.filter(cluster=move.kept.pk, section=row.section, day=row.day).first()
    if twin is None or move.pointer.name != "cluster":
        return False
    return into_one(move, [twin], {})


@merging.before_moving(ChangeRequest)
def unite_change_requests(move: Move) -> bool:
    """A person has one draft and one open request for an entry: what was proposed for both stands in one."""
    row: Any = move.row
    if row.author_id is None or move.pointer.name not in ("cluster", "organisation"):
        return False
    states = [ChangeRequest.State.DRAFT] if row.is_draft else ChangeRequest.OPEN if row.is_open else []
    rows = ChangeRequest.objects.filter(author=row.author_id, state__in=states, **{move.pointer.name: move.kept.pk})
    twin = rows.first()
    return twin is not None and into_one(move, [twin], {})


@merging.before_moving(ProposedValue)
def unite_proposed_values(move: Move) -> bool:
    row: Any = move.row
    twin = ProposedValue.objects.filter(request=move.kept.pk, name=row.name).first()
    return twin is not None and into_one(move, [twin], {})


@merging.before_moving(JoinRequest)
def unite_join_requests(move: Move) -> bool:
    """Who asked both waits for one answer: what was said to the one that goes stands below the first request."""
    row: Any = move.row
    if move.pointer.name not in ("cluster", "organisation"):
        return False
    key = f"organisation {move.kept.pk}" if move.pointer.name == "organisation" else row.firm_key
    cluster = move.kept.pk if move.pointer.name == "cluster" else row.cluster_id
    # As the database sees it (one_sender_asks_a_cluster_once_for_a_firm).
    same = JoinRequest.objects.open().filter(cluster=cluster, firm_key=key, email__iexact=row.email)
    twin = same.exclude(pk=row.pk).first() if row.is_open else None
    if twin is None:
        move.journal.update(JoinRequest, row.pk, firm_key=key)
        return False
    return into_one(move, [twin], said_in_both(move.journal, twin, row))


def said_in_both(journal: Journal, twin: JoinRequest, row: JoinRequest) -> dict[str, Any]:
    """What the request that stays takes over: the other text as a note, and the turn of whoever has to answer."""
    if row.body.strip() != twin.body.strip():
        journal.create(JoinNote(request=twin, is_by_applicant=True, text=row.body, at=row.sent_at))
    waits = JoinRequest.State.WAITING in (twin.state, row.state)
    return {
        "state": JoinRequest.State.WAITING if waits else twin.state,
        "sender_id": twin.sender_id or row.sender_id,
        "opening_id": twin.opening_id or row.opening_id,
    }


# --- rows that name others without a foreign key ----------------------------------------------------------------------
@merging.follow
def network_file(journal: Journal, kept: models.Model, gone: models.Model) -> None:
    """The next load of a network file finds what it once wrote in the row that stays."""
    for record in FileRow.objects.filter(kind=gone._meta.model_name, row=str(gone.pk)):
        journal.update(FileRow, record.pk, row=str(kept.pk))


@merging.follow
def typed_words(journal: Journal, kept: models.Model, gone: models.Model) -> None:
    """What somebody typed into a form of the row that goes stands in that of the one that stays. Where the person has
    begun that one, too, both drafts stay where they are (see klaster.directory.actions.drafts.tell_writers)."""
    forms = forms_of(type(gone))
    for draft in FormDraft.objects.unsent().filter(form__in=forms, row=gone.pk):
        twin = FormDraft.objects.filter(person=draft.person_id, form=draft.form, row=kept.pk).first()
        if twin and not twin.is_sent:
            continue
        if twin:
            journal.delete(twin)
        journal.update(FormDraft, draft.pk, row=kept.pk)


@merging.follow
def proposals(journal: Journal, kept: models.Model, gone: models.Model) -> None:
    """The pair is decided. What is not the same as the entry that goes is not the same as the one that stays."""
    kind = gone._meta.model_name
    for row in Duplicate.objects.filter(Q(first=gone.pk) | Q(second=gone.pk), kind=kind):
        other = row.first + row.second - gone.pk
        if other == kept.pk:
            journal.update(Duplicate, row.pk, state=Duplicate.State.MERGED)
        elif row.state == Duplicate.State.REJECTED:
            _not_the_same(journal, row, kept.pk, other)


def _not_the_same(journal: Journal, row: Duplicate, one: int, other: int) -> None:
    first, second = sorted((one, other))
    known = Duplicate.objects.filter(kind=row.kind, first=first, second=second).first()
    decided = {"state": row.state, "decided_by_id": row.decided_by_id, "decided_at": row.decided_at}
    if known:
        journal.update(Duplicate, known.pk, **decided)
    else:
        journal.create(
            Duplicate(kind=row.kind, first=first, second=second, score=row.score, reasons=row.reasons, **decided)
        )  # fmt: skip


@merging.follow
def addresses(journal: Journal, kept: models.Model, gone: models.Model) -> None:
    """Links to the entry that goes lead to the one that stays, those to its former addresses too."""
    if not isinstance(gone, Entry):
        return
    kind = str(gone._meta.model_name)
    for former in FormerAddress.objects.filter(kind=kind, entry=gone.pk):
        journal.update(FormerAddress, former.pk, entry=kept.pk)
    if known := FormerAddress.objects.filter(kind=kind, slug=gone.slug).first():
        journal.update(FormerAddress, known.pk, entry=kept.pk)
    else:
        journal.create(FormerAddress(kind=kind, slug=gone.slug, entry=kept.pk))
