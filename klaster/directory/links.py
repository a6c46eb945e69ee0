"""When a link counts as broken, and when it is tried again. Pure: a state, an outcome and a moment in, a state out.

One failure says nothing: servers rest and networks stumble. A link is shaky after its first failure and broken after
the third in a row, each a day after the other. What works is asked again after a week, and so is what is broken: pages
come back. A server that answers but lets no program in is not broken.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from enum import StrEnum

FAILURES_TO_BREAK = 3
A_DAY = datetime.timedelta(days=1)
A_WEEK = datetime.timedelta(days=7)
SPREAD = datetime.timedelta(hours=24)  # over which the checks of a week are strewn, so that they do not come at once
GONE = {404, 410}


class Status(StrEnum):
    NEW = "new"
    WORKS = "works"
    SHAKY = "shaky"
    BROKEN = "broken"


@dataclass(frozen=True)
class State:
    """`since` is when the link began to be so; of a shaky or broken one, when it first failed."""

    status: Status = Status.NEW
    failures: int = 0
    since: datetime.datetime | None = None


def works(http_status: int) -> bool:
    """Whether an answer says that there is a page: refusing a program (403, 429) is no sign that there is none."""
    return http_status not in GONE and http_status < 500


def after(state: State, *, worked: bool, now: datetime.datetime) -> State:
    """How a link stands after it was tried once more."""
    if worked:
        same = state.status is Status.WORKS
        return State(Status.WORKS, 0, state.since if same else now)
    failures = state.failures + 1
    status = Status.BROKEN if failures >= FAILURES_TO_BREAK else Status.SHAKY
    return State(status, failures, state.since if state.failures else now)


def next_try(state: State, url: str, now: datetime.datetime) -> datetime.datetime:
    """A shaky link is tried again after a day, every other after a week and a part of a day of its own."""
    if state.status is Status.SHAKY:
        return now + A_DAY
    share = int.from_bytes(hashlib.blake2b(url.encode(), digest_size=4).digest()) / 2**32
    return now + A_WEEK + SPREAD * share
