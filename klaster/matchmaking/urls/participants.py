"""What participants of a matchmaking event do: profile, finding others, asking, answering."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import lines, participants, partners, requests

urlpatterns: list[URLPattern] = [
    path(_("registration/<str:token>/partners/"), participants.partner_link, name="partner_link"),
    path(_("events/<slug:slug>/partners/"), partners.partner_list, name="partner_list"),
    path(_("events/<slug:slug>/partners/join/"), participants.participant_join, name="participant_join"),
    path(_("events/<slug:slug>/partners/me/"), participants.participant_me, name="participant_me"),
    path(_("events/<slug:slug>/partners/me/profile/"), participants.participant_profile, name="participant_profile"),
    path(_("events/<slug:slug>/partners/me/times/"), participants.participant_times, name="participant_times"),
    path(_("events/<slug:slug>/partners/me/leave/"), participants.participant_leave, name="participant_leave"),
    path(
        _("events/<slug:slug>/partners/me/colleagues/"),
        participants.participant_colleague,
        name="participant_colleague",
    ),
    path(_("events/<slug:slug>/partners/me/lines/new/<slug:side>/"), lines.line_new, name="line_new"),
    path(_("events/<slug:slug>/partners/me/lines/take-over/"), lines.line_from_posting, name="line_from_posting"),
    path(_("events/<slug:slug>/partners/me/lines/<int:pk>/"), lines.line_edit, name="line_edit"),
    path(_("events/<slug:slug>/partners/me/lines/<int:pk>/do/"), lines.line_do, name="line_do"),
    path(_("events/<slug:slug>/partners/meetings/"), requests.my_meetings, name="my_meetings"),
    path(_("events/<slug:slug>/partners/meetings/<int:pk>/cancel/"), requests.meeting_cancel, name="meeting_cancel"),
    path(_("events/<slug:slug>/partners/requests/<int:pk>/"), requests.request_answer, name="request_answer"),
    path(_("events/<slug:slug>/partners/<int:pk>/"), partners.partner_detail, name="partner_detail"),
    path(_("events/<slug:slug>/partners/<int:pk>/ask/"), partners.partner_ask, name="partner_ask"),
    path(_("events/<slug:slug>/partners/<int:pk>/do/"), partners.partner_do, name="partner_do"),
    path(_("events/<slug:slug>/partners/<int:pk>/report/"), partners.partner_report, name="partner_report"),
]
