"""What the clock does in the directory, and the long steps of imports."""

from __future__ import annotations

import datetime

import structlog
from django.utils import timezone

from klaster.core import jobs
from klaster.directory.imports import checking, undoing, writing
from klaster.directory.models import ContactMessage, Import, ImportFile, ImportRow

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


@jobs.task("directory.check_import")
def check_import(import_id: int) -> None:
    checking.check(import_id)


@jobs.task("directory.write_import", lock="directory.import")
def write_import(import_id: int) -> None:
    """All or nothing; run again after its worker was killed it begins anew, and after it ended it does nothing."""
    writing.write(import_id)


@jobs.task("directory.undo_import", lock="directory.import")
def undo_import(import_id: int) -> None:
    undoing.undo(import_id)


@jobs.every("47 3 * * *", "directory.forget_imports")
def forget_imports(timestamp: int) -> int:
    """Delete files and their rows after 30 days; that somebody imported something, and its figures, stay."""
    old = Import.objects.kept_long_enough()
    ImportFile.objects.filter(of__in=old).delete()
    count = ImportRow.objects.filter(of__in=old)._raw_delete("default")
    old.exclude(state__in=[Import.State.DONE, Import.State.UNDONE]).delete()
    if count:
        log.info("rows of imports forgotten", rows=count)
    return count
