"""The permission matrix of events: rows of the same kind as tests/permission_matrix.py, a block for each part.

`world.event` is an open event of the cluster whose coordinator is the third of the six people; `world.registration` is
a confirmed one of somebody else, without an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.matrix_rows import PUBLIC, Row

if TYPE_CHECKING:
    from tests.test_permission_matrix import World

ORGANISERS = "login 404 200 404 200 200"


def its_event(world: World) -> list[Any]:
    return [world.event.slug]


EVENTS = {
    # public
    "event_detail": Row(PUBLIC, args=its_event),
    # the organiser's desk
    "event_desk": Row(ORGANISERS, args=its_event),
}
