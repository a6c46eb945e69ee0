"""What the office stands on: its groups, what they may do with pages and pictures, and the way a draft goes public.

`lay` runs in a migration (with the models of that moment) and wherever a database was emptied. It may run twice.
Rights on tables are not here: they are predicates in each app's rules.py.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override

SECRETARIAT = "Secretariat"  # as in klaster.accounts.models, written here for migrations that may outlive it
AUTHORS = "Authors"

# Codenames of Wagtail's permissions. An author adds pages and edits the own ones; what they write waits for approval.
ON_PAGES = {
    SECRETARIAT: ["add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page"],
    AUTHORS: ["add_page"],
}
ON_FILES = {
    SECRETARIAT: ["add", "change", "choose"],
    AUTHORS: ["add", "choose"],
}


def lay(apps: Any) -> None:
    """`apps` is django.apps.apps or the registry a migration is given."""
    Group = apps.get_model("auth", "Group")
    Page = apps.get_model("wagtailcore", "Page")
    Collection = apps.get_model("wagtailcore", "Collection")
    _take_away_examples(apps)
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in ON_PAGES}
    root = Page.objects.get(depth=1)
    collection = Collection.objects.get(depth=1)
    for name, group in groups.items():
        for codename in ON_PAGES[name]:
            permission = _permission(apps, "wagtailcore", "page", codename)
            apps.get_model("wagtailcore", "GroupPagePermission").objects.get_or_create(
                group=group, page=root, permission=permission
            )
        for act in ON_FILES[name]:
            for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
                permission = _permission(apps, app, model, f"{act}_{model}")
                apps.get_model("wagtailcore", "GroupCollectionPermission").objects.get_or_create(
                    group=group, collection=collection, permission=permission
                )
    _approval(apps, root, groups[SECRETARIAT])


def _take_away_examples(apps: Any) -> None:
    """Wagtail's own example groups and workflow would let people publish whom nobody here knows."""
    Group = apps.get_model("auth", "Group")
    Group.objects.filter(name__in=["Moderators", "Editors"], user=None).delete()
    Workflow = apps.get_model("wagtailcore", "Workflow")
    for workflow in Workflow.objects.filter(name="Moderators approval", workflow_states=None):
        tasks = [step.task_id for step in workflow.workflow_tasks.all()]
        workflow.delete()
        Task = apps.get_model("wagtailcore", "Task")
        Task.objects.filter(pk__in=tasks, task_states=None, workflow_tasks=None).delete()


def _permission(apps: Any, app: str, model: str, codename: str) -> Any:
    """Django makes permissions after all migrations have run; this one is needed now."""
    content_type, _new = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)
    permission, _new = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": f"Can {codename.replace('_', ' ')}"}
    )
    return permission


def _approval(apps: Any, root: Any, secretariat: Any) -> None:
    """One step: somebody of the office reads the draft and publishes it, or sends it back with a word."""
    WorkflowPage = apps.get_model("wagtailcore", "WorkflowPage")
    if WorkflowPage.objects.filter(page=root).exists():
        return
    with override(settings.LANGUAGE_CODE):
        name = gettext("Approval by the office")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _new = ContentType.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    GroupApprovalTask = apps.get_model("wagtailcore", "GroupApprovalTask")
    task = GroupApprovalTask.objects.create(name=name, active=True, content_type=kind)
    task.groups.add(secretariat)
    workflow = apps.get_model("wagtailcore", "Workflow").objects.create(name=name, active=True)
    step = apps.get_model("wagtailcore", "WorkflowTask")
    step.objects.create(workflow=workflow, task_id=task.pk, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=root)
