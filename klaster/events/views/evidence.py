"""What events prove, for whoever reports: coordinators of their clusters, the office of the whole network."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import exports
from klaster.directory.models import Cluster
from klaster.directory.workspace import Desk
from klaster.events import evidence
from klaster.events.evidence import Scope
from klaster.events.models import Event

ALL_YEARS = "all"


@never_cache
@require_GET
def my_evidence(request: HttpRequest) -> HttpResponse:
    """The numbers of a year, and the events they are counted of."""
    clusters = clusters_of(request)
    scope = scope_of(request, clusters)
    events = list(evidence.events_held(scope))
    seen = evidence.recorded([event.pk for event in events])
    context = {
        "desk": Desk(request.user),  # type: ignore[arg-type]
        "clusters": clusters,
        "sees_all": sees_all(request),
        "years": years(),
        "scope": scope,
        "figures": [(figure, is_known(figure, has_seen=bool(seen))) for figure in evidence.figures(scope)],
        "events": [(event, event.pk in seen) for event in events],
        "stated": evidence.stated(scope),
    }
    return render(request, "events/my_evidence.html", context)


@never_cache
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def my_evidence_file(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The same numbers as a table."""
    scope = scope_of(request, clusters_of(request))
    has_seen = bool(evidence.recorded(evidence.events_held(scope)))
    rows = [
        (capfirst(str(figure.label)), figure.value if is_known(figure, has_seen=has_seen) else _("not known"))
        for figure in evidence.figures(scope)
    ]
    year = str(scope.first.year) if scope.first else _("all years")
    said = [year, str(scope.cluster or _("the whole network"))]
    page = exports.list_page("my_evidence")
    return tables.response(
        exports.table(request, _("Events as evidence"), page, [_("What"), _("How many")], rows, said), ending
    )


def is_known(figure: evidence.Figure, *, has_seen: bool) -> bool:
    """Where nobody wrote down who came, what is counted of them is not nothing: it is not known."""
    return has_seen or figure.code in ("events", "events_recorded", "registered")


def clusters_of(request: HttpRequest) -> list[Cluster]:
    """Those whose events this person reports of. Not allowed is 404."""
    if not request.user.has_perm("events.add_event"):
        raise Http404
    if sees_all(request):
        return list(Cluster.objects.filter(pk__in=Event.objects.real().values("cluster")).by_name())
    return list(Cluster.objects.kept_by(request.user).by_name())


def sees_all(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_secretariat", False) or request.user.is_superuser)


def years() -> list[int]:
    """From this one back to the first of which an event is known."""
    now = timezone.localdate().year
    begun = [int(str(event.happened)[:4]) if event.starts is None else event.starts.year
             for event in evidence.events_held(Scope())]  # fmt: skip
    return list(range(now, min([now, *begun]) - 1, -1))


def scope_of(request: HttpRequest, clusters: Sequence[Cluster]) -> Scope:
    """What was asked; without an answer this year, and of the office all clusters, of others their first."""
    asked = request.GET.get("cluster", "")
    cluster = next((each for each in clusters if each.slug == asked), None if sees_all(request) else clusters[0])
    year = request.GET.get("year", "")
    if year == ALL_YEARS:
        return Scope(cluster=cluster)
    is_year = len(year) == 4 and year.isascii() and year.isdecimal() and year > "1000"
    number = int(year) if is_year else timezone.localdate().year
    return Scope(datetime.date(number, 1, 1), datetime.date(number, 12, 31), cluster=cluster)
