"""What change requests ask of somebody: their author of those that came back, the office of those that wait."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.directory import form_drafts
from klaster.directory.models import ChangeRequest
from klaster.directory.models.changes import SUBJECTS
from klaster.directory.workspace import Act, Desk, Link, Todo, Urgency

PAGES = ("change_list", "change_detail")
State = ChangeRequest.State


def own_changes(desk: Desk) -> list[ChangeRequest]:
    """Drafts and what came back, the oldest first."""
    rows = ChangeRequest.objects.filter(author=desk.person, state__in=[State.RETURNED, State.DRAFT])
    return list(rows.select_related(*SUBJECTS).order_by("updated_at", "pk"))


def waiting_changes(desk: Desk) -> list[ChangeRequest]:
    return list(ChangeRequest.objects.visible_to(desk.person).waiting())


def changes_that_came_back(desk: Desk) -> Iterator[Todo]:
    """The office asks something before it decides."""
    for row in desk.once(own_changes):
        if row.state != State.RETURNED:
            continue
        yield Todo(
            title=_("The office asks about your changes to %(entry)s") % {"entry": row.subject.name},
            text=_("Answer by sending them again; until then the page shows what was accepted last."),
            acts=(Act(_("Read and answer"), row.get_absolute_url()),),
            urgency=Urgency.SOON,
            icon="info",
            day=row.updated_at.date(),
        )


def drafts_not_finished(desk: Desk) -> Iterator[Todo]:
    for row in desk.once(own_changes):
        if row.state != State.DRAFT:
            continue
        kind = row.subject._meta.model_name
        yield Todo(
            title=_("Your draft of %(entry)s is not published") % {"entry": row.subject.name},
            text=_("Nobody else sees it. Go on with it, or throw it away."),
            acts=(Act(_("Go on"), reverse(f"{kind}_edit", args=[row.subject.slug])),),
            urgency=Urgency.LATER,
            icon="pencil-line",
            day=row.updated_at.date(),
        )


def changes_to_decide(desk: Desk) -> Iterator[Todo]:
    """For the office: how many requests wait, and since when."""
    if not desk.person.has_perm("directory.decide_changerequest"):
        return
    waiting = desk.once(waiting_changes)
    if not waiting or waiting[0].submitted_at is None:
        return
    words = ngettext("%(count)s request to change facts waits", "%(count)s requests to change facts wait", len(waiting))
    yield Todo(
        title=words % {"count": len(waiting)},
        text=_("The pages show what was accepted last until you decide."),
        acts=(Act(_("Decide"), reverse("change_list")),),
        icon="shield-check",
        day=waiting[0].submitted_at.date(),
    )


def forms_not_sent(desk: Desk) -> Iterator[Todo]:
    """What the person typed into long forms, kept by itself."""
    for draft, about, url in form_drafts.unsent(desk.person):
        yield Todo(
            title=_("You have not sent what you typed: %(form)s") % {"form": about},
            text=_("Draft saved on %(when)s. Nobody else sees it.")
            % {"when": formats.date_format(timezone.localtime(draft.saved_at), "DATETIME_FORMAT")},
            acts=(Act(_("Go on"), url),),
            urgency=Urgency.LATER,
            icon="pencil-line",
            day=timezone.localdate(draft.saved_at),
        )


TODOS = (changes_that_came_back, changes_to_decide, drafts_not_finished, forms_not_sent)


def links(desk: Desk) -> Iterator[Link]:
    """The list of requests, for whoever keeps something or decides."""
    decides = desk.person.has_perm("directory.decide_changerequest")
    if decides or desk.clusters or desk.organisations:
        open_own = ChangeRequest.objects.visible_to(desk.person).open().filter(author=desk.person)
        count = len(desk.once(waiting_changes)) if decides else open_own.count()
        yield Link(_("Changes"), reverse("change_list"), "shield-check", count=count, pages=PAGES)
