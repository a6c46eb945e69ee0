"""Tables come in step by step: the file, its columns, a look at every row, the report, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import actions
from klaster.directory.import_forms import ColumnsForm, ReadForm, TableForm
from klaster.directory.imports import blanks, matching, shown
from klaster.directory.models import Cluster, Import
from klaster.directory.views.answers import follows_former_addresses, telling
from klaster.directory.views.editing import cluster_to_keep, crumbs

ROWS_A_PAGE, IMPORTS_A_PAGE = 50, 30
SAMPLES = 3


def own_import(request: HttpRequest, pk: int) -> Import:
    """One's own; 404 for another's, 403 for one's own whose cluster one keeps no more."""
    rows = Import.objects.visible_to(request.user).select_related("cluster")
    import_ = get_object_or_404(rows, pk=pk)
    if not request.user.has_perm("directory.change_import", import_):
        raise PermissionDenied
    return import_


def page_of(import_: Import) -> str:
    """Where this import goes on."""
    pages = {Import.State.MAPPING: "import_columns", Import.State.CHECKED: "import_check"}
    return reverse(pages.get(import_.state, "import_detail"), args=[import_.pk])


def trail(import_: Import, here: str) -> list[dict[str, str]]:
    if import_.cluster:
        members = {"title": _("Members"), "url": reverse("cluster_members", args=[import_.cluster.slug])}
        return [*crumbs(import_.cluster), members, {"title": here, "url": ""}]
    return [{"title": _("Imports"), "url": reverse("import_list")}, {"title": here, "url": ""}]


@never_cache
@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    """One's own imports; the office may begin one of organisations here."""
    rows = Import.objects.visible_to(request.user).select_related("cluster").order_by("-pk")
    page = Paginator(rows, IMPORTS_A_PAGE).get_page(request.GET.get("page"))
    for import_ in page:
        import_.page = page_of(import_)
    context = {"page": page, "may_import": request.user.has_perm("directory.import_organisations")}
    return render(request, "directory/import_list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@limited("import", limit=30, per=3600)
@follows_former_addresses(Cluster)
def import_members(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug, "directory.change_members")
    trail = crumbs(cluster, _("Import members"))
    return upload(request, cluster, {"what": Import.What.MEMBERS, "cluster": cluster, "crumbs": trail})


@never_cache
@require_http_methods(["GET", "POST"])
@limited("import", limit=30, per=3600)
def import_organisations(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("directory.import_organisations"):
        raise PermissionDenied
    trail = [{"title": _("Imports"), "url": reverse("import_list")}, {"title": _("Import organisations"), "url": ""}]
    return upload(request, None, {"what": Import.What.ORGANISATIONS, "cluster": None, "crumbs": trail})


def upload(request: HttpRequest, cluster: Cluster | None, context: dict[str, Any]) -> HttpResponse:
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            import_ = actions.start_import(file.read(), name=file.name, by=request.user, cluster=cluster)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect(page_of(import_))
    context |= {"form": form, "headings": blanks.headings(context["what"])}
    return render(request, "directory/import_upload.html", context, status=422 if form.is_bound else 200)


@require_GET
def import_blank(request: HttpRequest, what: str, ending: str) -> HttpResponseBase:
    """An empty table to fill in."""
    if what not in Import.What.values:
        raise Http404
    return tables.response(blanks.table(what), ending)


@never_cache
@require_http_methods(["GET", "POST"])
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands in which column."""
    import_ = own_import(request, pk)
    if import_.state not in (Import.State.MAPPING, Import.State.CHECKED):
        return redirect(page_of(import_))
    form = ColumnsForm(request.POST or None, instance=import_, samples=shown.samples(import_, SAMPLES))
    if form.is_valid():
        try:
            import_ = actions.name_columns(import_, by=request.user, mapping=form.mapping(), values=form.values())
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            return redirect(page_of(import_))
    return columns_page(request, import_, form, ReadForm(import_=import_))


def columns_page(request: HttpRequest, import_: Import, form: ColumnsForm, read_form: ReadForm) -> HttpResponse:
    context = {
        "import": import_,
        "cluster": import_.cluster,
        "form": form,
        "read_form": read_form,
        "earlier": shown.earlier(import_),
        "steps": shown.steps(import_, 1),
        "crumbs": trail(import_, _("Columns")),
    }
    status = 422 if form.is_bound or read_form.is_bound else 200
    return render(request, "directory/import_columns.html", context, status=status)


@never_cache
@require_POST
def import_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the file once more, as its sender says."""
    import_ = own_import(request, pk)
    form = ReadForm(request.POST, import_=import_)
    if form.is_valid():
        wishes = {name: value for name, value in form.cleaned_data.items() if value}
        if wishes.get("sheet", import_.sheet) != import_.sheet:
            wishes.pop("header_line", None)  # it was that of the other sheet
        try:
            actions.read_again(import_, by=request.user, **wishes)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            return redirect("import_columns", pk=pk)
    import_.refresh_from_db()
    columns = ColumnsForm(instance=import_, samples=shown.samples(import_, SAMPLES))
    return columns_page(request, import_, columns, form)


@never_cache
@require_http_methods(["GET", "POST"])
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row as it would come in, what is wrong with it, and whether the directory has it already."""
    import_ = own_import(request, pk)
    if import_.state != Import.State.CHECKED:
        return redirect(page_of(import_))
    problem = ""
    if request.method == "POST":
        try:
            answer = answered(request, import_)
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            return answer
    chosen = request.GET.get("show", "")
    rows = shown.filtered(import_, chosen).order_by("line")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "import": import_,
        "cluster": import_.cluster,
        "problem": problem,
        "page": page,
        "rows": shown.preview(import_, list(page)),
        "counts": shown.counts(import_),
        "near_rows": matching.NEAR_ROWS,
        "tabs": shown.tabs(import_, chosen),
        "steps": shown.steps(import_, 2),
        "crumbs": trail(import_, _("Check")),
    }
    return render(request, "directory/import_check.html", context, status=422 if problem else 200)


def answered(request: HttpRequest, import_: Import) -> HttpResponse:
    """Keep what was chosen on this page of rows, then do what the button says."""
    choices = shown.choices(request.POST)
    actions.decide(import_, by=request.user, choices=choices)
    act = request.POST.get("do", "")
    if act == "confirm":
        without_errors = bool(request.POST.get("without_errors"))
        return redirect(actions.confirm_import(import_, by=request.user, without_errors=without_errors))
    if act in ("new", "skip"):
        count = actions.decide_the_rest(import_, by=request.user, decision=act)
        words = ngettext("%(count)s row was answered.", "%(count)s rows were answered.", count)
        messages.success(request, words % {"count": count})
    elif choices:
        messages.success(request, _("Saved."))
    return redirect(request.get_full_path())


@never_cache
@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and in the end what came of it."""
    import_ = own_import(request, pk)
    if import_.state in (Import.State.MAPPING, Import.State.CHECKED) or (request.htmx and not import_.is_working):
        url = page_of(import_)
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    chosen = request.GET.get("show", "")
    page = Paginator(shown.reported(import_, chosen).order_by("line"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "import": import_,
        "cluster": import_.cluster,
        "percent": shown.percent(import_),
        "page": page,
        "rows": shown.report(list(page)),
        "tabs": shown.report_tabs(import_, chosen),
        "figures": shown.figures(import_),
        "can_undo": import_.state == Import.State.DONE and import_.rows.exists(),
        "steps": shown.steps(import_, 3),
        "crumbs": trail(import_, _("Report")),
    }
    return render(request, "directory/import_detail.html", context)


@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    import_ = own_import(request, pk)
    with telling(request):
        actions.undo_import(import_, by=request.user)
    return redirect("import_detail", pk=pk)


@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file before anything was written."""
    import_ = own_import(request, pk)
    try:
        actions.discard_import(import_, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("import_detail", pk=pk)
    messages.success(request, _("The file and its rows are deleted. Nothing was imported."))
    return redirect("import_list")
