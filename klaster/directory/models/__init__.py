"""Clusters, the organisations in them, the networks around them, and where each fact comes from."""

from klaster.directory.models.changes import ChangeRequest, ProposedValue
from klaster.directory.models.classification import ActivityClass, Place, Region, Sector
from klaster.directory.models.clusters import Achievement, Cluster, ClusterMembership, Label, Opening
from klaster.directory.models.confirmations import Confirmation
from klaster.directory.models.contact import ContactMessage
from klaster.directory.models.drafts import FormDraft
from klaster.directory.models.duplicates import Duplicate, DuplicateSearch
from klaster.directory.models.imports import Import, ImportFile, ImportRow
from klaster.directory.models.join_requests import JoinNote, JoinRequest
from klaster.directory.models.links import LinkCheck
from klaster.directory.models.merging import FormerAddress, Merge
from klaster.directory.models.networks import Agreement, Network, NetworkParticipation, Programme
from klaster.directory.models.organisations import Affiliation, Organisation
from klaster.directory.models.sources import FactKind, FileRow, Source, Statement

__all__ = [
    "Achievement",
    "ActivityClass",
    "Affiliation",
    "Agreement",
    "ChangeRequest",
    "Cluster",
    "ClusterMembership",
    "Confirmation",
    "ContactMessage",
    "Duplicate",
    "DuplicateSearch",
    "FactKind",
    "FileRow",
    "FormDraft",
    "FormerAddress",
    "Import",
    "ImportFile",
    "ImportRow",
    "JoinNote",
    "JoinRequest",
    "Label",
    "LinkCheck",
    "Merge",
    "Network",
    "NetworkParticipation",
    "Opening",
    "Organisation",
    "Place",
    "Programme",
    "ProposedValue",
    "Region",
    "Sector",
    "Source",
    "Statement",
]
