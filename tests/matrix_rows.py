"""What a row of the permission matrix says; tests/permission_matrix.py explains the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.test_permission_matrix import World


def nothing(world: World) -> list[Any]:
    return []


@dataclass(frozen=True)
class Row:
    """Expected answers to GET and, where something can be sent, to POST of an empty form."""

    get: str
    post: str | None = None
    args: Callable[[World], list[Any]] = nothing
    query: str = ""
    is_open: bool | None = None  # where the view itself sends a visitor to the sign-in page

    @property
    def opens_to_visitors(self) -> bool:
        return not self.get.startswith("login") if self.is_open is None else self.is_open


PUBLIC = "200 200 200 200 200 200"
SIGNED_IN = "login 200 200 200 200 200"
KEEPERS = "login 403 200 403 200 200"  # they see the entry, and may not change it
KEEPERS_ONLY = "login 404 200 404 200 200"  # they do not see it at all
GONE = "404 404 404 404 404 404"
SENDABLE = "ok ok ok ok ok ok"
KEEPERS_ANSWER = "login 404 ok 404 ok ok"
KEEPERS_SEND = "login 403 ok 403 ok ok"
POST_ONLY = "login 405 405 405 405 405"
READ_ONLY = "login 405 405 405 405 405"
OWN = "login ok ok ok ok ok"
OFFICE = "login 403 403 403 200 200"
# Who cannot see a person is told that there is none.
OFFICE_ABOUT_PEOPLE = "login 403 404 404 ok ok"
NONE_OF_MINE = "login 404 404 404 404 404"
CONFIRM_FIRST = "login 302 302 302 302 302"  # the password again, for what cannot be undone
