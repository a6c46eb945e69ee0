"""The one module that talks to foreign addresses: feeds, sister networks, registers.

    answer = outbound.get(feed.url, accept="application/atom+xml, application/rss+xml")

It looks a name up once, judges every answer (addresses.py), connects to the very address it judged, and keeps its
limits of time, size and redirects. There is no proxy, neither from the environment nor from a person. Nothing it
returns is clean: bytes are judged by whoever asked for them. Other HTTP libraries are forbidden (.importlinter).
"""

from __future__ import annotations

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookupTimeout
from dataclasses import dataclass, field
from typing import Any

import httpcore
import structlog
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from klaster.core import addresses
from klaster.core.addresses import BadAddress, Target

log = structlog.get_logger(__name__)

MAX_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
CHUNK = 64 * 1024
Resolver = Callable[[str, int], list[str]]


class Problem(TextChoices):
    """Why nothing came, in words a person may read; what the other side said is never shown."""

    ADDRESS = "address", _("This address is not on the public internet.")
    UNREACHABLE = "unreachable", _("The server does not answer.")
    SLOW = "slow", _("The server answers too slowly.")
    LARGE = "large", _("The answer is too large.")
    REDIRECTS = "redirects", _("The address leads in circles.")
    CERTIFICATE = "certificate", _("The server's certificate is not valid.")
    PROTOCOL = "protocol", _("The server's answer could not be read.")


class OutboundError(Exception):
    def __init__(self, problem: Problem, detail: str = ""):
        super().__init__(f"{problem.value}: {detail}")
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True)
class Limits:
    """Seconds for all together and for connecting; bytes of the body after it was inflated."""

    seconds: float = 20
    connect_seconds: float = 5
    max_bytes: int = 5_000_000


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are lower-case; `url` is where the redirects ended."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def look_up(host: str, port: int) -> list[str]:
    """Every address the name stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


@dataclass
class Client:
    """The guarded client. Tests give it another `resolve` and another `network`; the judging is always ours."""

    limits: Limits = field(default_factory=Limits)
    resolve: Resolver = look_up
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    tls: ssl.SSLContext | None = None
    is_own: bool = False  # an address the administrator set, not a person: on this machine or network, at any port

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Ask; GET and HEAD follow up to three redirects. Raises OutboundError."""
        deadline = Deadline(self.limits.seconds)
        try:
            target = addresses.own(url) if self.is_own else addresses.parse(url)
            for _hop in range(MAX_REDIRECTS + 1):
                answer = self._ask(method, target, dict(headers or {}), body, deadline)
                location = answer.headers.get("location")
                if answer.status not in REDIRECTS or not location or method not in ("GET", "HEAD"):
                    return answer
                there = addresses.follow(target, location)
                if there.host != target.host:
                    headers = {name: value for name, value in (headers or {}).items() if name.lower() == "accept"}
                target = there
            raise OutboundError(Problem.REDIRECTS, url)
        except BadAddress as error:
            log.info("outbound refused", reason=str(error))
            raise OutboundError(Problem.ADDRESS, str(error)) from None

    def _ask(
        self, method: str, target: Target, headers: dict[str, str], body: bytes | None, deadline: Deadline
    ) -> Answer:
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        sent = {
            "Host": target.host,
            "User-Agent": f"Klaster (+{settings.SITE_URL})",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
            **headers,
        }
        backend = GuardedNetwork(self.network, self.resolve, deadline, self.limits, is_own=self.is_own)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self.tls or httpcore.default_ssl_context(), network_backend=backend
                ) as pool,
                pool.stream(method, url, headers=list(sent.items()), content=body) as response,
            ):
                received = {name.decode("latin-1").lower(): v.decode("latin-1") for name, v in response.headers}
                text = b"".join(inflate(response.iter_stream(), received, self.limits.max_bytes))
                return Answer(response.status, received, text, target.url)
        except httpcore.TimeoutException as error:
            raise OutboundError(Problem.SLOW, str(error)) from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, zlib.error, ValueError) as error:
            if isinstance(error, BadAddress):
                raise
            raise OutboundError(Problem.PROTOCOL, str(error)) from None
        except (httpcore.NetworkError, OSError) as error:
            certificate = isinstance(error.__cause__ or error.__context__, ssl.SSLCertVerificationError)
            problem = Problem.CERTIFICATE if certificate else Problem.UNREACHABLE
            raise OutboundError(problem, str(error)) from None


def get(url: str, *, accept: str = "*/*", limits: Limits | None = None, **headers: str) -> Answer:
    """Fetch a page or a file; see Client.request. Keyword headers: `if_none_match="…"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(limits or Limits()).request("GET", url, headers={"Accept": accept, **named})


class Deadline:
    """One clock over all steps of a request, so that a byte a second does not last for ever."""

    def __init__(self, seconds: float):
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException("out of time")
        return left if at_most is None else min(left, at_most)


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects only to addresses that were judged: no second look-up, and the peer is asked who it is."""

    def __init__(
        self,
        network: httpcore.NetworkBackend,
        resolve: Resolver,
        deadline: Deadline,
        limits: Limits,
        *,
        is_own: bool = False,
    ):
        self._network, self._resolve, self._deadline, self._limits = network, resolve, deadline, limits
        self._is_own = is_own

    def _judge(self, text: str) -> addresses.Address:
        if self._is_own:
            return addresses.read(text)
        return addresses.judge(text, also_refused=settings.OUTBOUND_REFUSED_NETWORKS)

    def connect_tcp(self, host: str, port: int, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        judged = [self._judge(answer) for answer in self._look_up(host, port)]  # one bad answer refuses the name
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in judged:
            try:
                stream = self._network.connect_tcp(
                    str(address), port, timeout=self._deadline.left(self._limits.connect_seconds)
                )
            except httpcore.NetworkError as error:
                failure = error
                continue
            peer = stream.get_extra_info("server_addr")
            if peer is None or (not self._is_own and addresses.judge(peer[0]) != address):
                stream.close()
                raise BadAddress("another peer than the one judged")
            return TimedStream(stream, self._deadline, self._limits)
        raise failure

    def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        raise BadAddress("a socket of this machine")

    def _look_up(self, host: str, port: int) -> list[str]:
        """In a thread of its own: the system's resolver knows no deadline."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="look-up")
        try:
            wait = self._deadline.left(self._limits.connect_seconds)
            return pool.submit(self._resolve, host, port).result(timeout=wait)
        except LookupTimeout:
            raise httpcore.ConnectTimeout(f"{host}: no answer from the name server") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from None
        finally:
            pool.shutdown(wait=False)


class TimedStream(httpcore.NetworkStream):
    """Reads and writes within the time and the bytes that are left, whatever the other side does."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, limits: Limits):
        self._stream, self._deadline, self._limits = stream, deadline, limits
        self._room = limits.max_bytes + 200_000  # for headers and the frame of chunks

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._deadline.left(timeout))
        self._room -= len(data)
        if self._room < 0:
            raise OutboundError(Problem.LARGE, "on the wire")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return TimedStream(inner, self._deadline, self._limits)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def inflate(chunks: Iterator[bytes], headers: Mapping[str, str], max_bytes: int) -> Iterator[bytes]:
    """The body as it was before it was packed; a bomb is left as soon as it passes the limit."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise OutboundError(Problem.PROTOCOL, f"encoding {encoding!r}")
    unpack = zlib.decompressobj(31) if "gzip" in encoding else None
    room = max_bytes
    for chunk in chunks:
        for part in _parts(unpack, chunk, room) if unpack else (chunk,):
            room -= len(part)
            if room < 0:
                raise OutboundError(Problem.LARGE, f"more than {max_bytes} bytes")
            yield part
    if unpack and not unpack.eof:
        raise OutboundError(Problem.PROTOCOL, "cut off")


def _parts(unpack: Any, chunk: bytes, room: int) -> Iterator[bytes]:
    """Never more than a little beyond the room at once, however small the chunk."""
    while not unpack.eof:
        most = min(CHUNK, room + 1)
        part = unpack.decompress(chunk, most)
        room -= len(part)
        yield part
        chunk = unpack.unconsumed_tail
        if not chunk and len(part) < most:
            return
