"""What visitors read."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import public

urlpatterns = [
    path(_("events/<slug:slug>/"), public.event_detail, name="event_detail"),
]
