"""What people are told about accounts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from klaster.accounts import invitations
from klaster.accounts.models import Invitation
from klaster.core import letters, topics
from klaster.core.models import Letter
from klaster.core.notify import notify

INVITATION = "accounts.invitation"
INVITATIONS = topics.register("accounts.invitations", _("Answers to my invitations"))


def invitation(invitation: Invitation, token: str) -> None:
    """The link in it lets in, so the text is wiped once it was sent."""
    with override(invitation.language):
        url = reverse("invitation", args=[token])
        grant = invitations.describe(invitation)
    letters.write(
        INVITATION,
        to=invitation.email,
        template="accounts/letters/invitation",
        context={
            "name": invitation.name,
            "inviter": invitation.invited_by.get_full_name(),
            "grant": grant,
            "message": letters.quoted(invitation.message),
            "until": invitation.expires_at,
            "url": url,
        },
        about=invitation,
        kind=Letter.Kind.ACCOUNT,
        language=invitation.language,
    )


@letters.recheck(INVITATION)
def is_still_open(letter: Letter) -> bool:
    found = Invitation.objects.filter(pk=letter.about_pk).first()
    return found is not None and found.is_open


def invitation_accepted(invitation: Invitation) -> None:
    notify(
        invitation.invited_by,
        INVITATIONS,
        subject=gettext_noop("%(person)s accepted your invitation"),
        params={"person": str(invitation.accepted_by)},
        about=invitation,
        url=reverse("invitations") if invitation.invited_by.is_secretariat else "",
    )
