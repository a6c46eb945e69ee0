"""Events at random: valid, of their kind, and the same for the same seed wherever they are made."""

from hashlib import sha256
from io import StringIO

import pytest

from klaster.matchmaking.timetabling.files import read_problem, write_problem
from klaster.matchmaking.timetabling.generate import FAMILIES, SIZES, Size, generate
from klaster.matchmaking.timetabling.problem import ProblemError


def as_text(problem):
    text = StringIO()
    write_problem(problem, text)
    return text.getvalue()


@pytest.mark.parametrize("skew", [0, 1])
@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_is_a_problem_and_survives_its_file(family, skew):
    problem = generate(family, 3, size="medium", skew=skew)
    assert len(problem.meetings) > 300
    text = as_text(problem)
    assert read_problem(StringIO(text)) == problem
    assert as_text(generate(family, 3, size="medium", skew=float(skew))) == text
    assert as_text(generate(family, 4, size="medium", skew=skew)) != text


def test_a_seed_means_the_same_event_for_ever():
    """Figures of a benchmark are compared over years; this line changes only with all of them."""
    events = "".join(as_text(generate(family, 1, size="small", skew=1)) for family in FAMILIES)
    assert sha256(events.encode()).hexdigest()[:16] == "6c86c1ed818c2e36"


def test_the_families_are_of_their_kind():
    def made(family):
        return generate(family, 1, size="medium")

    assert {p.reps for p in made("delegations").participants} == {1, 2, 3, 4}
    assert {len(m.participants) for m in made("groups").meetings} == set(range(2, 9))
    assert {m.duration for m in made("lengths").meetings} == {1, 2, 3}
    assert {m.online for m in made("online").meetings} == {False, True}
    assert {m.weight for m in made("priorities").meetings} == {1, 3, 9}
    bound = made("sessions").meetings
    assert all(any(getattr(m, name) not in (None, ()) for m in bound) for name in ("session", "pinned_slot", "after"))
    hosts = {p.id for p in made("hubs").participants if p.fixed_table is not None}
    assert all(len(hosts & set(m.participants)) == 1 for m in made("hubs").meetings)
    assert any(p.talks for p in made("blocks").participants)
    assert not any(p.unavailable for p in made("dense").participants)
    buyers = {p.id for p in made("bipartite").participants[:60]}
    assert all(len(buyers & set(m.participants)) == 1 for m in made("bipartite").meetings)


def test_skew_makes_some_more_popular():
    def most_wanted(skew):
        members = [member for meeting in generate("plain", 1, skew=skew).meetings for member in meeting.participants]
        return max(map(members.count, set(members)))

    assert most_wanted(1) > 2 * most_wanted(0)


@pytest.mark.parametrize("name", ["small", "medium", "large"])
def test_the_sizes_are_those_of_the_figures(name):
    problem, size = generate("plain", 1, size=name), SIZES[name]
    counts = (len(problem.participants), len(problem.meetings), problem.slots, problem.tables)
    assert counts == (size.participants, size.meetings, size.slots, size.tables)


def test_what_is_asked_for_outright_is_given():
    problem = generate("oversubscribed", 1, size="small", meetings=7, tables=2, holes=0)
    assert (len(problem.meetings), problem.tables) == (7, 2)
    assert not any(person.unavailable for person in problem.participants)


def test_all_the_pairs_there_are_can_be_asked_for():
    pairs = {meeting.participants for meeting in generate("plain", 1, size=Size(8, 28, 4, 4), skew=3).meetings}
    assert len(pairs) == 28


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"family": "nope"}, "there is no family nope"),
        ({"size": "vast"}, "there is no size vast"),
        ({"participants": 3, "meetings": 4}, "4 meetings are more than the 3 pairs"),
        ({"participants": 1}, "an event has"),
        ({"slots": 0}, "an event has"),
    ],
)
def test_what_cannot_be_made_is_said(arguments, words):
    with pytest.raises(ProblemError, match=words):
        generate(**({"family": "plain", "seed": 1} | arguments))
