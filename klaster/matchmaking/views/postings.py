"""Writing offers and needs, and moving them through their states."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core.limits import limited
from klaster.directory.models.organisations import today
from klaster.directory.views.answers import paged, telling
from klaster.directory.views.drafts import Keeping
from klaster.directory.views.editing import save_form
from klaster.matchmaking import board_list
from klaster.matchmaking.actions import postings as actions
from klaster.matchmaking.both_ways import both_ways
from klaster.matchmaking.forms.board import NoteForm, PostingForm
from klaster.matchmaking.models import Posting, PostingState
from klaster.matchmaking.views import board

EACH_HOUR = 30  # postings one person writes


@never_cache
@require_GET
def my_postings(request: HttpRequest) -> HttpResponse:
    """What I write for, by state, and what waits for my review."""
    by: Any = request.user
    own = board_list.for_lists(Posting.objects.kept_by(by))
    review = board_list.for_lists(Posting.objects.reviewed_by(by).filter(state=PostingState.REVIEW))
    day = today()
    on_board = {"state": PostingState.PUBLISHED, "valid_until__gte": day}
    over = own.filter(state=PostingState.CLOSED) | own.filter(state=PostingState.PUBLISHED, valid_until__lt=day)
    context = {
        "to_review": review.order_by("updated_at"),
        "unfinished": own.filter(state__in=[PostingState.RETURNED, PostingState.DRAFT, PostingState.REVIEW]).exclude(
            pk__in=review.values("pk")
        ),
        "on_board": own.filter(**on_board).order_by("valid_until", "pk"),
        "over": paged(request, over.order_by("-valid_until", "-pk")),
        "both_ways": both_ways(by),
        "may_add": by.has_perm("matchmaking.add_posting"),
    }
    return render(request, "matchmaking/my_postings.html", context)


@never_cache
@limited("posting", limit=EACH_HOUR, per=3600)
@require_http_methods(["GET", "POST"])
def posting_new(request: HttpRequest) -> HttpResponse:
    by: Any = request.user
    if not by.has_perm("matchmaking.add_posting"):
        raise PermissionDenied
    keeping = Keeping(request, "posting-new", by.pk)
    initial = {"side": request.GET["side"]} if request.GET.get("side") in ("offer", "need") else None
    form = PostingForm(keeping.data, by=by, initial=initial)

    def act(_row: Any, *, by: Any, values: Any, **_given: Any) -> Posting:
        return actions.create_posting(by=by, values=values, texts=form.texts(), once=form.cleaned_data.get("once"))

    return save_form(
        request, form, act, Posting(), "matchmaking/posting_form.html", {"posting": None}, done=sender(request),
        keeping=keeping,
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def posting_edit(request: HttpRequest, slug: str) -> HttpResponse:
    posting = posting_for(request, slug)
    keeping = Keeping(request, "posting", posting.pk)
    form = PostingForm(keeping.data, instance=posting, by=request.user)  # type: ignore[arg-type]

    def act(row: Any, **given: Any) -> Posting:
        return actions.save_posting(row, texts=form.texts(), **given)

    context = {"posting": Posting.objects.get(pk=posting.pk)}
    return save_form(
        request, form, act, Posting(pk=posting.pk), "matchmaking/posting_form.html", context, done=sender(request),
        keeping=keeping,
    )  # fmt: skip


def sender(request: HttpRequest) -> Any:
    """What happens after the form was saved: kept as it is, or sent on."""

    def done(posting: Posting) -> HttpResponse:
        if request.POST.get("do") == "send":
            try:
                posting = actions.send(posting, by=request.user)  # type: ignore[arg-type]
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
                return redirect(posting)
        messages.success(request, told(posting))
        return redirect(posting)

    return done


def told(posting: Posting) -> str:
    if posting.state == PostingState.PUBLISHED:
        return _("It is on the board.")
    if posting.state == PostingState.REVIEW:
        return _("Sent. Whoever looks it over is told now, and you are told of the answer.")
    return _("The draft is kept. Nobody else sees it.")


def posting_for(request: HttpRequest, slug: str, perm: str = "matchmaking.change_posting") -> Posting:
    """The posting for somebody who may do `perm` with it. Not seen and not allowed are both 404."""
    posting = get_object_or_404(Posting.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm(perm, posting):
        raise Http404
    return posting


@require_POST
def posting_act(request: HttpRequest, slug: str) -> HttpResponse:
    """One step of a posting; `do` says which."""
    by, do = request.user, request.POST.get("do", "")
    is_review = do in ("publish", "return")
    posting = posting_for(request, slug, "matchmaking.review_posting" if is_review else "matchmaking.change_posting")
    form = NoteForm(request.POST) if do == "return" else None
    if form is not None and not form.is_valid():
        return board.show(request, slug, status=422, note_form=form)
    with telling(request):
        words = step(posting, do, by, request, form)
        if words:
            messages.success(request, words)
    if do == "delete" and not Posting.objects.filter(pk=posting.pk).exists():
        return redirect("my_postings")
    back = request.POST.get("back")
    return redirect(back) if back in ("my", "my_postings") else redirect(posting)


def step(posting: Posting, do: str, by: Any, request: HttpRequest, form: NoteForm | None) -> str:
    """Do what the button says; what to tell afterwards."""
    match do:
        case "send":
            return told(actions.send(posting, by=by))
        case "take-back":
            actions.take_back(posting, by=by)
            return _("It is a draft again.")
        case "publish":
            actions.publish(posting, by=by)
            return _("It is on the board. Its author is told.")
        case "return":
            actions.send_back(posting, form.cleaned_data["note"], by=by)  # type: ignore[union-attr]
            return _("Returned. Its author is told what you wrote.")
        case "close":
            actions.close(posting, by=by)
            return _("It is closed and no longer on the board.")
        case "renew":
            row = actions.renew(posting, by=by, until=day_in(request.POST.get("until", "")))
            return _("It is on the board three months longer.") if row.valid_until != posting.valid_until else ""
        case "delete":
            actions.delete_draft(posting, by=by)
            return _("The draft is deleted.")
    return ""


def day_in(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
