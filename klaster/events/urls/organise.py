"""The organiser's desk."""

from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _

from klaster.events.views import agenda, organise, series, team

register_converter(agenda.AgendaPartConverter, "agenda_part")

urlpatterns = [
    path(_("my/events/"), organise.my_events, name="my_events"),
    path(_("my/events/new/"), organise.event_new, name="event_new"),
    path(_("my/series/new/"), series.series_new, name="series_new"),
    path(_("my/series/<slug:slug>/"), series.series_edit, name="series_edit"),
    path(_("my/series/<slug:slug>/date/"), series.series_date, name="series_date"),
    path(_("events/<slug:slug>/desk/"), organise.event_desk, name="event_desk"),
    path(_("events/<slug:slug>/desk/event/"), organise.event_edit, name="event_edit"),
    path(_("events/<slug:slug>/desk/state/"), organise.event_state, name="event_state"),
    path(_("events/<slug:slug>/desk/copy/"), organise.event_copy, name="event_copy"),
    path(_("events/<slug:slug>/desk/team/"), team.event_team, name="event_team"),
    path(_("events/<slug:slug>/desk/team/<int:pk>/"), team.team_member, name="team_member"),
    path(_("events/<slug:slug>/desk/delete/"), organise.event_delete, name="event_delete"),
    path(_("events/<slug:slug>/desk/agenda/"), agenda.event_agenda_edit, name="event_agenda_edit"),
    path(_("events/<slug:slug>/desk/agenda/<agenda_part:part>/new/"), agenda.part_new, name="part_new"),
    path(_("events/<slug:slug>/desk/agenda/<agenda_part:part>/<int:pk>/"), agenda.part_edit, name="part_edit"),
    path(
        _("events/<slug:slug>/desk/agenda/<agenda_part:part>/<int:pk>/delete/"), agenda.part_delete, name="part_delete"
    ),
    path(_("events/<slug:slug>/desk/agenda/<agenda_part:part>/<int:pk>/move/"), agenda.part_move, name="part_move"),
    path(_("events/<slug:slug>/desk/agenda/move/<int:pk>/"), agenda.session_move, name="session_move"),
    path(_("events/<slug:slug>/materials/<int:pk>/"), agenda.material_file, name="material_file"),
]
