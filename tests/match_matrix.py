"""The permission matrix of partner search and matchmaking: rows of the same kind as tests/permission_matrix.py, a block
for each part.

The first of the six people acts for `world.organisation`, a member of the cluster whose coordinator is the third.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klaster.matchmaking import factories as f
from tests.matrix_rows import OWN, POST_ONLY, PUBLIC, SIGNED_IN, Row

if TYPE_CHECKING:
    from tests.test_permission_matrix import World

ITS_PEOPLE = "login 200 200 404 200 200"  # of the member, its coordinator, the office
ITS_PEOPLE_SEND = "login ok ok 404 ok ok"


def its_posting(world: World) -> list[Any]:
    """On the board, of the member."""
    return [f.PostingFactory(organisation=world.organisation, review_cluster=world.cluster).slug]


def csv(world: World) -> list[Any]:
    return ["csv"]


MATCHMAKING = {
    # the board
    "posting_list": Row(PUBLIC, query="?q=a%20-b&side=need&order=ends"),
    "posting_export": Row(PUBLIC, args=csv),
    "posting_feed": Row(PUBLIC),
    "posting_detail": Row(PUBLIC, args=its_posting),
    "my_postings": Row(SIGNED_IN),
    "posting_new": Row(SIGNED_IN, OWN),
    "posting_edit": Row(ITS_PEOPLE, ITS_PEOPLE_SEND, args=its_posting),
    "posting_act": Row(POST_ONLY, ITS_PEOPLE_SEND, args=its_posting),
}
