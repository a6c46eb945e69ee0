"""Lists of the office about people, as tables to take away. Secrets and texts of letters are in none of them."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from klaster.accounts.forms import PeopleFilter
from klaster.accounts.models import Invitation, User
from klaster.core.tables import Table

BATCH = 500


def people(rows: QuerySet[User], form: PeopleFilter) -> Table:
    asked = {name: form.cleaned_data.get(name) for name in ("q", "who")}
    filters = [_("Search: %(words)s") % {"words": asked["q"]}] if asked["q"] else []
    if asked["who"]:
        filters.append(str(dict(PeopleFilter.WHO)[asked["who"]]))
    return Table(
        title=_("People"),
        columns=[_("Name and surname"), _("E-mail address"), _("State"), _("Language"), _("Last signed in")],
        rows=([str(row), row.email, state(row), row.language_name, row.last_login] for row in rows.iterator(BATCH)),
        filters=filters,
        url=settings.SITE_URL + reverse("people"),
    )


def state(person: User) -> str:
    """In the words of the page; `in_office` was asked for all rows at once."""
    if not person.is_active:
        return _("closed")
    if person.is_superuser:
        return _("administrator")
    return _("the office") if person.in_office else _("open")  # type: ignore[attr-defined]


def invitations(rows: QuerySet[Invitation]) -> Table:
    return Table(
        title=_("Invitations"),
        columns=[
            _("To whom"), _("Name and surname"), _("By whom"), _("When"), _("Valid until"), _("Accepted"),
            _("Withdrawn"),
        ],
        rows=(
            [row.email, row.name, str(row.invited_by or ""), row.invited_at, row.expires_at, row.accepted_at,
             row.withdrawn_at]
            for row in rows.iterator(BATCH)
        ),
        url=settings.SITE_URL + reverse("invitations"),
    )  # fmt: skip
