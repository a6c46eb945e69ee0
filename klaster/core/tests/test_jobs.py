import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import urlsplit

import procrastinate
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django import app, procrastinate_app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.tasks import Task
from structlog.contextvars import get_contextvars

from klaster.core import jobs, letters, limits
from klaster.core.models import Letter, RateCount
from klaster.start import BASE_DIR

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_queue():
    def clear():
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_periodic_defers; delete from procrastinate_jobs")
            cursor.execute("delete from procrastinate_workers")

    clear()
    yield
    clear()


@pytest.fixture
def a_task(monkeypatch):
    """Registers a task for one test."""
    monkeypatch.setattr(procrastinate_app.current_app, "tasks", dict(app.tasks))

    def make(function, **options) -> Task:
        return jobs.task(f"test.{function.__name__}", **options)(function)

    return make


def run_jobs():
    asyncio.run(jobs.run_jobs())


def statuses():
    ours = ProcrastinateJob.objects.filter(task_name__startswith="test.").order_by("id")
    return list(ours.values_list("status", "attempts"))


def dead_worker(beats_ago):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) "
            "values (now() - make_interval(secs => %s)) returning id",
            [beats_ago],
        )
        return cursor.fetchone()[0]


def leave_doing(job_id, worker, tries=0):
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s, attempts = %s where id = %s",
            [worker, tries, job_id],
        )


def test_a_job_runs_when_its_transaction_is_committed_and_only_then(a_task):
    def greet(name):
        Group.objects.create(name=f"{name} {get_contextvars()['request_id']}")

    greet = a_task(greet)
    others = list(Group.objects.values_list("pk", flat=True))
    with transaction.atomic():
        greet.defer(name="never")
        transaction.set_rollback(True)
    with transaction.atomic():
        job = greet.defer(name="Labas")
        run_jobs()
        assert not Group.objects.filter(name__startswith="Labas").exists()
    run_jobs()
    assert [group.name for group in Group.objects.exclude(pk__in=others)] == [f"Labas job {job}"]
    assert statuses() == [("succeeded", 1)]


def test_what_a_task_defers_belongs_to_its_transaction(a_task):
    def child():
        Group.objects.create(name="child")

    def parent():
        with transaction.atomic():
            child.defer()
            transaction.set_rollback(True)

    child, parent = a_task(child), a_task(parent)
    parent.defer()
    run_jobs()
    run_jobs()
    assert not Group.objects.filter(name="child").exists()
    assert statuses() == [("succeeded", 1)]


def test_a_failing_job_is_tried_five_times_and_parked_where_it_is_seen(a_task):
    runs = []

    def stumble():
        runs.append(1)
        raise ValueError("no")

    job = a_task(stumble, retry=procrastinate.RetryStrategy(max_attempts=jobs.MAX_TRIES - 1)).defer()
    for _turn in range(7):
        run_jobs()
    assert len(runs) == jobs.MAX_TRIES
    assert [found.pk for found in jobs.parked()] == [job]
    assert jobs.health().parked == 1
    jobs.retry_parked(job, by=get_user_model().objects.create_user("ona@example.org"))
    run_jobs()
    assert len(runs) == jobs.MAX_TRIES + 1
    assert [found.pk for found in jobs.parked()] == [job]


def test_the_usual_task_waits_longer_after_each_failure(a_task):
    def stumble():
        raise ValueError("no")

    a_task(stumble).defer()
    run_jobs()
    (job,) = ProcrastinateJob.objects.filter(task_name="test.stumble")
    assert (job.status, job.attempts) == ("todo", 1)
    assert 0 < job.scheduled_at.timestamp() - time.time() <= 4
    assert [jobs.RETRY.exponential_wait ** (turn + 1) for turn in range(4)] == [4, 16, 64, 256]


@pytest.mark.parametrize(
    ("beats_ago", "tries", "left"),
    [
        (5, 0, ("doing", 0)),  # the worker lives
        (60, 0, ("todo", 1)),
        (60, 3, ("todo", 4)),
        (60, 4, ("failed", 5)),  # took five workers with it
    ],
)
def test_jobs_of_dead_workers_are_taken_back(a_task, beats_ago, tries, left):
    def wait():
        raise AssertionError("not run here")

    job = a_task(wait).defer()
    leave_doing(job, dead_worker(beats_ago), tries)

    async def rescue():
        async with jobs.worker_app().open_async() as working:
            context = type("Context", (), {"app": working})
            await jobs.rescue_jobs.func(context, timestamp=0)

    asyncio.run(rescue())
    assert statuses() == [left]


OTHER_WORKER = """
import asyncio, django, time
django.setup()
from klaster.core import jobs
@jobs.task("test.slow")
def slow(path):
    open(path, "w").close()
    time.sleep(60)
asyncio.run(jobs.work())
"""


def test_a_worker_killed_with_its_job_and_the_next_one_does_it_once(a_task, tmp_path):
    """A real worker process and a real SIGKILL; the next worker does what was left."""
    done, marker = [], tmp_path / "started"

    def slow(path):
        done.append(path)

    a_task(slow).defer(path=str(marker))
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(BASE_DIR)}
    with subprocess.Popen([sys.executable, "-c", OTHER_WORKER], env=environment) as worker:
        deadline = time.monotonic() + 90
        while not marker.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
    assert statuses() == [("doing", 0)]
    with connection.cursor() as cursor:  # half a minute later
        cursor.execute("update procrastinate_workers set last_heartbeat = last_heartbeat - interval '31 s'")
    minute, deadline = 0, time.monotonic() + 30
    while not done and time.monotonic() < deadline:  # the dead one may have taken the rescue of its minute with it
        with contextlib.suppress(procrastinate.exceptions.AlreadyEnqueued):  # the clock was quicker
            jobs.rescue_jobs.defer(timestamp=minute)
        minute += 60
        run_jobs()
    run_jobs()
    assert done == [str(marker)]
    assert statuses() == [("succeeded", 2)]


def test_the_clock_ticks_once_for_all_workers():
    for _turn in range(2):
        asyncio.run(_tick())
    names = list(ProcrastinateJob.objects.values_list("task_name", flat=True))
    assert sorted(names) == sorted(set(names))
    assert "core.rescue_jobs" in names


async def _tick():
    """What a worker does when it starts and its clock strikes."""
    async with jobs.worker_app().open_async() as working:
        deferrer = procrastinate.periodic.PeriodicDeferrer(working.periodic_registry)
        await deferrer.defer_jobs(deferrer.get_previous_tasks(at=1_764_000_000.0))


def test_what_is_over_is_forgotten(a_task):
    def nothing():
        pass

    old, new = (a_task(nothing).defer() if turn == 0 else app.tasks["test.nothing"].defer() for turn in range(2))
    run_jobs()
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_events set at = at - interval '8 days' where job_id = %s", [old])
    RateCount.objects.create(scope="a", who="b", until=1)
    long_ago, person = timezone.now() - timedelta(days=366), get_user_model().objects.create_user("ona@example.org")
    for state in Letter.State.values:
        letters.write_account_letter("a@example.org", state, "", purpose=state)
        sent_at = long_ago if state == "sent" else None
        Letter.objects.filter(subject=state).update(
            state=state, written_at=long_ago, sent_at=sent_at, body="", person=person
        )
    letters.write_account_letter("a@example.org", "new", "", purpose="new")
    jobs.tidy(timestamp=0)
    assert set(Letter.objects.values_list("subject", flat=True)) == {"new", "held", "queued", "sending", "uncertain"}
    left = ProcrastinateJob.objects.filter(task_name="test.nothing").values_list("id", flat=True)
    assert list(left) == [new]
    assert not RateCount.objects.exists()


def test_health_knows_living_workers_and_the_oldest_wait(a_task):
    assert jobs.health() == jobs.Health(workers=0, waiting_seconds=0.0, parked=0)

    def nothing():
        pass

    nothing = a_task(nothing)
    job = nothing.defer()
    nothing.configure(schedule_in={"hours": 1}).defer()
    dead_worker(60)
    dead_worker(1)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_events set at = at - interval '100 s' where job_id = %s", [job])
    health = jobs.health()
    assert health.workers == 1
    assert 100 <= health.waiting_seconds < 130


def test_a_worker_in_a_thread_works_and_stops(a_task):
    done = []

    def note(what):
        done.append(what)

    note = a_task(note)
    worker = jobs.WorkerThread()
    worker.start()
    try:
        note.defer(what="one")
        deadline = time.monotonic() + 10
        while not done and time.monotonic() < deadline:
            time.sleep(0.02)
        assert done == ["one"]
        assert ProcrastinateWorker.objects.count() == 1
    finally:
        worker.stop()
    assert not worker.is_alive()
    assert not ProcrastinateWorker.objects.exists(), "a worker that stopped leaves no trace"
    connections.close_all()
    assert limits.forget_old() == 0


@pytest.mark.django_db
def test_letters_to_addresses_without_an_account_go_earlier_whatever_became_of_them():
    person, now = get_user_model().objects.create_user("ona@example.org"), timezone.now()
    for state in Letter.State.values:
        for name, days, to in [("old", 91, None), ("new", 89, None), ("of a person", 91, person)]:
            letter = letters.write_account_letter("a@example.org", f"{name} {state}", "", purpose=state)
            sent_at = now if state == "sent" else None
            Letter.objects.filter(pk=letter.pk).update(
                state=state, written_at=now - timedelta(days=days), sent_at=sent_at, body="", person=to
            )
    jobs.tidy(timestamp=0)
    left = {f"{name} {state}" for name in ["new", "of a person"] for state in Letter.State.values}
    assert set(Letter.objects.values_list("subject", flat=True)) == left
