"""All tables of the directory for the office. Messages to coordinators are confidential and are read on the site."""

from klaster.directory.office.bulk import ACTIONS
from klaster.directory.office.groups import DirectoryGroup, ListsGroup, choosers

__all__ = ["ACTIONS", "DirectoryGroup", "ListsGroup", "choosers"]
