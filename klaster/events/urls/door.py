"""At the door: badges, people who come in, counters."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import badges, door

urlpatterns = [
    path(_("events/<slug:slug>/door/"), door.event_door, name="event_door"),
    path(_("events/<slug:slug>/door/check-in/"), door.event_check_in, name="event_check_in"),
    path(_("events/<slug:slug>/door/undo/"), door.event_check_in_undo, name="event_check_in_undo"),
    path(_("events/<slug:slug>/door/people.json"), door.event_door_people, name="event_door_people"),
    path(_("events/<slug:slug>/door/sync/"), door.event_door_sync, name="event_door_sync"),
    path(_("events/<slug:slug>/door/worker.js"), door.event_door_worker, name="event_door_worker"),
    path(_("events/<slug:slug>/door/register/"), door.event_door_late, name="event_door_late"),
    path(_("events/<slug:slug>/door/counters/"), door.event_door_counters, name="event_door_counters"),
    path(_("events/<slug:slug>/door/badges/"), badges.event_badges, name="event_badges"),
    path(_("events/<slug:slug>/door/badges/<int:pk>/"), badges.event_badge_print, name="event_badge_print"),
    path(_("events/<slug:slug>/door/badges/<int:pk>/file/"), badges.event_badge_file, name="event_badge_file"),
]
