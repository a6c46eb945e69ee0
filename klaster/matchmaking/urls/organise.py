"""The organiser's pages of matchmaking: settings, times, tables, participants, requests, files."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import organise, organise_imports, organise_people

urlpatterns = [
    path(_("events/<slug:slug>/desk/matchmaking/"), organise.matchmaking_desk, name="matchmaking_desk"),
    path(_("events/<slug:slug>/desk/matchmaking/settings/"), organise.desk_settings, name="desk_settings"),
    path(_("events/<slug:slug>/desk/matchmaking/phase/"), organise.desk_phase, name="desk_phase"),
    path(_("events/<slug:slug>/desk/matchmaking/remind/"), organise.desk_remind, name="desk_remind"),
    path(_("events/<slug:slug>/desk/matchmaking/times/"), organise.desk_slots, name="desk_slots"),
    path(_("events/<slug:slug>/desk/matchmaking/times/new/"), organise.desk_slot, name="desk_slot_new"),
    path(_("events/<slug:slug>/desk/matchmaking/times/<int:pk>/"), organise.desk_slot, name="desk_slot"),
    path(_("events/<slug:slug>/desk/matchmaking/tables/"), organise.desk_tables, name="desk_tables"),
    path(_("events/<slug:slug>/desk/matchmaking/tables/<int:pk>/"), organise.desk_table, name="desk_table"),
    path(
        _("events/<slug:slug>/desk/matchmaking/participants/"),
        organise_people.desk_participants,
        name="desk_participants",
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/participants.<table:ending>"),
        organise_people.desk_participants_export,
        name="desk_participants_export",
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/participants/<int:pk>/"),
        organise_people.desk_participant,
        name="desk_participant",
    ),
    path(_("events/<slug:slug>/desk/matchmaking/write/"), organise_people.desk_write, name="desk_write"),
    path(_("events/<slug:slug>/desk/matchmaking/meetings/"), organise_people.desk_meetings, name="desk_meetings"),
    path(
        _("events/<slug:slug>/desk/matchmaking/meetings.<table:ending>"),
        organise_people.desk_meetings_export,
        name="desk_meetings_export",
    ),
    path(_("events/<slug:slug>/desk/matchmaking/participants/add/"), organise_people.desk_add, name="desk_add"),
    path(_("events/<slug:slug>/desk/matchmaking/meetings/ask/"), organise_people.desk_ask, name="desk_ask"),
    path(_("events/<slug:slug>/desk/matchmaking/import/"), organise_imports.desk_import, name="desk_import"),
    path(
        _("events/<slug:slug>/desk/matchmaking/import/<int:pk>/"),
        organise_imports.desk_import_check,
        name="desk_import_check",
    ),
    path(
        _("events/<slug:slug>/desk/matchmaking/import/empty-<slug:kind>.<table:ending>"),
        organise_imports.desk_import_blank,
        name="desk_import_blank",
    ),
]
