"""The site's addresses and some that go wrong."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.urls import path

from klaster.core.limits import RateLimited
from klaster.urls import handler400, handler403, handler404, handler500
from klaster.urls import urlpatterns as of_the_site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def raising(exception):
    @login_not_required
    def view(request, language=""):
        raise exception

    return view


@login_not_required
def slow(request, language=""):
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = 1")
        cursor.execute("select pg_sleep(1)")


@login_not_required
def form(request, language=""):
    return HttpResponse(len(request.POST))


class DatabaseAway:
    """Fails where no view is to blame."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        raise OperationalError("server closed the connection unexpectedly")


WRONG = {
    "suspicious": raising(SuspiciousOperation("no")),
    "denied": raising(PermissionDenied),
    "often": raising(RateLimited(90)),
    "fault": raising(ValueError("a secret in the message")),
    "away": raising(OperationalError("no route to 10.1.2.3")),
    "slow": slow,
    "form": form,
}
urlpatterns = [path(f"<str:language>/wrong/{name}/", view) for name, view in WRONG.items()]
urlpatterns += [path(f"wrong/{name}/", view) for name, view in WRONG.items()] + of_the_site
