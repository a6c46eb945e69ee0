"""Searches people keep, and the letter when something new fits one."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from klaster.accounts.models import User
from klaster.core import audit, letters, lists
from klaster.core.models import Letter
from klaster.core.notify import channels_of, notify
from klaster.core.topics import MAIL
from klaster.matchmaking import board_list
from klaster.matchmaking.models import Posting, SavedSearch
from klaster.matchmaking.topics import ALERTS

MOST = 20  # searches of one person
SETTLED = datetime.timedelta(minutes=10)  # what is newer may not be committed yet: it waits for the next letter
SHOWN = 10
NEW = gettext_noop("%(count)s new on the board: %(name)s")


def canonical(query: str) -> str:
    """The same filters in the same order, without what no filter has."""
    return board_list.Asked(QueryDict(query)).selection.query().removeprefix("?")


@transaction.atomic
def save(*, by: User, name: str, query: str) -> SavedSearch:
    """Keep a search; one that is kept already is the same one."""
    query = canonical(query)
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if kept := SavedSearch.objects.filter(person=by, query=query).first():
        return kept
    if SavedSearch.objects.filter(person=by).count() >= MOST:
        raise ValidationError(_("You keep %(number)s searches already: delete one first."), params={"number": MOST})
    search = SavedSearch(person=by, name=name, query=query)
    search.full_clean()
    search.save()
    audit.record(gettext_noop("search kept"), search, by=by)
    return search


@transaction.atomic
def switch(search: SavedSearch, *, by: User, on: bool) -> SavedSearch:
    """Letters on or off. Switched on, only what comes from now on is told."""
    row = SavedSearch.objects.visible_to(by).select_for_update(of=("self",)).get(pk=search.pk)
    if on:
        lists.come_back(row.list_name, lists.who(row.person))
        row.looked_at = timezone.now() if not row.has_alerts else row.looked_at
    row.has_alerts = on
    row.save()
    return row


@transaction.atomic
def delete(search: SavedSearch, *, by: User) -> None:
    SavedSearch.objects.visible_to(by).filter(pk=search.pk).delete()


def is_on(search: SavedSearch) -> bool:
    return search.has_alerts and not lists.has_left(search.list_name, lists.who(search.person))


@transaction.atomic
def alert(search: SavedSearch) -> bool:
    """One letter about all that came since the last look, and never about the same posting again."""
    row = SavedSearch.objects.select_for_update(of=("self",)).select_related("person").get(pk=search.pk)
    until = timezone.now() - SETTLED
    if not row.has_alerts or until <= row.looked_at:
        return False
    asked = board_list.Asked(QueryDict(row.query), came=(row.looked_at, until))
    new = list(asked.pks)
    own = set(Posting.objects.kept_by(row.person).filter(pk__in=new).values_list("pk", flat=True))
    found = [pk for pk in new if pk not in own]
    row.looked_at = until
    row.save(update_fields=["looked_at"])
    if not found or not is_on(row):
        return False
    tell(row, asked.shown(found[:SHOWN]), len(found))
    return True


def tell(search: SavedSearch, postings: list[Posting], count: int) -> None:
    person, key = search.person, f"search {search.pk} {search.looked_at.isoformat()}"
    with override(person.language):
        url = f"{reverse('posting_list')}?{search.query}"
        body = letter_about(search, postings, count)
        leave = lists.url(search.list_name, person, person.language)
        words = ngettext("%(count)s new on the board: %(name)s", "%(count)s new on the board: %(name)s", count)
        subject = words % {"count": count, "name": letters.plain(search.name)}
    notify(
        person, ALERTS, key=key, url=url, subject=NEW, plural=NEW, by_mail=False,
        params={"count": count, "name": search.name},
    )  # fmt: skip
    if MAIL in channels_of(person, ALERTS):
        letters.write_text(
            "matchmaking.alert", to=person, subject=subject, body=letters.signed(body, leave), key=key, about=search,
            language=person.language, kind=Letter.Kind.BULK, list_name=search.list_name,
        )  # fmt: skip


def letter_about(search: SavedSearch, postings: list[Posting], count: int) -> str:
    """The first of them with their addresses, and where all stand; in the language of now."""
    parts = [_("New on the board for your search “%(name)s”:") % {"name": letters.plain(search.name)}]
    for posting in postings:
        said = posting.said
        line = f"{capfirst(posting.get_side_display())}: {letters.plain(said.title)}"
        parts.append(f"{line}\n{letters.plain(str(posting.owner))}\n{settings.SITE_URL}{posting.get_absolute_url()}")
    if count > len(postings):
        parts.append(_("All %(count)s:") % {"count": count})
        parts[-1] += f"\n{settings.SITE_URL}{reverse('posting_list')}?{search.query}"
    return "\n\n".join(parts)
