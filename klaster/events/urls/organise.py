"""The organiser's desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import organise

urlpatterns = [
    path(_("events/<slug:slug>/desk/"), organise.event_desk, name="event_desk"),
]
