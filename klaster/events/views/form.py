"""The organiser's desk: the registration form and the lot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.directory.views.answers import telling
from klaster.directory.views.editing import saved
from klaster.events import desk
from klaster.events.actions import form as actions
from klaster.events.actions import waiting
from klaster.events.forms.form_parts import CategoryForm, QuestionForm, QuotaForm
from klaster.events.forms.registration import RegisterForm, colleagues_for
from klaster.events.models import Category, Draw, Event, Question, Quota
from klaster.events.part_words import PartConverter

RIGHT = "events.change_event"


@dataclass(frozen=True)
class Part:
    word: str | Promise
    new: str | Promise
    model: Any
    form: Any
    relation: str
    has_order: bool = True


PARTS = {
    "category": Part(gettext_lazy("category"), gettext_lazy("New category"), Category, CategoryForm, "categories"),
    "quota": Part(gettext_lazy("quota"), gettext_lazy("New quota"), Quota, QuotaForm, "quotas", has_order=False),
    "question": Part(gettext_lazy("question"), gettext_lazy("New question"), Question, QuestionForm, "questions"),
}


class FormPartConverter(PartConverter):
    parts = PARTS


@never_cache
@require_GET
def event_form_edit(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    context = {
        "event": event,
        "categories": event.categories.order_by("position", "pk"),
        "quotas": event.quotas.select_related("category").order_by("category__position", "country"),
        "questions": event.questions.prefetch_related("categories").order_by("position", "pk"),
        "draw": Draw.objects.filter(event=event).first(),
        "by_lot": event.waiting_rule == Event.WaitingRule.LOTTERY,
        "waiting": event.registrations.filter(state="waiting").count(),
    }
    return render(request, "events/event_form_edit.html", context)


@never_cache
@require_GET
def event_form_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """As people see it; nothing is sent."""
    event = desk.event_for(request, slug)
    form = RegisterForm(request=request, event=event, is_for_others=True)
    context = {
        "event": event,
        "form": form,
        "colleagues": colleagues_for(event, rows=0),
        "preview": True,
        "may_add": False,
    }
    return render(request, "events/event_form_preview.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def form_part_new(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    return edit_part(request, event, part, PARTS[part].model(event=event))


@never_cache
@require_http_methods(["GET", "POST"])
def form_part_edit(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    event = desk.event_for(request, slug)
    return edit_part(request, event, part, part_of(event, part, pk))


def part_of(event: Event, part: str, pk: int) -> Any:
    row = get_object_or_404(getattr(event, PARTS[part].relation), pk=pk)
    row.event = event
    return row


def edit_part(request: HttpRequest, event: Event, name: str, row: Any) -> HttpResponse:
    part = PARTS[name]
    form = part.form(request.POST or None, instance=row)
    fresh, by = part.model(pk=row.pk, event=event), cast(Any, request.user)
    if saved(request, form, lambda: actions.save_part(fresh, by=by, values=form.values())):
        return back(event, name)
    answered = name == "question" and bool(row.pk) and row.answers.exists()
    context = {"event": event, "form": form, "name": name, "part": part, "row": row, "answered": answered}
    return render(request, "events/form_part.html", context, status=422 if request.method == "POST" else 200)


def back(event: Event, name: str) -> HttpResponse:
    return redirect(reverse("event_form_edit", args=[event.slug]) + f"#{PARTS[name].relation}")


@require_POST
def form_part_delete(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    event = desk.event_for(request, slug)
    with telling(request):
        actions.delete_part(part_of(event, part, pk), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Deleted."))
    return back(event, part)


@require_POST
def form_part_move(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    """Up or down in its list."""
    event = desk.event_for(request, slug)
    if not PARTS[part].has_order:
        raise Http404
    step = -1 if request.POST.get("do") == "up" else 1
    actions.reorder(part_of(event, part, pk), by=request.user, step=step)  # type: ignore[arg-type]
    return back(event, part)


# --- the lot --------------------------------------------------------------------------------------------------------
@require_POST
def event_draw(request: HttpRequest, slug: str) -> HttpResponse:
    """Prepare the lot, or draw it."""
    event = desk.event_for(request, slug)
    with telling(request):
        if request.POST.get("do") == "draw":
            seed = request.POST.get("seed", "").replace("\x00", "")
            winners = waiting.draw_lottery(event, by=request.user, seed=seed)  # type: ignore[arg-type]
            words = ngettext("The lot is drawn: %(n)s person takes part.", "The lot is drawn: %(n)s people take part.",
                             len(winners))  # fmt: skip
            messages.success(request, words % {"n": len(winners)})
        else:
            waiting.prepare_draw(event, by=request.user)  # type: ignore[arg-type]
            messages.success(request, _("The lot is prepared. People see the SHA-256 of the seed, nobody the seed."))
    return redirect(reverse("event_form_edit", args=[slug]) + "#lot")
