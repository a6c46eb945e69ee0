"""What the office sees of the platform's own records. Nobody edits them; texts of letters are not shown."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from procrastinate.contrib.django.models import ProcrastinateJob
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup

from klaster.core import jobs
from klaster.core.models import AuditEvent, Letter
from klaster.core.office import ReadOnlyTable
from klaster.core.office.filters import TableFilter
from klaster.core.office.views import ChangesColumn, IndexView
from klaster.directory.models import Cluster, Organisation


class Acts(ReadOnlyTable):
    model, icon, menu_label = AuditEvent, "history", _("Who did what")
    find_in = ("action", "object_text", "program")
    filters = ["object_type", "program"]
    list_prefetch_related = ("actor", "on_behalf_of")
    inspect_view_enabled = False

    @cached_property
    def list_display(self) -> list[Any]:
        return [
            DateColumn("at", label=_("When"), sort_key="id"),
            Column("who", label=_("Who")),
            Column("action", label=_("What was done"), accessor=lambda event: gettext(event.action)),
            Column("kind", label=_("Kind of record")),
            Column("object_text", label=_("Record")),
            ChangesColumn("changes", label=_("Before and after")),
        ]


class Letters(ReadOnlyTable):
    model, icon = Letter, "mail"
    find_in = ("purpose", "address", "subject")
    filters = ["state", "kind", "language"]
    list_display = ("subject", "address", "purpose", "state", "tries", "written_at", "sent_at")
    fields = ["subject", "address", "purpose", "kind", "language", "state", "tries", "error", "written_at", "sent_at"]
    export_exclude = ("body", "html", "message_id", "key")


# The library speaks English only.
JOB_STATES = {
    "todo": _("queued"),
    "doing": _("running"),
    "succeeded": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "aborting": _("being stopped"),
    "aborted": _("stopped"),
}


class RetryColumn(Column):
    """A button beside jobs that were parked."""

    cell_template_name = "pages/office/retry.html"

    def get_cell_context_data(self, instance: ProcrastinateJob, parent_context: Any) -> dict[str, Any]:
        request = parent_context["request"]
        may = request.user.has_perm("procrastinate.retry_procrastinatejob")
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"may": may and instance.status == "failed", "csrf_token": get_token(request)}


@require_POST
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may not is told that there is no such page, as everywhere in the office."""
    if not request.user.has_perm("procrastinate.retry_procrastinatejob"):
        raise Http404
    get_object_or_404(ProcrastinateJob, pk=pk)
    try:
        jobs.retry_parked(pk, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, gettext("The job is queued again. If it fails, it comes back to this list."))
    return redirect("procrastinatejob:index")


class JobFilter(TableFilter):
    status = django_filters.ChoiceFilter(label=_("State"), choices=list(JOB_STATES.items()))

    class Meta:
        model = ProcrastinateJob
        fields = ["status"]


class JobPages(WagtailPaginator):
    @property
    def items_count_label(self) -> str:
        return ngettext("%(number)s job", "%(number)s jobs", self.count) % {"number": self.count}


class JobList(IndexView):
    """Under our name: the library's is "procrastinate job" in every language."""

    page_title = _("Jobs")
    verbose_name_plural = _("Jobs")
    paginator_class = JobPages


class Jobs(ReadOnlyTable):
    """What workers do. A failed job was tried five times; what it was called with is not shown."""

    model, icon, menu_label = ProcrastinateJob, "tasks", _("Jobs")
    find_in = ("task_name",)
    index_view_class, filterset_class = JobList, JobFilter
    inspect_view_enabled = False
    export_exclude = ("args", "lock", "queueing_lock", "worker", "abort_requested")

    @cached_property
    def list_display(self) -> list[Any]:
        return [
            Column("id", label=pgettext_lazy("of a job", "Number"), sort_key="id"),
            Column("task_name", label=_("Task"), sort_key="task_name"),
            Column(
                "status",
                label=_("State"),
                sort_key="status",
                accessor=lambda job: JOB_STATES.get(job.status, job.status),
            ),
            Column("attempts", label=_("Tries"), sort_key="attempts"),
            DateColumn("scheduled_at", label=_("Planned for"), sort_key="scheduled_at"),
            RetryColumn("retry", label=_("Actions")),
        ]

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("<int:pk>/retry/", retry_job, name="retry")]


class RecordsGroup(ModelViewSetGroup):
    menu_label, menu_icon, menu_order = _("Journal"), "history", 800
    items = (Acts, Letters, Jobs)


class DirectorySummary(SummaryItem):
    """Figures on the first page of the office."""

    order = 50
    template_name = "pages/office/summary.html"

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm("directory.view_cluster"))

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        clusters, organisations = Cluster.objects.count(), Organisation.objects.count()
        return {
            "entries": [
                {
                    "icon": "group",
                    "url": "cluster:index",
                    "words": ngettext("%(number)s cluster", "%(number)s clusters", clusters) % {"number": clusters},
                },
                {
                    "icon": "home",
                    "url": "organisation:index",
                    "words": ngettext("%(number)s organisation", "%(number)s organisations", organisations)
                    % {"number": organisations},
                },
            ]
        }
