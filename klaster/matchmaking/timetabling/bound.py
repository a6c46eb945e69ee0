"""How many meetings (how much weight) any timetable can hold at most, and which meetings to hold.

With y_m = 1 for a meeting that is held, d_m its length, w_m its weight, every timetable satisfies

    sum of y_m over meetings of u           <= maximum(u)
    sum of d_m y_m over meetings of u       <= sum over slots of min(reps(u), meetings of u that can take the slot)
    the same within each session, for meetings confined to it
    sum of d_m y_m over meetings on site    <= sum over slots of min(tables, half of the places of those free then)
    sum of d_m y_m over meetings online     <= sum over slots of min(rooms, meetings online that can take the slot)

so the maximum of sum w_m y_m over 0 <= y <= 1 is a bound: list edge colouring relaxed to b-matching (design note
docs/timetabling.md). With whole y it is sharper, and its solution says *which* meetings to hold; *where* is
`placing`. Solved by HiGHS (Huangfu and Hall, 2018) through SciPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import ceil, floor, gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .instance import UNLIMITED, Instance, compile_problem, original_weight
from .problem import Problem

EPSILON = 1e-6
FAIREST = 6.0  # seconds at most for a fair choice among the heaviest
RATHER = 1_000.0  # what a unit of weight counts where a meeting to be held rather than others counts one
STEPS = 12  # of the quadratic price of unfairness beyond what cannot be avoided; more costs as much as the last step


@dataclass(frozen=True, slots=True)
class Bound:
    """No timetable holds more weight than `value`; `binding` says whose slots or which tables stand in the way."""

    value: int | float
    binding: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """`matrix` (rows, M) times y is at most `most`; `kind` names each row: (what, unit or -1)."""

    matrix: sparse.csr_matrix
    most: NDArray[np.float64]
    kind: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which meetings to hold: `held` (M,), the bound on weight, and on the sum of squares (None: not known)."""

    held: NDArray[np.bool_]
    weight_bound: int
    fairness_bound: int | None


def upper_bound(problem: Problem) -> Bound:
    """The bound on the weight held, in milliseconds for an event of 600 meetings, and what binds."""
    instance = compile_problem(problem, reserve=False)
    limits = limits_of(instance)
    value, duals = _relaxed(instance, limits)
    binding = tuple(_said(instance, kind, unit) for (kind, unit), dual in zip(limits.kind, duals, strict=True) if dual)
    return Bound(original_weight(value, instance.scale), binding)


def limits_of(instance: Instance) -> Limits:
    """The rows described above, without those that can bind nothing."""
    cover = instance.covered()
    seat_meeting = instance.meeting_of_seat
    units, size = len(instance.reps), len(instance.weight)
    seats = sparse.csr_matrix((np.ones(len(seat_meeting)), (instance.units, seat_meeting)), shape=(units, size))
    lengths = sparse.diags(instance.duration.astype(float))
    demand = np.asarray(seats @ cover.astype(np.float64))  # (U, T): meetings of the unit that can take the slot
    rows, most, kind = [], [], []
    usable = np.minimum(demand, instance.reps[:, None])
    for name, where, confined in _sessions(instance, cover):
        part = seats @ sparse.diags(confined.astype(float)) @ lengths
        rows.append(part)
        most.append(usable[:, where].sum(1))
        kind += [(name, unit) for unit in range(units)]
    limited = np.nonzero(instance.maximum < UNLIMITED)[0]
    if len(limited):
        rows.append(seats[limited])
        most.append(instance.maximum[limited].astype(float))
        kind += [("maximum", int(unit)) for unit in limited]
    places = np.minimum(demand, instance.reps[:, None])[: instance.people].sum(0) // 2
    for name, where, confined in _sessions(instance, cover):
        rows.append(sparse.csr_matrix((instance.duration * instance.onsite * confined).astype(float)))
        most.append(np.array([np.minimum(places, instance.tables)[where].sum()]))
        kind.append(("tables" if name == "slots" else "tables_in_session", -1))
    matrix = sparse.vstack(rows, format="csr") if rows else sparse.csr_matrix((0, size))
    bounds = np.concatenate(most) if most else np.zeros(0)
    can_bind = np.asarray(matrix.sum(1)).ravel() > bounds
    return Limits(
        matrix[can_bind], bounds[can_bind], tuple(k for k, binds in zip(kind, can_bind, strict=True) if binds)
    )


def _sessions(instance: Instance, cover: NDArray[np.bool_]) -> list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """All slots, then each set of slots that some meetings are confined to: (name, slots, meetings)."""
    slots = instance.slots
    found: list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]] = [
        ("slots", np.ones(slots, np.bool_), np.ones(len(cover), np.bool_))
    ]
    sets = {meeting.session for meeting in instance.problem.meetings if meeting.session is not None}
    sets |= {frozenset({m.pinned_slot}) for m in instance.problem.meetings if m.pinned_slot is not None}
    for session in sorted(sets, key=sorted)[:64]:
        where = np.zeros(slots, np.bool_)
        where[list(session)] = True
        found.append(("session", where, np.asarray(~cover[:, ~where].any(axis=1))))
    return found


def _relaxed(instance: Instance, limits: Limits) -> tuple[int, NDArray[np.bool_]]:
    """The linear bound, rounded down to a sum of weights, and which rows have a price."""
    possible = instance.possible
    weight = instance.weight
    if not len(limits.most) or not possible.any():
        return int(weight[possible].sum()), np.zeros(len(limits.most), np.bool_)
    from scipy.optimize import linprog  # noqa: PLC0415 - loads slowly and is not always needed, here and below

    result = linprog(
        -weight.astype(float),
        A_ub=limits.matrix,
        b_ub=limits.most,
        bounds=np.stack([np.zeros(len(weight)), possible.astype(float)], 1),
        method="highs",
    )
    if result.status:
        return int(weight[possible].sum()), np.zeros(len(limits.most), np.bool_)
    return _rounded(-result.fun, weight), np.abs(result.ineqlin.marginals) > EPSILON


def _rounded(value: float, weight: NDArray[np.int64]) -> int:
    """The largest sum of weights that is not above `value`, as far as their common divisor tells."""
    step = reduce(gcd, np.unique(weight).tolist(), 0) or 1
    return floor(value / step + EPSILON) * step


def choose(
    instance: Instance, *, time_limit: float, fair: bool = True, rather: NDArray[np.bool_] | None = None
) -> Choice:
    """Which meetings to hold: as much weight as the limits allow, and of those choices a fair one if `fair`.

    `rather` (M,): meetings to hold rather than others where that costs no weight.
    """
    limits = limits_of(instance)
    possible = instance.possible
    value, _ = _relaxed(instance, limits)
    if value == int(instance.weight[possible].sum()):
        return Choice(possible, value, fairness_of(instance, possible))
    if rather is not None:
        held, _ = _heaviest(instance, limits, possible, time_limit, rather)
        if held is not None and int(instance.weight[held].sum()) == value:
            return Choice(held, value, None)
    held, bound = _heaviest(instance, limits, possible, time_limit)
    value = min(value, bound)
    if held is None or not fair:
        return Choice(possible if held is None else held, value, None)
    fairer, fairness = _fairest(instance, limits, possible, value, min(time_limit, FAIREST))
    return Choice(held if fairer is None else fairer, value, fairness)


def _heaviest(
    instance: Instance,
    limits: Limits,
    possible: NDArray[np.bool_],
    time_limit: float,
    rather: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.bool_] | None, int]:
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    result = milp(
        -instance.weight.astype(float) if rather is None else -(RATHER * instance.weight + rather),
        constraints=LinearConstraint(limits.matrix, ub=limits.most),
        integrality=np.ones(len(possible)),
        bounds=Bounds(0, possible.astype(float)),
        options={"time_limit": time_limit / 2, "mip_rel_gap": 0.0},
    )
    bound = int(instance.weight[possible].sum())
    if result.mip_dual_bound is not None and np.isfinite(result.mip_dual_bound):
        bound = min(bound, _rounded(-result.mip_dual_bound, instance.weight))
    return (None if result.x is None else result.x > 0.5), bound


def _fairest(
    instance: Instance, limits: Limits, possible: NDArray[np.bool_], weight: int, time_limit: float
) -> tuple[NDArray[np.bool_] | None, int | None]:
    """Least sum over people of (weight not held)^2 at the weight given, and what no choice goes below.

    The square of a whole multiple k of the common weight g is g^2 (1 + 3 + … + 2k - 1): a price that rises with each
    step, so that one continuous variable a step tells it exactly.
    """
    from scipy.optimize import Bounds, milp  # noqa: PLC0415

    step = reduce(gcd, np.unique(instance.weight).tolist(), 0) or 1
    size = len(possible)
    share = _share(instance, step)
    wanted = np.asarray(share.sum(1)).ravel()
    lost = _unavoidable(instance, limits, share, possible)
    steps = np.minimum(STEPS, wanted - lost).astype(int)
    owner = np.repeat(np.arange(instance.people), steps)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(steps) - steps, steps)
    price = 2.0 * (lost[owner] + rank) + 1
    last = rank == steps[owner] - 1
    result = milp(
        np.concatenate([np.zeros(size), price]),
        constraints=_fair_rows(instance, limits, share, owner, wanted - lost, weight, step),
        integrality=np.concatenate([np.ones(size), np.zeros(len(owner))]),
        bounds=Bounds(0, np.concatenate([possible.astype(float), np.where(last, np.inf, 1.0)])),
        options={"time_limit": time_limit / 2, "mip_rel_gap": 0.0},
    )
    if result.mip_dual_bound is None or not np.isfinite(result.mip_dual_bound):
        return None, None
    bound = (int((lost**2).sum()) + ceil(result.mip_dual_bound - EPSILON)) * step * step
    return (None if result.x is None else result.x[:size] > 0.5), bound


def _share(instance: Instance, step: int) -> sparse.csr_matrix:
    """(P, M): the weight, in steps, that a meeting has for each of its participants."""
    seat = instance.units < instance.people
    meeting = instance.meeting_of_seat[seat]
    shape = (instance.people, len(instance.weight))
    return sparse.csr_matrix((instance.weight[meeting] / step, (instance.units[seat], meeting)), shape=shape)


def _fair_rows(
    instance: Instance,
    limits: Limits,
    share: sparse.csr_matrix,
    owner: NDArray[np.int64],
    wanted: NDArray[np.float64],
    weight: int,
    step: int,
) -> list[Any]:
    """The limits; what somebody has and the steps it pays for are what it wants; the weight is kept."""
    from scipy.optimize import LinearConstraint  # noqa: PLC0415

    paid = (np.ones(len(owner)), (owner, np.arange(len(owner))))
    slack = sparse.csr_matrix(paid, shape=(instance.people, len(owner)))
    none = sparse.csr_matrix((len(limits.most), len(owner)))
    return [
        LinearConstraint(sparse.hstack([limits.matrix, none]), ub=limits.most),
        LinearConstraint(sparse.hstack([share, slack]), lb=wanted),
        LinearConstraint(np.concatenate([instance.weight / step, np.zeros(len(owner))]), lb=weight / step - EPSILON),
    ]


def _unavoidable(
    instance: Instance, limits: Limits, share: sparse.csr_matrix, possible: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """(P,): weight (in steps) that each participant loses even with the heaviest meetings that its limits take."""
    lost = np.asarray(share.sum(1)).ravel() - share @ possible.astype(float)
    for row, most in enumerate(limits.most):
        person = limits.kind[row][1]
        if not 0 <= person < instance.people:
            continue
        part = limits.matrix.getrow(row)
        meetings = part.indices[possible[part.indices]]
        each = share[person, meetings].toarray().ravel()
        room = int(most // max(part.data.min(initial=1), 1))
        lost[person] = max(lost[person], each.sum() - np.sort(each)[::-1][:room].sum())
    return np.round(lost).astype(np.int64)


def fairness_of(instance: Instance, held: NDArray[np.bool_]) -> int:
    """Sum over participants of the square of the weight of their meetings that are not held."""
    seat = instance.units < instance.people
    weight = np.where(held, 0, instance.weight)[instance.meeting_of_seat[seat]]
    lost = np.bincount(instance.units[seat], weights=weight, minlength=instance.people)
    return int((lost.astype(np.int64) ** 2).sum())


def _said(instance: Instance, kind: str, unit: int) -> Mapping[str, Any]:
    if unit < 0:
        return {"kind": kind, "tables": instance.tables}
    if unit == instance.rooms:
        return {"kind": "rooms", "rooms": instance.problem.rooms}
    if unit >= instance.people:
        tables = sorted({p.fixed_table for p in instance.problem.participants if p.fixed_table is not None})
        return {"kind": "fixed_table", "table": tables[unit - instance.people]}
    return {"kind": kind, "participant": instance.problem.participants[unit].id}
