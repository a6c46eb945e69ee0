"""Letters of an event: what they say, whom they reach, what became of them."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.events.views import messages

urlpatterns = [
    path(_("events/<slug:slug>/desk/letters/"), messages.event_messages, name="event_messages"),
    path(_("events/<slug:slug>/desk/letters/times/"), messages.event_letter_times, name="event_letter_times"),
    path(_("events/<slug:slug>/desk/letters/outbox/"), messages.event_outbox, name="event_outbox"),
    path(_("events/<slug:slug>/desk/letters/outbox/again/"), messages.event_outbox_again, name="event_outbox_again"),
    path(_("events/<slug:slug>/desk/letters/new/"), messages.event_mailing_new, name="event_mailing_new"),
    path(_("events/<slug:slug>/desk/letters/invitation/"), messages.event_invitation_new, name="event_invitation_new"),
    path(_("events/<slug:slug>/desk/letters/text/<slug:kind>/"), messages.event_letter_text, name="event_letter_text"),
    path(_("events/<slug:slug>/desk/letters/<int:pk>/"), messages.event_mailing, name="event_mailing"),
    path(_("events/<slug:slug>/desk/letters/<int:pk>/edit/"), messages.event_mailing_edit, name="event_mailing_edit"),
    path(_("events/<slug:slug>/desk/letters/<int:pk>/do/"), messages.event_mailing_do, name="event_mailing_do"),
    path(_("events/my-registration/<str:token>/online/"), messages.registration_online, name="registration_online"),
]
