"""What the clock does in the directory, and the long steps of imports."""

from __future__ import annotations

import datetime

import structlog
from django.conf import settings
from django.utils import timezone

from klaster.core import jobs
from klaster.directory import label_notices, link_checks
from klaster.directory.actions import drafts
from klaster.directory.actions.duplicates import find_duplicates
from klaster.directory.imports import checking, undoing, writing
from klaster.directory.models import ContactMessage, Import, ImportFile, ImportRow, JoinRequest
from klaster.directory.models.merging import Merge
from klaster.directory.models.organisations import today

log = structlog.get_logger(__name__)

REFUSED_KEPT_FOR = datetime.timedelta(days=180)
KEPT_FOR = datetime.timedelta(days=365)  # as the register of personal data promises


@jobs.every("34 3 * * *", "directory.forget_join_requests")
def forget_join_requests(timestamp: int) -> int:
    """Delete requests to join: declined and withdrawn ones after half a year, all others after a year."""
    now = timezone.now()
    refused = JoinRequest.objects.filter(
        state__in=[JoinRequest.State.DECLINED, JoinRequest.State.WITHDRAWN], answered_at__lt=now - REFUSED_KEPT_FOR
    )
    accepted = JoinRequest.objects.filter(answered_at__lt=now - KEPT_FOR)
    never_answered = JoinRequest.objects.open().filter(sent_at__lt=now - KEPT_FOR)
    pks = {pk for rows in (refused, accepted, never_answered) for pk in rows.values_list("pk", flat=True)}
    JoinRequest.objects.filter(pk__in=pks).delete()
    if pks:
        log.info("requests to join forgotten", requests=len(pks))
    return len(pks)


@jobs.every("31 3 * * *", "directory.forget_messages")
def forget_messages(timestamp: int) -> int:
    """Delete messages to coordinators after a year, with the letters and notices that repeat them."""
    old = ContactMessage.objects.filter(sent_at__lt=timezone.now() - KEPT_FOR)
    count = old.delete()[0]
    if count:
        log.info("messages to coordinators forgotten", messages=count)
    return count


@jobs.every("38 3 * * *", "directory.forget_drafts")
def forget_drafts(timestamp: int) -> int:
    """Delete what was typed into forms and not sent for 90 days."""
    count = drafts.forget_drafts()
    if count:
        log.info("drafts of forms forgotten", drafts=count)
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


@jobs.task("directory.look_for_duplicates")
def look_for_duplicates() -> int:
    """When somebody of the office asks for it."""
    return find_duplicates().found


@jobs.every("11 2 * * *", "directory.look_for_duplicates_at_night")
def look_for_duplicates_at_night(timestamp: int) -> int:
    return find_duplicates().found


@jobs.every("33 3 * * *", "directory.forget_unions")
def forget_unions(timestamp: int) -> int:
    """After a year a union is not taken back any more: delete what it would need, rows of people among it."""
    old = Merge.objects.filter(at__lt=timezone.now() - KEPT_FOR).exclude(journal=[])
    return old.update(journal=[])


@jobs.every("11 4 * * *", "directory.gather_links")
def gather_links(timestamp: int) -> int:
    """Take in the addresses that entries name now; how many are new."""
    came, went = link_checks.gather()
    log.info("links gathered", new=came, gone=went)
    return came


@jobs.every("*/5 * * * *", "directory.check_links")
def check_links(timestamp: int) -> int:
    """Ask some of the addresses that are due whether they still lead somewhere. Who tries the site out asks nobody."""
    return 0 if settings.DEMO else link_checks.round_of_checks(timezone.now())


@jobs.every("23 5 * * *", "directory.tell_of_labels")
def tell_of_labels(timestamp: int) -> int:
    """Tell the coordinators and the office of labels that end in 90, 30 and 7 days."""
    return label_notices.tell(today())
