"""How often somebody may do something. Counted in the database, so that all processes of the site count together.

@limited("contact", limit=5, per=3600)          # POST only: showing the form costs nothing
@limited("search", limit=60, per=60, methods=["GET"])
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from klaster.core.models import RateCount

log = structlog.get_logger(__name__)

View = Callable[..., HttpResponse]

COUNT = """
insert into core_ratecount (scope, who, until, count) values (%s, %s, %s, 1)
on conflict (scope, who, until) do update set count = core_ratecount.count + 1
returning count
"""


class RateLimited(Exception):
    """Too often; `retry_after` says in how many seconds it may be tried again. The site answers 429."""

    def __init__(self, retry_after: int):
        super().__init__(f"Try again in {retry_after} seconds.")
        self.retry_after = retry_after


def hit(scope: str, who: str, *, limit: int, per: int) -> int:
    """Count one use of `scope` by `who`; raises RateLimited beyond `limit` uses in a window of `per` seconds.

    Returns how many are left. Call it before the action and outside its transaction: one that fails must count too.
    """
    now = time.time()
    until = (int(now) // per + 1) * per
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [scope, who, until])
        (count,) = cursor.fetchone()
    if count > limit:
        if count == limit + 1:
            log.warning("limit reached", scope=scope, who=who)  # once a window
        raise RateLimited(max(1, int(until - now) + 1))
    return limit - count


def who_of(request: HttpRequest) -> str:
    """Who is counted: the person behind the request, else the network address."""
    person = getattr(request, "actor", None) or getattr(request, "user", None)
    if person is not None and person.is_authenticated:
        return f"person {person.pk}"
    return f"address {network_of(client_address(request))}"


def client_address(request: HttpRequest) -> str:
    """The address the request came from. X-Forwarded-For counts only as far as our own proxies wrote it."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """What one customer of a provider holds: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ipaddress.ip_network((ip, 64), strict=False))
        ip = ip.ipv4_mapped
    return str(ip)


def limited(
    scope: str,
    *,
    limit: int,
    per: int,
    methods: Iterable[str] = ("POST",),
    who: Callable[[HttpRequest], str] = who_of,
    when: Callable[[HttpRequest], bool] = lambda request: True,
) -> Callable[[View], View]:
    """Let a view be used `limit` times in `per` seconds; only requests of `methods` for which `when` holds count."""
    counted = frozenset(methods)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in counted and when(request):
                hit(scope, who(request), limit=limit, per=per)
            return view(request, *args, **kwargs)

        return checked

    return decorate


# Two a second is more than anybody types, pages through and narrows; all lists of the site count together.
FINDS_EACH_MINUTE = 120


def limited_finding(view: View) -> View:
    """For lists and tables that look for the words in `?q=`: those words cost a search, the list alone does not."""

    def has_words(request: HttpRequest) -> bool:
        return bool(request.GET.get("q", "").strip())

    return limited("find", limit=FINDS_EACH_MINUTE, per=60, methods=["GET"], when=has_words)(view)


def forget_old() -> int:
    """Delete the counts of windows that are over; a job does it every hour."""
    deleted, _by_model = RateCount.objects.filter(until__lt=int(time.time())).delete()
    return deleted
