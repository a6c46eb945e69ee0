"""What the clock does in the directory."""

from __future__ import annotations

import datetime

import structlog
from django.utils import timezone

from klaster.core import jobs
from klaster.directory.models import ContactMessage

log = structlog.get_logger(__name__)

KEPT_FOR = datetime.timedelta(days=365)  # as the register of personal data promises


@jobs.every("31 3 * * *", "directory.forget_messages")
def forget_messages(timestamp: int) -> int:
    """Delete messages to coordinators after a year, with the letters and notices that repeat them."""
    old = ContactMessage.objects.filter(sent_at__lt=timezone.now() - KEPT_FOR)
    count = old.delete()[0]
    if count:
        log.info("messages to coordinators forgotten", messages=count)
    return count
