"""One log line a request, with an address nobody can invent: X-Forwarded-For counts only from our own proxies."""

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from klaster.core.limits import client_address


class RequestLogMiddleware(RequestMiddleware):
    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request))
