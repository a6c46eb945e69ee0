"""The loops that run millions of times: a timetable as arrays, and one move, the ejection chain.

Plain Python that Numba can compile (see `compiling`); small problems run it as it is, with the same result. A chain
takes one meeting, puts it where it costs least, takes out what stands in its way and goes on with that, until all have
a place or it costs too much; then it is taken back. Kempe chains, swaps and shifts are special chains.

The arrays (see `compiling.Board`), passed one by one, because a tuple of arrays costs Numba more than the work itself:

- meetings (M + 1, 9): FIRST_SEAT, FIRST_START, DURATION, ONSITE, WEIGHT, CONFIRMED (slot or -1), SLOT (or -1),
  FIRST_EARLIER, FIRST_LATER; what begins with FIRST is where the meeting's part of another array begins,
- units (U + 1, 5): REPS, MAXIMUM, FIRST_ROW, HELD (meetings now), RUNS (stretches of meetings without waiting),
- cells (U, T, 2): ROOM (free rows) and LONE (runs that a meeting would add there),
- near (U, T, 2): BEFORE and BEHIND, the slots on both sides in which waiting counts, or -1,
- seats (S,): the units of each meeting; starts (D,): the slots it may start in; order (A,): meetings that must be over
  before it, and those that must come after; rows (R, T): the meeting each representative is in, or -1,
- count (T,): meetings on site.
"""

from __future__ import annotations

import numpy as np

# Put in by `compiling` before this is executed; small functions are merged into those that call them.
jit = globals().get("jit", lambda function: function)
small = globals().get("small", lambda function: function)

FIRST_SEAT, FIRST_START, DURATION, ONSITE, WEIGHT, CONFIRMED, SLOT, FIRST_EARLIER, FIRST_LATER = range(9)
REPS, MAXIMUM, FIRST_ROW, HELD, RUNS = range(5)
ROOM, LONE = range(2)
BEFORE, BEHIND = range(2)

# What a chain pays for, as a plain tuple: a break, a slot over its tables, a confirmed meeting that leaves its slot
# (it earns by coming back), a unit of weight left out. (Numba's cache cannot be read any more when the name of a type
# in it is gone.)
ONE_BREAK, OVER, MOVED, OUT = range(4)
RAMP, FULL = 0.85, 0.97  # between these shares of the annealing a slot over its tables grows dearer


@small
def draw(seeds):
    """A number in [0, 1): the combined generator of L'Ecuyer (CACM 31, 1988), the same compiled or not."""
    seeds[0] = 40014 * seeds[0] % 2147483563
    seeds[1] = 40692 * seeds[1] % 2147483399
    return ((seeds[0] - seeds[1]) % 2147483562) / 2147483562.0


@small
def touch(cells, near, unit, slot, change):
    """Tells the slots on both sides that their neighbour is now occupied (-1) or free (1)."""
    before, behind = near[unit, slot, BEFORE], near[unit, slot, BEHIND]
    if before >= 0:
        cells[unit, before, LONE] += change
    if behind >= 0:
        cells[unit, behind, LONE] += change


@small
def put(meetings, seats, units, cells, near, rows, count, meeting, start):
    """Holds a meeting; every unit must have a free row. Returns the change in runs of meetings."""
    stop = start + meetings[meeting, DURATION]
    change = 0
    for seat in range(meetings[meeting, FIRST_SEAT], meetings[meeting + 1, FIRST_SEAT]):
        unit = seats[seat]
        for slot in range(start, stop):
            row = units[unit, FIRST_ROW]
            while rows[row, slot] >= 0:
                row += 1
            rows[row, slot] = meeting
            if cells[unit, slot, ROOM] == units[unit, REPS]:
                change += cells[unit, slot, LONE]
                units[unit, RUNS] += cells[unit, slot, LONE]
                touch(cells, near, unit, slot, -1)
            cells[unit, slot, ROOM] -= 1
        units[unit, HELD] += 1
    if meetings[meeting, ONSITE]:
        for slot in range(start, stop):
            count[slot] += 1
    meetings[meeting, SLOT] = start
    return change


@small
def take(meetings, seats, units, cells, near, rows, count, meeting):
    """Takes a meeting out. Returns the change in runs of meetings."""
    start = meetings[meeting, SLOT]
    stop = start + meetings[meeting, DURATION]
    change = 0
    for seat in range(meetings[meeting, FIRST_SEAT], meetings[meeting + 1, FIRST_SEAT]):
        unit = seats[seat]
        for slot in range(start, stop):
            row = units[unit, FIRST_ROW]
            while rows[row, slot] != meeting:
                row += 1
            rows[row, slot] = -1
            cells[unit, slot, ROOM] += 1
            if cells[unit, slot, ROOM] == units[unit, REPS]:
                touch(cells, near, unit, slot, 1)
                change -= cells[unit, slot, LONE]
                units[unit, RUNS] -= cells[unit, slot, LONE]
        units[unit, HELD] -= 1
    if meetings[meeting, ONSITE]:
        for slot in range(start, stop):
            count[slot] -= 1
    meetings[meeting, SLOT] = -1
    return change


@small
def in_order(meetings, order, meeting, start):
    """Whether a start keeps the order with the meetings that are held now."""
    for index in range(meetings[meeting, FIRST_EARLIER], meetings[meeting + 1, FIRST_EARLIER]):
        other = order[index]
        if meetings[other, SLOT] >= 0 and meetings[other, SLOT] + meetings[other, DURATION] > start:
            return False
    end = start + meetings[meeting, DURATION]
    for index in range(meetings[meeting, FIRST_LATER], meetings[meeting + 1, FIRST_LATER]):
        other = order[index]
        if 0 <= meetings[other, SLOT] < end:
            return False
    return True


@small
def overfull(meetings, count, meeting, start, tables):
    """How many slots would have more meetings on site than tables."""
    over = 0
    if meetings[meeting, ONSITE]:
        for slot in range(start, start + meetings[meeting, DURATION]):
            over += int(count[slot] >= tables)
    return over


@small
def may_be_added(meetings, seats, units, meeting):
    """Whether nobody of a meeting that is not held has as many as wanted."""
    for seat in range(meetings[meeting, FIRST_SEAT], meetings[meeting + 1, FIRST_SEAT]):
        if units[seats[seat], HELD] >= units[seats[seat], MAXIMUM]:
            return False
    return True


@small
def fits(meetings, seats, cells, count, order, meeting, start, tables):
    """Whether a meeting can be held at a start without moving anything."""
    for seat in range(meetings[meeting, FIRST_SEAT], meetings[meeting + 1, FIRST_SEAT]):
        for slot in range(start, start + meetings[meeting, DURATION]):
            if cells[seats[seat], slot, ROOM] <= 0:
                return False
    return overfull(meetings, count, meeting, start, tables) == 0 and in_order(meetings, order, meeting, start)


@small
def hold(meetings, seats, units, cells, near, rows, count, meeting, start, tables, prices):
    """Puts a meeting; returns what that costs."""
    cost = prices[OVER] * overfull(meetings, count, meeting, start, tables)
    if meetings[meeting, CONFIRMED] == start:
        cost -= prices[MOVED]
    return cost + prices[ONE_BREAK] * put(meetings, seats, units, cells, near, rows, count, meeting, start)


@small
def release(meetings, seats, units, cells, near, rows, count, meeting, tables, prices):
    """Takes a meeting out; returns what that costs (less than nothing where it pays)."""
    start = meetings[meeting, SLOT]
    cost = prices[ONE_BREAK] * take(meetings, seats, units, cells, near, rows, count, meeting)
    cost -= prices[OVER] * overfull(meetings, count, meeting, start, tables)
    if meetings[meeting, CONFIRMED] == start:
        cost += prices[MOVED]
    return cost


@small
def runs_added(units, cells, unit, start, stop):
    """Runs of meetings that a longer meeting adds (or, below 0, joins)."""
    change = 0
    for slot in range(start, stop):
        if cells[unit, slot, ROOM] == units[unit, REPS]:
            change += cells[unit, slot, LONE]
            if slot > start and cells[unit, slot - 1, ROOM] == units[unit, REPS]:
                change -= 1
    return change


@small
def look(meetings, seats, units, cells, rows, meeting, start, count_moved):
    """What a start would mean: representatives in the way, runs of meetings added, confirmed meetings ejected."""
    full = 0
    runs = 0
    moved = 0
    duration = meetings[meeting, DURATION]
    for seat in range(meetings[meeting, FIRST_SEAT], meetings[meeting + 1, FIRST_SEAT]):
        unit = seats[seat]
        room = cells[unit, start, ROOM]
        if duration > 1:
            for slot in range(start + 1, start + duration):
                if cells[unit, slot, ROOM] == 0:
                    full += 1
                    room = min(room, 0)
        if cells[unit, start, ROOM] == 0:
            full += 1
            if count_moved:
                other = rows[units[unit, FIRST_ROW], start]
                moved += int(meetings[other, CONFIRMED] == meetings[other, SLOT])
        elif room > 0 and duration > 1:
            runs += runs_added(units, cells, unit, start, start + duration)
        elif room == units[unit, REPS]:
            runs += cells[unit, start, LONE]
    return full, runs, moved


@small
def best_start(
    meetings, seats, units, cells, rows, count, starts, order, seeds, meeting, came_from, tables, prices, most
):
    """The cheapest start at which at most `most` representatives are in the way, and its cost without what it ejects.

    The search begins anywhere, so that ties are broken by lot; `came_from` is not gone back to. -1 where there is none.
    """
    best = -1
    lowest = 1e18
    first, last = meetings[meeting, FIRST_START], meetings[meeting + 1, FIRST_START]
    index = first + int(draw(seeds) * (last - first))
    for _ in range(last - first):
        index += 1
        if index >= last:
            index = first
        start = starts[index]
        if start == came_from:
            continue
        full, runs, moved = look(meetings, seats, units, cells, rows, meeting, start, prices[MOVED] > 0.0)
        if full > most:
            continue
        cost = prices[ONE_BREAK] * runs + max(full - 1, 0) + prices[MOVED] * moved
        if full == 0:
            cost += prices[OVER] * overfull(meetings, count, meeting, start, tables)
        if meetings[meeting, CONFIRMED] == start:
            cost -= prices[MOVED]
        if cost < lowest and in_order(meetings, order, meeting, start):
            lowest = cost
            best = start
    return best, lowest


@small
def eject(
    meetings, seats, units, cells, near, rows, count, seeds, journal, waiting,
    meeting, start, done, waits, tables, prices,
):  # fmt: skip
    """Takes out what stands in the way. Returns the new lengths of journal and waiting list, and what it costs."""
    cost = 0.0
    for seat in range(meetings[meeting, FIRST_SEAT], meetings[meeting + 1, FIRST_SEAT]):
        unit = seats[seat]
        for slot in range(start, start + meetings[meeting, DURATION]):
            if cells[unit, slot, ROOM] > 0:
                continue
            other = rows[units[unit, FIRST_ROW] + int(draw(seeds) * units[unit, REPS]), slot]
            journal[done, 0] = other
            journal[done, 1] = meetings[other, SLOT]
            waiting[waits, 0] = other
            waiting[waits, 1] = meetings[other, SLOT]
            done += 1
            waits += 1
            cost += release(meetings, seats, units, cells, near, rows, count, other, tables, prices)
    return done, waits, cost


@jit
def undo(meetings, seats, units, cells, near, rows, count, journal, done):
    """Takes a chain back, last step first: an entry is where a meeting was, or -1 where it was put."""
    for index in range(done - 1, -1, -1):
        if journal[index, 1] < 0:
            take(meetings, seats, units, cells, near, rows, count, journal[index, 0])
        else:
            put(meetings, seats, units, cells, near, rows, count, journal[index, 0], journal[index, 1])


@small
def lift(meetings, seats, units, cells, near, rows, count, journal, waiting, meeting, tables, prices):
    """Begins a chain: the meeting waits for a place. Returns the length of the journal, and what that costs."""
    waiting[0, 0] = meeting
    waiting[0, 1] = meetings[meeting, SLOT]
    if meetings[meeting, SLOT] < 0:
        return 0, -prices[OUT] * meetings[meeting, WEIGHT]
    journal[0, 0] = meeting
    journal[0, 1] = meetings[meeting, SLOT]
    return 1, 1.0 * release(meetings, seats, units, cells, near, rows, count, meeting, tables, prices)


@jit
def chain(
    meetings, seats, units, cells, near, rows, count, starts, order, seeds, journal, waiting,
    meeting, tables, prices, limit, slack, longest, most, may_leave_out,
):  # fmt: skip
    """Gives a meeting, held or not, another place, and others in turn as far as they are in the way.

    Keeps the change where it costs at most `limit` and gives up where it costs more than `limit + slack` on the way or
    takes more than `longest` steps; `most` as in `best_start`. `may_leave_out`: one that was ejected may be left out
    for its weight times `prices[OUT]`. Returns whether it was kept, its cost, and the length of the journal.
    """
    done, cost = lift(meetings, seats, units, cells, near, rows, count, journal, waiting, meeting, tables, prices)
    waits = 1
    kept, step = True, 0
    while waits > 0:
        waits -= 1
        current = waiting[waits, 0]
        start, price = -1, 0.0
        if step < longest:
            start, price = best_start(
                meetings, seats, units, cells, rows, count, starts, order, seeds,
                current, waiting[waits, 1], tables, prices, most,
            )  # fmt: skip
        if start < 0 or cost + price > limit + slack:
            cost += prices[OUT] * meetings[current, WEIGHT]
            if may_leave_out and step > 0 and cost <= limit:
                continue
            kept = False
            break
        step += 1
        done, waits, price = eject(
            meetings, seats, units, cells, near, rows, count, seeds, journal, waiting,
            current, start, done, waits, tables, prices,
        )  # fmt: skip
        cost += price + hold(meetings, seats, units, cells, near, rows, count, current, start, tables, prices)
        journal[done, 0], journal[done, 1] = current, -1
        done += 1
    if not kept or cost > limit:
        undo(meetings, seats, units, cells, near, rows, count, journal, done)
        return False, 0.0, 0
    return True, cost, done


@jit
def fill(meetings, seats, units, cells, near, rows, count, starts, order, waiting, tables, confirmed):
    """Puts meetings one after the other into the free start with the fewest meetings; returns how many found one.

    `confirmed`: only where they had been confirmed.
    """
    placed = 0
    for meeting in waiting:
        if meetings[meeting, SLOT] >= 0 or not may_be_added(meetings, seats, units, meeting):
            continue
        best = -1
        for index in range(meetings[meeting, FIRST_START], meetings[meeting + 1, FIRST_START]):
            start = starts[index]
            if confirmed and start != meetings[meeting, CONFIRMED]:
                continue
            if best >= 0 and count[start] >= count[best]:
                continue
            if fits(meetings, seats, cells, count, order, meeting, start, tables):
                best = start
        if best >= 0:
            put(meetings, seats, units, cells, near, rows, count, meeting, best)
            placed += 1
    return placed


@jit
def rearrange(
    meetings, seats, units, cells, near, rows, count, starts, order, seeds, journal, waiting,
    chosen, tables, prices, heat, slack, longest, most, may_leave_out,
):  # fmt: skip
    """Tries to hold more and to move less: each of the meetings starts a chain, in an order by lot.

    With `may_leave_out` one that was left out may take the place of another of no more weight. A chain may cost what
    chance makes of the `heat`.
    """
    for index in range(len(chosen) - 1, 0, -1):
        other = int(draw(seeds) * (index + 1))
        chosen[index], chosen[other] = chosen[other], chosen[index]
    for meeting in chosen:
        if meetings[meeting, SLOT] < 0 and not may_be_added(meetings, seats, units, meeting):
            continue
        limit = -heat * np.log(1.0 - draw(seeds)) if heat > 0.0 else 0.0
        chain(
            meetings, seats, units, cells, near, rows, count, starts, order, seeds, journal, waiting,
            meeting, tables, prices, limit, slack, longest, most, may_leave_out,
        )  # fmt: skip


@small
def over_all(count, tables):
    """Meetings on site beyond the tables, summed over slots."""
    over = 0
    for slot in range(len(count)):
        over += max(0, count[slot] - tables)
    return over


@small
def pick_restless(units, rows, seeds, least, people):
    """A meeting of somebody with more breaks than need be, or -1 where no draw finds one."""
    for _ in range(8):
        unit = int(draw(seeds) * people)
        if units[unit, RUNS] - 1 > least[unit]:
            for _ in range(64):
                row = units[unit, FIRST_ROW] + int(draw(seeds) * units[unit, REPS])
                meeting = rows[row, int(draw(seeds) * rows.shape[1])]
                if meeting >= 0:
                    return meeting
    return -1


@jit
def anneal(
    meetings, seats, units, cells, near, rows, count, starts, order, seeds, journal, waiting,
    held, least, tables, schedule, begin, stop, cost, best, best_slot,
):  # fmt: skip
    """Simulated annealing by ejection chains: the iterations begin .. stop of schedule[0].

    schedule: iterations in all, first and last temperature, first and last price of a slot over its tables, price of a
    confirmed meeting moved, longest chain, share of chains that begin at people with needless breaks. `cost` is that of
    the timetable now, without what is over the tables; `best_slot` keeps the best timetable that is not over them.
    Returns (cost now, best cost).
    """
    total, hot, cold, over_low, over_high, moved, longest, guided = schedule
    over = over_all(count, tables)
    temperature = hot
    prices = (1.0, over_high, moved, 1e9)
    for iteration in range(begin, stop):
        if iteration % 512 == 0 or iteration == begin:
            progress = iteration / total
            temperature = hot * (cold / hot) ** progress
            late = min(1.0, max(0.0, progress - RAMP) / (FULL - RAMP))
            prices = (1.0, over_low * (over_high / over_low) ** late, moved, 1e9)
        meeting = -1
        if draw(seeds) < guided:
            meeting = pick_restless(units, rows, seeds, least, len(least))
        if meeting < 0:
            meeting = held[int(draw(seeds) * len(held))]
        limit = -temperature * np.log(1.0 - draw(seeds))
        kept, change, _ = chain(
            meetings, seats, units, cells, near, rows, count, starts, order, seeds, journal, waiting,
            meeting, tables, prices, limit, 1.0, longest, 1, False,
        )  # fmt: skip
        if kept:
            now = over_all(count, tables)
            cost += change - prices[OVER] * (now - over)
            over = now
            if over == 0 and cost < best - 1e-6:
                best = cost
                best_slot[:] = meetings[:, SLOT]
    return cost, best
