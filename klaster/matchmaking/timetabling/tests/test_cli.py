"""The command as people run it: exit codes, one line for a fault, files that fit together."""

import json
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from klaster.matchmaking.timetabling.files import read_problem, read_solution

ROOT = Path(__file__).parents[4]
COMMAND = [sys.executable, "-m", "klaster.matchmaking.timetabling"]
pytestmark = pytest.mark.slow
needs_solver = pytest.mark.skipif(
    find_spec("klaster.matchmaking.timetabling.solving") is None, reason="the solver is not there"
)

TWO = {
    "slots": 2,
    "tables": 1,
    "participants": [{"id": "Ąžuolas"}, {"id": "b"}, {"id": "c"}],
    "meetings": [{"id": 1, "participants": ["Ąžuolas", "b"]}, {"id": 2, "participants": ["b", "c"]}],
}
HELD = {"assignments": [{"meeting": 1, "slot": 0, "table": 0}, {"meeting": 2, "slot": 1, "table": 0}]}


def run(*arguments, given=None):
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, timeout=120, input=given)


def fault(*arguments, given=None):
    done = run(*arguments, given=given)
    assert done.returncode == 2
    assert done.stdout == b""
    said = done.stderr.decode()
    assert said.count("\n") == 1
    return said.strip()


@pytest.fixture
def two(tmp_path):
    (tmp_path / "two.json").write_text(json.dumps(TWO), "utf-8")
    (tmp_path / "held.json").write_text(json.dumps(HELD), "utf-8")
    return tmp_path


def test_a_right_timetable_is_called_right(two):
    (two / "held.json").write_text(json.dumps(HELD | {"levels": [{"name": "breaks", "value": 0}]}))
    done = run("check", two / "two.json", two / "held.json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"right: 2 of 2 meetings are held\n"


def test_a_wrong_timetable_is_told_in_words(two):
    wrong = {"assignments": [{"meeting": 1, "slot": 0, "table": 0}, {"meeting": 2, "slot": 0, "table": None}]}
    (two / "held.json").write_text(json.dumps(wrong))
    done = run("check", two / "two.json", two / "held.json")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == [
        '"b" is in 2 meetings in slot 0, with 1 to send',
        "meeting 2 has no table",
        "2 meetings on site in slot 0, at 1 tables",
    ]


def test_what_moved_is_judged_against_what_was_confirmed(two):
    (two / "old.json").write_text(json.dumps([{"meeting": 1, "slot": 1}, {"meeting": "cancelled", "slot": 0}]))
    (two / "held.json").write_text(json.dumps(HELD | {"levels": [{"name": "moved", "value": 1}]}))
    assert run("check", two / "two.json", two / "held.json", "--previous", two / "old.json").returncode == 0
    assert run("check", two / "two.json", two / "held.json").returncode == 1


def test_an_event_is_made_and_read_again(tmp_path):
    path = tmp_path / "event.json"
    done = run("generate", "--family", "groups", "--size", "small", "--seed", 4, "--skew", 1, "--tables", 9, "-o", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert read_problem(path).tables == 9
    same = run("generate", "--family", "groups", "--size", "small", "--seed", 4, "--skew", 1, "--tables", 9)
    assert same.stdout == path.read_bytes()


def test_a_problem_may_come_from_standard_input(two):
    done = run("check", "-", two / "held.json", given=json.dumps(TWO).encode())
    assert done.returncode == 0


def test_a_fault_is_one_line(two):
    problem, held = two / "two.json", two / "held.json"
    assert fault("check", two / "none.json", held) == f"{two / 'none.json'}: No such file or directory"
    assert fault("check", two, held) == f"{two}: Is a directory"
    assert "unknown key" in fault("check", held, held)
    assert fault("check", problem, problem).startswith(f"{problem}: the timetable: unknown key")
    assert fault("check", "-", held, given=b"") == "standard input: the file is empty"
    assert "there is no family nope" in fault("generate", "--family", "nope")
    assert "pairs there are" in fault("generate", "--family", "plain", "--participants", 3)
    assert "invalid choice: 'slove'" in fault("slove", problem)
    assert "required: command" in fault()
    assert "-1 is not a number of seconds above 0" in fault("solve", problem, "--time-limit", -1)
    assert "nan is not a number of seconds" in fault("solve", problem, "--time-limit", "nan")
    assert "argument --seed" in fault("solve", problem, "--seed", "x")
    assert "is not a folder" in fault("solve", problem, "-o", two / "none" / "it.json")
    assert "No such file" in fault("generate", "--family", "plain", "-o", two / "none" / "it.json")


def test_judging_needs_no_solver():
    script = (
        "import sys; sys.modules['numpy'] = sys.modules['ortools'] = None\n"
        "from klaster.matchmaking.timetabling.cli import main\n"
        "sys.exit(main(['generate', '--family', 'plain', '--size', 'small']))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


@needs_solver
def test_what_loads_slowly_is_loaded_where_it_is_needed(two):
    """All that is asked can be held, without a break: no linear program, no proof, and no compiled kernels."""
    script = (
        "import sys; sys.modules['scipy.optimize'] = sys.modules['ortools'] = sys.modules['numba'] = None\n"
        "from klaster.matchmaking.timetabling.cli import main\n"
        f"sys.exit(main(['solve', {str(two / 'two.json')!r}, '-o', {str(two / 'it.json')!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=60)
    assert (done.returncode, b"2 of 2 meetings are held" in done.stderr) == (0, True)


@needs_solver
def test_solving_writes_a_timetable_that_is_right(two):
    done = run("solve", two / "two.json", "-o", two / "it.json", "--time-limit", 20, "--seed", 5)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode().startswith("2 of 2 meetings are held")
    assert b"\r" not in done.stderr  # progress is for terminals
    assert read_solution(two / "it.json").seed == 5
    assert run("check", two / "two.json", two / "it.json").returncode == 0
    again = run("solve", two / "two.json", "--previous", two / "it.json")
    assert json.loads(again.stdout)["assignments"] == json.loads((two / "it.json").read_text())["assignments"]


@needs_solver
def test_the_bound_is_told(two):
    assert json.loads(run("bound", two / "two.json").stdout)["value"] == 2


@needs_solver
def test_ctrl_c_gives_the_best_so_far(tmp_path):
    problem, answer = tmp_path / "event.json", tmp_path / "it.json"
    run("generate", "--family", "plain", "--size", "medium", "-o", problem)
    problem.write_text(json.dumps(json.loads(problem.read_text()) | {"breaks": "idle"}))  # not proven for 14 s at least
    command = [*COMMAND, "solve", problem, "-o", answer, "--time-limit", "40"]
    started = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    time.sleep(5)  # into the proofs
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=60)
    assert started.returncode in (130, 0), said  # it may have been done already
    assert run("check", problem, answer).returncode == 0
