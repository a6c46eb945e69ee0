"""The desk after an event: what is done, what is left, and the report."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from klaster.core import audit, errors, pdf, tables
from klaster.core.files import attachment
from klaster.core.limits import limited
from klaster.events import after, desk, report
from klaster.events.when import when


@require_GET
def event_after(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    return render(request, "events/event_after.html", {"event": event, "steps": after.steps(event)})


@require_GET
def event_report(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures on a page, and what can be taken away."""
    event = desk.event_for(request, slug, "events.read_registrations")
    context = {"event": event, "when": when(event), "report": report.report(event)}
    return render(request, "events/event_report.html", context)


@require_GET
@limited("report", limit=20, per=60, methods=["GET"])
def event_report_file(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """The report as PDF or XLSX; with the people's names only where they are asked for."""
    event = desk.event_for(request, slug, "events.read_registrations")
    names = "names" in request.GET
    found = report.report(event, names=names)
    title = _("Report: %(event)s") % {"event": event.title}
    try:
        if ending == "pdf":
            answer = pdf.download(report.paper(found), f"{title}.pdf")
        else:
            answer = attachment(io.BytesIO(report.workbook(found)), f"{title}.xlsx")
            answer["Content-Type"] = tables.XLSX
    except pdf.PdfUnavailable as problem:
        return errors.page(request, 503, template="events/no_paper.html", exception=problem)
    audit.record(gettext_noop("exported the report"), event, by=request.user,
                 after={"format": ending, "names": names, "people": len(found.people)})  # fmt: skip
    return answer
