"""What the clock does with pages."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision

from klaster.core import jobs

log = structlog.get_logger(__name__)


@jobs.every("* * * * *", "newsroom.keep_schedule")
def keep_schedule(timestamp: int) -> dict[str, int]:
    """Publish what is due and take back what is over. One page that cannot be published does not hold up the others:
    it is tried again each minute and said in the log."""
    counts = {"published": publish_due(), "taken_back": take_back_expired()}
    if any(counts.values()):
        log.info("schedule kept", **counts)
    return counts


def publish_due() -> int:
    """Make public the drafts that were approved for a time that has come; gives how many."""
    due = Revision.objects.filter(approved_go_live_at__lte=timezone.now()).order_by("approved_go_live_at", "pk")
    return sum(_publish(pk) for pk in due.values_list("pk", flat=True))


def _publish(pk: int) -> bool:
    try:
        with transaction.atomic():
            # Locked and asked again: somebody may have cancelled the schedule, or published by hand, a moment ago.
            due = Revision.objects.select_for_update(of=("self",)).filter(approved_go_live_at__lte=timezone.now())
            revision = due.filter(pk=pk).first()
            if revision is None:
                return False
            revision.publish(log_action="wagtail.publish.scheduled")
    except Exception:
        log.exception("scheduled page not published", revision=pk)
        return False
    return True


def take_back_expired() -> int:
    """Take pages back whose last day is over; gives how many."""
    expired = Page.objects.filter(live=True, expire_at__lt=timezone.now()).order_by("expire_at", "pk")
    return sum(_take_back(pk) for pk in expired.values_list("pk", flat=True))


def _take_back(pk: int) -> bool:
    try:
        with transaction.atomic():
            page = Page.objects.select_for_update(of=("self",)).filter(pk=pk, live=True).first()
            if page is None or page.expire_at is None or page.expire_at >= timezone.now():
                return False
            page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    except Exception:
        log.exception("expired page not taken back", page=pk)
        return False
    return True
