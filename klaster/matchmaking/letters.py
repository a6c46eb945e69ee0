"""What participants are told: on the site at once, by letter the first request and what cannot wait; the rest of a day
comes in one letter in the morning, and two days before answers end those are reminded who have not answered.

Who has no account gets the same letters, with the signed link of the own registration.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from klaster.core import jobs, letters
from klaster.core.models import Letter
from klaster.core.notify import channels_of, notify
from klaster.core.topics import MAIL
from klaster.events.letters import desk_address, language_of, recipient_of
from klaster.events.recipients import who_run
from klaster.events.registration_box import moment_of
from klaster.events.topics import RUN_BY_ME
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingRequest, Participant, Phase, Representative
from klaster.matchmaking.topics import MY_MEETINGS

log = structlog.get_logger(__name__)

MORNING = datetime.time(8)  # in the zone of the event
REMIND_BEFORE = datetime.timedelta(days=2)
S = MeetingRequest.State


# --- at once --------------------------------------------------------------------------------------------------------
def tell(
    to: Iterable[Participant],
    subject: str,
    params: Mapping[str, Any],
    *,
    key: str,
    page: str = "my_meetings",
    quote: str = "",
    by_mail: bool = False,
    is_news: bool = False,
) -> None:
    """Tell the people of these once: on the site who has an account, and with `by_mail` by letter. `subject` is a
    message id with %(name)s for `params`; `page` takes the event's slug; `quote` is what somebody wrote; news needs no
    answer."""
    for each in Representative.objects.of(to):
        row = each.registration
        if row.person is not None and row.person.is_active:
            with override(row.person.language):
                url = place(page, row.event.slug)
            notify(row.person, MY_MEETINGS, subject=subject, params=params, key=key, url=url, by_mail=False)
        if by_mail:
            with override(language_of(row)):
                line = letters.Ready(letters.one_line(_with(subject, params)))
            said = {"subject": line, "quote": quote, "is_news": is_news}
            _write(each, "matchmaking.note", "matchmaking/letters/note", said, key=key, page=page)


def _with(words: str, params: Mapping[str, Any]) -> str:
    return gettext(words) % {name: letters.plain(str(value)) for name, value in params.items()}


def _write(
    each: Representative,
    purpose: str,
    template: str,
    context: Mapping[str, Any],
    *,
    key: str,
    page: str = "my_meetings",
) -> Letter | None:
    """A letter to a representative, if they want any; one that cannot be written is logged and holds up nothing."""
    row = each.registration
    to, language = recipient_of(row), language_of(row)
    if not to or (not isinstance(to, str) and MAIL not in channels_of(to, MY_MEETINGS)):
        return None
    quote = context.get("quote")
    values = {**context, "event": row.event.title, "url": own_page(each, language, page)}
    if quote:
        values["quote"] = letters.quoted(str(quote))
    try:
        with transaction.atomic():
            return letters.write(
                purpose, to=to, template=template, context=values, key=f"{each.pk} {key}", about=row, language=language
            )
    except Exception:
        log.exception("letter of matchmaking not written", representative=each.pk, purpose=purpose)
        return None


BY_LINK = {"meetings": "my_meetings", "delegation": "participant_me"}  # pages that a signed link of a letter names


def own_page(each: Representative, language: str, page: str) -> str:
    """Where a representative answers, for who has no account behind the signed link."""
    with override(language):
        row = each.registration
        if row.person is not None:
            return place(page, row.event.slug)
        word = next(word for word, named in BY_LINK.items() if named == page)
        return reverse("partner_link", args=[row.link_token()]) + f"?to={word}"


def place(page: str, slug: str) -> str:
    """The address of a page, at the part of it where one answers."""
    return reverse(page, args=[slug]) + ("#delegation" if page == "participant_me" else "")


def asked(row: MeetingRequest) -> None:
    """On the site each request, by letter the very first: people learn at once that they are wanted."""
    is_first = not row.asked.requests_got.exclude(pk=row.pk).exists()
    tell(
        [row.asked], gettext_noop("%(who)s asks you for a meeting"), {"who": row.asker.name},
        key=f"asked {row.pk}", quote=row.message, by_mail=is_first,
    )  # fmt: skip


def answered(row: MeetingRequest) -> None:
    words = {
        S.ACCEPTED: gettext_noop("%(who)s agreed to meet you"),
        S.DECLINED: gettext_noop("%(who)s declined your request"),
    }
    tell(
        [row.asker],
        words[S(row.state)],
        {"who": row.asked.name},
        key=f"answered {row.pk} {row.state}",
    )


def noted(row: MeetingRequest) -> None:
    """Who was asked learns what the organiser agreed to for them."""
    tell(
        [row.asked], gettext_noop("The organiser noted that you meet %(who)s"), {"who": row.asker.name},
        key=f"noted {row.pk}",
    )  # fmt: skip


def cancelled(meeting: Meeting, side: Participant, others: Sequence[Participant], reason: str) -> None:
    tell(
        others, cancelled_in_words(meeting), {"who": side.name},
        key=f"cancelled {meeting.pk} {side.pk}", quote=reason, by_mail=True,
        is_news=True,
    )  # fmt: skip


def cancelled_in_words(meeting: Meeting) -> str:
    """Of more than two the others still meet."""
    if meeting.state == Meeting.State.CANCELLED:
        return gettext_noop("%(who)s cancelled the meeting with you")
    return gettext_noop("%(who)s does not come to your meeting")


def colleague_asks(each: Representative, delegation: Participant) -> None:
    tell(
        [delegation], gettext_noop("%(who)s asks to join your delegation"), {"who": each.registration.name},
        key=f"colleague {each.pk}", page="participant_me", by_mail=True,
    )  # fmt: skip


def taken_in(each: Representative, delegation: Participant) -> None:
    tell(
        [delegation], gettext_noop("%(who)s is in the delegation now"), {"who": each.registration.name},
        key=f"taken in {each.pk} {delegation.pk}", page="participant_me",
    )  # fmt: skip


def reported(participant: Participant, other: Participant, text: str) -> None:
    """To who runs the event; the letter says what was written."""
    event = participant.matchmaking.event
    params = {"who": participant.name, "whom": other.name}
    now = timezone.now().isoformat()
    for person in who_run(event):
        notify(
            person, RUN_BY_ME, subject=gettext_noop("%(who)s reports a participant: %(whom)s"), params=params,
            key=f"report {participant.pk} {other.pk} {now}", url=desk_address("event_desk", event, person.language),
            mail={
                "template": "matchmaking/letters/report",
                "context": params | {"event": event.title, "text": letters.quoted(text),
                                     "url": desk_address("event_desk", event, person.language)},
            },
        )  # fmt: skip


# --- each morning ---------------------------------------------------------------------------------------------------
@dataclass
class News:
    """What happened to a participant since the last letter, by names."""

    asked: list[str] = field(default_factory=list)
    agreed: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)
    waiting: int = 0

    def __bool__(self) -> bool:
        return bool(self.asked or self.agreed or self.declined)


@jobs.every("*/10 * * * *", "matchmaking.letters_by_the_clock")
def letters_by_the_clock(timestamp: int) -> int:
    """Letters of the morning and reminders that are due. An event that fails does not hold up the others."""
    rows = Matchmaking.objects.filter(phase__in=[Phase.ASKING, Phase.PLANNING, Phase.PUBLISHED])
    rows = rows.select_related("event")
    return sum(
        jobs.for_each(rows, partial(make, now=timezone.now()), f"letters of matchmaking not written: {make.__name__}")
        for make in (morning, remind_by_the_clock)
    )


def morning(matchmaking: Matchmaking, now: datetime.datetime) -> int:
    """One letter to each who has news since the last one, for all until eight in the morning where the event is."""
    if matchmaking.event.is_off:
        return 0
    due = last_morning(matchmaking, now)
    people = (
        Representative.objects.filter(participant__matchmaking=matchmaking, participant__state=Participant.State.IN)
        .filter(Q(told_until=None, added_at__lt=due) | Q(told_until__lt=due), registration__state="confirmed")
        .select_related("participant", "registration__person", "registration__event", "registration__booked_by__person")
        .order_by("pk")
    )
    rows = list(people)
    if not rows:
        return 0
    since = min(each.told_until or each.added_at for each in rows)
    found = happened(matchmaking, since, due)
    return sum(_morning_letter(each, found.get(each.participant_id, []), due) for each in rows)


def last_morning(matchmaking: Matchmaking, now: datetime.datetime) -> datetime.datetime:
    zone = matchmaking.event.zone
    today = datetime.datetime.combine(now.astimezone(zone).date(), MORNING, tzinfo=zone)
    return today if today <= now else today - datetime.timedelta(days=1)


Happening = tuple[datetime.datetime, str, str]  # when, what, who


def happened(matchmaking: Matchmaking, since: datetime.datetime, due: datetime.datetime) -> dict[int, list[Happening]]:
    """By participant, three questions in all. The first request of a participant was told at once."""
    firsts = Participant.objects.filter(matchmaking=matchmaking).annotate(first=Min("requests_got"))
    told = set(firsts.exclude(first=None).values_list("first", flat=True))
    found: dict[int, list[Happening]] = defaultdict(list)
    new = matchmaking.requests.filter(state=S.SENT, sent_at__gt=since, sent_at__lte=due).order_by("sent_at")
    for pk, asked_pk, at, name in new.values_list("pk", "asked", "sent_at", "asker__name"):
        if pk not in told:
            found[asked_pk].append((at, "asked", name))
    answers = matchmaking.requests.filter(answered_at__gt=since, answered_at__lte=due)
    answers = answers.filter(Q(state=S.ACCEPTED) | Q(state=S.DECLINED, meeting=None)).order_by("answered_at")
    for asker, when, name, state in answers.values_list("asker", "answered_at", "asked__name", "state"):
        if when is not None:
            found[asker].append((when, "agreed" if state == S.ACCEPTED else "declined", name))
    return found


@transaction.atomic
def _morning_letter(each: Representative, happenings: list[Happening], due: datetime.datetime) -> bool:
    """Killed anywhere, the next run writes those that are missing and none twice."""
    told, news = each.told_until or each.added_at, News()
    for at, what, who in happenings:
        if at > told:
            getattr(news, what).append(who)
    letter = None
    if news:
        waiting = each.participant.requests_got.filter(state=S.SENT)
        news.waiting = waiting.count() if each.participant.matchmaking.takes_answers else 0
        context = {
            "asked": news.asked, "agreed": news.agreed, "declined": news.declined, "waiting": news.waiting,
            "until": _until(each),
        }  # fmt: skip
        letter = _write(each, "matchmaking.morning", "matchmaking/letters/morning", context, key=due.isoformat())
    Representative.objects.filter(pk=each.pk).update(told_until=due)
    return letter is not None


def _until(each: Representative) -> str:
    until = each.participant.matchmaking.answers_until
    with override(language_of(each.registration)):
        return moment_of(until, each.registration.event) if until else ""


# --- reminders ------------------------------------------------------------------------------------------------------
def remind_by_the_clock(matchmaking: Matchmaking, now: datetime.datetime) -> int:
    """Once, two days before answers end, for requests that were there by then."""
    until = matchmaking.answers_until
    if until is None or not until - REMIND_BEFORE <= now < until or not matchmaking.takes_answers:
        return 0
    return remind(matchmaking, before=until - REMIND_BEFORE, key=until.isoformat(), again=False)


@transaction.atomic
def remind(matchmaking: Matchmaking, *, before: datetime.datetime, key: str, again: bool = True) -> int:
    """A letter and a notice to all who have not answered requests sent `before`; returns how many people were told.
    Not `again`: only for requests nobody was reminded of."""
    rows = matchmaking.requests.filter(state=S.SENT, sent_at__lt=before, asked__state=Participant.State.IN)
    rows = rows if again else rows.filter(reminded_at=None)
    waiting: dict[int, int] = defaultdict(int)
    pks = []
    for pk, asked_pk in rows.select_for_update(of=("self",)).values_list("pk", "asked"):
        waiting[asked_pk] += 1
        pks.append(pk)
    if not pks:
        return 0
    people = Representative.objects.of(waiting)
    for each in people:
        each.participant.matchmaking = matchmaking
        count = waiting[each.participant_id]
        person = each.registration.person
        if person is not None and person.is_active:
            with override(person.language):
                url = reverse("my_meetings", args=[each.registration.event.slug])
            notify(
                person, MY_MEETINGS, subject=gettext_noop("%(count)s request waits for your answer"),
                plural=gettext_noop("%(count)s requests wait for your answer"), params={"count": count},
                key=f"reminder {each.pk} {key}", url=url, by_mail=False,
            )  # fmt: skip
        context = {"waiting": count, "until": _until(each)}
        _write(each, "matchmaking.reminder", "matchmaking/letters/reminder", context, key=key)
    MeetingRequest.objects.filter(pk__in=pks).update(reminded_at=timezone.now())
    Matchmaking.objects.filter(pk=matchmaking.pk).update(reminded_at=timezone.now())
    return len(people)


@letters.recheck("matchmaking.reminder")
@letters.recheck("matchmaking.morning")
@letters.recheck("matchmaking.note")
def still_takes_part(letter: Letter) -> bool:
    """Whoever left meanwhile hears nothing more."""
    return Representative.objects.filter(
        registration__pk=letter.about_pk, registration__state="confirmed", participant__state=Participant.State.IN
    ).exists()


# --- people whose registration ended --------------------------------------------------------------------------------
@jobs.every("*/5 * * * *", "matchmaking.settle_people")
def settle_people(timestamp: int) -> int:
    """Who lost or gave up the place at the event leaves its matchmaking; and where all who are registered take part,
    those who came since are taken in. One that fails does not hold up the others."""
    from klaster.matchmaking.actions import participants  # noqa: PLC0415  they write letters

    settled = 0
    coming = Matchmaking.objects.exclude(phase=Phase.OVER)
    gone = Representative.objects.filter(participant__matchmaking__in=coming.values("pk"))
    gone = gone.filter(participant__state=Participant.State.IN).exclude(registration__state="confirmed")
    acts: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (participants.leave, (row,)) for row in gone.select_related("participant__matchmaking")
    ]
    for matchmaking in coming.filter(is_ready_for_all=True).select_related("event"):
        new = matchmaking.event.registrations.confirmed().filter(representative=None)
        acts += [(participants.join, (matchmaking, row)) for row in new]
    for act, rows in acts:
        try:
            act(*rows, by=None)
            settled += 1
        except Exception:
            log.exception("person of matchmaking not settled", row=rows[-1].pk)
    return settled


@jobs.every("30 2 * * *", "matchmaking.forget")
def forget(timestamp: int) -> int:
    """Names and words, three years after the event."""
    from klaster.matchmaking.actions import forgetting  # noqa: PLC0415  with the other job of people

    return forgetting.forget_participants()
