"""Registering, and what people do with their registration."""

from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _

from klaster.events.views import form, registration

register_converter(form.FormPartConverter, "form_part")

urlpatterns = [
    path(_("events/<slug:slug>/desk/form/"), form.event_form_edit, name="event_form_edit"),
    path(_("events/<slug:slug>/desk/form/preview/"), form.event_form_preview, name="event_form_preview"),
    path(_("events/<slug:slug>/desk/form/lot/"), form.event_draw, name="event_draw"),
    path(_("events/<slug:slug>/desk/form/<form_part:part>/new/"), form.form_part_new, name="form_part_new"),
    path(_("events/<slug:slug>/desk/form/<form_part:part>/<int:pk>/"), form.form_part_edit, name="form_part_edit"),
    path(
        _("events/<slug:slug>/desk/form/<form_part:part>/<int:pk>/delete/"),
        form.form_part_delete,
        name="form_part_delete",
    ),
    path(_("events/<slug:slug>/desk/form/<form_part:part>/<int:pk>/move/"), form.form_part_move, name="form_part_move"),
    path(_("events/<slug:slug>/register/"), registration.event_register, name="event_register"),
    path(_("events/<slug:slug>/register/sent/"), registration.event_registered, name="event_registered"),
    path(_("registration/<str:token>/"), registration.registration_detail, name="registration_detail"),
    path(_("registration/<str:token>/change/"), registration.registration_change, name="registration_change"),
    path(_("registration/<str:token>/accept/"), registration.registration_accept, name="registration_accept"),
    path(_("registration/<str:token>/cancel/"), registration.registration_cancel, name="registration_cancel"),
    path(_("my/registrations/"), registration.my_registrations, name="my_registrations"),
]
