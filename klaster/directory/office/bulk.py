"""What the office does to several rows of the directory at once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klaster.core import tables
from klaster.core.office import RowsAction
from klaster.core.office.views import IndexView
from klaster.directory import actions
from klaster.directory.models import Cluster, ClusterMembership, Opening, Organisation
from klaster.directory.office import entries


class Publish(RowsAction):
    display_name, action_type, action_priority = _("Publish"), "publish", 10
    aria_label = _("Publish the selected rows")
    question = _("Show these to everybody?")
    models = [Cluster, Organisation, Opening]

    def act(self, row: Any) -> bool:
        return actions.show(row, by=self.request.user)


class Hide(RowsAction):
    display_name, action_type, action_priority = _("Hide"), "hide", 20
    aria_label = _("Hide the selected rows")
    question = _("Take these off the public pages?")
    models = [Cluster, Organisation, Opening]

    def act(self, row: Any) -> bool:
        return actions.hide(row, by=self.request.user)


class ConfirmEntries(RowsAction):
    display_name, action_type, action_priority = _("True today"), "confirm", 30
    aria_label = _("Say that the selected rows are true today")
    question = _("Is everything on these pages true today?")
    button = _("It is so")
    models = [Cluster, Organisation]

    def act(self, row: Any) -> bool:
        return actions.confirm_entry(row, by=self.request.user)


class ConfirmMemberships(RowsAction):
    display_name, action_type, action_priority = _("Confirm"), "confirm", 10
    aria_label = _("Confirm the selected memberships")
    question = _("Confirm these memberships for the organisations?")
    models = [ClusterMembership]

    def check_perm(self, obj: Any) -> bool:
        return bool(self.request.user.has_perm("directory.confirm_membership", obj))

    def act(self, row: Any) -> bool:
        if row.is_confirmed:
            return False
        actions.confirm_membership(row, by=self.request.user)
        return True


class ExportRows(RowsAction):
    """The ticked rows as a table, with the columns that may leave the office."""

    display_name, action_type, action_priority = _("Export"), "export", 40
    aria_label = _("Export the selected rows")
    question = _("Take these rows away as a table?")
    right = "view"
    tables = {Cluster: entries.Clusters, Organisation: entries.Organisations, ClusterMembership: entries.Memberships,
              Opening: entries.Openings}  # fmt: skip
    models = list(tables)

    def form_valid(self, form: Any) -> HttpResponseBase:  # type: ignore[override]
        rows, _refused = self.get_actionable_objects()
        view = IndexView(model=self.model, export_exclude=self.tables[self.model].export_exclude)
        table = tables.Table(
            title=capfirst(str(self.model._meta.verbose_name_plural)),
            columns=[view.get_heading(None, name) for name in view.list_export],
            rows=[list(view.to_row_dict(row).values()) for row in rows],
            filters=[gettext("Selected rows")],
            url=f"{settings.SITE_URL}{self.next_url}",
        )
        return tables.response(table, "xlsx")


ACTIONS = (Publish, Hide, ConfirmEntries, ConfirmMemberships, ExportRows)
