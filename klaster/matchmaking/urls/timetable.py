"""Making, comparing, editing and publishing the timetable."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import timetable

urlpatterns = [
    path(_("events/<slug:slug>/desk/matchmaking/timetable/"), timetable.desk_timetable, name="desk_timetable"),
    path(
        _("events/<slug:slug>/desk/matchmaking/timetable/unpublish/"), timetable.desk_unpublish, name="desk_unpublish"
    ),
    path(_("events/<slug:slug>/desk/matchmaking/timetable/<int:pk>/"), timetable.desk_run, name="desk_run"),
    path(
        _("events/<slug:slug>/desk/matchmaking/timetable/<int:pk>/stop/"), timetable.desk_run_stop, name="desk_run_stop"
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/timetable/<int:pk>/compare/"),
        timetable.desk_compare,
        name="desk_compare",
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/timetable/<int:pk>/publish/"),
        timetable.desk_publish,
        name="desk_publish",
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/timetable/<int:pk>.<table:ending>"),
        timetable.desk_run_export,
        name="desk_run_export",
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/timetable/<int:pk>/meetings/<int:meeting>/"),
        timetable.desk_place,
        name="desk_place",
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/timetable/<int:pk>/meetings/<int:meeting>/lock/"),
        timetable.desk_lock,
        name="desk_lock",
    ),
]
