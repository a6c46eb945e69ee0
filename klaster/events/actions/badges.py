"""Many badges take a while: a job makes them."""

from __future__ import annotations

from django.db import transaction

from klaster.accounts.models import User
from klaster.events import jobs
from klaster.events.models import BadgePrint, Event, Registration


@transaction.atomic
def order_badges(event: Event, people: list[Registration], kind: str, *, by: User) -> BadgePrint:
    """Have badges made, in the order of `people`."""
    pks = [person.pk for person in people]
    order = BadgePrint.objects.create(event=event, by=by, format=kind, registrations=pks, total=len(pks))
    jobs.make_badges.defer(print_id=order.pk)
    return order
