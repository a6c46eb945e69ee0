"""A process killed with -9 at every statement of an act: what proves "the old state or the new, never between".

    kept = crashes.Kept(Meeting, Sitting, Run, Letter)
    report = crashes.at_every_statement(lambda: publish(run, by=office), state=whole, reset=kept.restore)
    assert report.between == []

The act runs in a child of the test's process, on a connection of its own with `synchronous_commit` on, whatever the
test database says: what was acknowledged is on the disk. Before statement k, for every k, the child kills itself; once
more right before COMMIT is sent and once right after it was answered, before anybody is told. After each death
`state()` is read by the test: it must be as before, or as after an undisturbed run. Then the act runs again undisturbed
and must end there, too: nothing was lost and nothing is done twice.

The test has to be one with real transactions (`django_db(transaction=True)`): another process sees only what is
committed. `reset()` brings the rows back to where they were, `state()` says them as plain data without what differs
from run to run (numbers of rows, moments). Connections are closed before each child is made.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

KILLED = -signal.SIGKILL


@dataclass
class Report:
    """`points`: how many deaths; `old` and `new`: how they ended; `between`: the points at which neither was left, or
    after which doing it again did not end where it should."""

    statements: int = 0
    points: int = 0
    old: int = 0
    new: int = 0
    between: list[int] = field(default_factory=list)


def at_every_statement(
    act: Callable[[], object],
    *,
    state: Callable[[], Any],
    reset: Callable[[], object],
    every: int = 1,
    again: int = 1,
) -> Report:
    """`every`: of statements only each so-manieth, and always the first and the two moments around each COMMIT;
    `again`: after each so-manieth death the act is done once more."""
    before = state()
    total, commits = undisturbed(act)
    after = state()
    assert before != after, "the act changes nothing"
    reset()
    assert state() == before, "reset does not bring the old state back"
    report = Report(statements=total)
    near = {at for commit in commits for at in (commit, commit + 1)}
    for point in sorted({1, total, *near, *range(1, total + 1, every)} & set(range(1, total + 1))):
        code, _total, _commits = in_a_child(act, kill_at=point)
        assert code == KILLED, f"at statement {point} the process ended with {code} and was not killed"
        report.points += 1
        left = state()
        report.old += left == before
        report.new += left == after
        if left not in (before, after):
            report.between.append(point)
        elif report.points % again == 0 or left == after:
            undisturbed(act)
            if state() != after:
                report.between.append(point)
        reset()
    return report


def undisturbed(act: Callable[[], object]) -> tuple[int, list[int]]:
    """How many points the act has, and which of them stand right before a COMMIT."""
    code, total, commits = in_a_child(act, kill_at=0)
    assert code == 0, f"undisturbed, the act ended with {code}"
    return total, commits


def in_a_child(act: Callable[[], object], *, kill_at: int) -> tuple[int, int, list[int]]:
    """(exit code, statements, commits) of the act in a process of its own that dies at a point (0: at none)."""
    connections.close_all()
    reader, writer = os.pipe()
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about threads: the child does the act and ends
        child = os.fork()
    if child == 0:
        os.close(reader)
        _be_the_child(act, kill_at, writer)
    os.close(writer)
    with os.fdopen(reader) as said:
        told = said.read()
    _pid, status = os.waitpid(child, 0)
    total, commits = json.loads(told) if told else (0, [])
    return os.waitstatus_to_exitcode(status), total, commits


def _be_the_child(act: Callable[[], object], kill_at: int, writer: int) -> None:
    count, commits = 0, []

    def step() -> None:
        nonlocal count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def each(execute: Callable[..., Any], *rest: Any) -> Any:
        step()
        return execute(*rest)

    commit = BaseDatabaseWrapper._commit

    def around(self: BaseDatabaseWrapper) -> None:
        """COMMIT passes no wrapper of statements: a point before it, one after it was answered."""
        step()
        commits.append(count)
        commit(self)
        step()

    code = 0
    try:
        with connection.cursor() as cursor:
            cursor.execute("set synchronous_commit to on")
        BaseDatabaseWrapper._commit = around  # type: ignore[method-assign]
        with connection.execute_wrapper(each):
            act()
    except BaseException:
        traceback.print_exc()
        code = 3
    os.write(writer, json.dumps([count, commits]).encode())
    os._exit(code)


class Kept:
    """The rows of some tables as they are now; `restore` brings them back, whatever other rows point to them."""

    def __init__(self, *models: Any):
        with connection.cursor() as cursor:
            self.rows = {table: self._out(cursor, table) for table in (model._meta.db_table for model in models)}

    @staticmethod
    def _out(cursor: Any, table: str) -> bytes:
        with cursor.copy(f'copy "{table}" to stdout') as copy:
            return b"".join(copy)

    def restore(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")  # ledgers and foreign keys step aside
            for table, data in self.rows.items():
                cursor.execute(f'delete from "{table}"')  # noqa: S608  a name of a model of ours
                if data:
                    with cursor.copy(f'copy "{table}" from stdin') as copy:
                        copy.write(data)
            cursor.execute("set session_replication_role = default")
