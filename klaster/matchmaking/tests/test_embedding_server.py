"""A server with OpenAI's interface: one of one's own only where the administrator said so."""

import http.server
import json
import threading

import pytest

from klaster.core import addresses
from klaster.matchmaking import embedding
from klaster.matchmaking.matching.backends import BackendError


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], asked["model"]))
        rows = [{"index": at, "embedding": [1, len(text)]} for at, text in enumerate(asked["input"])]
        body = json.dumps({"data": rows}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(settings):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings.EMBEDDING_BACKEND = "openai"
        settings.EMBEDDING_URL = f"http://127.0.0.1:{running.server_port}/v1"
        settings.EMBEDDING_MODEL = "bge-m3"
        settings.EMBEDDING_DIMENSIONS = 2
        settings.EMBEDDING_KEY = "key"
        embedding.backend.cache_clear()
        yield running
        running.shutdown()
        embedding.backend.cache_clear()


def test_ones_own_server_is_asked(server, settings):
    settings.EMBEDDING_URL_IS_OWN = True
    vectors = embedding.backend().embed(["a", "bcd"], "need")
    assert vectors[1] == pytest.approx([0.316, 0.949], abs=1e-3)
    assert server.asked == [("/v1/embeddings", "Bearer key", "bge-m3")]


def test_a_private_address_is_refused_unless_it_was_said(server):
    with pytest.raises(BackendError, match="cannot be asked"):
        embedding.backend().embed(["a"], "need")
    assert server.asked == []


def test_a_server_that_is_away_is_a_fault(server, settings):
    settings.EMBEDDING_URL_IS_OWN = True
    settings.EMBEDDING_URL = "http://127.0.0.1:9/v1"
    with pytest.raises(BackendError, match="cannot be asked"):
        embedding.backend().embed(["a"], "need")


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://host/", "http://", "http://user@host/", "http://host:99999/", "http://h\nost"]
)
def test_what_is_no_address(url):
    with pytest.raises(addresses.BadAddress):
        addresses.own(url)


def test_an_address_of_ones_own_has_any_port():
    target = addresses.own("http://localhost:8080/v1?x=ė")
    assert (target.host, target.port, target.path) == ("localhost", 8080, "/v1?x=%C4%97")


def test_without_a_backend_there_are_tags(settings):
    settings.EMBEDDING_BACKEND = "none"
    embedding.backend.cache_clear()
    assert embedding.backend() is None
    embedding.backend.cache_clear()
