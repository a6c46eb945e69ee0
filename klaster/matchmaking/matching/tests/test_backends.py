"""Vectors of length one or one clear fault, whatever the text and whatever the server says."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaster.matchmaking.matching.backends import BackendError, Hashing, OpenAICompatible, checked

KEY = "do-not-tell"


def server(answer, status=200):
    """An embedding server with one answer; what it was asked stands in its list."""
    asked = []

    def post(url, headers, body):
        asked.append((url, headers, json.loads(body)))
        return status, answer(asked[-1][2]["input"]) if callable(answer) else answer

    return OpenAICompatible("http://127.0.0.1:1/v1/", "model", 2, post, KEY, ("query: ", "passage: ")), asked


def told(texts, *, dim=2):
    rows = [{"index": at, "embedding": [3.0, 4.0 + at][:dim]} for at in range(len(texts))]
    return json.dumps({"data": rows[::-1]}).encode()  # any order


@given(st.lists(st.text(st.characters(codec=None), max_size=50), max_size=5))
def test_hashing_gives_rows_of_length_one(texts):
    vectors = Hashing().embed(texts, "need")
    assert vectors.shape == (len(texts), 256)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(
        length == pytest.approx(1, abs=1e-5) or not row.any() for length, row in zip(lengths, vectors, strict=True)
    )


def test_hashing_finds_the_same_words_near():
    one, other, far = Hashing().embed(["laser cutting of steel", "steel cut by laser", "apple juice"], "need")
    assert one @ other > one @ far


def test_a_server_is_asked_in_batches_and_its_order_restored():
    backend, asked = server(told)
    vectors = backend.embed(["a", "", "c\x00"] * 20, "need")
    assert vectors.shape == (60, 2)
    assert vectors[0] == pytest.approx([0.6, 0.8])
    url, headers, body = asked[0]
    assert (url, len(asked), len(body["input"])) == ("http://127.0.0.1:1/v1/embeddings", 2, 32)
    assert body["input"][:3] == ["query: a", "query: -", "query: c"]
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(backend)
    assert backend.embed([], "offer").shape == (0, 2)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (b"{}", 200, "not what OpenAI's interface has"),
        (b"\xff", 200, "not what OpenAI's interface has"),
        (b"[" * 100_000, 200, "not what OpenAI's interface has"),
        (b'{"data": [{"index": 0, "embedding": "x"}]}', 200, "not what OpenAI's interface has"),
        (b'{"data": [{"index": 1e999, "embedding": [1, 2]}]}', 200, "not what OpenAI's interface has"),
        (b'{"data": [{"index": 0, "embedding": [[1]]}]}', 200, "holds no vectors"),
        (b'{"data": [{"index": 0, "embedding": [1, 2, 3]}]}', 200, "vectors of shape (1, 3) came instead of (1, 2)"),
        (b'{"data": [{"index": 0, "embedding": [1, NaN]}]}', 200, "a vector is not finite"),
        (b"secret words of a vendor", 401, "answered with status 401"),
    ],
)
def test_what_a_server_says_wrong_is_one_fault(answer, status, words):
    backend, _ = server(answer, status)
    with pytest.raises(BackendError) as fault:
        backend.embed(["a"], "need")
    assert words in str(fault.value)
    assert KEY not in str(fault.value)
    assert "secret" not in str(fault.value)


def test_prefixes_and_models_have_ids_of_their_own():
    one, _ = server(b"")
    assert (
        len(
            {one.id, OpenAICompatible(one.url, "model", 2, one.post).id, OpenAICompatible(one.url, "m", 2, one.post).id}
        )
        == 3
    )


def test_the_check_of_a_server_sees_a_model_without_meaning():
    with pytest.raises(BackendError, match="a translation is no nearer"):
        server(
            lambda texts: json.dumps(
                {"data": [{"index": at, "embedding": [1, 1]} for at in range(len(texts))]}
            ).encode()
        )[0].healthcheck()


def test_checked_refuses_what_is_no_vector():
    for strange in (np.inf, np.nan, 1e300):
        with pytest.raises(BackendError, match="not finite"):
            checked(np.array([[strange, 0]]), 1, 2)
    assert checked(np.array([[1e38, 1e38]]), 1, 2)[0] == pytest.approx([0.7071, 0.7071], abs=1e-3)
