"""One lock a matchmaking: whoever changes its requests, meetings, times or runs takes it first and reads after it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from klaster.matchmaking.models import Matchmaking

DEFERRED = "person_is_in_one_place_at_a_time, table_has_one_meeting_at_a_time"


def lock(matchmaking: Matchmaking) -> Matchmaking:
    """The row as it is now; others wait until the transaction ends."""
    return Matchmaking.objects.select_for_update(of=("self",)).select_related("event").get(pk=matchmaking.pk)


def refuse_two_places(words: str = "") -> None:
    """The database has the last word on two places at once, now rather than at the end of the transaction; `words`:
    what people read then, if it is more than that."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"set constraints {DEFERRED} immediate")
            cursor.execute(f"set constraints {DEFERRED} deferred")
    except IntegrityError as clash:
        raise ValidationError(words or _("Somebody would be in two places at once.")) from clash
