"""What the office does to several rows of the directory at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from klaster.core import tables
from klaster.core.office import RowsAction
from klaster.core.office.views import IndexView
from klaster.directory import actions
from klaster.directory.models import (
    Achievement,
    Affiliation,
    Cluster,
    ClusterMembership,
    Duplicate,
    Label,
    Network,
    NetworkParticipation,
    Opening,
    Organisation,
    Programme,
)
from klaster.directory.models.duplicates import with_entries
from klaster.directory.models.organisations import today
from klaster.directory.office import entries

ENTRIES = [Cluster, Organisation, Network, Programme]


class Publish(RowsAction):
    display_name, action_type, action_priority = _("Publish"), "publish", 10
    aria_label = _("Publish the selected rows")
    question = _("Show these to everybody?")
    models = [*ENTRIES, Opening]

    def act(self, row: Any) -> bool:
        return actions.show(row, by=self.request.user)


class Hide(RowsAction):
    display_name, action_type, action_priority = _("Hide"), "hide", 20
    aria_label = _("Hide the selected rows")
    question = _("Take these off the public pages?")
    models = [*ENTRIES, Opening]

    def act(self, row: Any) -> bool:
        return actions.hide(row, by=self.request.user)


class ConfirmEntries(RowsAction):
    display_name, action_type, action_priority = _("True today"), "confirm", 30
    aria_label = _("Say that the selected rows are true today")
    question = _("Is everything on these pages true today?")
    button = _("It is so")
    models = ENTRIES

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


class RejectMemberships(ConfirmMemberships):
    display_name, action_type, action_priority = _("It is not so"), "reject", 15
    aria_label = _("Refuse the selected memberships")
    question = _("Are these memberships not so? What nobody confirmed is deleted.")
    button = ""
    is_grave = True

    def act(self, row: Any) -> bool:
        actions.reject_membership(row, by=self.request.user)
        return True


class OutsideForm(forms.Form):
    day = forms.DateField(label=_("Outside from"), initial=today, widget=AdminDateInput)


class EndMemberships(RowsAction):
    display_name, action_type, action_priority = _("End"), "end", 20
    aria_label = _("End the selected memberships")
    question = _("End these memberships?")
    models = [ClusterMembership]
    form_class = OutsideForm

    def check_perm(self, obj: Any) -> bool:
        return bool(self.request.user.has_perm("directory.change_members", obj.cluster))

    def act(self, row: Any) -> bool:
        if row.left:
            return False
        actions.end_membership(row, by=self.request.user, left=self.cleaned_form.cleaned_data["day"])
        return True


class UntilForm(forms.Form):
    day = forms.DateField(label=_("Until"), initial=today, widget=AdminDateInput)


class EndParticipations(RowsAction):
    display_name, action_type, action_priority = _("End"), "end", 20
    aria_label = _("End the selected participations")
    question = _("Do these take part no longer?")
    models = [NetworkParticipation]
    form_class = UntilForm

    def act(self, row: Any) -> bool:
        day = self.cleaned_form.cleaned_data["day"]
        return actions.end_participation(row, by=self.request.user, until=day)


class EndAffiliations(RowsAction):
    display_name, action_type, action_priority = _("End"), "end", 20
    aria_label = _("End the selected affiliations")
    question = _("Do these people act for these organisations no longer? Every right that came of it ends at once.")
    models = [Affiliation]

    def check_perm(self, obj: Any) -> bool:
        return bool(self.request.user.has_perm("directory.end_affiliation", obj))

    def act(self, row: Any) -> bool:
        return actions.end_affiliation(row, by=self.request.user).until != row.until


class ExtendOpenings(RowsAction):
    display_name, action_type, action_priority = _("Extend by a month"), "extend", 30
    aria_label = _("Extend the selected openings by a month")
    question = _("Show these openings a month longer?")
    models = [Opening]

    def act(self, row: Any) -> bool:
        return actions.extend_opening(row, by=self.request.user, until=row.until).until != row.until


class DeleteRows(RowsAction):
    display_name, action_type, action_priority = _("Delete"), "delete", 90
    aria_label = _("Delete the selected rows")
    question = _("Delete these for good?")
    models = [Achievement, Label, Opening]
    right = "delete"
    is_grave = True

    def act(self, row: Any) -> bool:
        return actions.delete_row(row, by=self.request.user)


class NotTheSame(RowsAction):
    """Ticked on the site's page of duplicates."""

    display_name, action_type, action_priority = _("Not the same"), "reject", 10
    aria_label = _("Say that the selected pairs are not the same")
    question = _("Are these not the same? They are not proposed again.")
    models = [Duplicate]

    def check_perm(self, obj: Any) -> bool:
        return bool(self.request.user.has_perm("directory.merge_entries", obj))

    def object_context(self, obj: Any) -> dict[str, Any]:
        names = [f"{one.name} · {other.name}" for _row, (one, other) in with_entries([obj])]
        return {"item": names[0] if names else obj, "edit_url": ""}

    def act(self, row: Any) -> bool:
        if row.state != Duplicate.State.PROPOSED:
            return False
        actions.reject_duplicate(row, by=self.request.user)
        return True


class ExportRows(RowsAction):
    """The ticked rows as a table, with the columns that may leave the office."""

    display_name, action_type, action_priority = _("Export"), "export", 40
    aria_label = _("Export the selected rows")
    question = _("Take these rows away as a table?")
    right = "view"
    tables = {table.model: table for table in entries.TABLES}
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


ACTIONS = (
    Publish, Hide, ConfirmEntries, ConfirmMemberships, RejectMemberships, EndMemberships, EndParticipations,
    EndAffiliations, ExtendOpenings, NotTheSame, ExportRows, DeleteRows,
)  # fmt: skip
