"""Registering, and what people do with their registration."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import registration

urlpatterns = [
    path(_("events/<slug:slug>/register/"), registration.event_register, name="event_register"),
    path(_("events/<slug:slug>/register/sent/"), registration.event_registered, name="event_registered"),
    path(_("registration/<str:token>/"), registration.registration_detail, name="registration_detail"),
    path(_("registration/<str:token>/change/"), registration.registration_change, name="registration_change"),
    path(_("registration/<str:token>/accept/"), registration.registration_accept, name="registration_accept"),
    path(_("registration/<str:token>/cancel/"), registration.registration_cancel, name="registration_cancel"),
    path(_("my/registrations/"), registration.my_registrations, name="my_registrations"),
]
