"""What visitors read."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import public

urlpatterns = [
    path(_("events/"), public.event_list, name="event_list"),
    path(_("events.<table:ending>"), public.event_export, name="event_export"),
    path(_("events/feed.atom"), public.event_feed, name="event_feed"),
    path(_("events/series/<slug:slug>/"), public.series_detail, name="series_detail"),
    path(_("events/<slug:slug>/"), public.event_detail, name="event_detail"),
]
