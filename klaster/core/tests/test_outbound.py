"""The guarded client against real sockets. The network is ours: public addresses lead to servers on loopback."""

import datetime
import gzip
import http.server
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from klaster.core import outbound
from klaster.core.outbound import Client, Limits, OutboundError, Problem

PUBLIC, OTHER = "193.219.1.1", "193.219.2.2"


class Internet(httpcore.NetworkBackend):
    """Leads a public address to a local port; notes each connection; everything else is unreachable."""

    def __init__(self, **ports):
        self.ports = {PUBLIC: ports.get("http"), OTHER: ports.get("other")}
        self.connected = []
        self.peer = None

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.connected.append((host, port))
        if self.ports.get(host) is None:
            raise httpcore.ConnectError("unreachable")
        stream = httpcore.SyncBackend().connect_tcp("127.0.0.1", self.ports[host], timeout=timeout)
        return Stream(stream, (self.peer or host, port))


class Stream(httpcore.NetworkStream):
    def __init__(self, stream, peer):
        self.stream, self.peer = stream, peer

    def read(self, max_bytes, timeout=None):
        return self.stream.read(max_bytes, timeout)

    def write(self, buffer, timeout=None):
        self.stream.write(buffer, timeout)

    def close(self):
        self.stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        return Stream(self.stream.start_tls(ssl_context, server_hostname, timeout), self.peer)

    def get_extra_info(self, info):
        return self.peer if info == "server_addr" else self.stream.get_extra_info(info)


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        name = self.path.split("?")[0].strip("/") or "plain"
        getattr(self, f"show_{name}")()

    do_POST = do_GET

    def answer(self, body=b"", status=200, **headers):
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def show_plain(self):
        self.answer(b"labas", ETag='"1"')

    def show_to(self):
        self.answer(status=302, Location=self.path.split("?", 1)[1])

    def show_loop(self):
        self.answer(status=302, Location="/loop")

    def show_packed(self):
        self.answer(gzip.compress("žuvis".encode() * 1000), Content_Encoding="gzip")

    def show_bomb(self):
        self.answer(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")

    def show_cut(self):
        self.answer(gzip.compress(b"a" * 1000)[:-20], Content_Encoding="gzip")

    def show_brotli(self):
        self.answer(b"x", Content_Encoding="br")

    def show_large(self):
        self.answer(bytes(3_000_000))

    def show_endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"2710\r\n" + bytes(10_000) + b"\r\n")

    def show_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _turn in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def show_silent(self):
        time.sleep(3)

    def show_garbage(self):
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        self.close_connection = True

    def log_message(self, *_args):
        pass


class Web(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Page)
        self.asked = []

    def handle_error(self, *_args):
        """The client hangs up on what is too large."""


@pytest.fixture
def web():
    with running(Web()) as server:
        yield server


@pytest.fixture
def other():
    with running(Web()) as server:
        yield server


@pytest.fixture
def canary():
    """A service on loopback that must never be asked."""

    class Note(socketserver.BaseRequestHandler):
        def handle(self):
            self.server.hits += 1

    server = socketserver.TCPServer(("127.0.0.1", 0), Note)
    server.hits = 0
    with running(server):
        yield server
    assert server.hits == 0


def client_of(web, *, names=None, other=None, **limits):
    names = names or {"feeds.klaster.lt": [PUBLIC], "other.klaster.lt": [OTHER]}
    internet = Internet(http=web.server_address[1], other=other and other.server_address[1])
    limits = {"seconds": 3, "connect_seconds": 1, "max_bytes": 1_000_000} | limits
    client = Client(Limits(**limits), resolve=lambda host, port: names[host], network=internet)
    return client, internet


def problem(client, url="http://feeds.klaster.lt/", **options):
    with pytest.raises(OutboundError) as error:
        client.request("GET", url, **options)
    return error.value.problem


def test_a_page_comes_from_the_judged_address_and_no_second_look_up(web):
    asked = []
    client, internet = client_of(web)

    def resolve(host, port):
        asked.append((host, port))
        return [PUBLIC]

    client.resolve = resolve
    answer = client.request("GET", "http://feeds.klaster.lt/plain?a=1", headers={"If-None-Match": '"0"'})
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"labas", '"1"')
    assert answer.url == "http://feeds.klaster.lt/plain?a=1"
    assert asked == [("feeds.klaster.lt", 80)]
    assert internet.connected == [(PUBLIC, 80)]
    ((method, path, headers),) = web.asked
    assert (method, path, headers["Host"], headers["If-None-Match"]) == (
        "GET",
        "/plain?a=1",
        "feeds.klaster.lt",
        '"0"',
    )
    assert headers["User-Agent"].startswith("Klaster (+http")


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC, "::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["fec0::1"],
        ["ff02::1"],
        ["169.254.169.254"],
        ["fe80::1%lo"],
    ],
)
def test_one_bad_answer_refuses_the_name_before_anything_is_connected(web, canary, answers):
    client, internet = client_of(web, names={"feeds.klaster.lt": answers})
    assert problem(client) == Problem.ADDRESS
    assert internet.connected == []


def test_rebinding_finds_no_second_look_up(web, canary):
    answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    client, internet = client_of(web)
    client.resolve = lambda host, port: answers.pop(0)
    assert client.request("GET", "http://feeds.klaster.lt/").status == 200
    assert internet.connected == [(PUBLIC, 80)]
    assert problem(client) == Problem.ADDRESS, "the next request looks up again, and judges again"


def test_rebinding_between_redirects_is_judged_again(web, canary):
    answers = [[PUBLIC], ["127.0.0.1"]]
    client, internet = client_of(web)
    client.resolve = lambda host, port: answers.pop(0)
    assert problem(client, "http://feeds.klaster.lt/to?/plain") == Problem.ADDRESS
    assert internet.connected == [(PUBLIC, 80)]


def test_a_peer_that_is_not_the_one_judged_is_left(web):
    client, internet = client_of(web)
    internet.peer = OTHER
    assert problem(client) == Problem.ADDRESS
    assert web.asked == []


def test_redirects_to_this_machine_are_not_followed(web, canary):
    port = canary.server_address[1]
    client, internet = client_of(web)
    for there in (f"http://127.0.0.1:{port}/", "http://localhost/", "http://[::1]/", "file:///etc/passwd", "http://0/"):
        assert problem(client, f"http://feeds.klaster.lt/to?{there}") == Problem.ADDRESS
    assert {host for host, _port in internet.connected} == {PUBLIC}


def test_three_redirects_and_no_more(web):
    client, _internet = client_of(web)
    url = "http://feeds.klaster.lt/to?/to?/to?/plain"
    assert client.request("GET", url).url == "http://feeds.klaster.lt/plain"
    assert problem(client, url.replace("/plain", "/to?/plain")) == Problem.REDIRECTS
    assert problem(client, "http://feeds.klaster.lt/loop") == Problem.REDIRECTS
    assert len(web.asked) == 4 + 4 + 4


def test_secrets_do_not_travel_to_another_host_and_posts_are_not_sent_on(web, other):
    client, _internet = client_of(web, other=other)
    headers = {"Authorization": "Bearer secret", "Accept": "text/html"}
    client.request("GET", "http://feeds.klaster.lt/to?http://other.klaster.lt/plain", headers=headers)
    ((_method, _path, sent),) = other.asked
    assert "Authorization" not in sent
    assert sent["Accept"] == "text/html"
    answer = client.request("POST", "http://feeds.klaster.lt/to?http://other.klaster.lt/plain", body=b"{}")
    assert answer.status == 302
    assert len(other.asked) == 1


def test_no_proxy_of_the_environment_is_used(web, canary, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.server_address[1]}")
    client, _internet = client_of(web)
    assert client.request("GET", "http://feeds.klaster.lt/").body == b"labas"


def test_packed_pages_are_unpacked(web):
    client, _internet = client_of(web)
    assert client.request("GET", "http://feeds.klaster.lt/packed").body == "žuvis".encode() * 1000


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("bomb", Problem.LARGE),
        ("large", Problem.LARGE),
        ("endless", Problem.LARGE),
        ("cut", Problem.PROTOCOL),
        ("brotli", Problem.PROTOCOL),
        ("garbage", Problem.PROTOCOL),
        ("drip", Problem.SLOW),
        ("silent", Problem.SLOW),
    ],
)
def test_what_misbehaves_is_left_in_time(web, name, found):
    client, _internet = client_of(web, seconds=1)
    began = time.monotonic()
    assert problem(client, f"http://feeds.klaster.lt/{name}") == found
    assert time.monotonic() - began < 2.5


def test_exactly_the_limit_is_not_too_large(web):
    client, _internet = client_of(web, max_bytes=5)
    assert client.request("GET", "http://feeds.klaster.lt/plain").body == b"labas"
    client, _internet = client_of(web, max_bytes=4)
    assert problem(client, "http://feeds.klaster.lt/plain") == Problem.LARGE


def test_names_that_do_not_exist_or_take_for_ever(web):
    client, _internet = client_of(web, connect_seconds=0.3)

    def unknown(host, port):
        raise OSError("Name or service not known")

    client.resolve = unknown
    assert problem(client) == Problem.UNREACHABLE
    release = threading.Event()
    client.resolve = lambda host, port: release.wait(5) and [PUBLIC]
    began = time.monotonic()
    assert problem(client) == Problem.SLOW
    assert time.monotonic() - began < 2
    release.set()


def test_the_second_address_is_tried_where_the_first_is_silent(web):
    client, internet = client_of(web, names={"feeds.klaster.lt": [OTHER, PUBLIC]})
    assert client.request("GET", "http://feeds.klaster.lt/").status == 200
    assert internet.connected == [(OTHER, 80), (PUBLIC, 80)]


def certificate(name, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / f"{name}.pem"
    file.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def test_tls_is_for_the_name_though_the_address_is_connected(tmp_path):
    file, asked_for = certificate("feeds.klaster.lt", tmp_path), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    server = Web()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server):
        client, internet = client_of(server)
        assert problem(client, "https://feeds.klaster.lt/") == Problem.CERTIFICATE, "nobody vouches for it"
        client.tls = ssl.create_default_context(cafile=str(file))
        assert client.request("GET", "https://feeds.klaster.lt/").body == b"labas"
        client.resolve = lambda host, port: [PUBLIC]
        assert problem(client, "https://other.klaster.lt/") == Problem.CERTIFICATE, "a certificate of another name"
    assert asked_for[:2] == ["feeds.klaster.lt", "feeds.klaster.lt"]
    assert internet.connected[0] == (PUBLIC, 443)


def test_the_system_resolver_is_really_asked(canary):
    """Without any stand-in: this machine's own names and numbers lead nowhere."""
    for url in ("http://localhost.localdomain/", "http://127.0.0.1/", "http://localhost/"):
        with pytest.raises(OutboundError) as error:
            outbound.get(url)
        assert error.value.problem == Problem.ADDRESS
    assert outbound.look_up("localhost", 80) != []
