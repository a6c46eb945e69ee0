"""The team of an event."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from klaster.core.limits import limited
from klaster.directory.views.editing import add_errors
from klaster.events import desk
from klaster.events.actions import team as actions
from klaster.events.forms.team import TeamForm
from klaster.events.models import TeamMember


@never_cache
@require_http_methods(["GET", "POST"])
@limited("invite", limit=30, per=86400)
def event_team(request: HttpRequest, slug: str) -> HttpResponse:
    """Who runs the event and who checks people in; taking somebody in."""
    event = desk.event_for(request, slug)
    form = TeamForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                member = actions.take_in(event, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except ValidationError as error:
                add_errors(form, error)
            else:
                done = _("%(person)s is in the team now.") % {"person": member.person} if member else ""
                messages.success(request, done or _("The invitation is on its way."))
                return redirect("event_team", slug=slug)
    context = {
        "event": event,
        "form": form,
        "team": event.team.select_related("person").order_by("role", "person__name", "pk"),
        "invited": actions.invited_to(event),
    }
    return render(request, "events/event_team.html", context, status=status)


@require_POST
def team_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Another role, or out of the team."""
    event = desk.event_for(request, slug)
    member = get_object_or_404(TeamMember.objects.select_related("person"), event=event, pk=pk)
    do = request.POST.get("do")
    if do == "out":
        actions.leave_team(member, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("%(person)s is no longer in the team.") % {"person": member.person})
    elif do in TeamMember.Role.values:
        actions.join_team(event, member.person, do, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Saved."))
    return redirect("event_team", slug=slug)
