"""Whole public pages, kept in the memory of the process for visitors who are not signed in (decision 0081).

A page is kept when nothing of the person who asked is in it: no session, no cookie that was looked at (but for the
theme, of which there are three), no token of a form, no nonce, no message. It is given away as long as nothing has
changed that public pages show (core/freshness.py), and until midnight. First in MIDDLEWARE, so that all the others have
written their headers into what is kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from klaster.core import freshness, languages, themes

LARGEST = 400_000  # bytes of a page that is kept
LONGEST_QUERY = 300
MOST_PARAMETERS = 20
SHARE_OF_QUERIES = 4  # pages with a query string may take a quarter: a flood of them pushes out none without
# What an answer may depend on besides its address. Cookie is what reading the (empty) session adds.
KNOWN_VARY = {"cookie", "hx-request", "hx-history-restore-request"}
MESSAGES_COOKIE = "messages"

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Page:
    body: bytes
    headers: dict[str, tuple[str, str]]  # as ResponseHeaders has them, so that they need not be checked again
    etag: str

    @property
    def size(self) -> int:
        return len(self.body) + 1000

    def answer(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("HTTP_IF_NONE_MATCH")
        if asked and any(tag in ("*", self.etag) for tag in parse_etags(asked)):
            response: HttpResponse = HttpResponseNotModified()
            kept = {name: pair for name, pair in self.headers.items() if name not in ("content-type", "content-length")}
            response.headers._store = kept  # type: ignore[attr-defined]
            return response
        response = HttpResponse(self.body, content_type="text/html")
        response.headers._store = self.headers.copy()  # type: ignore[attr-defined]
        return response


class Shelf:
    """Pages up to a size in bytes; those asked for longest ago go first."""

    def __init__(self, most: int):
        self.most, self.size = most, 0
        self._pages: OrderedDict[Key, Page] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key) -> Page | None:
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def put(self, key: Key, page: Page) -> None:
        if old := self._pages.pop(key, None):
            self.size -= old.size
        self._pages[key] = page
        self.size += page.size
        while self.size > self.most:
            _key, oldest = self._pages.popitem(last=False)
            self.size -= oldest.size


class Store:
    """Pages of one state of the public data."""

    def __init__(self, most: int):
        self.most = most
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self._token: freshness.Token | None = None
        self.plain, self.queried = Shelf(self.most), Shelf(self.most // SHARE_OF_QUERIES)

    def _shelf(self, key: Key) -> Shelf:
        return self.queried if key[3] else self.plain

    def get(self, key: Key, token: freshness.Token) -> Page | None:
        with self._lock:
            return self._shelf(key).get(key) if token == self._token else None

    def put(self, key: Key, page: Page, token: freshness.Token) -> None:
        """Keep a page that was begun in this state. One older than a state already seen is not kept."""
        with self._lock:
            if self._token is None or token.is_after(self._token):
                self.clear()
                self._token = token
            if token == self._token and not token.is_over:
                self._shelf(key).put(key, page)


class NotedCookies(dict[str, str]):
    """Cookies that remember which of them were looked at, whether they were there or not."""

    def __init__(self, cookies: dict[str, str]):
        super().__init__(cookies)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self.read.update(super().keys())
        return super().__iter__()

    def keys(self) -> Any:
        self.read.update(super().keys())
        return super().keys()

    def items(self) -> Any:
        self.read.update(super().keys())
        return super().items()

    def values(self) -> Any:
        self.read.update(super().keys())
        return super().values()


store = Store(settings.KEPT_PAGES_MB * 1_000_000)


class KeptPagesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.prefixes = tuple(f"/{code}/" for code in languages.codes())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = self.key(request) if store.most else None
        token = freshness.current() if key else None
        if key is None or token is None:
            return self.get_response(request)
        page = store.get(key, token)
        if page:
            return page.answer(request)
        request.COOKIES = noted = NotedCookies(request.COOKIES)  # type: ignore[misc,assignment]
        response = self.get_response(request)
        if request.method == "GET" and is_for_everybody(request, response, noted, theme=key[-1]):
            page = keep(response)
            store.put(key, page, token)
            return page.answer(request)
        return response

    def key(self, request: HttpRequest) -> Key | None:
        """What an answer may depend on; None for a request whose answer may depend on more."""
        meta = request.META
        if request.method not in ("GET", "HEAD") or not request.path_info.startswith(self.prefixes):
            return None
        cookies = meta.get("HTTP_COOKIE", "")
        if cookies and (settings.SESSION_COOKIE_NAME in cookies or MESSAGES_COOKIE in cookies):
            return None
        if "HTTP_AUTHORIZATION" in meta or "HTTP_RANGE" in meta:
            return None
        query = normalised(meta.get("QUERY_STRING", ""))
        if query is None:
            return None
        htmx = (meta.get("HTTP_HX_REQUEST") == "true", meta.get("HTTP_HX_HISTORY_RESTORE_REQUEST") == "true")
        theme = themes.chosen(request) if themes.COOKIE in cookies else ""
        return (meta.get("HTTP_HOST", ""), request.is_secure(), request.path_info, query, htmx, theme)


def normalised(query: str) -> str | None:
    """The same question asked in another order is the same; None for one too long to be kept."""
    if not query:
        return ""
    if len(query) > LONGEST_QUERY:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return None
    return urlencode(sorted(pairs, key=lambda pair: pair[0])) or None


def is_for_everybody(request: HttpRequest, response: HttpResponse, cookies: NotedCookies, *, theme: str) -> bool:
    """Whether anybody who asks for this address, in this theme, may be given this answer."""
    if response.status_code != 200 or response.streaming or response.cookies or len(response.content) > LARGEST:
        return False
    if not response.get("Content-Type", "").startswith("text/html") or "Content-Disposition" in response:
        return False
    if response.get("Cache-Control", "") not in ("", "private" if theme else "") or "nonce-" in response.get(
        "Content-Security-Policy", ""
    ):
        return False
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    if not varies <= KNOWN_VARY or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return False
    heeded = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, MESSAGES_COOKIE, themes.COOKIE}
    return cookies.read <= heeded and not is_somebodys(request)


def is_somebodys(request: HttpRequest) -> bool:
    """A session was begun while answering, somebody is signed in, or a message waits."""
    session, user = getattr(request, "session", None), getattr(request, "_cached_user", None)
    if session is not None and session.accessed and (session.modified or not session.is_empty()):
        return True
    if user is not None and user.is_authenticated:
        return True
    messages = getattr(request, "_messages", None)
    return messages is not None and (messages.added_new or messages.used)


def keep(response: HttpResponse) -> Page:
    """The answer as it is kept. Browsers may keep it too, but ask each time whether it still holds."""
    body = response.content
    patch_vary_headers(response, ["Cookie", "HX-Request", "HX-History-Restore-Request"])
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache" if response.get("Cache-Control") == "private" else "no-cache"
    response["Content-Length"] = str(len(body))
    return Page(body, dict(response.headers._store), etag)  # type: ignore[attr-defined]
