"""Measures the solver, each figure beside a greedy round robin, and prints tables.

Nothing is asserted about time: seconds depend on the machine, so compare within one run. Each timetable is judged by
the validator before it is counted.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median

from .bound import choose
from .check import check
from .compiling import Board
from .files import read_problem
from .generate import FAMILIES, SIZES, generate
from .instance import compile_problem, original_weight
from .measures import value_of
from .placing import place
from .problem import Assignment, Breaks, Level, Problem, ProblemError, Timetable
from .round_robin import round_robin
from .solving import solve
from .tables import assignments, seat

SEED = 1
ORIGINALS = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "timetabling" / "jair2022"
SKEWS = (0.0, 1.0)
CANCELLED, LOST = 0.02, 0.05  # shares of the meetings, and of the slots of each participant

# Bofill et al. (JAIR 74, 2022): least breaks, and the seconds of their MaxSAT, Chuffed and MIP (TO: out of time)
PUBLISHED = {
    "forum-13": (0, "2.5", "2891.2", "648.4"),
    "forum-13crafb": (6, "23.3", "1725.6", "TO"),
    "forum-13crafc": (1, "2.3", "TO", "TO"),
    "forum-14": (2, "5.1", "873.9", "TO"),
    "forumt-14": (5, "0.5", "5.6", "44.9"),
    "forumt-14crafc": (5, "0.9", "20.2", "894.2"),
    "forumt-14crafd": (4, "0.4", "20.9", "217.6"),
    "forumt-14crafe": (5, "0.6", "26.3", "1311.8"),
    "tic-12": (0, "0.1", "0.8", "13.8"),
    "tic-12crafc": (0, "0.3", "1.2", "8.9"),
    "tic-13": (0, "0.4", "16.9", "162.5"),
    "tic-13crafb": (0, "0.4", "2.0", "44.1"),
    "tic-13crafc": (4, "5.8", "518.2", "128.6"),
    "tic-14crafa": (0, "1.0", "22.4", "326.3"),
    "tic-14crafc": (0, "0.8", "24.1", "628.1"),
    "tic-14crafd": (0, "0.8", "6.2", "194.7"),
    "ticf-13crafa": (0, "2.2", "2473.4", "1583.6"),
    "ticf-13crafb": (3, "22.3", "2291.9", "TO"),
    "ticf-13crafc": (1, "3.7", "TO", "TO"),
    "ticf-14crafa": (0, "7.6", "1714.8", "TO"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: instances, sizes, seeds, and seconds each may take."""

    jair: Path
    originals: Sequence[str] = tuple(PUBLISHED)
    original_limit: float = 60
    sizes: Sequence[str] = tuple(SIZES)
    seeds: Sequence[int] = (1, 2, 3, 4, 5)
    stress: str = "large"
    stress_limit: float = 10
    breaks: Sequence[tuple[str, float]] = (("medium", 20), ("large", 60), ("huge", 60))
    replanned: Sequence[str] = ("large", "huge")
    replan_limit: float = 20


def quick(jair: Path) -> Plan:
    """The small ones, in less than a minute."""
    return Plan(
        jair=jair,
        originals=[name for name, published in PUBLISHED.items() if float(published[1]) <= 0.5],
        original_limit=5,
        sizes=("small", "medium"),
        seeds=(1, 2),
        stress="small",
        stress_limit=0.5,
        breaks=(("small", 5),),
        replanned=("medium",),
        replan_limit=2,
    )


class _Table:
    """Printed row by row while the figures come in; columns are as wide as their headings, the first as it needs."""

    def __init__(self, first: int, *headings: str) -> None:
        self.widths = [first, *(len(heading) for heading in headings[1:])]
        print()
        self.row(*headings)

    def row(self, *cells: str) -> None:
        first, *others = zip(cells, self.widths, strict=True)
        print("  ".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]), flush=True)


def main(argv: Sequence[str]) -> int:
    """Prints the tables asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="timetabling bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the small ones only, in less than a minute")
    parser.add_argument("--only", default=",".join(TABLES), help="; ".join(f"{k}: {t}" for k, (t, _) in TABLES.items()))
    parser.add_argument("--jair", type=Path, default=ORIGINALS, metavar="DIR", help="where the .dzn originals lie")
    options = parser.parse_args(argv)
    wanted = options.only.split(",")
    if not set(wanted) <= set(TABLES):
        print(f"there is no table {options.only}; there are {', '.join(TABLES)}", file=sys.stderr)
        return 2
    plan = quick(options.jair) if options.quick else Plan(options.jair)
    try:
        _facts(plan)
        for key in wanted:
            title, print_table = TABLES[key]
            print(f"\n{key}. {title}", flush=True)
            print_table(plan)
            print(f"most memory of this process so far: {_memory():,.0f} MB", flush=True)
    except ProblemError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _facts(plan: Plan) -> None:
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "numba", "ortools"))
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, load average {load}")
    print(f"Python {platform.python_version()}, {packages}; seed {SEED} where nothing else is said")
    begun = time.monotonic()
    solve(replace(generate("plain", SEED, size="small"), breaks="idle"), time_limit=1, seed=SEED)
    if "large" in plan.sizes:
        hold_most(generate("plain", SEED, size="large"), time_limit=1, seed=SEED)
    print(f"loading and compiling took {time.monotonic() - begun:.1f} s, which the figures below leave out")


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def _sure(problem: Problem, answer: Timetable | Iterable[Assignment]) -> None:
    wrong = check(problem, answer)
    if wrong:
        raise ProblemError(f"a timetable is wrong: {wrong[0].words}")


def _level(timetable: Timetable, name: str) -> Level:
    return next(level for level in timetable.levels if level.name == name)


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _gap(level: Level) -> str:
    return "–" if level.gap is None else f"{100 * level.gap:.3f} %"


def _originals(plan: Plan) -> None:
    missing = [name for name in plan.originals if not _original(plan, name).is_file()]
    if missing:
        print(f"There is no {_original(plan, missing[0])}. The instances belong to the authors of the paper,")
        print("https://jair.org/index.php/jair/article/view/12670; --jair DIR says where they lie.")
        return
    print(
        f"All meetings are given; fewest breaks, {plan.original_limit:.0f} s at most. Published seconds are from other"
    )
    print("hardware (TO: out of time). A round robin moves nothing, so it may not hold all meetings.")
    table = _Table(
        15, "instance", "breaks", "optimum", "proven", "seconds", "MaxSAT", "Chuffed", "   MIP", "round robin holds"
    )
    proven = best = faster = 0
    for name in plan.originals:
        problem = read_problem(_original(plan, name))
        optimum, *seconds = PUBLISHED[name]
        timetable = solve(problem, time_limit=plan.original_limit, seed=SEED)
        breaks, right = _level(timetable, "breaks"), not check(problem, timetable)
        proven += right and breaks.proven
        best += right and breaks.value == optimum
        faster += right and breaks.proven and timetable.seconds < float(seconds[0])
        greedy = round_robin(problem)
        value = f"{breaks.value}" if right else "none"
        said = "yes" if right and breaks.proven else f"≥ {breaks.bound}"
        took, held = f"{timetable.seconds:.1f}", f"{len(greedy)} of {len(problem.meetings)}"
        table.row(name, value, f"{optimum}", said, took, *seconds, held)
    count = len(plan.originals)
    print(f"proven {proven} of {count}, at the published optimum {best} of {count}, proven in less than the published")
    print(f"MaxSAT seconds {faster} of {count}")


def _original(plan: Plan, name: str) -> Path:
    return plan.jair / f"{name}.original.dzn"


@dataclass(frozen=True, slots=True)
class First:
    """What the first stage alone holds, the bound on its weight, the seconds of choosing which, and of all."""

    held: tuple[Assignment, ...]
    bound: int | float
    choosing: float
    seconds: float


def hold_most(problem: Problem, *, time_limit: float, seed: int) -> First:
    """The first stage, without the levels below it."""
    begun = time.monotonic()
    instance = compile_problem(problem)
    choice = choose(instance, time_limit=time_limit / 2)
    chosen = time.monotonic()
    board = Board(instance, seed=seed)
    place(board, choice, lambda: time.monotonic() - begun > time_limit)
    seconds = time.monotonic() - begun
    slot = board.slot
    held = assignments(instance, slot, seat(instance, slot))
    _sure(problem, held)
    return First(held, original_weight(choice.weight_bound, instance.scale), chosen - begun, seconds)


def _most_meetings(plan: Plan) -> None:
    seeds = ", ".join(map(str, plan.seeds))
    print(f"Family plain, seeds {seeds}; held and bound are summed over the seeds. Seconds: from the problem in memory")
    print("to where and when (first stage), median and worst; choosing: which meetings, of it.")
    table = _Table(
        7, "size", "skew", "reached", "   held", "  bound", "choosing", "median s", "worst s", "round robin", "of bound"
    )
    for size in plan.sizes:
        for skew in SKEWS:
            rows = [_most(generate("plain", seed, size=size, skew=skew), seed) for seed in plan.seeds]
            first, greedy = zip(*rows, strict=True)
            bound, seconds = sum(stage.bound for stage in first), [stage.seconds for stage in first]
            table.row(
                size, f"{skew:.0f}", f"{sum(len(s.held) == s.bound for s in first)} of {len(rows)}",
                f"{sum(len(s.held) for s in first):,}", f"{bound:,}", f"{median(s.choosing for s in first):.2f}",
                f"{median(seconds):.2f}", f"{max(seconds):.2f}", f"{sum(greedy):,}", _share(sum(greedy), bound),
            )  # fmt: skip


def _most(problem: Problem, seed: int) -> tuple[First, int]:
    greedy = round_robin(problem)
    _sure(problem, greedy)
    return hold_most(problem, time_limit=30, seed=seed), len(greedy)


def _stress(plan: Plan) -> None:
    print(
        f"All families at size {plan.stress}, {plan.stress_limit:.1f} s for all levels; weight held (one a meeting, but"
    )
    print("priorities have 1, 3 and 9).")
    table = _Table(15, "family", "skew", "  held", " bound", "    gap", "proven", "round robin", "of bound")
    proven, worst = 0, 0.0
    for family in FAMILIES:
        for skew in SKEWS:
            problem = generate(family, SEED, size=plan.stress, skew=skew)
            level = _level(solve(problem, time_limit=plan.stress_limit, seed=SEED), "meetings")
            held = round_robin(problem)
            _sure(problem, held)
            greedy = value_of("meetings", problem, held)
            proven += level.proven
            worst = max(worst, level.gap or 0.0)
            table.row(
                family, f"{skew:.0f}", f"{level.value:,}", f"{level.bound:,}", _gap(level),
                "yes" if level.proven else "", f"{greedy:,}", _share(greedy, level.bound or 0),
            )  # fmt: skip
    print(f"proven {proven} of {len(FAMILIES) * len(SKEWS)}, worst gap {100 * worst:.3f} %")


def _breaks(plan: Plan) -> None:
    print(
        "Breaks with the meetings that the first stage holds; family plain. idle: slots in which somebody is away count"
    )
    print("as idling, as in the literature; waiting: they do not, as in the product.")
    table = _Table(
        7, "size", "counted", "  held", "breaks", " bound", "     gap", "proven", "seconds", "round robin holds", "with"
    )  # fmt: skip
    for counted in ("idle", "waiting"):
        for size, limit in plan.breaks:
            definition: Breaks = "idle" if counted == "idle" else "waiting"
            problem = replace(generate("plain", SEED, size=size), breaks=definition)
            timetable = solve(problem, time_limit=limit, seed=SEED)
            level = _level(timetable, "breaks")
            greedy = round_robin(problem)
            table.row(
                size, counted, f"{len(timetable.assignments):,}", f"{level.value:,}",
                "–" if level.bound is None else f"{level.bound:,}", _gap(level), "yes" if level.proven else "",
                f"{timetable.seconds:.1f}", f"{len(greedy):,}", f"{value_of('breaks', problem, greedy):,}",
            )  # fmt: skip


def _replanning(plan: Plan) -> None:
    cancelled, lost = f"{100 * CANCELLED:.0f} %", f"{100 * LOST:.0f} %"
    print(
        f"Confirmed: what the first stage holds (family plain). Then {cancelled} of the meetings are cancelled and each"
    )
    print(
        f"participant loses {lost} of its slots. Closed: confirmed meetings whose slot is closed to one of theirs. At"
    )
    print(
        "least: no timetable with as many meetings moves fewer. Seconds by the clock, and those the processor worked."
    )
    table = _Table(
        7, "size", "confirmed", "closed", "re-planned in", "   CPU", "at least", " moved", "  held", " bound",
        "anew in", " moved", "  held", "round robin moved",
    )  # fmt: skip
    for size in plan.replanned:
        problem = generate("plain", SEED, size=size)
        confirmed = hold_most(problem, time_limit=plan.replan_limit, seed=SEED)
        problem = changed(problem, SEED).with_previous(confirmed.held)
        begun = time.process_time()
        again = solve(problem, time_limit=plan.replan_limit, seed=SEED)
        worked = time.process_time() - begun
        alone = replace(problem, previous=())
        anew = hold_most(alone, time_limit=plan.replan_limit, seed=SEED)
        level, moved = _level(again, "meetings"), _level(again, "moved")
        table.row(
            size, f"{len(problem.previous):,}", f"{closed(problem):,}", f"{again.seconds:.1f} s", f"{worked:.1f} s",
            f"{moved.bound:,}", f"{moved.value:,}", f"{level.value:,}", f"{level.bound:,}", f"{anew.seconds:.1f} s",
            f"{value_of('moved', problem, anew.held):,}", f"{len(anew.held):,}",
            f"{value_of('moved', problem, round_robin(alone)):,}",
        )  # fmt: skip
    print("Moved are also confirmed meetings that are no longer held. Re-planned: all levels, tables, reasons and the")
    print("check; anew: the first stage only.")


def changed(problem: Problem, seed: int) -> Problem:
    """The event after cancellations and with slots that participants lose."""
    chance = Random(f"changed {seed}").random  # noqa: S311 - nothing here is a secret
    meetings = tuple(meeting for meeting in problem.meetings if chance() >= CANCELLED)
    people = tuple(
        replace(person, unavailable=person.unavailable | {s for s in range(problem.slots) if chance() < LOST})
        for person in problem.participants
    )
    return replace(problem, participants=people, meetings=meetings)


def closed(problem: Problem) -> int:
    """Confirmed meetings with somebody who is away in their slot now."""
    away = {person.id: person.unavailable | person.talks for person in problem.participants}
    members = {meeting.id: meeting.participants for meeting in problem.meetings}
    return sum(any(p.slot in away[person] for person in members[p.meeting]) for p in problem.previous)


TABLES: dict[str, tuple[str, Callable[[Plan], None]]] = {
    "a": ("The originals of Bofill et al. (2022)", _originals),
    "b": ("Most meetings", _most_meetings),
    "c": ("Kinds of events", _stress),
    "d": ("Fewest breaks", _breaks),
    "e": ("Re-planning", _replanning),
}
