"""The desk's table of registrations."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import registration_imports, registrations, statistics

urlpatterns = [
    path(_("events/<slug:slug>/registrations/"), registrations.event_registrations, name="event_registrations"),
    path(
        _("events/<slug:slug>/registrations.<table:ending>"),
        registrations.registration_export,
        name="registration_export",
    ),
    path(
        _("events/<slug:slug>/registrations/columns/"),
        registrations.registration_columns_choose,
        name="registration_columns_choose",
    ),
    path(
        _("events/<slug:slug>/registrations/decide/"), registrations.registrations_decide, name="registrations_decide"
    ),
    path(_("events/<slug:slug>/registrations/figures/"), statistics.event_statistics, name="event_statistics"),
    path(
        _("events/<slug:slug>/registrations/figures/<slug:code>.<table:ending>"),
        statistics.statistics_export,
        name="statistics_export",
    ),
    path(
        _("events/<slug:slug>/registrations/import/"),
        registration_imports.registration_import,
        name="registration_import",
    ),
    path(
        _("events/<slug:slug>/registrations/import/empty.<table:ending>"),
        registration_imports.registration_import_blank,
        name="registration_import_blank",
    ),
    path(
        _("events/<slug:slug>/registrations/import/<int:pk>/"),
        registration_imports.registration_import_check,
        name="registration_import_check",
    ),
    path(_("events/<slug:slug>/registrations/<int:pk>/"), registrations.registration_edit, name="registration_edit"),
    path(
        _("events/<slug:slug>/registrations/<int:pk>/data/"), registrations.registration_data, name="registration_data"
    ),
]
