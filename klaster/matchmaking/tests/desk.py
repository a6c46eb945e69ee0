"""An event at whose desk tests work: participants, times, tables, agreed meetings, and a finished timetable."""

from itertools import combinations

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import both
from klaster.events.factories import EventFactory
from klaster.matchmaking import factories as f
from klaster.matchmaking import making
from klaster.matchmaking.models import Phase, Run


def an_event(people=4, slots=4, tables=2, phase=Phase.PLANNING, **values):
    """A matchmaking with so many participants of one person each, times of twenty minutes, and tables."""
    event = EventFactory(title=both("Bandomoji mugė", "Trial fair"), **values)
    matchmaking = f.MatchmakingFactory(event=event, phase=phase)
    for _ in range(slots):
        f.SlotFactory(matchmaking=matchmaking)
    for _ in range(tables):
        f.TableFactory(matchmaking=matchmaking)
    parties = [f.ParticipantFactory(matchmaking=matchmaking, name=f"Įmonė {chr(65 + n)}") for n in range(people)]
    return matchmaking, parties


def all_meet(matchmaking, parties):
    """Everybody has agreed to meet everybody."""
    return [f.MeetingFactory(matchmaking=matchmaking, between=pair) for pair in combinations(parties, 2)]


def office():
    return UserFactory(secretariat=True)


def made(matchmaking, previous=None, seconds=5, **values):
    """A run made at once, without a worker."""
    run = Run.objects.create(
        matchmaking=matchmaking, previous=previous, seconds_allowed=seconds, state=Run.State.QUEUED, **values
    )
    making.make(run.pk)
    run.refresh_from_db()
    return run


def published(run, by=None):
    from klaster.matchmaking.actions import publishing  # noqa: PLC0415

    look = publishing.publish(run, by=by or office())
    run.matchmaking.refresh_from_db()
    return look
