"""After the meetings: what was held, outcomes, figures."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import after

urlpatterns = [
    path(_("registration/<str:token>/meetings/<int:pk>/report/"), after.meeting_report, name="meeting_report"),
    path(_("events/<slug:slug>/desk/matchmaking/figures/"), after.matchmaking_figures, name="matchmaking_figures"),
    path(
        _("events/<slug:slug>/desk/matchmaking/figures/<slug:code>.<table:ending>"),
        after.matchmaking_figure_export,
        name="matchmaking_figure_export",
    ),
]
