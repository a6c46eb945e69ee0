"""The validator: a timetable made by hand is right; each thing broken in it is found, and nothing else is."""

from collections import Counter
from dataclasses import replace

import pytest

from klaster.matchmaking.timetabling.check import check
from klaster.matchmaking.timetabling.generate import FAMILIES, generate
from klaster.matchmaking.timetabling.measures import value_of
from klaster.matchmaking.timetabling.problem import (
    Assignment,
    Level,
    Meeting,
    Participant,
    Problem,
    Timetable,
    Unscheduled,
)

MORNING = frozenset(range(4))
PROBLEM = Problem(
    slots=8,
    tables=3,
    participants=(
        Participant("a", talks=frozenset({2}), minimum=5),
        Participant("b", unavailable=frozenset({3})),
        Participant("c", reps=2),
        Participant("d", fixed_table=0),
        Participant("e", maximum=2),
        Participant("f"),
        Participant("g"),
        Participant("h"),
    ),
    meetings=(
        Meeting(1, ("a", "b"), weight=3),
        Meeting(2, ("a", "c")),
        Meeting(3, ("c", "d")),
        Meeting(4, ("d", "e"), session=MORNING),
        Meeting(5, ("b", "f"), duration=2, pinned_slot=4),
        Meeting(6, ("a", "e"), online=True),
        Meeting(7, ("f", "c"), after=(5,)),
        Meeting(8, ("a", "b", "d")),
        Meeting(9, ("e", "f"), weight=2.5),
    ),
    sessions={"morning": MORNING, "afternoon": frozenset(range(4, 8))},
    previous=(Assignment(1, 0, 2), Assignment(2, 5), Assignment(9, 3, 1)),
)
PLACES = {1: (0, 1), 2: (1, 1), 3: (1, 0), 4: (2, 0), 5: (4, 1), 6: (3, None), 7: (6, 2), 8: (7, 0)}
VALUES = {"meetings": 10, "moved": 2, "minimums": 1, "fairness": 12.5, "breaks": 5, "moves": 1}


def assignments(**changed):
    """The good timetable, with some meetings elsewhere: m4=(slot, table)."""
    places = PLACES | {int(name[1:]): place for name, place in changed.items()}
    return [Assignment(meeting, *place) for meeting, place in places.items()]


def timetable(**changed):
    good = Timetable(
        assignments=tuple(assignments()),
        unscheduled=(Unscheduled(9, "e has its two meetings", ()),),
        levels=tuple(Level(name, value, value, True) for name, value in VALUES.items()),
        seconds=0.1,
        seed=1,
    )
    return replace(good, **changed)


def with_person(identifier, **changed):
    people = tuple(replace(p, **changed) if p.id == identifier else p for p in PROBLEM.participants)
    return replace(PROBLEM, participants=people)


def with_meeting(identifier, **changed):
    meetings = tuple(replace(m, **changed) if m.id == identifier else m for m in PROBLEM.meetings)
    return replace(PROBLEM, meetings=meetings)


def with_one_more(*members):
    return replace(PROBLEM, meetings=(*PROBLEM.meetings, Meeting(10, members)))


def codes(problem, answer):
    violations = check(problem, answer)
    assert all(violation.words and "\n" not in violation.words for violation in violations)
    return sorted({violation.code for violation in violations})


def test_a_right_timetable_is_right():
    assert check(PROBLEM, timetable()) == []
    assert check(PROBLEM, assignments()) == []
    assert check(PROBLEM, iter(assignments())) == []


@pytest.mark.parametrize(("level", "value"), VALUES.items())
def test_each_level_is_measured_as_defined(level, value):
    assert value_of(level, PROBLEM, assignments()) == value


@pytest.mark.parametrize(
    ("places", "code"),
    [
        (assignments(m99=(0, 2)), "unknown"),
        ([*assignments(), Assignment(1, 5, 0)], "held-twice"),
        (assignments(m7=(8, 2)), "slot"),
        (assignments(m7=(-1, 2)), "slot"),
        (assignments(m7=(True, 2)), "slot"),
        (assignments(m7=("6", 2)), "slot"),
        (assignments(m5=(7, 1)), "slot"),
        (assignments(m2=(2, 1)), "talk"),
        (assignments(m4=(4, 0)), "session"),
        (assignments(m1=(0, None)), "no-table"),
        (assignments(m1=(0, 3)), "table"),
        (assignments(m1=(0, -1)), "table"),
        (assignments(m1=(0, True)), "table"),
        (assignments(m2=(1, 0)), "shared-table"),
        (assignments(m4=(2, 2)), "host-table"),
        (assignments(m6=(3, 2)), "online-table"),
        (assignments(m8=(1, 2)), "clash"),
    ],
)
def test_a_meeting_at_the_wrong_place_is_found(places, code):
    assert code in codes(PROBLEM, places)
    others = {"clash", "host-table"} if code == "clash" else {code}
    assert set(codes(PROBLEM, places)) == others


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (with_person("f", unavailable=frozenset({6})), "unavailable"),
        (with_person("f", unavailable=frozenset({5})), "unavailable"),  # the second slot of its meeting
        (with_person("f", talks=frozenset({5})), "talk"),
        (with_person("c", reps=1), "clash"),
        (with_person("e", maximum=1, minimum=0), "maximum"),
        (with_meeting(5, session=frozenset({4, 6}), pinned_slot=None), "session"),
        (with_meeting(1, pinned_slot=5), "pin"),
        (with_meeting(1, after=(7,)), "after"),
        (with_meeting(2, after=(3,)), "after"),  # at the same time is not after
        (with_meeting(4, duration=2), "clash"),  # reaches into the next meeting of e
    ],
)
def test_a_timetable_of_another_problem_is_found(problem, code):
    assert codes(problem, assignments()) == [code]


def test_a_meeting_stays_inside_one_session():
    problem = replace(PROBLEM, sessions={"early": frozenset(range(5)), "late": frozenset(range(5, 8))})
    assert codes(problem, assignments()) == ["split"]
    assert codes(replace(PROBLEM, sessions={"early": frozenset(range(5))}), assignments()) == ["split"]
    assert codes(replace(PROBLEM, sessions={"early": frozenset(range(4))}), assignments()) == []


def test_what_is_after_a_meeting_left_out_stands():
    assert codes(with_meeting(1, after=(9,)), assignments()) == []


def test_a_long_meeting_keeps_its_table():
    assert codes(with_one_more("g", "h"), assignments(m10=(5, 1))) == ["shared-table"]
    assert codes(with_one_more("g", "h"), assignments(m10=(6, 1))) == []


def test_a_slot_holds_no_more_meetings_than_tables():
    assert codes(with_one_more("g", "h"), assignments(m10=(1, 2))) == []
    people = tuple(Participant(number) for number in range(4))
    problem = Problem(1, 1, people, (Meeting(1, (0, 1)), Meeting(2, (2, 3))))
    assert codes(problem, [Assignment(1, 0, 0), Assignment(2, 0, 0)]) == ["shared-table", "tables"]


def test_online_meetings_need_no_tables():
    problem = Problem(1, 0, (Participant(1), Participant(2)), (Meeting(1, (1, 2), online=True),))
    assert codes(problem, [Assignment(1, 0)]) == []


def test_two_hosts_meet_at_the_table_of_either():
    people = (Participant(1, fixed_table=0), Participant(2, fixed_table=1))
    problem = Problem(1, 3, people, (Meeting(1, (1, 2)),))
    assert [codes(problem, [Assignment(1, 0, table)]) for table in range(3)] == [[], [], ["host-table"]]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"unscheduled": ()}, "missing"),
        ({"unscheduled": (Unscheduled(9, "so"), Unscheduled(9, "so"))}, "left-out-twice"),
        ({"unscheduled": (Unscheduled(9, "so"), Unscheduled(1, "so"))}, "held-and-left-out"),
        ({"unscheduled": (Unscheduled(9, "so"), Unscheduled(99, "so"))}, "unknown"),
        ({"unscheduled": (Unscheduled(9, " "),)}, "no-reason"),
    ],
)
def test_each_meeting_is_held_or_left_out_with_a_reason(changed, code):
    assert codes(PROBLEM, timetable(**changed)) == [code]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("difference", [-1, 0.5, float("nan")])
def test_a_level_claims_what_is_so(name, difference):
    claimed = Level(name, VALUES[name] + difference, None, False)
    assert codes(PROBLEM, timetable(levels=(claimed,))) == ["level-value"]


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([Level("meetings", 10, 9, False)], "level-bound"),
        ([Level("breaks", 5, 6, False)], "level-bound"),
        ([Level("breaks", 5, float("nan"), False)], "level-bound"),
        ([Level("meetings", 10, 11, True)], "level-proven"),
        ([Level("breaks", 5, 4, True)], "level-proven"),
        ([Level("moves", 1, None, True)], "level-proven"),
        ([Level("happiness", 1, 1, True)], "level-name"),
        ([Level("moves", 1, 1, True), Level("moves", 1, 1, True)], "level-twice"),
        ([Level("moves", 1, 1, True), Level("meetings", 10, 10, True)], "level-order"),
    ],
)
def test_a_bound_is_one_and_a_proof_is_one(levels, code):
    assert codes(PROBLEM, timetable(levels=tuple(levels))) == [code]


@pytest.mark.parametrize("level", [Level("meetings", 10, 12, False), Level("breaks", 5, 4, False)])
def test_a_gap_may_stay(level):
    assert codes(PROBLEM, timetable(levels=(level,))) == []


def test_nothing_moves_where_nothing_was_confirmed():
    moved = Level("moved", 0, 0, True)
    assert codes(replace(PROBLEM, previous=()), timetable(levels=(moved,))) == ["level-previous"]


def test_the_paper_counts_every_slot_and_holds_every_meeting():
    paper = replace(PROBLEM, breaks="paper")
    assert value_of("breaks", paper, assignments()) == 6
    assert codes(paper, assignments()) == ["paper"]


def test_the_paper_spares_everybody_alike():
    people = tuple(Participant(number) for number in range(5))
    meetings = tuple(Meeting(number, (0, number)) for number in range(1, 5))
    problem = Problem(7, 1, people, meetings, breaks="paper")
    every_other = [Assignment(number, 2 * number - 2, 0) for number in range(1, 5)]
    assert codes(problem, every_other) == ["paper"]
    assert codes(problem, [*every_other[:3], Assignment(4, 5, 0)]) == []  # two breaks more are allowed


@pytest.mark.parametrize(
    ("before", "behind", "moves"),
    [
        ([0], [0], 0),
        ([0], [1], 1),
        ([0, 1], [1, 0], 0),
        ([0, 1], [1, 2], 1),
        ([0, 1], [2, 3], 2),
        ([0, 1], [1], 0),
        ([0], [1, 2], 1),
    ],
)
def test_representatives_stay_at_their_tables_where_they_can(before, behind, moves):
    people = (Participant("host", reps=2), *(Participant(number) for number in range(4)))
    meetings = tuple(Meeting(number, ("host", number)) for number in range(len(before) + len(behind)))
    problem = Problem(2, 4, people, meetings)
    places = [(0, table) for table in before] + [(1, table) for table in behind]
    held = [Assignment(number, slot, table) for number, (slot, table) in enumerate(places)]
    assert codes(problem, held) == []
    assert value_of("moves", problem, held) == moves


def test_weights_add_up_without_a_rest():
    people = tuple(Participant(number) for number in range(2))
    meetings = tuple(Meeting(number, (0, 1), weight=0.1) for number in range(3))
    problem = Problem(3, 1, people, meetings)
    assert value_of("meetings", problem, [Assignment(number, number, 0) for number in range(3)]) == 0.3
    assert value_of("fairness", problem, []) == 0.18


def test_no_event_is_an_empty_timetable():
    assert check(Problem(0, 0, (), ()), Timetable((), (), (Level("meetings", 0, 0, True),), 0, 1)) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_greedy_timetable_of_each_family_is_right(family):
    problem = generate(family, 5, size="small", skew=1)
    held = greedy(problem)
    assert len(held) > len(problem.meetings) // 3
    assert check(problem, held) == []


def greedy(problem):
    """Each meeting, in the order of the file, in the first slot and at the first table that take it."""
    people = {person.id: person for person in problem.participants}
    busy, taken, held = Counter(), set(), {}
    session_of = {slot: name for name, slots in problem.sessions.items() for slot in slots}
    for meeting in problem.meetings:
        hosts = {people[member].fixed_table for member in meeting.participants} - {None}
        tables = [None] if meeting.online else sorted(hosts) or range(problem.tables)
        for start in range(problem.slots - meeting.duration + 1):
            slots = range(start, start + meeting.duration)
            free = all(
                slot not in people[member].unavailable | people[member].talks
                and busy[member, slot] < people[member].reps
                for member in meeting.participants
                for slot in slots
            )
            free &= meeting.session is None or meeting.session.issuperset(slots)
            free &= meeting.pinned_slot in (None, start) and len({session_of.get(slot) for slot in slots}) == 1
            free &= all(held[other].slot < start for other in meeting.after if other in held)
            table = next((t for t in tables if t is None or not taken & {(t, slot) for slot in slots}), -1)
            if free and table != -1:
                held[meeting.id] = Assignment(meeting.id, start, table)
                busy.update((member, slot) for member in meeting.participants for slot in slots)
                taken.update((table, slot) for slot in slots if table is not None)
                break
    return list(held.values())
