"""The organiser's desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import organise

urlpatterns = [
    path(_("my/events/"), organise.my_events, name="my_events"),
    path(_("my/events/new/"), organise.event_new, name="event_new"),
    path(_("events/<slug:slug>/desk/"), organise.event_desk, name="event_desk"),
    path(_("events/<slug:slug>/desk/event/"), organise.event_edit, name="event_edit"),
    path(_("events/<slug:slug>/desk/state/"), organise.event_state, name="event_state"),
    path(_("events/<slug:slug>/desk/delete/"), organise.event_delete, name="event_delete"),
]
