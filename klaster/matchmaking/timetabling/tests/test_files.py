"""Files: what is right is read and written as it was, what is wrong is said in one line."""

import json
from contextlib import suppress
from copy import deepcopy
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.matchmaking.timetabling import strict_json
from klaster.matchmaking.timetabling.check import check
from klaster.matchmaking.timetabling.files import (
    read_assignments,
    read_problem,
    read_solution,
    write_problem,
    write_solution,
)
from klaster.matchmaking.timetabling.problem import (
    Assignment,
    Level,
    Meeting,
    Participant,
    Problem,
    ProblemError,
    Timetable,
    Unscheduled,
)

PROBLEM = {
    "slots": 6,
    "tables": 2,
    "participants": [
        {"id": "Žalia, UAB", "reps": 2, "unavailable": [0], "talks": [1], "fixed_table": 1, "minimum": 1, "maximum": 9},
        {"id": 7, "fixed_table": None},
        {"id": "7"},
    ],
    "meetings": [
        {"id": 1, "participants": ["Žalia, UAB", 7], "weight": 2.5, "pinned_slot": 2, "session": "morning"},
        {"id": "b", "participants": [7, "7"], "session": [3, 4, 5], "after": [1], "duration": 2, "pinned_slot": None},
        {"id": 3, "participants": ["7", "Žalia, UAB"], "online": True},
    ],
    "sessions": {"morning": [0, 1, 2], "afternoon": [3, 4, 5]},
    "previous": [{"meeting": 1, "slot": 2, "table": 1}, {"meeting": 3, "slot": 4}],
    "breaks": "paper",
}
SOLUTION = {
    "assignments": [{"meeting": 1, "slot": 2, "table": 1}, {"meeting": 3, "slot": 4, "table": None}],
    "unscheduled": [{"meeting": "b", "reason": "no free slot", "binding": [{"kind": "slots", "free": [1]}]}],
    "levels": [
        {"name": "meetings", "value": 3.5, "bound": 4.2, "gap": 0.2, "proven": False},
        {"name": "moves", "value": 0, "bound": None, "gap": None, "proven": False},
    ],
    "seconds": 0.25,
    "seed": 3,
}


def read(value, reader=read_problem):
    return reader(BytesIO(value if isinstance(value, bytes) else json.dumps(value).encode()))


def fault(value, reader=read_problem):
    with pytest.raises(ProblemError) as said:
        read(value, reader)
    assert str(said.value).isprintable()
    return str(said.value)


def changed(value, path, new):
    """A copy with one thing in it replaced; `...` takes it away."""
    copy = deepcopy(value)
    *way, last = path
    place = copy
    for step in way:
        place = place[step]
    if new is ...:
        del place[last]
    else:
        place[last] = new
    return copy


def test_a_problem_is_read_as_it_is_written():
    morning, afternoon = frozenset({0, 1, 2}), frozenset({3, 4, 5})
    assert read(PROBLEM) == Problem(
        slots=6,
        tables=2,
        participants=(
            Participant("Žalia, UAB", 2, frozenset({0}), frozenset({1}), 1, 1, 9),
            Participant(7),
            Participant("7"),
        ),
        meetings=(
            Meeting(1, ("Žalia, UAB", 7), 2.5, 2, morning),
            Meeting("b", (7, "7"), session=afternoon, after=(1,), duration=2),
            Meeting(3, ("7", "Žalia, UAB"), online=True),
        ),
        sessions={"morning": morning, "afternoon": afternoon},
        previous=(Assignment(1, 2, 1), Assignment(3, 4)),
        breaks="paper",
    )


def test_a_solution_is_read_as_it_is_written():
    assert read(SOLUTION, read_solution) == Timetable(
        assignments=(Assignment(1, 2, 1), Assignment(3, 4)),
        unscheduled=(Unscheduled("b", "no free slot", ({"kind": "slots", "free": [1]},)),),
        levels=(Level("meetings", 3.5, 4.2, False), Level("moves", 0, None, False)),
        seconds=0.25,
        seed=3,
    )


@pytest.mark.parametrize(("value", "reader", "writer"), [
    (PROBLEM, read_problem, write_problem),
    (SOLUTION, read_solution, write_solution),
])  # fmt: skip
def test_what_is_written_is_read_again(value, reader, writer, tmp_path):
    first, path = read(value, reader), tmp_path / "it.json"
    path.write_text("old")
    writer(first, path)
    assert reader(path) == reader(str(path)) == first
    assert [entry.name for entry in tmp_path.iterdir()] == ["it.json"]
    text = StringIO()
    writer(first, text)
    assert text.getvalue() == path.read_text("utf-8")
    assert json.loads(text.getvalue()).keys() == value.keys()


def test_a_solution_on_paper_is_the_format_of_the_issue():
    text = StringIO()
    write_solution(read(SOLUTION, read_solution), text)
    written = json.loads(text.getvalue())
    assert written["levels"][0].pop("gap") == pytest.approx(0.2)
    assert written == changed(SOLUTION, ("levels", 0, "gap"), ...)


def test_nothing_is_a_file_too(tmp_path):
    empty = {"slots": 0, "tables": 0, "participants": [], "meetings": []}
    write_problem(read(empty), tmp_path / "empty.json")
    assert json.loads((tmp_path / "empty.json").read_text()) == empty


def test_previous_is_a_list_or_a_whole_timetable():
    confirmed = (Assignment(1, 2, 1), Assignment(3, 4))
    assert read(changed(PROBLEM, ("previous",), SOLUTION)).previous == confirmed
    assert read(SOLUTION, read_assignments) == read(SOLUTION["assignments"], read_assignments) == confirmed
    assert "previous must be a list of assignments or a timetable" in fault("old", read_assignments)


def test_a_byte_order_mark_and_text_streams_do_no_harm():
    text = json.dumps(PROBLEM)
    assert read(b"\xef\xbb\xbf" + text.encode()) == read_problem(StringIO(text)) == read(PROBLEM)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"\xff\xfe{\x00}\x00", "the file is not UTF-8, from byte 1 on"),
        (b'{"slots": "\xc4"}', "not UTF-8"),
        (b"hello", "the file is not JSON: Expecting value (line 1, column 1)"),
        (b'{"slots": 3,\n "tables": }', "the file is not JSON: Expecting value (line 2, column 12)"),
        (b'{"slots": 3', "the file is not JSON"),
        (b"{} {}", "the file is not JSON: Extra data"),
        (b'{"slots": NaN}', "NaN is not a number JSON knows"),
        (b'{"slots": -Infinity}', "-Infinity is not a number JSON knows"),
        (b'{"slots": 1, "slots": 2}', 'the key "slots" stands twice in one object'),
        (b"[" * 100_000, "the file is nested too deep"),
        (b'{"slots": ' + b"9" * 5000 + b"}", "a number of too many digits"),
        (b"[]", "the problem must be an object, not a list"),
        (b"7", "the problem must be an object, not 7"),
        (b"null", "the problem must be an object, not null"),
    ],
)
def test_what_is_no_json_is_said_in_one_line(data, words):
    assert words in fault(data)


@pytest.mark.parametrize(
    ("path", "new", "words"),
    [
        (("tabels",), 2, 'the problem: unknown key "tabels", did you mean "tables"?'),
        (("x",), 2, 'the problem: unknown key "x"'),
        (("slots",), ..., 'the problem: the key "slots" is missing'),
        (("meetings",), ..., 'the key "meetings" is missing'),
        (("slots",), None, "slots must be a whole number from 0 to 1000, not null"),
        (("slots",), 1e999, "Infinity is not a number JSON knows"),
        (("participants",), {}, "participants must be a list, not an object"),
        (("participants", 1), 7, "participants[1] must be an object, not 7"),
        (("participants", 1, "id"), ..., 'participants[1]: the key "id" is missing'),
        (("participants", 1, "id"), True, "participants[1]: id must be a text or a whole number, not true"),
        (("participants", 1, "rep"), 2, 'participant 7: unknown key "rep", did you mean "reps"?'),
        (("participants", 1, "unavailable"), 3, "participant 7: unavailable must be a list, not 3"),
        (("participants", 1, "unavailable"), [[3]], "participant 7: unavailable must hold whole numbers, not a list"),
        (("participants", 1, "talks"), [True], "participant 7: talks must hold whole numbers, not true"),
        (("participants", 1, "talks"), None, "participant 7: talks must be a list, not null"),
        (("participants", 1, "reps"), "2", 'participant 7: reps must be a whole number from 1 to 1000, not "2"'),
        (("meetings", 0, "participants"), ..., 'meeting 1: the key "participants" is missing'),
        (("meetings", 0, "participants"), "ab", 'meeting 1: participants must be a list, not "ab"'),
        (("meetings", 0, "participants"), [7, None], "meeting 1: participants must hold ids"),
        (("meetings", 0, "participants"), [7, 8], "meeting 1: there is no participant 8"),
        (("meetings", 0, "session"), "mornin", 'there is no session "mornin", did you mean "morning"?'),
        (("meetings", 0, "session"), 3, "meeting 1: session must be a name or a list of slots, not 3"),
        (("meetings", 0, "session"), [3.5], "meeting 1: session must hold whole numbers, not 3.5"),
        (("meetings", 0, "weight"), [], "meeting 1: weight a list is not a number"),
        (("meetings", 0, "online"), "yes", "meeting 1: online must be true or false"),
        (("meetings", 0, "after"), 3, "meeting 1: after must be a list, not 3"),
        (
            ("meetings", 0, "duration"),
            {},
            "meeting 1: duration must be a whole number from 1 to 6 (all slots), not an obj",
        ),
        (("sessions",), [], "sessions must be an object of names and slots, not a list"),
        (("sessions", "morning"), 3, 'session "morning" must be a list, not 3'),
        (("sessions", "noon"), [2], 'slot 2 belongs to two sessions, "morning" and "noon"'),
        (("previous",), 3, "previous must be a list of assignments or a timetable, not 3"),
        (("previous", 0, "slot"), 2.0, "previous[0]: slot must be a whole number, not 2.0"),
        (("previous", 0, "tabel"), 1, 'previous[0]: unknown key "tabel", did you mean "table"?'),
        (("previous", 0, "meeting"), 99, "previous names the meeting 99, which is not among the meetings"),
        (("breaks",), None, 'breaks must be "waiting", "idle" or "paper", not null'),
    ],
)
def test_a_fault_in_a_problem_is_said_in_one_line(path, new, words):
    assert words in fault(changed(PROBLEM, path, new))


@pytest.mark.parametrize(
    ("path", "new", "words"),
    [
        (("assignments",), ..., 'the timetable: the key "assignments" is missing'),
        (("assignments", 0, "slot"), True, "assignments[0]: slot must be a whole number, not true"),
        (("assignments", 0, "table"), "1", 'assignments[0]: table must be a whole number, not "1"'),
        (("assignments", 0, "meeting"), None, "assignments[0]: meeting must be a text or a whole number, not null"),
        (("assignments", 0, "meeting"), ..., 'assignments[0]: the key "meeting" is missing'),
        (("unscheduled", 0, "reason"), 3, "unscheduled[0]: reason must be a text, not 3"),
        (("unscheduled", 0, "binding"), [3], "unscheduled[0]: binding must hold objects, not 3"),
        (("levels", 0, "value"), "3", 'levels[0]: value must be a number, not "3"'),
        (("levels", 0, "bound"), False, "levels[0]: bound must be a number, not false"),
        (("levels", 0, "proven"), 1, "levels[0]: proven must be true or false, not 1"),
        (("levels", 0, "gap"), 0, "levels[0]: gap is 0, between value and bound it is 0."),
        (("levels", 1, "gap"), 0, "levels[1]: gap is 0, between value and bound it is null"),
        (("seconds",), "1", 'seconds must be a number, not "1"'),
        (("seed",), 1.5, "seed must be a whole number, not 1.5"),
        (("sed",), 1, 'the timetable: unknown key "sed", did you mean "seed"?'),
    ],
)
def test_a_fault_in_a_timetable_is_said_in_one_line(path, new, words):
    assert words in fault(changed(SOLUTION, path, new), read_solution)


def paths(value, way=()):
    yield way
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(inner, (*way, key))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats(allow_nan=False) | st.text(max_size=3) | st.just("id"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("id"), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from([way for way in paths(PROBLEM) if way]), ANYTHING)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_somewhere_in_a_problem_is_read_or_refused(way, value):
    with suppress(ProblemError):
        read(changed(PROBLEM, way, value))


@given(st.sampled_from([way for way in paths(SOLUTION) if way]), ANYTHING)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_somewhere_in_a_timetable_is_judged_or_refused(way, value):
    with suppress(ProblemError):
        check(read(PROBLEM), read(changed(SOLUTION, way, value), read_solution))


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch, tmp_path):
    monkeypatch.setattr(strict_json, "MAX_BYTES", 2_000_000)
    path = tmp_path / "large.json"
    path.write_bytes(b"[" * 2_000_001)
    with pytest.raises(ProblemError, match="the file is larger than 2 MB"):
        read_problem(path)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "it.json"
    path.write_text("old")
    unwritable = Timetable((), (Unscheduled(1, "so", ({"kind": object()},)),), (), 0, 1)
    with pytest.raises(TypeError):
        write_solution(unwritable, path)
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["old"]


def test_a_file_that_is_not_there_is_the_callers_matter():
    with pytest.raises(FileNotFoundError):
        read_problem(Path("nowhere.json"))
