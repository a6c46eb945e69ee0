"""What is tidied up every night, so that the promises of the register of personal data are kept."""

from __future__ import annotations

import datetime
from importlib import import_module

import structlog
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.utils import timezone
from procrastinate.contrib.django import app

from klaster.accounts.models import Invitation, User, UserQuerySet
from klaster.core import jobs

log = structlog.get_logger(__name__)

UNCONFIRMED_FOR = datetime.timedelta(days=7)
UNANSWERED_FOR = datetime.timedelta(days=365)


@app.periodic(cron="17 3 * * *")
@jobs.task("accounts.tidy_up", pass_context=False)
def tidy_up(timestamp: int) -> dict[str, int]:
    """Forget sessions that are over, registrations nobody confirmed and invitations nobody answered."""
    now = timezone.now()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    counts = {
        "sessions": forget_ended_sessions(),
        "registrations": forget_unconfirmed(now),
        "invitations": forget_unanswered(now),
    }
    log.info("accounts tidied up", **counts)
    return counts


def forget_ended_sessions() -> int:
    """Lines of the page "where I am signed in" whose session is gone."""
    alive = Session.objects.values("session_key")
    return UserSession.objects.exclude(session_key__in=alive).delete()[0]


def forget_unconfirmed(now: datetime.datetime) -> int:
    """Accounts whose address was never proven and in which nobody ever was.

    Each by itself: one that something still holds on to keeps none of the others, and is tried again the next night.
    """
    never_used = User.objects.filter(date_joined__lt=now - UNCONFIRMED_FOR, last_login=None, is_superuser=False)
    unproven = never_used.filter(emailaddress__verified=False).exclude(emailaddress__verified=True)
    return sum(_forget(pk, unproven) for pk in list(unproven.order_by("pk").values_list("pk", flat=True)))


def _forget(pk: int, unproven: UserQuerySet) -> bool:
    """Delete the account unless it was proven a moment ago, or something holds on to it."""
    try:
        with transaction.atomic():
            person = User.objects.select_for_update(of=("self",)).filter(pk=pk).first()
            if person is None or not unproven.filter(pk=pk).exists():
                return False
            person.delete()
            return True
    except (IntegrityError, RestrictedError) as error:  # ProtectedError is an IntegrityError
        log.warning("registration not forgotten", person=pk, error=str(error))
        return False


def forget_unanswered(now: datetime.datetime) -> int:
    return Invitation.objects.filter(accepted_at=None, invited_at__lt=now - UNANSWERED_FOR).delete()[0]
