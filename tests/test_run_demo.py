"""`make run` as a person meets it: real processes, a real port, a real kill -9."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from klaster.core.devdb import DevDB
from klaster.start import BASE_DIR

pytestmark = pytest.mark.slow


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Run:
    """One `manage.py run_demo` with a database folder of its own."""

    def __init__(self, folder: Path, *arguments, **environment):
        self.port = free_port()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | {
            "KLASTER_MODE": "demo", "KLASTER_LOCAL": str(folder), "PORT": str(self.port), **environment
        }  # fmt: skip
        command = [sys.executable, "manage.py", "run_demo", *arguments]
        self.process = subprocess.Popen(
            command, cwd=BASE_DIR, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def wait_until_ready(self):
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.get("/readyz")[0] == 200:
                    return self
            time.sleep(0.2)
        raise AssertionError(f"not ready: {self.end(signal.SIGTERM)}")

    def finish(self):
        """What it says when it ends by itself."""
        return self.process.communicate(timeout=90)[0]

    def end(self, sign):
        if self.process.poll() is None:
            self.process.send_signal(sign)
        output, _errors = self.process.communicate(timeout=60)
        return output


@pytest.fixture
def run_demo(tmp_path):
    """Starts `run_demo`; whatever a test leaves behind is stopped after it."""
    started = []

    def start(*arguments, **environment):
        started.append(Run(tmp_path, *arguments, **environment))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.process.kill()
        run.process.communicate()
    DevDB(tmp_path / "pg").stop()


def roles_connected(owner):
    return owner.execute(
        "select distinct usename from pg_stat_activity "
        "where backend_type = 'client backend' and pid <> pg_backend_pid()"
    ).fetchall()


def test_it_serves_survives_a_kill_and_leaves_nothing_running(run_demo, tmp_path):
    database = DevDB(tmp_path / "pg")
    run = run_demo().wait_until_ready()
    with psycopg.connect(database.url(), autocommit=True) as owner:
        owner.execute("insert into auth_group (name) values ('kept')")
        connected = roles_connected(owner)
        while (None,) in connected:  # one is just signing in
            connected = roles_connected(owner)
    assert connected == [("klaster",)], "the site and its worker are the role of the site, not the owner"
    assert run.get("/static/core/css/tokens.css")[0] == 200
    assert run.get("/no-such-page")[0] == 404

    second = run_demo(PORT=str(run.port))
    assert f"Port {run.port} is not free" in second.finish().splitlines()[-1]
    assert second.process.returncode == 1
    assert run.get("/healthz") == (200, b"ok"), "the second one did not take the database away"

    database.stop()
    assert run.get("/lt/")[0] == 503
    assert run.get("/healthz") == (200, b"ok")
    database.start()
    assert run.get("/lt/")[0] == 200, "the site comes back with the database"
    run.wait_until_ready()  # and so does its worker

    run.end(signal.SIGKILL)
    assert database.is_up(), "nobody was there to stop it"

    run = run_demo().wait_until_ready()
    assert json.loads(run.get("/readyz")[1])["worker"] is True
    with psycopg.connect(database.url()) as owner:
        assert owner.execute("select count(*) from auth_group where name = 'kept'").fetchone() == (1,)
    output = run.end(signal.SIGINT)
    assert run.process.returncode == 0
    assert f"Klaster is on http://localhost:{run.port}" in output
    assert "Traceback" not in output
    assert not database.is_up()
    with pytest.raises(OSError, match="refused"):
        run.get("/healthz")

    reload = run_demo("--load-only")
    output = reload.finish()
    assert reload.process.returncode == 0, output
    assert not database.is_up()
    database.start()
    with psycopg.connect(database.url()) as owner:
        assert owner.execute("select count(*) from auth_group where name = 'kept'").fetchone() == (0,)


@pytest.mark.parametrize("mode", ["production", "test"])
def test_the_demo_is_never_loaded_elsewhere(run_demo, mode, production_environment):
    run = run_demo(**(production_environment | {"KLASTER_MODE": mode}))
    assert "run_demo is for trying" in run.finish()
    assert run.process.returncode == 1


def test_a_server_that_is_not_there_is_one_sentence(run_demo):
    run = run_demo(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    output = run.finish()
    assert output.startswith("CommandError: The database does not answer: ")
    assert output.count("\n") == 1
