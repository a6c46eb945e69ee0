"""Who may do what to people's accounts."""

from __future__ import annotations

import rules

from klaster.accounts.models import Invitation, User


@rules.predicate
def is_secretariat(user: User) -> bool:
    return bool(user.is_authenticated and user.is_secretariat)


@rules.predicate
def is_another(user: User, person: User | None) -> bool:
    return person is not None and user.pk != person.pk


@rules.predicate
def is_viewable(user: User, person: User | None) -> bool:
    return person is not None and person.is_viewable


@rules.predicate
def is_in_reach(user: User, person: User | None) -> bool:
    """Nobody touches a superuser's account but another superuser."""
    return person is not None and (user.is_superuser or not person.is_superuser)


@rules.predicate
def sent_it(user: User, invitation: Invitation | None) -> bool:
    return invitation is not None and invitation.invited_by_id == user.pk


rules.add_perm("accounts.view_people", is_secretariat)
rules.add_perm("accounts.view_as", is_secretariat & is_another & is_viewable)
rules.add_perm("accounts.invite_secretary", is_secretariat)
rules.add_perm("accounts.dismiss_secretary", is_secretariat & is_another & is_in_reach)
rules.add_perm("accounts.deactivate_person", is_secretariat & is_another & is_in_reach)
rules.add_perm("accounts.reactivate_person", is_secretariat & is_another & is_in_reach)
rules.add_perm("accounts.end_sessions", is_secretariat & is_another & is_in_reach)
rules.add_perm("accounts.withdraw_invitation", is_secretariat | sent_it)
