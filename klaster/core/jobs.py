"""The queue: procrastinate on the same PostgreSQL. A job deferred in an action commits and vanishes with it.

An app's tasks live in its `jobs.py` or `emails.py`, take ids, fetch again, and may run twice without harm:

    @jobs.task("newsroom.fetch_feed")
    def fetch_feed(feed_id: int) -> None: ...

    fetch_feed.defer(feed_id=feed.pk)          # or .configure(lock=f"feed {feed.pk}", schedule_in={"minutes": 5})

    @jobs.every("0 5 * * *", "newsroom.digest")
    def digest(timestamp: int) -> None: ...    # `timestamp` says for which minute it runs
"""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import procrastinate
import psycopg
import structlog
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicRegistry
from procrastinate.psycopg_connector import PsycopgConnector

from klaster.core import audit, limits
from klaster.core.models import Bounce, Letter, Notice

log = structlog.get_logger(__name__)

MAX_TRIES = 5
# Waits of 4, 16, 64 and 256 seconds, then the job is parked as failed and shown to the office.
RETRY = procrastinate.RetryStrategy(max_attempts=MAX_TRIES - 1, exponential_wait=4)
HEARTBEAT_SECONDS, STALLED_SECONDS = 10, 30
CONCURRENT_JOBS = 4


def task(name: str, *, queue: str = "default", **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A task that is tried five times before it is parked."""
    return app.task(name=name, queue=queue, retry=options.pop("retry", RETRY), **options)


def every(cron: str, name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A task that runs by the clock (UTC), once however many workers there are; it never queues up behind itself."""

    def decorate(function: Callable[..., Any]) -> Any:
        return app.periodic(cron=cron)(task(name, **{"queueing_lock": name, "lock": name, **options})(function))

    return decorate


def for_each(rows: Iterable[Any], act: Callable[[Any], int], problem: str) -> int:
    """What `act` gives for each, added up. One that fails is logged as this problem; it holds up no other."""
    total = 0
    for row in rows:
        try:
            total += act(row)
        except Exception:
            log.exception(problem, row=row.pk)
    return total


def discover() -> None:
    """Find the tasks of every app: they are defined in modules that Django itself does not import."""
    autodiscover_modules("jobs", "letters", "emails")


# --- what keeps the queue going -------------------------------------------------------------------------------------
# No lock: a worker that dies while it rescues would hold it, and nobody could rescue the rescuer.
@every("* * * * *", "core.rescue_jobs", pass_context=True, lock=None)
async def rescue_jobs(context: procrastinate.JobContext, timestamp: int) -> None:
    """Take back the jobs of workers that died; procrastinate would leave them `doing` for ever.

    A job that has taken five workers with it is parked: it is the likely killer.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        if job.attempts + 1 >= MAX_TRIES:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            log.error("job parked", job=job.id, task=job.task_name, tries=job.attempts + 1)
        else:
            await manager.retry_job(job)
            log.warning("job of a dead worker taken back", job=job.id, task=job.task_name)


@every("17 * * * *", "core.tidy")
def tidy(timestamp: int) -> None:
    """Forget what is over: rate counts, sessions, jobs done a week ago, parked ones after three months, letters that
    were kept long enough and notices that were read a year ago."""
    limits.forget_old()
    call_command("clearsessions")
    a_year_ago = timezone.now() - timedelta(days=365)
    Letter.objects.kept_long_enough().delete()
    Bounce.objects.kept_long_enough().delete()
    Notice.objects.filter(read_at__lt=a_year_ago).delete()
    manager = app.job_manager
    for hours, failed in ((24 * 7, False), (24 * 90, True)):
        manager.connector.get_sync_connector().execute_query(
            DELETE_OLD, hours=hours, statuses=["succeeded", "cancelled", "aborted", *(["failed"] if failed else [])]
        )


DELETE_OLD = """
delete from procrastinate_jobs where status::text = any(%(statuses)s) and not exists (
  select 1 from procrastinate_events e
  where e.job_id = procrastinate_jobs.id and e.at > now() - make_interval(hours => %(hours)s)
)
"""


# --- what the office sees -------------------------------------------------------------------------------------------
def parked():  # type: ignore[no-untyped-def]
    """Jobs that failed for good and wait for a person, the latest first."""
    return ProcrastinateJob.objects.filter(status="failed").order_by("-id")


@transaction.atomic
def retry_parked(job_id: int, *, by: models.Model) -> None:
    """Try a parked job once more; its tries are counted on, so that it is parked again if it fails.

    Raises ValidationError where it waits no more, or where another like it was queued that does the same work.
    """
    job = ProcrastinateJob.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.status != Status.FAILED.value:
        raise ValidationError(_("This job was tried again already."))
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job_id, retry_at=timezone.now())
    except procrastinate.exceptions.ConnectorException as error:
        raise ValidationError(_("The same job is queued already; this one is not needed.")) from error
    audit.record(gettext_noop("tried again"), job, by=by, after={"task_name": job.task_name})


@dataclass(frozen=True)
class Health:
    """`waiting_seconds` is the age of the oldest job that could run now and does not."""

    workers: int
    waiting_seconds: float
    parked: int


def health() -> Health:
    with connection.cursor() as cursor:
        cursor.execute(HEALTH, [STALLED_SECONDS])
        return Health(*cursor.fetchone())


HEALTH = """
select
  (select count(*) from procrastinate_workers where last_heartbeat > now() - make_interval(secs => %s)),
  coalesce(extract(epoch from now() - (
    select min(greatest(j.scheduled_at, (select max(e.at) from procrastinate_events e where e.job_id = j.id)))
    from procrastinate_jobs j where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now())
  )), 0)::float,
  (select count(*) from procrastinate_jobs where status = 'failed')
"""


# --- the worker -----------------------------------------------------------------------------------------------------
def worker_app() -> procrastinate.App:
    """An app with a connection pool of its own and all tasks of ours.

    The site's app stays as it is, on Django's connection: what a task defers belongs to the task's own transaction.
    """
    working = DjangoApp(
        connector=PsycopgConnector(
            kwargs=connector_params(), min_size=1, max_size=CONCURRENT_JOBS + 2, timeout=5, reconnect_timeout=5
        ),
        worker_defaults={"task_middleware": [name_the_job]},
    )
    working.tasks = app.tasks
    working.periodic_registry = PeriodicRegistry()
    for periodic in app.periodic_registry.periodic_tasks.values():
        own = copy.copy(periodic.task)
        own.blueprint = working  # the clock ticks in the worker's loop, where Django's connection may not be used
        working.periodic_registry.register_task(
            task=own,
            cron=periodic.cron,
            periodic_id=periodic.periodic_id,
            configure_kwargs=periodic.configure_kwargs,
        )
    return working


def name_the_job(call_next: Callable[[], Any], context: procrastinate.JobContext, worker: Any) -> Any:
    """Log lines and audit records of a job carry its number where those of a request carry the request's."""
    with structlog.contextvars.bound_contextvars(request_id=f"job {context.job.id}", task=context.job.task_name):
        return call_next()


async def work() -> None:
    """Run jobs until cancelled; when the database goes away, come back with it."""
    while True:
        try:
            await run_jobs(wait=True)
        except (procrastinate.exceptions.ConnectorException, psycopg.Error, OSError) as error:
            log.warning("the worker waits for the database", error=str(error).strip())
        await asyncio.sleep(2)  # procrastinate's worker stops when it hears no more of the database
        while not await database_answers():
            await asyncio.sleep(2)


async def database_answers() -> bool:
    """Asked before the pool is opened again, which would wait half a minute for a server that is back at once."""
    try:
        async with await psycopg.AsyncConnection.connect(**{**connector_params(), "connect_timeout": 3}):
            return True
    except psycopg.Error:
        return False


async def run_jobs(*, wait: bool = False) -> None:
    """With `wait=False` run what could run now, and return."""
    async with worker_app().open_async() as working:
        await working.run_worker_async(
            wait=wait,
            install_signal_handlers=False,
            concurrency=CONCURRENT_JOBS,
            listen_notify=wait,
            shutdown_graceful_timeout=20,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
        )


class WorkerThread(threading.Thread):
    """A worker inside another process, for trying; `stop()` waits for the jobs that run."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self._loop = asyncio.new_event_loop()
        self._work: asyncio.Task[None] | None = None

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._work = self._loop.create_task(work())
        try:
            self._loop.run_until_complete(self._work)
        except asyncio.CancelledError:
            log.debug("worker stopped")
        finally:
            self._loop.close()

    def stop(self, timeout: float = 25) -> None:
        if self.is_alive() and self._work is not None:
            self._loop.call_soon_threadsafe(self._work.cancel)
            self.join(timeout)
