"""How far a run is and when it is to end: the clock, what is told to whoever waits, and whether they say stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from .problem import Level

Stage = Literal["choosing", "placing", "moving", "lowering", "proving", "seating"]
STAGES: tuple[Stage, ...] = ("choosing", "placing", "moving", "lowering", "proving", "seating")

OFTEN = 0.2  # seconds between two reports within a stage
RESERVE = 0.06  # of the time limit, for tables, reasons and the check

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: `stage` (one of STAGES) of the level named `level`, and where the levels stand so far.

    While CP-SAT proves a level its value and bound are those of the moment.
    """

    stage: Stage
    level: str
    levels: tuple[Level, ...]
    seconds: float


class Watch:
    """The clock of one run. `levels`: where they stand, kept by the run."""

    def __init__(
        self,
        limit: float,
        levels: Mapping[str, Level],
        progress: Callable[[Progress], object] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.begun = time.monotonic()
        self.limit = limit
        self.levels = levels
        self.progress = progress
        self.ask = stop
        self.stopped = False
        self.stage: tuple[Stage, str] = ("choosing", "meetings")
        self.told = -OFTEN

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """Seconds left for searching."""
        return max(self.limit * (1 - RESERVE) - self.seconds, 0.0)

    def begin(self, stage: Stage, level: str) -> None:
        """Another stage, which is told at once."""
        self.stage, self.told = (stage, level), -OFTEN
        self.over()

    def over(self) -> bool:
        """Tells now and then how far it is; whether it is to end."""
        seconds = self.seconds
        if seconds - self.told >= OFTEN:
            self.told = seconds
            if self.progress:
                self.progress(Progress(*self.stage, tuple(self.levels.values()), seconds))
            self.stopped = self.stopped or bool(self.ask and self.ask())
        return self.stopped or self.left <= 0

    def until(self, share: float) -> Callable[[], bool]:
        """Whether it is to end, or that share of the time left is gone."""
        end = self.seconds + self.left * share
        return lambda: self.over() or self.seconds > end


def beside(work: Callable[[], Result], meanwhile: Callable[[], object], give_up: Callable[[], object]) -> Result:
    """Lets a library work in a thread of its own, so that this one can tell, ask and hear Ctrl-C `meanwhile`.

    Where that raises, the work is told to `give_up` first.
    """
    answers: list[Result] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as fault:  # raised again where somebody waits for it
            faults.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.05)
            meanwhile()
    except BaseException:
        while thread.is_alive():
            give_up()
            thread.join(0.05)
        raise
    if faults:
        raise faults[0]
    return answers[0]
