"""What of the directory waits for the office. Each line leads to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import ngettext

from klaster.core.waiting import Order, Waiting
from klaster.directory import quality
from klaster.directory.models import ChangeRequest, ClusterMembership

if TYPE_CHECKING:
    from klaster.accounts.models import User


def waiting(person: User) -> Iterator[Waiting]:
    if person.has_perm("directory.decide_changerequest"):
        number = ChangeRequest.objects.visible_to(person).waiting().count()
        words = ngettext("%(number)s change to decide on", "%(number)s changes to decide on", number)
        yield Waiting(words % {"number": number}, number, reverse("change_list"), "edit", Order.PEOPLE)
    if person.has_perm("directory.view_clustermembership"):
        number = ClusterMembership.objects.waiting().count()
        words = ngettext(
            "%(number)s membership that nobody confirmed", "%(number)s memberships that nobody confirmed", number
        )
        url = f"{reverse('clustermembership:index')}?is_confirmed=false"
        yield Waiting(words % {"number": number}, number, url, "link", Order.PEOPLE)
    if person.has_perm("directory.read_quality"):
        for check in quality.checks():
            number = sum(check.count(kind) for kind in check.kinds)
            url = reverse("quality_list", args=[check.code])
            yield Waiting(f"{check.title}: {number}", number, url, check.icon, check.order)
