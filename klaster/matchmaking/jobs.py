"""What a worker does for matchmaking: vectors, means, recommendations; timetables, and what the clock asks of them."""

from __future__ import annotations

import time

import structlog
from django.utils import timezone

from klaster.core import jobs
from klaster.matchmaking import making, recommending, search_table, vectors
from klaster.matchmaking.actions import reports
from klaster.matchmaking.embedding import backend, current, embed_batch, embed_names, switch, waiting, wanted
from klaster.matchmaking.matching.backends import BackendError
from klaster.matchmaking.models import Line, Matchmaking, MatchmakingImport

log = structlog.get_logger(__name__)

SECONDS = 50  # of each minute at most; what is left waits for the next


@jobs.every("* * * * *", "matchmaking.embed_lines")
def embed_lines(timestamp: int) -> int:
    """Vectors for lines that wait; a new model takes its place once none waits. How many lines were looked at."""
    by = backend()
    if by is None:
        return 0
    model, end, done = wanted(by), time.monotonic() + SECONDS, 0
    embed_names(model, by)
    while time.monotonic() < end and (looked_at := embed_batch(model, by)):
        done += looked_at
    if search_table.is_empty(model.key) and model.vectors.exists():  # migrate has made a new one
        vectors.fill_table(model)
    if not waiting(model).exists() and (model.measured_at is None or not model.is_current):
        vectors.measure_all(model)
        if not model.is_current:
            switch(model)
    return done


@jobs.task("matchmaking.embed_line")
def embed_line(line_id: int) -> int:
    """At once, for whoever wrote it and waits for tags; by the model in use, so that it is quick."""
    by, model = backend(), current()
    if by is None or model is None or model.key != by.id:
        return 0
    try:
        return embed_batch(model, by, Line.objects.filter(pk=line_id))
    except BackendError as error:  # the clock tries again, and tells the office
        log.warning("no vector at once", line_id=line_id, error=str(error))
        return 0


@jobs.every("23 2 * * *", "matchmaking.measure_lines")
def measure_lines(timestamp: int) -> None:
    """Means of languages and what all offers are like, as they are now."""
    model = current()
    if model is not None:
        vectors.measure_all(model)
    else:
        vectors.measure_crowd(None)


@jobs.every("7 * * * *", "matchmaking.check_backend")
def check_backend(timestamp: int) -> None:
    """A model that computes something else than it should is told to the office, as a job that failed."""
    by = backend()
    if by is not None:
        by.healthcheck()


@jobs.every("*/5 * * * *", "matchmaking.recommend_where_due")
def recommend_where_due(timestamp: int) -> int:
    """Each event at which something has changed, as a job of its own."""
    events = recommending.due()
    for pk in events:
        recommend.configure(lock=f"recommend {pk}", queueing_lock=f"recommend {pk}").defer(matchmaking_id=pk)
    return len(events)


@jobs.task("matchmaking.recommend")
def recommend(matchmaking_id: int) -> int:
    matchmaking = Matchmaking.objects.filter(pk=matchmaking_id).first()
    return recommending.recommend(matchmaking) if matchmaking else 0


# --- timetables -----------------------------------------------------------------------------------------------------
@jobs.task(making.TASK)
def make_timetable(run_id: int) -> None:
    """One run. A worker that died with it leaves it running: the job is taken back and makes it anew."""
    making.make(run_id)


@jobs.every("* * * * *", "matchmaking.settle_runs")
def settle_runs(timestamp: int) -> int:
    """Say of runs that no job stands for any more that they failed."""
    return making.settle()


@jobs.every("43 3 * * *", "matchmaking.forget_imports")
def forget_imports(timestamp: int) -> int:
    """Let go of the rows of tables that nobody imported."""
    return MatchmakingImport.objects.kept_long_enough().update(rows=[])


# --- after the meetings ---------------------------------------------------------------------------------------------
@jobs.every("17 * * * *", "matchmaking.after_events")
def after_events(timestamp: int) -> int:
    """Matchmaking of events that have ended is over, and people are asked how their meetings were."""
    now = timezone.now()
    reports.close_over(now)
    return reports.ask_now(now)


@jobs.every("5 8 * * *", "matchmaking.ask_meetings_later")
def ask_meetings_later(timestamp: int) -> int:
    """What has come of meetings of three months ago."""
    return reports.ask_later(timezone.now())
