"""Addresses about accounts. allauth's views keep allauth's names; the words are ours, in the page's language."""

from allauth.account import views as doors
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.utils.translation import gettext_lazy as _

from klaster.accounts import office, views


class Base36(StringConverter):
    """A person's number as allauth writes it in a link; what follows it has dashes of its own."""

    regex = "[0-9A-Za-z]+"  # allauth reverses with a placeholder in capitals


register_converter(Base36, "base36")

account = [
    path("", views.account, name="account"),
    path(_("notices/"), views.notices, name="notices"),
    path(_("notices/read/"), views.notices_read, name="notices_read"),
    path(_("notices/<int:pk>/"), views.notice_open, name="notice_open"),
    path(_("channels/"), views.channels, name="channels"),
    path(_("sessions/"), usersessions.list_usersessions, name="usersessions_list"),
    path(_("sessions/<int:pk>/"), views.session_end, name="session_end"),
    path(_("my-data/"), views.my_data, name="my_data"),
    path(_("my-data/export/"), views.my_data_export, name="my_data_export"),
    path(_("my-data/erase/"), views.my_data_erase, name="my_data_erase"),
    path(_("closed/"), doors.account_inactive, name="account_inactive"),
    path(_("confirm/"), doors.reauthenticate, name="account_reauthenticate"),
    path(_("confirm/code/"), mfa.reauthenticate, name="mfa_reauthenticate"),
    path(_("confirm/key/"), webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path(_("e-mail/"), doors.email, name="account_email"),
    path(_("e-mail/sent/"), doors.email_verification_sent, name="account_email_verification_sent"),
    path(_("e-mail/confirm/<str:key>/"), doors.confirm_email, name="account_confirm_email"),
    path(_("password/"), doors.password_change, name="account_change_password"),
    path(_("password/first/"), doors.password_set, name="account_set_password"),
    path(_("password/forgotten/"), doors.password_reset, name="account_reset_password"),
    path(_("password/sent/"), doors.password_reset_done, name="account_reset_password_done"),
    path(
        _("password/new/<base36:uidb36>-<str:key>/"),
        doors.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(_("password/done/"), doors.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path(_("second-factor/"), mfa.index, name="mfa_index"),
    path(_("second-factor/app/"), totp.activate_totp, name="mfa_activate_totp"),
    path(_("second-factor/app/remove/"), totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(_("second-factor/codes/"), codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(_("second-factor/codes/new/"), codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(_("second-factor/codes/file/"), codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path(_("second-factor/keys/"), webauthn.list_webauthn, name="mfa_list_webauthn"),
    path(_("second-factor/keys/add/"), webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(_("second-factor/keys/<int:pk>/"), webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(_("second-factor/keys/<int:pk>/remove/"), webauthn.remove_webauthn, name="mfa_remove_webauthn"),
]
people = [
    path("", office.people, name="people"),
    path("<int:pk>/", office.person, name="person"),
    path(_("people.<table:ending>"), office.people_export, name="people_export"),
    path(_("<int:pk>/close/"), office.person_deactivate, name="person_deactivate"),
    path(_("<int:pk>/open/"), office.person_reactivate, name="person_reactivate"),
    path(_("<int:pk>/sign-out/"), office.person_end_sessions, name="person_end_sessions"),
    path(_("<int:pk>/dismiss/"), office.person_dismiss, name="person_dismiss"),
    path(_("<int:pk>/view-as/"), office.view_as_start, name="view_as_start"),
    path(_("view-as/stop/"), office.view_as_stop, name="view_as_stop"),
    path(_("invitations/"), office.invitations, name="invitations"),
    path(_("invitations.<table:ending>"), office.invitation_export, name="invitation_export"),
    path(_("invitations/new/"), office.invite_secretary, name="invite_secretary"),
    path(_("invitations/<int:pk>/withdraw/"), office.invitation_withdraw, name="invitation_withdraw"),
]
urlpatterns = [
    path(_("account/"), include(account)),
    path(_("people/"), include(people)),
    path(_("sign-in/"), doors.login, name="account_login"),
    path(_("sign-in/second-factor/"), mfa.authenticate, name="mfa_authenticate"),
    path(_("sign-in/key/"), views.PasskeyLoginView.as_view(), name="mfa_login_webauthn"),
    path(_("sign-out/"), doors.logout, name="account_logout"),
    path(_("register/"), doors.signup, name="account_signup"),
    path(_("invitation/<str:token>/"), views.invitation, name="invitation"),
    path(_("what-we-keep/"), views.what_we_keep, name="what_we_keep"),
]
