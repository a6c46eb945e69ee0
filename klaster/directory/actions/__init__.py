"""What people and commands do to the directory: each verb one transaction, checked again under its lock, recorded."""

from klaster.directory.actions.contact import send_message
from klaster.directory.actions.editing import ChangedMeanwhile, change_cluster, change_organisation, version_of
from klaster.directory.actions.loads import LOADING, load_network
from klaster.directory.actions.members import (
    add_member,
    add_new_member,
    confirm_membership,
    end_membership,
    reject_membership,
)
from klaster.directory.actions.openings import close_opening, delete_achievement, save_achievement, save_opening

__all__ = [
    "LOADING",
    "ChangedMeanwhile", "add_member", "add_new_member", "change_cluster", "change_organisation", "close_opening",
    "confirm_membership", "delete_achievement", "end_membership", "load_network", "reject_membership",
    "save_achievement", "save_opening", "send_message", "version_of",
]  # fmt: skip
