"""What a problem must be: each fault is one line that names the thing; what cannot be held is no fault."""

from dataclasses import replace

import pytest

from klaster.matchmaking.timetabling.problem import Assignment, Meeting, Participant, Problem, ProblemError

PEOPLE = tuple(Participant(name) for name in "abcdefghij")
PAIR = Meeting(1, ("a", "b"))


def problem(*meetings, people=PEOPLE, **changed):
    return Problem(**({"slots": 4, "tables": 2, "participants": people, "meetings": meetings or (PAIR,)} | changed))


def person(**changed):
    return {"people": (replace(PEOPLE[0], **changed), *PEOPLE[1:])}


def meeting(**changed):
    return replace(PAIR, **changed)


@pytest.mark.parametrize(
    ("meetings", "changed", "words"),
    [
        ([], {"slots": True}, "slots must be a whole number from 0 to 1000, not true"),
        ([], {"slots": -1}, "slots must be a whole number from 0 to 1000, not -1"),
        ([], {"slots": 1.0}, "slots must be a whole number from 0 to 1000, not 1.0"),
        ([], {"slots": 1001}, "slots must be"),
        ([], {"slots": 0}, "there are meetings but no slots to hold them in"),
        ([], {"tables": "2"}, 'tables must be a whole number from 0 to 100000, not "2"'),
        ([], {"breaks": "lunch"}, 'breaks must be "waiting", "idle" or "paper", not "lunch"'),
        ([], {"people": (*PEOPLE, PEOPLE[0])}, 'two participants have the id "a"'),
        ([], {"people": (*PEOPLE, Participant(" "))}, "the id of a participant is empty"),
        (
            [],
            {"people": (*PEOPLE, Participant(True))},
            "the id of a participant must be a text or a whole number, not true",
        ),
        ([], {"people": (*PEOPLE, Participant(1.5))}, "the id of a participant must be"),
        ([], {"people": (*PEOPLE, Participant("\ud800"))}, "half a character"),
        ([], person(reps=0), 'participant "a": reps must be a whole number from 1 to 1000, not 0'),
        ([], person(reps=-2), "reps must be"),
        ([], person(reps=True), "reps must be a whole number from 1 to 1000, not true"),
        ([], person(reps=None), "reps must be a whole number from 1 to 1000, not null"),
        ([], person(minimum=-1), "minimum must be"),
        ([], person(maximum=1.5), "maximum must be"),
        ([], person(minimum=3, maximum=2), 'participant "a": minimum 3 is above maximum 2'),
        ([], person(unavailable={4}), 'participant "a": unavailable slot 4 does not exist, slots are 0 to 3'),
        ([], person(unavailable={-1}), "unavailable slot -1 does not exist"),
        ([], person(talks={True}), "the slot of talk true does not exist"),
        ([], person(fixed_table=2), 'participant "a": fixed table 2 does not exist, tables are 0 to 1'),
        ([], person(fixed_table=False), "fixed table false does not exist"),
        ([], person(fixed_table=0) | {"tables": 0}, "fixed table 0 does not exist, there are no tables"),
        ([PAIR, PAIR], {}, "two meetings have the id 1"),
        ([meeting(id="")], {}, "the id of a meeting is empty"),
        ([meeting(participants=("a", "x"))], {}, 'meeting 1: there is no participant "x"'),
        ([meeting(participants=("a", "a"))], {}, 'meeting 1: participant "a" meets itself'),
        ([meeting(participants=("a", "b", "a"))], {}, 'meeting 1: participant "a" is named twice'),
        ([meeting(participants=("a",))], {}, "meeting 1: 2 to 8 participants can meet, not 1"),
        ([meeting(participants=())], {}, "can meet, not 0"),
        ([meeting(participants=tuple("abcdefghi"))], {}, "can meet, not 9"),
        (
            [meeting(weight=0)],
            {},
            "meeting 1: weight 0 is not a number above 0, up to 1000000, with at most 3 decimals",
        ),
        ([meeting(weight=-1)], {}, "weight -1"),
        ([meeting(weight=True)], {}, "weight true"),
        ([meeting(weight="1")], {}, 'weight "1"'),
        ([meeting(weight=float("nan"))], {}, "weight NaN"),
        ([meeting(weight=float("inf"))], {}, "weight Infinity"),
        ([meeting(weight=1.0001)], {}, "weight 1.0001"),
        ([meeting(weight=0.1 + 0.2)], {}, "weight 0.3"),
        ([meeting(weight=1e7)], {}, "weight 10000000.0"),
        ([meeting(online=1)], {}, "meeting 1: online must be true or false, not 1"),
        ([meeting(duration=0)], {}, "meeting 1: duration must be a whole number from 1 to 4"),
        ([meeting(duration=5)], {}, "duration must be a whole number from 1 to 4"),
        ([meeting(duration=True)], {}, "not true"),
        ([meeting(pinned_slot=4)], {}, "meeting 1: pinned slot 4 does not exist, slots are 0 to 3"),
        ([meeting(pinned_slot=3, duration=2)], {}, "meeting 1: pinned to slot 3 it would end after the last slot"),
        ([meeting(pinned_slot=1, session={0, 2})], {}, "meeting 1: pinned to slot 1 it would lie outside its session"),
        ([meeting(pinned_slot=0, duration=2, session={0, 2})], {}, "outside its session"),
        ([meeting(session={7})], {}, "meeting 1: session slot 7 does not exist"),
        ([meeting(after=(2,))], {}, "meeting 1: it is after 2, and there is no such meeting"),
        ([meeting(after=(1,))], {}, "meeting 1: it is after itself"),
        ([], {"sessions": {"x": {0, 1}, "y": {1}}}, 'slot 1 belongs to two sessions, "x" and "y"'),
        ([], {"sessions": {"x": {4}}}, 'session "x": slot 4 does not exist'),
        ([], {"sessions": {"": {0}}}, "the name of a session must be a text"),
        ([], {"previous": (Assignment(7, 0),)}, "previous names the meeting 7, which is not among the meetings"),
        ([], {"previous": (Assignment(1, 4),)}, "previous meeting 1: slot 4 does not exist"),
        ([], {"previous": (Assignment(1, 0, 2),)}, "previous meeting 1: table 2 does not exist"),
        ([], {"previous": (Assignment(1, 0), Assignment(1, 1))}, "previous meeting 1: it is named twice"),
    ],
)
def test_a_fault_is_said_in_one_line(meetings, changed, words):
    with pytest.raises(ProblemError) as said:
        problem(*meetings, **changed)
    assert words in str(said.value)
    assert str(said.value).isprintable()


def test_a_circle_is_named():
    meetings = [Meeting(n, ("a", "b"), after=(n % 3 + 1,)) for n in (1, 2, 3)]
    with pytest.raises(ProblemError, match=r"in a circle: 1 after 2 after 3 after 1$"):
        problem(*meetings, Meeting(4, ("a", "b"), after=(1,)))


def test_a_long_circle_and_a_long_name_stay_short():
    meetings = [Meeting(n, ("a", "b"), after=((n + 1) % 5000,)) for n in range(5000)]
    with pytest.raises(ProblemError) as said:
        problem(*meetings)
    assert len(str(said.value)) < 120
    with pytest.raises(ProblemError) as said:
        problem(meeting(participants=("a", "x\n" * 9999)))
    assert len(str(said.value)) < 120
    assert str(said.value).isprintable()


@pytest.mark.parametrize(
    ("meetings", "changed"),
    [
        ([], {"tables": 0}),  # every meeting is left out, with the reason
        ([], {"people": (replace(PEOPLE[0], unavailable=frozenset(range(4))), *PEOPLE[1:])}),
        ([PAIR, replace(PAIR, id=2)], {}),  # the same pair twice is two meetings
        ([PAIR, replace(PAIR, id="1")], {}),
        ([meeting(session=frozenset())], {}),
        ([meeting(weight=0.001)], {}),
        ([meeting(weight=1_000_000)], {}),
        ([meeting(duration=4)], {}),
        ([meeting(online=True)], person(fixed_table=5) | {"tables": 0}),
        ([meeting(participants=tuple("abcdefgh"))], {}),
        ([Meeting(n, ("a", "b"), after=(n - 1,) if n else ()) for n in range(9000)], {}),
    ],
)
def test_what_cannot_be_held_or_is_rare_is_no_fault(meetings, changed):
    assert problem(*meetings, **changed).meetings


def test_nothing_is_a_problem_too():
    assert Problem(0, 0, (), ()).meetings == ()
    assert Problem(3, 2, PEOPLE, ()).meetings == ()


def test_what_was_confirmed_stands_as_far_as_it_can():
    confirmed = [Assignment(1, 0, 1), Assignment(2, 1, 5), Assignment(3, 4, 0), Assignment("gone", 0, 0)]
    asked = problem(*(replace(PAIR, id=number) for number in (1, 2, 3))).with_previous(confirmed)
    assert asked.previous == (Assignment(1, 0, 1), Assignment(2, 1, None))
