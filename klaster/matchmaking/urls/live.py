"""The day itself: my day, booking, moving, the plan of tables, papers, calendars."""

from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import live, live_desk

register_converter(live_desk.PaperConverter, "paper")

urlpatterns = [
    path(_("events/<slug:slug>/my-day/"), live.my_day, name="my_day"),
    path("my-day-worker.js", live.my_day_worker, name="my_day_worker"),
    path(_("registration/<str:token>/my-day/"), live.my_day_by_link, name="my_day_by_link"),
    path(_("registration/<str:token>/my-day.ics"), live.my_day_ics, name="my_day_ics"),
    path(_("registration/<str:token>/my-day/paper/"), live.my_day_paper, name="my_day_paper"),
    path(_("registration/<str:token>/meetings/<int:pk>/late/"), live.meeting_late, name="meeting_late"),
    path(_("registration/<str:token>/meetings/<int:pk>/call-off/"), live.meeting_call_off, name="meeting_call_off"),
    path(_("registration/<str:token>/meetings/<int:pk>/time/"), live.meeting_move, name="meeting_move"),
    path(_("registration/<str:token>/meetings/moves/<int:pk>/"), live.move_answer, name="move_answer"),
    path(_("registration/<str:token>/meetings/with/<int:pk>/"), live.meeting_book, name="meeting_book"),
    path(_("events/<slug:slug>/desk/matchmaking/day/"), live_desk.matchmaking_day, name="matchmaking_day"),
    path(_("events/<slug:slug>/desk/matchmaking/tables-now/"), live_desk.table_screen, name="table_screen"),
    path(
        _("events/<slug:slug>/desk/matchmaking/paper/<paper:what>/<int:first>/"),
        live_desk.matchmaking_papers,
        name="matchmaking_papers",
    ),
]
