"""What people are told about drafts: the office that one waits, its author what became of it.

Wagtail would mail this itself, from within the request and without a trace. Here it goes the way of all notices: kept,
in the reader's language, on the site or by letter as the reader chose.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail import signals
from wagtail.models import GroupApprovalTask, Page, TaskState, WorkflowState

from klaster.accounts.models import User
from klaster.core import topics
from klaster.core.notify import notify

TO_APPROVE = topics.register("newsroom.to_approve", _("Drafts that wait for the office"))
MY_DRAFTS = topics.register("newsroom.my_drafts", _("What became of my drafts"))


def draft_submitted(instance: TaskState, user: User | None = None, **kwargs: Any) -> None:
    """Tell those who may approve it."""
    task, page = instance.task.specific, instance.workflow_state.content_object
    if not isinstance(task, GroupApprovalTask) or not isinstance(page, Page):
        return
    readers = User.objects.filter(is_active=True, groups__in=task.groups.all()).distinct()
    for reader in readers.exclude(pk=user.pk if user else None).order_by("pk"):
        notify(
            reader,
            TO_APPROVE,
            key=f"task {instance.pk}",
            subject=gettext_noop("To be approved: %(title)s"),
            body=gettext_noop("%(author)s asks the office to read and publish this draft."),
            params={"title": page.get_latest_revision_as_object().title, "author": str(user or "")},
            url=office_address(page),
        )


def draft_approved(instance: WorkflowState, user: User | None = None, **kwargs: Any) -> None:
    """Tell who asked. A draft with a date in the future waits for it."""
    page = instance.content_object
    if not _is_news_to_its_author(instance, user, page):
        return
    waits = page.go_live_at and not page.live
    notify(
        instance.requested_by,
        MY_DRAFTS,
        key=f"approved {instance.pk}",
        subject=gettext_noop("Approved: %(title)s"),
        body=gettext_noop("The office has approved your draft; it will be published at the time that is set.")
        if waits
        else gettext_noop("The office has approved and published your draft."),
        params={"title": page.title},
        url=office_address(page),
    )


def draft_sent_back(instance: WorkflowState, user: User | None = None, **kwargs: Any) -> None:
    """Tell who asked what has to be changed. The same draft may come back more than once."""
    page, step = instance.content_object, instance.current_task_state
    if not _is_news_to_its_author(instance, user, page):
        return
    comment = step.comment if step else ""
    notify(
        instance.requested_by,
        MY_DRAFTS,
        key=f"sent back {step.pk if step else instance.pk}",
        subject=gettext_noop("Sent back: %(title)s"),
        body=gettext_noop("The office asks for changes: %(comment)s")
        if comment
        else gettext_noop("The office asks for changes."),
        params={"title": page.get_latest_revision_as_object().title, "comment": comment},
        url=office_address(page),
    )


def _is_news_to_its_author(state: WorkflowState, user: User | None, page: Any) -> bool:
    return isinstance(page, Page) and state.requested_by is not None and state.requested_by != user


def office_address(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def replace_wagtails_mail() -> None:
    """Called once, after wagtail.admin is ready and has connected its own."""
    ways = [
        (signals.task_submitted, TaskState, "group_approval_task_submitted_email_notification", draft_submitted),
        (signals.workflow_submitted, WorkflowState, "workflow_state_submitted_email_notification", None),
        (signals.workflow_rejected, WorkflowState, "workflow_state_rejected_email_notification", draft_sent_back),
        (signals.workflow_approved, WorkflowState, "workflow_state_approved_email_notification", draft_approved),
    ]
    for signal, sender, wagtails_own, ours in ways:
        if not signal.disconnect(sender=sender, dispatch_uid=wagtails_own):
            raise RuntimeError(f"Wagtail no longer sends {wagtails_own}; see klaster/newsroom/emails.py.")
        if ours is not None:
            signal.connect(ours, dispatch_uid=f"newsroom.{ours.__name__}")
