"""What people and commands do to the directory: each verb one transaction, checked again under its lock, recorded."""

from klaster.directory.actions.changes import (
    Standing,
    as_if_public,
    decide_change,
    return_change,
    standing_of,
    version_of_change,
    withdraw_change,
)
from klaster.directory.actions.confirmations import confirm_by_editing, confirm_section, undo_confirmation
from klaster.directory.actions.contact import send_message
from klaster.directory.actions.editing import (
    ChangedMeanwhile,
    Mine,
    Remark,
    begun_by,
    change_cluster,
    change_organisation,
    publish,
    save_draft,
    version_of,
)
from klaster.directory.actions.imports import (
    confirm_import,
    decide,
    decide_the_rest,
    discard_import,
    name_columns,
    read_again,
    start_import,
    undo_import,
)
from klaster.directory.actions.loads import LOADING, load_network
from klaster.directory.actions.members import (
    add_member,
    add_new_member,
    confirm_membership,
    end_membership,
    reject_membership,
)
from klaster.directory.actions.openings import (
    close_opening,
    delete_achievement,
    extend_opening,
    month_after,
    save_achievement,
    save_opening,
)

__all__ = [
    "LOADING",
    "ChangedMeanwhile",
    "Mine",
    "Remark",
    "Standing",
    "add_member",
    "add_new_member",
    "as_if_public",
    "begun_by",
    "change_cluster",
    "change_organisation",
    "close_opening",
    "confirm_by_editing",
    "confirm_import",
    "confirm_membership",
    "confirm_section",
    "decide",
    "decide_change",
    "decide_the_rest",
    "delete_achievement",
    "discard_import",
    "end_membership",
    "extend_opening",
    "load_network",
    "month_after",
    "name_columns",
    "publish",
    "read_again",
    "reject_membership",
    "return_change",
    "save_achievement",
    "save_draft",
    "save_opening",
    "send_message",
    "standing_of",
    "start_import",
    "undo_confirmation",
    "undo_import",
    "version_of",
    "version_of_change",
    "withdraw_change",
]  # fmt: skip
