"""Pictures on the page of an event."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klaster.core.limits import limited
from klaster.events import desk
from klaster.events.actions import photos as actions
from klaster.events.after_forms import PhotoForm, PhotoTextForm
from klaster.events.models import Photo


@limited("picture", limit=200, per=3600)
@require_http_methods(["GET", "POST"])
def event_photos(request: HttpRequest, slug: str) -> HttpResponse:
    """All pictures in their order; POST adds one."""
    event = desk.event_for(request, slug)
    form = PhotoForm(request.POST or None, request.FILES or None, instance=Photo(event=event))
    if request.method == "POST" and form.is_valid():
        actions.add(form.save(commit=False), form.cleaned_data["picture"], by=request.user)
        messages.success(request, _("The picture stands on the event's page."))
        return redirect("event_photos", slug)
    return render(request, "events/event_photos.html", {"event": event, "photos": event.photos.all(), "form": form})


@require_http_methods(["GET", "POST"])
def event_photo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What stands beside a picture."""
    event = desk.event_for(request, slug)
    photo = get_object_or_404(event.photos, pk=pk)
    form = PhotoTextForm(request.POST or None, instance=photo)
    if request.method == "POST" and form.is_valid():
        actions.change(photo, by=request.user, values=form.cleaned_data)
        return redirect("event_photos", slug)
    return render(request, "events/event_photo.html", {"event": event, "photo": photo, "form": form})


@require_POST
def event_photo_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One place towards the front."""
    event = desk.event_for(request, slug)
    actions.move_up(get_object_or_404(event.photos, pk=pk))
    return redirect("event_photos", slug)


@require_POST
def event_photo_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    event = desk.event_for(request, slug)
    actions.remove(get_object_or_404(event.photos, pk=pk), by=request.user)
    messages.success(request, _("The picture is gone, its files too."))
    return redirect("event_photos", slug)
