"""Offers and needs of a participant: one page a line, tags proposed from its text and confirmed by the person."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klaster.core import languages
from klaster.directory.views.answers import telling
from klaster.directory.views.editing import add_errors, saved
from klaster.matchmaking.actions import lines as actions
from klaster.matchmaking.forms.participants import LineForm
from klaster.matchmaking.jobs import embed_line
from klaster.matchmaking.me import Me, for_participants
from klaster.matchmaking.models import Line, Side
from klaster.matchmaking.proposals import proposed
from klaster.matchmaking.views.participants import common, crumbs, postings_of


def page(request: HttpRequest, me: Me, form: LineForm, side: str, line: Line | None, status: int = 200) -> HttpResponse:
    titles = {Side.OFFER: _("An offer"), Side.NEED: _("A need")}
    mine = (_("What I offer and seek"), reverse("participant_me", args=[me.slug]))
    context = common(me) | {
        "form": form, "side": side, "line": line, "title": titles[Side(side)],
        "is_proposed": line is not None and not line.are_tags_confirmed,
        "crumbs": crumbs(me, mine, (titles[Side(side)], "")),
    }  # fmt: skip
    return render(request, "matchmaking/line_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@for_participants
def line_new(request: HttpRequest, me: Me, side: str) -> HttpResponse:
    """The text first; then the page of the line proposes tags."""
    if side not in Side.values:
        raise Http404
    first = {"language": me.participant.languages[0] if me.participant.languages else languages.current()}
    form = LineForm(request.POST or None, with_tags=False, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            line = actions.add(me.participant, form.cleaned_data | {"side": side}, by=me.by)
        except ValidationError as error:
            add_errors(form, error)
        else:
            embed_line.defer(line_id=line.pk)
            return redirect("line_edit", slug=me.slug, pk=line.pk)
    return page(request, me, form, side, None, 422 if form.is_bound else 200)


def line_of(me: Me, pk: int) -> Line:
    line = get_object_or_404(me.participant.lines, pk=pk)
    line.participant = me.participant
    return line


@require_http_methods(["GET", "POST"])
@for_participants
def line_edit(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    """Saving the page confirms the tags that are ticked; proposals are ticked where none are confirmed yet."""
    line = line_of(me, pk)
    initial = {}
    if not line.are_tags_confirmed and request.method == "GET":
        found = proposed(line)
        initial = {
            "sectors": list(dict.fromkeys([*line.sectors, *found.sectors])),
            "technologies": list(dict.fromkeys([*line.technologies, *found.technologies])),
        }
    form = LineForm(request.POST or None, instance=Line.objects.get(pk=line.pk), with_tags=True, initial=initial)
    confirmed = {"are_tags_confirmed": True}
    if saved(request, form, lambda: actions.change(line, form.cleaned_data | confirmed, by=me.by)):
        return redirect(reverse("participant_me", args=[me.slug]) + f"#{line.side}")
    return page(request, me, form, line.side, line, 422 if form.is_bound else 200)


@require_POST
@for_participants
def line_do(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    """Up, down, or gone."""
    line = line_of(me, pk)
    do = request.POST.get("do")
    with telling(request):
        if do in (actions.UP, actions.DOWN):
            actions.move(line, do, by=me.by)
        elif do == "delete":
            actions.remove(line, by=me.by)
            messages.success(request, _("Deleted."))
    return redirect(reverse("participant_me", args=[me.slug]) + f"#{line.side}")


@require_POST
@for_participants
def line_from_posting(request: HttpRequest, me: Me) -> HttpResponse:
    """Take the words of a posting of one's own over from the board."""
    asked = request.POST.get("posting", "")
    rows = list(me.participant.lines.all())
    posting = next((each for each in postings_of(me, rows) if str(each.pk) == asked), None)
    if posting is None:
        raise Http404
    with telling(request):
        actions.take_over(me.participant, posting, by=me.by)
        messages.success(request, _("Taken over from the board."))
    return redirect(reverse("participant_me", args=[me.slug]) + f"#{posting.side}")
