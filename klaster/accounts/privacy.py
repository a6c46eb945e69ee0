"""What is kept about people by accounts, and by what accounts stand on: the core, allauth, Wagtail."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import Invitation, User, Viewing
from klaster.core import lists
from klaster.core.models import AuditEvent, Bounce, LeftList, Letter, Notice
from klaster.core.privacy import Fate, register

WITH_ACCOUNT = _("As long as the account.")
EDITED = _("What you edited")
PAGE_WORK = _("So that those who edit the site together see who changed what.")
WITH_PAGE = _("As long as the page or file; without your name once you are erased.")


# --- the account ----------------------------------------------------------------------------------------------------
def forget_person(rows: QuerySet[User], person: User) -> None:
    """The row stays, because others point at it; nothing in it tells who it was."""
    person.groups.clear()
    person.user_permissions.clear()
    person.set_unusable_password()
    rows.update(
        email=f"erased-{person.pk}@erased.invalid",
        name="",
        password=person.password,
        chosen_channels={},
        last_login=None,
        is_active=False,
        is_superuser=False,
        erased_at=timezone.now(),
    )


register(
    User,
    title=_("Your account"),
    purpose=_("So that you can sign in and others of the network know who acts."),
    kept=_("Until you erase it. Then a row without name and address stays, because records of others point at it."),
    fate=Fate.ANONYMISED,
    rows=lambda person: User.objects.filter(pk=person.pk),
    anonymise=forget_person,
    export=[
        "email", "name", "language", "time_zone", "chosen_channels", "groups", "date_joined", "last_login",
    ],
)  # fmt: skip
register(
    "account.EmailAddress",
    "user",
    title=_("E-mail addresses"),
    purpose=_("You sign in with it and letters go to it; we note that it is yours."),
    kept=WITH_ACCOUNT,
    fate=Fate.DELETED,
    export=["email", "verified", "primary"],
)
register(
    "mfa.Authenticator",
    "user",
    title=_("Second factors"),
    purpose=_("So that a stolen password is not enough. The secrets are stored encrypted and are in no export."),
    kept=_("Until you remove them or the account."),
    fate=Fate.DELETED,
    export=["type", "created_at", "last_used_at"],
)
register(
    "usersessions.UserSession",
    "user",
    title=_("Where you are signed in"),
    purpose=_("So that you see your own devices and can sign them out: network address and browser of each."),
    kept=_("Until you sign out there, at most two weeks after the last visit."),
    fate=Fate.DELETED,
    export=["ip", "user_agent", "created_at", "last_seen_at"],
)


# --- invitations and views as another -------------------------------------------------------------------------------
def invitations_of(person: User) -> QuerySet[Invitation]:
    return Invitation.objects.filter(Q(invited_by=person) | Q(accepted_by=person) | Q(email__iexact=person.email))


def forget_invited(rows: QuerySet[Invitation], person: User) -> None:
    """Who let in whom stays as two numbers; names, address and the words written go."""
    rows.update(message="")
    to_them = rows.filter(Q(accepted_by=person) | Q(email__iexact=person.email))
    to_them.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
    to_them.update(email=f"erased-{person.pk}@erased.invalid", name="")


register(
    Invitation,
    "invited_by",
    "accepted_by",
    purpose=_("So that it is known who let whom in."),
    kept=_("Not answered: one year. Accepted: as long as the account; without name and address once you are erased."),
    fate=Fate.ANONYMISED,
    rows=invitations_of,
    anonymise=forget_invited,
    export=["email", "name", "language", "message", "grant", "invited_by", "invited_at", "accepted_at", "withdrawn_at"],
)
register(
    Viewing,
    "actor",
    "person",
    purpose=_("So that you can see when somebody of the office looked at the site as you, and why."),
    kept=_("Stays: it is the proof that nobody looked in secret. Without your name once you are erased."),
    fate=Fate.KEPT,
    export=["actor", "person", "reason", "started_at", "until", "ended_at"],
)


# --- the core -------------------------------------------------------------------------------------------------------
def acts_of(person: User) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(
        Q(actor=person) | Q(on_behalf_of=person) | Q(object_type=User._meta.label_lower, object_pk=str(person.pk))
    )


register(
    AuditEvent,
    "actor",
    "on_behalf_of",
    purpose=_("So that it can be proven who did what in the network."),
    kept=_("Stays and is never rewritten, or it would prove nothing. It holds a number, not your name or address."),
    fate=Fate.KEPT,
    rows=acts_of,
    export=["at", "action", "kind", "object_text", "note"],
)
register(
    Letter,
    "person",
    purpose=_("So that each letter goes out once and it is known whether it arrived. The text of letters with a link "
              "to sign in is deleted when they are sent."),
    kept=_("As long as the account, and at most one year. Letters to an address without an account: 90 days, which is "
           "enough to clear up whether a letter arrived."),
    fate=Fate.DELETED,
    rows=lambda person: Letter.objects.filter(Q(person=person) | Q(address__iexact=person.email)),
    export=["purpose", "address", "subject", "body", "written_at", "sent_at"],
)  # fmt: skip
register(
    Notice,
    "person",
    purpose=_("What you were told on the site."),
    kept=WITH_ACCOUNT,
    fate=Fate.DELETED,
    export=["topic", "subject", "body", "url", "at", "read_at"],
)
register(
    Bounce,
    purpose=_("So that we do not write again and again to an address that does not exist."),
    kept=_("One year."),
    fate=Fate.DELETED,
    export=["address", "status", "reason", "at"],
    rows=lambda person: Bounce.objects.filter(address__iexact=person.email),
)
register(
    LeftList,
    purpose=_("So that you get no letters you did not want any more."),
    kept=_("Until you want them again."),
    fate=Fate.DELETED,
    export=["list_name", "at"],
    rows=lambda person: LeftList.objects.filter(who__in=[lists.who(person), lists.who(person.email)]),
)


# --- Wagtail: who wrote, looked after and commented on pages --------------------------------------------------------
def register_editors() -> None:
    screens = _("Your editing screens")
    own_screen = _("How you set up the editing screens, and what you have open there.")
    without_name: dict[str, tuple[tuple[str, ...], list[str]]] = {
        "wagtailcore.Page": (("owner", "locked_by"), ["title", "first_published_at", "last_published_at"]),
        "wagtailcore.Revision": (("user",), ["object_str", "created_at"]),
        "wagtailcore.PageLogEntry": (("user",), ["action", "label", "timestamp"]),
        "wagtailcore.ModelLogEntry": (("user",), ["action", "label", "timestamp"]),
        "wagtailcore.WorkflowState": (("requested_by",), ["status", "created_at"]),
        "wagtailcore.TaskState": (("finished_by",), ["status", "comment", "started_at", "finished_at"]),
        "wagtailcore.Comment": (("user", "resolved_by"), ["text", "created_at"]),
        "wagtailcore.CommentReply": (("user",), ["text", "created_at"]),
        "wagtailimages.Image": (("uploaded_by_user",), ["title", "created_at"]),
        "wagtaildocs.Document": (("uploaded_by_user",), ["title", "created_at"]),
        "wagtail_localize.StringTranslation": (("last_translated_by",), ["data", "updated_at"]),
        "wagtail_localize.SegmentOverride": (("last_translated_by",), ["updated_at"]),
    }
    for label, (links, export) in without_name.items():
        register(label, *links, title=EDITED, purpose=PAGE_WORK, kept=WITH_PAGE, fate=Fate.ANONYMISED, export=export)
    deleted: dict[str, tuple[str, list[str]]] = {
        "wagtailusers.UserProfile": ("user", ["preferred_language", "current_time_zone", "theme"]),
        "wagtailadmin.EditingSession": ("user", ["last_seen_at"]),
        "wagtailadmin.FormState": ("user", []),
        "wagtailcore.APIToken": ("user", []),
        "wagtailcore.PageSubscription": ("user", ["page", "comment_notifications"]),
        "wagtailcore.UploadedFile": ("uploaded_by_user", []),
    }
    for label, (link, export) in deleted.items():
        register(label, link, title=screens, purpose=own_screen, kept=WITH_ACCOUNT, fate=Fate.DELETED, export=export)


register_editors()
