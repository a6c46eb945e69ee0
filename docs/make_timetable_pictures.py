"""Makes docs/timetable.svg, a small event, and docs/timetable-gap.svg, breaks and their bound over time.

    .venv/bin/python docs/make_timetable_pictures.py [--seconds 60] [timetable] [gap]

The colours are those of tokens.css, light and dark; a viewer that knows neither takes the light ones.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from klaster.matchmaking.timetabling.generate import generate
from klaster.matchmaking.timetabling.problem import Level, Problem, Timetable
from klaster.matchmaking.timetabling.solving import solve
from klaster.matchmaking.timetabling.watching import Progress

TOKENS = HERE.parent / "klaster" / "core" / "static" / "core" / "css" / "tokens.css"
ROLES = ("ground", "ink", "ink-soft", "ink-faint", "rule", "sunken", "action", "action-soft", "attention",
         "attention-ink", *(f"hue-{number}" for number in range(1, 13)))  # fmt: skip
HUES = (4, 2, 9, 11, 6, 3, 10, 5)  # neighbours differ


def page(width: int, height: int, title: str, parts: list[str]) -> str:
    """An SVG whose classes are colours of the design."""
    found = dict(re.findall(r"--([\w-]+): light-dark\((#\w+, #\w+)\)", TOKENS.read_text("utf-8")))
    light, dark = (
        "".join(f"--{role}:{found[role].split(', ')[which]};" for role in ROLES) for which in (0, 1)
    )  # fmt: skip
    fills = "".join(f".f-{role}{{fill:var(--{role})}}.s-{role}{{stroke:var(--{role})}}" for role in ROLES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{title}"><title>{title}</title><style>:root{{{light}}}'
        f"@media (prefers-color-scheme: dark){{:root{{{dark}}}}}{fills}"
        'text{font:14px Inter,system-ui,"Segoe UI",Roboto,Arial,sans-serif}.b{font-weight:650}.c{text-anchor:middle}'
        ".r{text-anchor:end}.l{fill:none;stroke-width:2.5px;stroke-linejoin:round}.t{font-size:12px}.h{font-size:17px;font-weight:650}</style>"
        f'<rect width="{width}" height="{height}" class="f-ground"/>{"".join(parts)}</svg>\n'
    )


def text(x: float, y: float, words: str, roles: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{roles}">{words}</text>'


def said(level: Level) -> str:
    end = "proven" if level.proven else f"bound {level.bound:,}"
    return f"{level.name} {level.value:,} ({end})"


def timetable_picture() -> str:
    """Participants and slots of a small event; whom they meet, and at which table."""
    problem = generate("blocks", 10, size="small", skew=0.5, participants=14, meetings=40, slots=8, tables=6)
    timetable = solve(problem, time_limit=20, seed=1)
    left, top, wide, high = 52, 92, 90, 38
    width, height = left + wide * problem.slots + 24, top + high * len(problem.participants) + 58
    facts = ", ".join(said(level) for level in timetable.levels)
    parts = [
        text(20, 32, f"{len(timetable.assignments)} of {len(problem.meetings)} meetings of 14 participants", "h f-ink"),
        text(20, 54, facts, "t f-ink-soft"),
    ]
    parts += [text(left + wide * (s + 0.5), top - 10, f"slot {s}", "t c f-ink-soft") for s in range(problem.slots)]
    cells = _cells(problem, timetable)
    for row, person in enumerate(problem.participants):
        y = top + high * row
        parts.append(text(left - 16, y + high / 2 + 5, _name(row), "b r f-ink"))
        busy = [slot for slot in range(problem.slots) if (row, slot) in cells]
        for slot in range(problem.slots):
            x = left + wide * slot
            if (row, slot) in cells:
                other, table = cells[row, slot]
                parts += _meeting(x, y, wide, high, _name(other), table)
            elif slot in person.talks:
                parts.append(_box(x, y, wide, high, "f-sunken"))
                parts.append(text(x + wide / 2, y + high / 2 + 4, "talk", "t c f-ink-faint"))
            elif busy and busy[0] < slot < busy[-1]:
                parts.append(_box(x, y, wide, high, "f-ground s-attention", ' stroke-dasharray="4 3"'))
                parts.append(text(x + wide / 2, y + high / 2 + 4, "waits", "t c f-attention-ink"))
    legend = (
        "Each letter is a participant, each colour one of the six tables. A dashed cell is a wait between two meetings."
    )
    parts.append(text(20, height - 20, legend, "t f-ink-soft"))
    return page(width, height, "The timetable of a small event", parts)


def _cells(problem: Problem, timetable: Timetable) -> dict[tuple[int, int], tuple[int, int]]:
    """(participant, slot): whom they meet, and the table."""
    members = {meeting.id: meeting.participants for meeting in problem.meetings}
    cells = {}
    for place in timetable.assignments:
        one, other = (int(person) for person in members[place.meeting])
        for person, partner in ((one, other), (other, one)):
            cells[person, place.slot] = (partner, place.table or 0)
    return cells


def _name(index: int) -> str:
    return chr(ord("A") + index)


def _box(x: float, y: float, wide: float, high: float, roles: str, more: str = "") -> str:
    return f'<rect x="{x + 3}" y="{y + 3}" width="{wide - 6}" height="{high - 6}" rx="4" class="{roles}"{more}/>'


def _meeting(x: float, y: float, wide: float, high: float, partner: str, table: int) -> list[str]:
    hue = f"hue-{HUES[table % len(HUES)]}"
    return [
        _box(x, y, wide, high, f"f-{hue}", ' fill-opacity=".2"'),
        f'<rect x="{x + 3}" y="{y + 3}" width="5" height="{high - 6}" rx="2" class="f-{hue}"/>',
        text(x + 17, y + high / 2 + 5, partner, "b f-ink"),
        text(x + wide - 10, y + high / 2 + 4, f"table {table}", "t r f-ink-soft"),
    ]


def gap_picture(seconds: float) -> str:
    """Breaks of a large event and their bound, second by second."""
    problem = replace(generate("plain", 1, size="large"), breaks="idle")
    points: list[tuple[float, float, float]] = []

    def note(now: Progress) -> None:
        level = next((level for level in now.levels if level.name == "breaks"), None)
        if level and level.bound is not None and (not points or now.seconds - points[-1][0] > seconds / 200):
            points.append((now.seconds, level.value, level.bound))

    solve(problem, time_limit=1, seed=1)  # compiles
    timetable = solve(problem, time_limit=seconds, seed=1, progress=note)
    level = next(level for level in timetable.levels if level.name == "breaks")
    points.append((seconds, level.value, level.bound or 0))
    return _chart(points, seconds, level)


def _chart(points: list[tuple[float, float, float]], seconds: float, level: Level) -> str:
    width, height, left, top, right, bottom = 720, 400, 76, 76, 120, 56
    most = max(value for _, value, _ in points)
    step = next(step for step in (100, 200, 500, 1000, 2000, 5000) if most / step <= 6)
    most = -(-most // step) * step

    def x(now: float) -> float:
        return round(left + (width - left - right) * now / seconds, 1)

    def y(value: float) -> float:
        return round(height - bottom - (height - top - bottom) * value / most, 1)

    upper = " ".join(f"{x(now)},{y(value)}" for now, value, _ in points)
    lower = [f"{x(now)},{y(bound)}" for now, _, bound in points]
    parts = [
        text(20, 32, "Breaks of 1,000 participants with 6,000 meetings, and their bound", "h f-ink"),
        text(20, 54, "Between the lines lies what nobody knows yet.", "t f-ink-soft"),
    ]
    for value in range(0, int(most) + 1, step):
        parts.append(f'<path d="M{left} {y(value)}H{width - right}" class="s-rule"/>')
        parts.append(text(left - 10, y(value) + 4, f"{value:,}", "t r f-ink-soft"))
    for now in range(0, int(seconds) + 1, max(int(seconds) // 6, 1)):
        parts.append(text(x(now), height - bottom + 20, f"{now} s", "t c f-ink-soft"))
    parts += [
        f'<polygon points="{upper} {" ".join(reversed(lower))}" class="f-action-soft"/>',
        f'<polyline points="{" ".join(lower)}" class="l s-attention" stroke-dasharray="7 5"/>',
        f'<polyline points="{upper}" class="l s-action"/>',
    ]
    last_value, last_bound = y(points[-1][1]), y(points[-1][2])
    apart = max(0.0, 36 - (last_bound - last_value)) / 2
    end = width - right + 10
    parts += [
        text(end, last_value - apart - 2, f"{level.value:,} found", "b f-action"),
        text(end, last_bound + apart + 12, f"{level.bound:,} at least", "b f-attention-ink"),
        text(end, (last_value + last_bound) / 2 + 5, f"gap {100 * (level.gap or 0):.1f} %", "t f-ink-soft"),
    ]
    return page(width, height, "Breaks and their bound over time", parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("which", nargs="*", default=["timetable", "gap"], help="timetable, gap; both if not given")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the large event is solved")
    options = parser.parse_args()
    if "timetable" in options.which:
        (HERE / "timetable.svg").write_text(timetable_picture(), "utf-8")
    if "gap" in options.which:
        (HERE / "timetable-gap.svg").write_text(gap_picture(options.seconds), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
