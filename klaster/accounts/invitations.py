"""What accepting an invitation brings besides an account. Apps above register their own grants.

    invitations.register("affiliation", give=make_representative, describe=as_representative)

`give(person, params, by)` runs inside the transaction of the acceptance, where `by` is who invited. It checks that `by`
may still give it and raises ValidationError with a sentence when not. `describe(params)` finishes the sentence
"… invites you …" for letter and page, in the language of now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from klaster.accounts.models import Invitation, User

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Grant:
    give: Callable[[User, Params, User], None]
    describe: Callable[[Params], str]


_grants: dict[str, Grant] = {}


def register(name: str, *, give: Callable[[User, Params, User], None], describe: Callable[[Params], str]) -> None:
    """Make a grant known under a name that stays in the database."""
    grant = Grant(give, describe)
    if _grants.setdefault(name, grant) != grant:
        raise ValueError(f"There is already another grant {name!r}.")


def get(name: str) -> Grant:
    """Raises KeyError for what nobody registered."""
    return _grants[name]


def describe(invitation: Invitation) -> str:
    """What the invited person will be: "to work in the network's office". Empty for a bare account."""
    return get(invitation.grant).describe(invitation.params) if invitation.grant else ""
