"""The command: solve, check, bound, generate, bench.

Faults are one line on stderr and exit code 2. The solver is imported where it is needed, since it brings NumPy and
OR-Tools with it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import IO, NoReturn, TypeVar

from .check import check
from .files import read_assignments, read_problem, read_solution, write_problem, write_solution
from .generate import FAMILIES, SIZES, generate
from .problem import Level, Problem, ProblemError, Timetable
from .strict_json import Source
from .watching import Progress

RIGHT, WRONG, FAULT, INTERRUPTED = 0, 1, 2, 130
WIDTH = 100  # letters of progress
FEW = 20  # meetings left out that are told one by one
MAX_SEED = 2**31 - 1
STANDARD_INPUT = "-"

Read = TypeVar("Read")


def main(argv: Sequence[str]) -> int:
    """Runs one command; the exit code."""
    if argv[:1] == ["bench"] and not {"-h", "--help"} & set(argv):
        from .bench import main as bench  # noqa: PLC0415 - brings the solver

        return bench(list(argv[1:])) or RIGHT
    try:
        arguments = _parser().parse_args(argv)
        return int(arguments.run(arguments))
    except ProblemError as error:
        return _fault(str(error))
    except BrokenPipeError:  # whoever read what we print has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return RIGHT
    except OSError as error:
        return _fault(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except MemoryError:
        return _fault("there is not enough memory for this problem")
    except ModuleNotFoundError as error:
        return _fault(f"the module {error.name} is not installed")
    except RuntimeError as error:
        return _fault(f"the solver went wrong, which is no fault of the problem: {error}")
    except KeyboardInterrupt:
        return INTERRUPTED


class _Progress:
    """What the solver tells while it works: one line on a terminal, and whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.stopped = False
        self.shown = ""

    def __call__(self, now: Progress) -> None:
        so_far = ", ".join(f"{level.name} {_figure(level.value)}" for level in now.levels)
        self.show(f"{now.seconds:5.1f} s  {now.stage} {now.level}  {so_far}")

    def show(self, line: str) -> None:
        line = line[:WIDTH]
        if line != self.shown and sys.stderr.isatty():
            print(f"\r{line:<{len(self.shown)}}", end="", file=sys.stderr, flush=True)
            self.shown = line

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """The first Ctrl-C asks for the best so far, the second gives up."""

        def stop(*_: object) -> None:
            if self.stopped:
                raise KeyboardInterrupt
            self.stopped = True
            self.show("stopping, with the best so far")

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            if self.shown:
                self.show("")
                print("\r", end="", file=sys.stderr)


def _solve(arguments: argparse.Namespace) -> int:
    problem = _problem(arguments)
    if arguments.output and not arguments.output.resolve().parent.is_dir():
        raise ProblemError(f"{arguments.output.parent} is not a folder")
    from .solving import solve  # noqa: PLC0415 - brings the solver

    progress = _Progress()
    with progress.interruptible():
        timetable = solve(
            problem, time_limit=arguments.time_limit, seed=arguments.seed,
            progress=progress, stop=lambda: progress.stopped,
        )  # fmt: skip
    _write(write_solution, timetable, arguments.output)
    _say(_summary(problem, timetable))
    return INTERRUPTED if progress.stopped else RIGHT


def _check(arguments: argparse.Namespace) -> int:
    problem = _problem(arguments)
    timetable = _read(read_solution, arguments.timetable)
    violations = check(problem, timetable)
    if not violations:
        print(f"right: {len(timetable.assignments)} of {len(problem.meetings)} meetings are held")
        return RIGHT
    for violation in violations:
        print(violation.words)
    return WRONG


def _bound(arguments: argparse.Namespace) -> int:
    problem = _read(read_problem, arguments.problem)
    from .bound import upper_bound  # noqa: PLC0415 - brings the solver

    bound = upper_bound(problem)
    print(json.dumps({"value": bound.value, "binding": [dict(entry) for entry in bound.binding]}, ensure_ascii=False))
    return RIGHT


def _generate(arguments: argparse.Namespace) -> int:
    changes = {name: getattr(arguments, name) for name in ("participants", "meetings", "slots", "tables", "holes")}
    problem = generate(arguments.family, arguments.seed, size=arguments.size, skew=arguments.skew, **changes)
    _write(write_problem, problem, arguments.output)
    return RIGHT


def _problem(arguments: argparse.Namespace) -> Problem:
    """The problem named, with what had been confirmed before where that is named too."""
    problem = _read(read_problem, arguments.problem)
    if arguments.previous:
        problem = problem.with_previous(_read(read_assignments, arguments.previous))
    return problem


def _read(reader: Callable[[Source], Read], name: str) -> Read:
    try:
        return reader(sys.stdin.buffer if name == STANDARD_INPUT else name)
    except ProblemError as error:
        raise ProblemError(f"{'standard input' if name == STANDARD_INPUT else name}: {error}") from None


def _write(writer: Callable[[Read, Path | IO[str]], None], thing: Read, output: Path | None) -> None:
    """To the file, or as UTF-8 to standard output."""
    if output:
        writer(thing, output)
        return
    text = io.StringIO()
    writer(thing, text)
    sys.stdout.buffer.write(text.getvalue().encode())
    sys.stdout.buffer.flush()


def _summary(problem: Problem, timetable: Timetable) -> Iterator[str]:
    held, asked = len(timetable.assignments), len(problem.meetings)
    yield f"{held} of {asked} meetings are held, found in {timetable.seconds:.1f} s"
    if problem.breaks == "paper":  # what the paper asks for is all that a timetable may still lack
        yield from (f"  {violation.words}" for violation in check(problem, timetable))
    for level in timetable.levels:
        yield f"  {level.name} {_figure(level.value)}: {_proof(level)}"
    left = len(timetable.unscheduled)
    if left < FEW:
        for entry in timetable.unscheduled:
            yield f"  meeting {entry.meeting} is left out: {entry.reason}"
    else:
        yield f"  {left} meetings are left out, each with its reason in the timetable"


def _proof(level: Level) -> str:
    if level.proven:
        return "proven to be the best"
    if level.bound is None:
        return "no bound is known"
    gap = "" if level.gap is None else f", {100 * level.gap:.2f} % away"
    return f"the bound is {_figure(level.bound)}{gap}"


def _figure(value: int | float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _fault(words: str) -> int:
    print(words.replace("\n", " "), file=sys.stderr)
    return FAULT


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAULT, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="timetabling", description="The timetable of a matchmaking event.")
    commands = parser.add_subparsers(required=True, metavar="command", parser_class=_Parser)
    solve = commands.add_parser("solve", help="find a timetable and prove how good it is")
    solve.add_argument("problem", help="a .json or .dzn file, - for standard input")
    solve.add_argument("-o", "--output", type=Path, help="where the timetable goes, else to standard output")
    solve.add_argument("--time-limit", type=_seconds, default=60.0, metavar="S", help="seconds, 60 if not given")
    solve.add_argument("--seed", type=_count, default=1, metavar="N")
    solve.add_argument("--previous", metavar="OLD", help="the timetable confirmed before, of which little shall move")
    solve.set_defaults(run=_solve)
    judge = commands.add_parser("check", help="judge a timetable; exit code 1 and the violations where it is wrong")
    judge.add_argument("problem")
    judge.add_argument("timetable")
    judge.add_argument("--previous", metavar="OLD", help="the timetable confirmed before, if it was solved with one")
    judge.set_defaults(run=_check)
    bound = commands.add_parser("bound", help="how much can be held at most, and what binds")
    bound.add_argument("problem")
    bound.set_defaults(run=_bound)
    _add_generate(commands.add_parser("generate", help="an event at random"))
    bench = commands.add_parser("bench", help="measure against the published results and a greedy round robin")
    bench.add_argument("--quick", action="store_true", help="the small ones only")
    return parser


def _add_generate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--family", required=True, help=", ".join(FAMILIES))
    parser.add_argument("--seed", type=_count, default=1, metavar="N")
    parser.add_argument("--size", default="large", help=", ".join(SIZES))
    parser.add_argument("--skew", type=_factor, default=0.0, help="0: all alike, 1: some far more popular")
    for name in ("participants", "meetings", "slots", "tables"):
        parser.add_argument(f"--{name}", type=_count, metavar="N", help="instead of the size's")
    parser.add_argument("--holes", type=_factor, help="share of the slots in which somebody is away")
    parser.add_argument("-o", "--output", type=Path, help="where the problem goes, else to standard output")
    parser.set_defaults(run=_generate)


def _seconds(text: str) -> float:
    value = float(text)
    if not isfinite(value) or value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MAX_SEED:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to {MAX_SEED}")
    return value


def _factor(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 10")
    return value
