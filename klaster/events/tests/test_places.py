"""Who gets a place, whatever the numbers."""

import datetime
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.events.places import (  # fmt: skip
    LOTTERY,
    MEMBERS_FIRST,
    ONLINE,
    ORDER,
    Party,
    Places,
    Seat,
    commitment,
    draw,
    kept_until,
    next_in,
    on_site,
    queue,
    ticket,
)

seats = st.builds(
    Seat,
    category=st.sampled_from([None, 1, 2]),
    country=st.sampled_from(["", "LT", "LV"]),
    is_online=st.sampled_from([False, False, True]),
)
limits = st.sampled_from([("category", 1), ("category", 2), ("country", "LT"), ("country", "LV"), ONLINE])
rules = st.sampled_from([ORDER, MEMBERS_FIRST, LOTTERY])


@st.composite
def parties(draw_from):
    groups = draw_from(st.lists(st.lists(seats, min_size=1, max_size=3), max_size=25))
    numbers = draw_from(st.permutations(range(1, len(groups) + 1)))
    lots = st.one_of(st.none(), st.integers(1, 1000))
    return [
        Party(number, tuple(group), draw_from(st.booleans()), draw_from(lots))
        for number, group in zip(numbers, groups, strict=True)
    ]


worlds = st.builds(
    Places,
    st.one_of(st.none(), st.integers(0, 15)),
    st.dictionaries(limits, st.integers(0, 6)),
    st.lists(seats, max_size=4),
)


def over(places):
    return [limit for limit, most in places.quotas.items() if places.held[limit] > most]


@settings(max_examples=60)
@given(parties(), worlds, rules)
def test_never_more_than_places_or_any_quota(waiting, places, rule):
    was_over, taken = over(places), places.taken
    chosen = next_in(waiting, rule, places)
    assert places.capacity is None or places.taken <= max(places.capacity, taken)
    assert over(places) == was_over
    assert places.taken == taken + sum(on_site(party.seats) for party in chosen)


@settings(max_examples=60)
@given(parties(), worlds, rules)
def test_nobody_passes_somebody_who_could_have_had_the_place(waiting, places, rule):
    left = Places(places.capacity, places.quotas)
    left.held, left.taken = places.held.copy(), places.taken
    chosen = set(next_in(waiting, rule, places))
    for party in queue(waiting, rule):
        if party in chosen:
            left.take(party.seats)
        else:
            assert not left.fit(party.seats)
            assert not places.fit(party.seats)


@settings(max_examples=30)
@given(parties(), rules, st.randoms())
def test_the_queue_does_not_depend_on_how_it_was_read(waiting, rule, chance):
    mixed = list(waiting)
    chance.shuffle(mixed)
    assert queue(waiting, rule) == queue(mixed, rule)


@given(st.text(), st.sets(st.integers(1, 10_000), max_size=60))
def test_the_lot_is_an_order_of_all_and_depends_on_seed_and_numbers_alone(seed, numbers):
    lots = draw(seed, sorted(numbers))
    assert lots == draw(seed, sorted(numbers, reverse=True))
    assert set(lots) == numbers
    assert sorted(lots.values()) == list(range(1, len(numbers) + 1))


@given(st.sets(st.integers(1, 500), min_size=2, max_size=40), st.integers(501, 600))
def test_who_comes_besides_changes_nobodys_order_among_the_others(numbers, more):
    before, after = draw("seed", numbers), draw("seed", {*numbers, more})
    assert sorted(numbers, key=before.get) == sorted(numbers, key=after.get)


def test_anybody_can_work_the_lot_out():
    assert ticket("2026-11-28 Vilnius", 17) == hashlib.sha256(b"2026-11-28 Vilnius17").hexdigest()
    assert commitment("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert draw("a", [1, 2, 3]) == {2: 1, 3: 2, 1: 3}


def test_members_come_first_and_then_the_order():
    waiting = [Party(1, (Seat(),)), Party(2, (Seat(),), is_member=True), Party(3, (Seat(),), is_member=True)]
    assert [party.number for party in queue(waiting, MEMBERS_FIRST)] == [2, 3, 1]
    late = Party(9, (Seat(),))
    drawn = [Party(5, (Seat(),), lot=2), late, Party(6, (Seat(),), lot=1)]
    assert [party.number for party in queue(drawn, LOTTERY)] == [6, 5, 9]


NOW = datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        (None, 48 * HOUR),
        (500 * HOUR, 48 * HOUR),
        (96 * HOUR, 48 * HOUR),
        (10 * HOUR, 5 * HOUR),
        (HOUR / 3, HOUR / 4),
        (HOUR / 4, HOUR / 4),
        (HOUR / 5, HOUR / 5),
        (0 * HOUR, None),
        (-HOUR, None),
    ],
)
def test_near_the_event_a_place_is_kept_for_half_of_the_time_left(left, kept):
    assert kept_until(NOW, None if left is None else NOW + left, 48) == (None if kept is None else NOW + kept)
