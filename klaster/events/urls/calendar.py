"""Calendar files and feeds, and one's own calendar."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import calendar

urlpatterns = [
    path(_("events.ics"), calendar.events_ics, name="events_ics"),
    path(_("events/<slug:slug>.ics"), calendar.event_ics, name="event_ics"),
    path(_("events/series/<slug:slug>.ics"), calendar.series_ics, name="series_ics"),
    path(_("events/my-registration/<str:token>.ics"), calendar.registration_ics, name="registration_ics"),
    path(_("my/calendar/"), calendar.my_calendar, name="my_calendar"),
    path(_("my/calendar/address/"), calendar.my_calendar_renew, name="my_calendar_renew"),
    path(_("my/calendar/<str:token>.ics"), calendar.my_calendar_ics, name="my_calendar_ics"),
]
