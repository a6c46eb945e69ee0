"""The data of the published benchmark: small ones here, the twenty originals where they lie beside the project."""

import json
from io import StringIO
from pathlib import Path

import pytest

from klaster.matchmaking.timetabling.files import read_problem
from klaster.matchmaking.timetabling.problem import Meeting, Participant, Problem, ProblemError

ORIGINALS = Path(__file__).parents[4] / "../shared/data/timetabling/jair2022"
SAMPLE = """\
% a comment; with a semicolon
nBusiness = 3;
nMeetings = 4;
nTables = 2;
nTotalSlots = 5;
nMorningSlots = 3;

requested = [|1, 2,1,
|3, 1,2,
|2, 3,3,
|2, 3,3,
|];
meetingsxBusiness = [{1,2},
{1,3,4},{2,3,4}];
nMeetingsBusiness = [2,3,3];
forbidden = [{0}, {0,2,5},
{}];
fixed = [0,4,0,0];
precedences = [{}, {1}, {1,2}, {}];
"""
MORNING, AFTERNOON = frozenset({0, 1, 2}), frozenset({3, 4})


def read(text):
    return read_problem(StringIO(text))


def test_everything_counted_from_one_is_counted_from_nought():
    assert read(SAMPLE) == Problem(
        slots=5,
        tables=2,
        participants=(Participant(1), Participant(2, unavailable=frozenset({1, 4})), Participant(3)),
        meetings=(
            Meeting(1, (1, 2), session=MORNING),
            Meeting(2, (3, 1), session=AFTERNOON, pinned_slot=3, after=(1,)),
            Meeting(3, (2, 3), after=(1, 2)),
            Meeting(4, (2, 3)),
        ),
        sessions={"morning": MORNING, "afternoon": AFTERNOON},
        breaks="paper",
    )


def test_a_day_without_an_afternoon_has_no_sessions():
    day = read(SAMPLE.replace("nMorningSlots = 3", "nMorningSlots = 5").replace("|3, 1,2", "|3, 1,3"))
    assert day.sessions == {}
    assert day.meetings[0].session == frozenset(range(5))


def test_pins_and_order_may_be_left_away():
    bare = read("".join(line for line in SAMPLE.splitlines(True) if not line.startswith(("fixed", "precedences"))))
    assert not any(meeting.after or meeting.pinned_slot for meeting in bare.meetings)


def test_the_name_or_the_content_says_the_format(tmp_path):
    for name in ("a.dzn", "a.txt"):
        (tmp_path / name).write_text(SAMPLE)
        assert read_problem(tmp_path / name) == read(SAMPLE)
    (tmp_path / "b.dzn").write_text("{}")
    with pytest.raises(ProblemError, match="no semicolon"):
        read_problem(tmp_path / "b.dzn")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("nTables = 2;", "", "nTables is missing"),
        ("nTables = 2;", "nTables = two;", 'nTables must be a whole number from 0 on, not "two"'),
        ("nTables = 2;", "nTables = -2;", "nTables must be a whole number from 0 on"),
        ("nTables = 2;", "nTables = 2; nTables = 2;", "nTables is given twice"),
        ("nTables", "nTabels", 'unknown name "nTabels", did you mean "nTables"?'),
        ("nTables = 2;", "nTables 2;", "is not a name, an equals sign and a value"),
        ("nTables = 2;", "nTables = 999999999;", "tables must be a whole number from 0 to 100000"),
        ("nTotalSlots = 5", "nTotalSlots = 999999999", "nTotalSlots is 999999999, more than 1000"),
        ("nMorningSlots = 3", "nMorningSlots = 6", "nMorningSlots is 6, more than the 5 of nTotalSlots"),
        ("nMeetings = 4", "nMeetings = 5", "requested holds 12 numbers, 15 are expected"),
        ("nMeetings = 4", "nMeetings = 999999999", "requested holds 12 numbers"),
        ("nBusiness = 3", "nBusiness = 4", "forbidden holds 3 sets, 4 are expected"),
        ("|1, 2,1", "|1, x,1", "requested must be a list of whole numbers"),
        ("|1, 2,1", "|1, 4,1", "requested, entry 1: 4 is not from 1 to 3"),
        ("|1, 2,1", "|1, 0,1", "requested, entry 1: 0 is not from 1 to 3"),
        ("|1, 2,1", "|1, 2,4", "requested, entry 1: session 4 is not 1, 2 or 3"),
        ("|1, 2,1", "|1, 1,1", "meeting 1: participant 1 meets itself"),
        ("{0,2,5}", "{0,2,6}", "forbidden, entry 2: 6 is not from 0 to 5"),
        ("{0,2,5}", "{0,2,a}", "forbidden must be a list of sets of whole numbers"),
        ("{0,2,5}", "{0,2,5", "forbidden must be a list of sets of whole numbers"),
        ("[0,4,0,0]", "[0,4,0]", "fixed holds 3 numbers, 4 are expected"),
        ("[0,4,0,0]", "[0,6,0,0]", "fixed, entry 2: 6 is not from 0 to 5"),
        ("[0,4,0,0]", "[0,1,0,0]", "meeting 2: pinned to slot 0 it would lie outside its session"),
        ("[{}, {1}", "[{3}, {1}", "meetings wait for each other in a circle: 1 after 3 after 1"),
        ("[{}, {1}", "[{5}, {1}", "precedences, entry 1: 5 is not from 0 to 4"),
        ("{}];\n", "{}]\n", "has no semicolon at its end"),
    ],
)
def test_a_fault_is_said_in_one_line(old, new, words):
    assert SAMPLE.count(old)
    with pytest.raises(ProblemError) as said:
        read(new.join(SAMPLE.rsplit(old, 1)))
    assert words in str(said.value)
    assert str(said.value).isprintable()


def test_a_long_line_of_nonsense_is_refused_at_once():
    for value in ("[" + "{} " * 50_000 + "x]", "[" + "1" * 50_000 + "x]"):
        with pytest.raises(ProblemError, match=r"forbidden|requested"):
            read(SAMPLE.replace("[{0}, {0,2,5},\n{}]", value).replace("fixed = [0,4,0,0]", "fixed = " + value))


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason=f"the benchmark's data is not at {ORIGINALS}")
def test_the_twenty_originals_are_read():
    published = json.loads((ORIGINALS / "published.json").read_text())
    files = sorted(ORIGINALS.glob("*.dzn"))
    assert [path.stem for path in files if path.stem in published] == [path.stem for path in files]
    assert len(files) == 20
    twice = 0
    for path in files:
        problem = read_problem(path)
        assert problem.breaks == "paper"
        assert not any(meeting.after or meeting.pinned_slot is not None for meeting in problem.meetings)
        twice += len({frozenset(meeting.participants) for meeting in problem.meetings}) < len(problem.meetings)
    assert twice == 2  # two of them hold one pair twice, as two meetings
