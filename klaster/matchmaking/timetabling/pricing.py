"""The inner loop of the bound on meetings moved (see `settling`): what each meeting does at given prices.

Plain Python that Numba can compile, as in `kernels`.
"""

from __future__ import annotations

# Put in by `compiling` before this is executed.
jit = globals().get("jit", lambda function: function)


@jit
def respond(first_seat, seats, first_start, starts, duration, onsite, home, gain, price, table_price, use, count):
    """Each meeting goes where it costs least: out of its home (where it has one) for 1, into slots at their prices.

    `gain` (M,): what a meeting earns by being held. Adds to `use` (U, T) and `count` (T,) what they take of the slots.
    Returns the sum of the costs; `gain` is set to 0 where the meeting is rather not held.
    """
    total = 0.0
    for meeting in range(len(home)):
        lowest = 1.0 if home[meeting] >= 0 else 0.0
        best = -1
        for index in range(first_start[meeting], first_start[meeting + 1]):
            start = starts[index]
            cost = -gain[meeting]
            if home[meeting] >= 0 and start != home[meeting]:
                cost += 1.0
            for slot in range(start, start + duration[meeting]):
                if onsite[meeting]:
                    cost += table_price[slot]
                for seat in range(first_seat[meeting], first_seat[meeting + 1]):
                    cost += price[seats[seat], slot]
            if cost < lowest:
                lowest = cost
                best = start
        total += lowest
        if best < 0:
            gain[meeting] = 0.0
            continue
        for slot in range(best, best + duration[meeting]):
            count[slot] += int(onsite[meeting])
            for seat in range(first_seat[meeting], first_seat[meeting + 1]):
                use[seats[seat], slot] += 1
    return total


@jit
def turn(price, direction, use, room, inertia):
    """Turns the direction of prices towards slots that are wanted more than there is room; its length squared."""
    length = 0.0
    for unit in range(price.shape[0]):
        for slot in range(price.shape[1]):
            change = use[unit, slot] - room[unit, slot] + inertia * direction[unit, slot]
            if price[unit, slot] <= 0.0 and change < 0.0:
                change = 0.0
            direction[unit, slot] = change
            length += change * change
    return length


@jit
def advance(price, direction, use, room, step):
    """Changes the prices, none below 0, and forgets the use; returns what all the room costs now."""
    worth = 0.0
    for unit in range(price.shape[0]):
        for slot in range(price.shape[1]):
            price[unit, slot] = max(price[unit, slot] + step * direction[unit, slot], 0.0)
            worth += price[unit, slot] * room[unit, slot]
            use[unit, slot] = 0
    return worth
