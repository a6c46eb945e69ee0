"""What `manage.py check --deploy` says beyond Django: how the site connects, and what the machine lacks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from klaster.core import health


@register(Tags.database)
def server_is_new_enough(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    problem = health.server_problem() if databases else ""
    return [Error(problem, id="klaster.E001")] if problem else []


@register(Tags.database, deploy=True)
def site_does_not_own_its_tables(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        if not databases or not settings.PRODUCTION or not health.owns_tables():
            return []
    except DatabaseError:
        return []  # E001 says it
    return [
        Warning(
            "The site connects to the database as the owner of its tables, who can switch the audit's triggers off.",
            hint="Run `manage.py grant_app_role --to LOGIN` as the owner, and the site as LOGIN; see docs/operate.md.",
            id="klaster.W001",
        )
    ]


@register(Tags.security, deploy=True)
def workers_lose_no_connection(**kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION or not health.drops_connections():
        return []
    return [
        Warning(
            "net.ipv4.tcp_migrate_req is 0: connections waiting for a granian worker that ends are dropped.",
            hint="sysctl -w net.ipv4.tcp_migrate_req=1, or run one worker; see deploy/.",
            id="klaster.W002",
        )
    ]


@register(Tags.security, deploy=True)
def proxy_is_counted(**kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    return [
        Warning(
            "TRUSTED_PROXY_COUNT is 0: behind a proxy all visitors would share one rate limit and never seem secure.",
            hint="Set it to the number of proxies in front (deploy/Caddyfile: 1).",
            id="klaster.W003",
        )
    ]
