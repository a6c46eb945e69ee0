"""Who may do what in the directory. Rights follow from today's affiliations; the office may everything here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from klaster.directory import models
from klaster.directory.models import (
    Affiliation,
    ChangeRequest,
    Cluster,
    ClusterMembership,
    Import,
    JoinRequest,
    Network,
    Opening,
    Organisation,
)

if TYPE_CHECKING:
    from klaster.accounts.models import User


@rules.predicate
def is_secretariat(user: User) -> bool:
    return user.is_authenticated and user.is_secretariat


@rules.predicate
def keeps_organisation(user: User, organisation: Organisation | None) -> bool:
    """Manages it, or coordinates a cluster it is in."""
    return organisation is not None and Organisation.objects.kept_by(user).filter(pk=organisation.pk).exists()


@rules.predicate
def manages_organisation(user: User, organisation: Organisation | None) -> bool:
    return (
        organisation is not None
        and user.is_authenticated
        and Affiliation.objects.active()
        .filter(person=user, organisation=organisation, role=Affiliation.Role.MANAGER)
        .exists()
    )


@rules.predicate
def coordinates_cluster(user: User, cluster: Cluster | None) -> bool:
    return cluster is not None and Cluster.objects.kept_by(user).filter(pk=cluster.pk).exists()


@rules.predicate
def coordinates_its_cluster(user: User, opening: Opening | None) -> bool:
    return opening is not None and coordinates_cluster(user, opening.cluster)


@rules.predicate
def coordinates_the_cluster_asked(user: User, request: JoinRequest | None) -> bool:
    return request is not None and coordinates_cluster(user, request.cluster)


@rules.predicate
def manages_its_organisation(user: User, membership: ClusterMembership | None) -> bool:
    return membership is not None and manages_organisation(user, membership.organisation)


@rules.predicate
def manages_the_organisation_of(user: User, affiliation: Affiliation | None) -> bool:
    return affiliation is not None and manages_organisation(user, affiliation.organisation)


@rules.predicate
def is_affiliated_so(user: User, affiliation: Affiliation | None) -> bool:
    """It is one's own: everybody may leave."""
    return affiliation is not None and affiliation.person_id == user.pk


@rules.predicate
def has_nobody_and_keeps_nobody(user: User, organisation: Organisation | None) -> bool:
    """Nobody manages it here, and whoever did would keep nothing but it: no cluster, no network."""
    return (
        organisation is not None
        and not Affiliation.objects.active().filter(organisation=organisation, role=Affiliation.Role.MANAGER).exists()
        and not Cluster.objects.filter(coordinator=organisation).exists()
        and not Network.objects.filter(operator=organisation).exists()
    )


@rules.predicate
def operates_network(user: User, network: Network | None) -> bool:
    return network is not None and Network.objects.kept_by(user).filter(pk=network.pk).exists()


@rules.predicate
def sent_it(user: User, import_: Import | None) -> bool:
    return import_ is not None and user.is_authenticated and import_.by_id == user.pk


@rules.predicate
def may_write_it(user: User, import_: Import | None) -> bool:
    if import_ is None or import_.what == Import.What.ORGANISATIONS:
        return is_secretariat(user)
    return is_secretariat(user) or coordinates_cluster(user, import_.cluster)


rules.add_perm("directory.change_cluster", is_secretariat | coordinates_cluster)
rules.add_perm("directory.confirm_section", is_secretariat | coordinates_cluster)
rules.add_perm("directory.change_members", is_secretariat | coordinates_cluster)
rules.add_perm("directory.answer_join_request", is_secretariat | coordinates_the_cluster_asked)
rules.add_perm("directory.change_organisation", is_secretariat | keeps_organisation)
rules.add_perm("directory.confirm_membership", is_secretariat | manages_its_organisation)
rules.add_perm("directory.invite_representative", is_secretariat | manages_organisation)
rules.add_perm("directory.invite_first_manager", keeps_organisation & has_nobody_and_keeps_nobody)
rules.add_perm("directory.end_affiliation", is_secretariat | manages_the_organisation_of | is_affiliated_so)
rules.add_perm("directory.change_opening", is_secretariat | coordinates_its_cluster)
rules.add_perm("directory.change_network", is_secretariat | operates_network)
rules.add_perm("directory.read_quality", is_secretariat)
rules.add_perm("directory.publish_entry", is_secretariat)  # show it to everybody, or take it off
rules.add_perm("directory.read_history", is_secretariat | coordinates_cluster)
rules.add_perm("directory.check_eccp", is_secretariat | coordinates_cluster)
rules.add_perm("directory.read_messages", is_secretariat | coordinates_cluster)
rules.add_perm("directory.merge_entries", is_secretariat)
rules.add_perm("directory.view_duplicate", is_secretariat)


# --- changes to verified facts ----------------------------------------------------------------------------------------
@rules.predicate
def proposed_it(user: User, change: ChangeRequest | None) -> bool:
    return change is not None and user.is_authenticated and change.author_id == user.pk


@rules.predicate
def is_undecided(user: User, change: ChangeRequest | None) -> bool:
    return change is not None and (change.is_open or change.is_draft)


rules.add_perm("directory.verify_facts", is_secretariat)  # of an entry: own changes are public at once
rules.add_perm("directory.decide_changerequest", is_secretariat)
rules.add_perm("directory.withdraw_changerequest", proposed_it & is_undecided)

# --- imports: one's own, as long as one may change what they write ---------------------------------------------------
rules.add_perm("directory.import_organisations", is_secretariat)
rules.add_perm("directory.change_import", sent_it & may_write_it)

# Tables of the office. What is confidential (messages, requests to join) has pages of its own, confirmations are said
# and taken back there too, what a network file wrote is the loader's own, and change requests are decided on the site,
# where one sees what differs. What a file brings, and what is typed and not
# sent, is one person's alone; links
# are tried by jobs.
NOT_TABLES = (
    "ChangeRequest", "Confirmation", "ContactMessage", "FileRow", "FormDraft", "Import", "ImportFile", "ImportRow",
    "JoinNote", "JoinRequest", "LinkCheck", "ProposedValue",
)  # fmt: skip
UNITING = ("Duplicate", "DuplicateSearch", "FormerAddress", "Merge")  # unions have pages that know what they do
OFFICE_TABLES = [name for name in models.__all__ if name not in (*NOT_TABLES, *UNITING)]
for table in OFFICE_TABLES:
    for act in ("view", "add", "change", "delete"):
        name = f"directory.{act}_{table.lower()}"
        if not rules.perm_exists(name):
            rules.add_perm(name, is_secretariat)
