"""What the clock does with events."""

from __future__ import annotations

from klaster.core import jobs
from klaster.events import badge_prints
from klaster.events.actions import certificates, forgetting, series, states, waiting
from klaster.events.models import BadgePrint, RegistrationImport, Series


@jobs.every("* * * * *", "events.settle_states")
def settle_states(timestamp: int) -> int:
    """Open and close registrations, and say that an event was held. One that fails does not hold up the others."""
    return jobs.for_each(states.due_for_settling(), states.settle_now, "state of an event not settled")


@jobs.every("* * * * *", "events.give_places")
def give_places(timestamp: int) -> int:
    """End offers nobody took up in time and offer what is free to who waits; in how many events something moved."""
    due = waiting.due_for_giving_out()
    return jobs.for_each(due, lambda event: bool(waiting.give_out_now(event)), "places of an event not given out")


@jobs.task("events.make_badges")
def make_badges(print_id: int) -> None:
    """Many badges as one PDF; nothing to do if nobody waits for it any more."""
    order = BadgePrint.objects.select_related("event").filter(pk=print_id).first()
    if order is not None:
        badge_prints.make_ordered(order)


@jobs.every("41 * * * *", "events.forget_badges")
def forget_badges(timestamp: int) -> int:
    """Files of badges are names on paper: gone after a day."""
    return badge_prints.forget_badges()


@jobs.every("40 2 * * *", "events.forget_certificate_names")
def forget_certificate_names(timestamp: int) -> int:
    """Ten years after they were issued."""
    return certificates.forget_names()


@jobs.every("10 2 * * *", "events.extend_series")
def extend_series(timestamp: int) -> int:
    """Make the events of series whose dates came within a year. One that fails does not hold up the others."""
    return jobs.for_each(Series.objects.exclude(starts=None), series.extend, "series not extended")


@jobs.every("40 3 * * *", "events.forget_imports")
def forget_imports(timestamp: int) -> int:
    """Let go of the rows of tables that nobody imported."""
    return RegistrationImport.objects.kept_long_enough().update(rows=[])


@jobs.every("20 2 * * *", "events.forget")
def forget(timestamp: int) -> int:
    """What people need, 30 days after an event; who they were, three years after it."""
    return forgetting.forget_needs() + forgetting.forget_names()
