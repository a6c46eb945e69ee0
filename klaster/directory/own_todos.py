"""What waits for somebody in the directory, and the lines of the side navigation that lead to its pages."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.core.models import Notice, label_of
from klaster.directory.actions import ticket_of
from klaster.directory.models import (
    Cluster,
    ClusterMembership,
    ContactMessage,
    JoinRequest,
    Label,
    Opening,
)
from klaster.directory.models.base import Publication
from klaster.directory.models.join_requests import LATE_AFTER, SOON_AFTER
from klaster.directory.models.organisations import today
from klaster.directory.topics import CONTACT
from klaster.directory.workspace import Act, Desk, Link, Todo, Urgency

OPENING_ENDS_WITHIN = datetime.timedelta(days=14)
OPENING_ENDED_WITHIN = datetime.timedelta(days=30)
LABEL_ENDS_WITHIN = datetime.timedelta(days=90)
BACK = ("back", "my")  # a button on the page of today leads back to it


def day_in_words(day: datetime.date) -> str:
    return formats.date_format(day, "DATE_FORMAT")


def of_cluster(desk: Desk, cluster: Cluster, text: str) -> str:
    """The text, and of which cluster it speaks where there are several."""
    return f"{cluster.name}. {text}" if len(desk.clusters) > 1 else text


# --- to-dos ---------------------------------------------------------------------------------------------------------
def memberships_to_confirm(desk: Desk) -> Iterator[Todo]:
    """A cluster names an organisation of this person as a member. The office answers for whoever has nobody here."""
    waiting = ClusterMembership.objects.waiting().select_related("cluster", "organisation")
    if not desk.person.is_secretariat:
        waiting = waiting.filter(organisation__in=[organisation.pk for organisation in desk.organisations])
    for row in waiting.order_by("pk"):
        names = {"cluster": row.cluster.name, "organisation": row.organisation.name}
        yield Todo(
            title=_("%(cluster)s names %(organisation)s as a member") % names,
            text=_("A confirmed membership is public, and the cluster's coordinator may edit the organisation's page."),
            acts=(
                Act(_("It is so"), reverse("membership_confirm", args=[row.pk]), is_post=True),
                Act(_("It is not so"), reverse("membership_reject", args=[row.pk]), is_post=True),
            ),
            icon="user-plus",
        )


def messages_not_opened(desk: Desk) -> Iterator[Todo]:
    """Visitors wrote, and this person has not opened the notice of it yet."""
    for cluster, count in unopened(desk).items():
        words = ngettext("%(count)s message not opened yet", "%(count)s messages not opened yet", count)
        yield Todo(
            title=words % {"count": count},
            text=of_cluster(desk, cluster, _("Visitors of the site wait for an answer.")),
            acts=(Act(_("Read"), reverse("messages_open", args=[cluster.slug]), is_post=True),),
            icon="mail",
        )


def unopened(desk: Desk) -> dict[Cluster, int]:
    """How many messages to each of the own clusters came with a notice that was not opened."""
    notices = Notice.objects.visible_to(desk.person).unread().filter(topic=CONTACT.code)
    prefix = f"{label_of(ContactMessage())} "
    pks = [key.removeprefix(prefix) for key in notices.values_list("key", flat=True) if key.startswith(prefix)]
    if not pks:
        return {}
    found = list(ContactMessage.objects.filter(pk__in=pks).values_list("cluster", flat=True))
    counts = {cluster: found.count(cluster.pk) for cluster in desk.clusters}
    return {cluster: count for cluster, count in counts.items() if count}


def join_rows(desk: Desk) -> list[JoinRequest]:
    """Requests this person answers, and own ones that were asked about, in the order in which they were sent."""
    waiting = JoinRequest.objects.filter(state=JoinRequest.State.WAITING)
    rows = waiting.filter(cluster__in=desk.clusters)
    if desk.person.is_secretariat:
        rows |= waiting.nobody_answers()
    rows |= JoinRequest.objects.filter(state=JoinRequest.State.ASKED, sender=desk.person)
    return list(rows.select_related("cluster", "organisation").order_by("sent_at", "pk"))


def join_requests(desk: Desk) -> Iterator[Todo]:
    """Organisations ask to join the own clusters; the office answers where nobody of the cluster can."""
    for row in desk.once(join_rows):
        if row.state != JoinRequest.State.WAITING:
            continue
        names = {"organisation": row.firm_name, "cluster": row.cluster.name}
        sent = timezone.localdate(row.sent_at)
        days = (today() - sent).days
        yield Todo(
            title=_("%(organisation)s asks to join %(cluster)s") % names,
            text=_("%(kind)s. Sent on %(date)s")
            % {"kind": capfirst(row.get_kind_display()), "date": day_in_words(sent)},
            acts=(Act(_("Look and answer"), reverse("join_request", args=[row.cluster.slug, row.pk])),),
            urgency=Urgency.LATE if days > LATE_AFTER else Urgency.SOON if days > SOON_AFTER else Urgency.WAITING,
            icon="user-plus",
            day=sent,
        )


def questions_to_answer(desk: Desk) -> Iterator[Todo]:
    """A cluster asked something back about a request this person has sent."""
    for row in sorted(desk.once(join_rows), key=lambda each: each.pk):
        if row.state != JoinRequest.State.ASKED:
            continue
        yield Todo(
            title=_("%(cluster)s asks you something about joining") % {"cluster": row.cluster.name},
            text=_("It decides about the request of %(organisation)s when you have answered.")
            % {"organisation": row.firm_name},
            acts=(Act(_("Answer"), reverse("join_status", args=[ticket_of(row)])),),
            urgency=Urgency.SOON,
            icon="user-plus",
            day=timezone.localdate(row.sent_at),
        )


def openings_that_end(desk: Desk) -> Iterator[Todo]:
    """Extend it or close it: what ends soon, and what has ended a short while ago."""
    day = today()
    rows = Opening.objects.filter(
        cluster__in=desk.clusters,
        status=Publication.PUBLISHED,
        until__range=(day - OPENING_ENDED_WITHIN, day + OPENING_ENDS_WITHIN),
    ).select_related("cluster")
    for row in rows.order_by("until", "pk"):
        until = row.until or day
        names = {"opening": row.title, "date": day_in_words(until)}
        ends, ended = _("The opening “%(opening)s” ends on %(date)s"), _("The opening “%(opening)s” ended on %(date)s")
        yield Todo(
            title=(ends if until >= day else ended) % names,
            text=of_cluster(desk, row.cluster, _("Do you still seek somebody, or have you found them?")),
            acts=(
                Act(
                    _("Extend by a month"),
                    reverse("opening_extend", args=[row.cluster.slug, row.pk]),
                    is_post=True,
                    values=(("until", until.isoformat()), BACK),
                ),
                Act(
                    _("Close"), reverse("opening_close", args=[row.cluster.slug, row.pk]), is_post=True, values=(BACK,)
                ),
            ),
            urgency=Urgency.SOON,
            icon="megaphone",
            day=until,
        )


def labels_that_end(desk: Desk) -> Iterator[Todo]:
    day = today()
    rows = Label.objects.filter(cluster__in=desk.clusters, valid_until__range=(day, day + LABEL_ENDS_WITHIN))
    for row in rows.select_related("cluster").order_by("valid_until", "pk"):
        names = {"label": row.get_level_display(), "date": day_in_words(row.valid_until or day)}
        yield Todo(
            title=capfirst(_("%(label)s: valid until %(date)s") % names),
            text=of_cluster(desk, row.cluster, _("Ask its issuer in good time what renewing it takes.")),
            acts=(Act(_("See the label"), f"{row.cluster.get_absolute_url()}#facts"),),
            urgency=Urgency.SOON,
            icon="award",
            day=row.valid_until,
        )


def pages_nobody_sees(desk: Desk) -> Iterator[Todo]:
    """A cluster that is not published: its page is for its own people until the office shows it."""
    for cluster in desk.clusters:
        if not cluster.is_published:
            yield Todo(
                title=_("Nobody but you sees the page of %(cluster)s yet") % {"cluster": cluster.name},
                text=_("Fill in what is missing; the network's office then makes it public."),
                acts=(Act(_("Edit the page"), reverse("cluster_edit", args=[cluster.slug])),),
                urgency=Urgency.LATER,
                icon="eye",
            )


TODOS = (
    memberships_to_confirm,
    questions_to_answer,
    join_requests,
    openings_that_end,
    labels_that_end,
    messages_not_opened,
    pages_nobody_sees,
)


# --- the side navigation --------------------------------------------------------------------------------------------
IMPORT_PAGES = (
    "import_list", "import_members", "import_organisations", "import_detail", "import_columns", "import_check",
)  # fmt: skip


def links(desk: Desk) -> Iterator[Link]:
    """Pages of the cluster in question; of the office's, without a cluster, those it has for itself."""
    cluster, can = desk.cluster, desk.person.has_perm
    imports = Link(_("Imports"), reverse("import_list"), "upload", pages=IMPORT_PAGES)
    if cluster is None:
        if can("directory.import_organisations"):
            yield imports
        return
    slug = [cluster.slug]
    if can("directory.change_cluster", cluster):
        yield Link(_("The cluster's page"), reverse("cluster_edit", args=slug), "file-text", pages=("cluster_edit",))
        openings = ("cluster_openings", "opening_new", "opening_edit")
        achievements = ("cluster_achievements", "achievement_new", "achievement_edit")
        yield Link(_("Openings"), reverse("cluster_openings", args=slug), "megaphone", pages=openings)
        yield Link(_("Achievements"), reverse("cluster_achievements", args=slug), "award", pages=achievements)
    if can("directory.change_members", cluster):
        asked = JoinRequest.objects.filter(cluster=cluster, state=JoinRequest.State.WAITING).count()
        members = ("cluster_members", "member_add", "member_edit", "member_invite", "member_new")
        yield Link(_("Members"), reverse("cluster_members", args=slug), "users", pages=members)
        url, requests = reverse("join_requests", args=slug), ("join_requests", "join_request")
        yield Link(_("Join requests"), url, "user-plus", count=asked, pages=requests)
        yield imports
    if can("directory.read_messages", cluster):
        count = unopened(desk).get(cluster, 0)
        url = reverse("cluster_messages", args=slug)
        yield Link(_("Messages"), url, "mail", count=count, pages=("cluster_messages",))
