"""Doing one thing to several rows of an office table: asked for again on a page of its own, allowed row by row.

    class Publish(office.RowsAction):
        display_name, action_type = _("Publish"), "publish"
        question = _("Publish these?")
        models = [Cluster, Organisation]

        def act(self, row):                              # an action of actions.py: locks, checks, changes, records
            return actions.publish(row, by=self.request.user)

All rows or none: what `act` refuses for one undoes the others. Only rows that were ticked are meant; a list is never
taken as a whole, because the page after the next may hold what nobody looked at.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction

from klaster.core.keys import key_of

MOST = 500  # rows at once
Text = str | Promise


class RowsAction(BulkAction):
    """`right` is the verb of the right asked for each row: "change" → "directory.change_cluster"."""

    template_name = "core/office/bulk.html"
    is_grave = False  # what cannot be taken back has a red button
    question: Text = ""
    button: Text = ""
    right = "change"

    def act(self, row: Any) -> bool:
        """Do it to one row; False where there was nothing to do. Raises ValidationError, PermissionDenied.

        With a `form_class` of its own the page asks for more, and `cleaned_form` has what was answered.
        """
        raise NotImplementedError

    # --- who may ------------------------------------------------------------------------------------------------------
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever may not see the table is told that there is no such page."""
        if not request.user.has_perm(self.permission("view")):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def permission(self, verb: str) -> str:
        return f"{self.model._meta.app_label}.{verb}_{self.model._meta.model_name}"

    def check_perm(self, obj: models.Model) -> bool:
        return bool(self.request.user.has_perm(self.permission(self.right), obj))

    # --- which rows ---------------------------------------------------------------------------------------------------
    @cached_property
    def asked(self) -> list[models.Model]:
        """Rows that were ticked and that this person sees, in the order of their numbers."""
        pks = {key for pk in self.request.GET.getlist("id") if (key := key_of(pk)) is not None}
        manager = self.model._default_manager
        rows = manager.visible_to(self.request.user) if hasattr(manager.all(), "visible_to") else manager.all()
        found = list(rows.filter(pk__in=pks).order_by("pk")[:MOST])
        if not found:
            raise Http404
        return found

    def get_actionable_objects(self) -> tuple[list[Any], dict[str, list[Any]]]:
        allowed = [row for row in self.asked if self.check_perm(row)]
        return allowed, {"items_with_no_access": [row for row in self.asked if row not in allowed]}

    def object_context(self, obj: models.Model) -> dict[str, Any]:
        try:
            url = reverse(f"{obj._meta.model_name}:edit", args=[obj.pk])
        except NoReverseMatch:
            url = ""
        return {"item": obj, "edit_url": url}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "question": self.question,
            "button": self.button or self.display_name,
            "button_class": "serious" if self.is_grave else "",
            "header_icon": "list-ul",
        }
        return super().get_context_data(**kwargs) | own

    # --- doing it -----------------------------------------------------------------------------------------------------
    def form_valid(self, form: Any) -> HttpResponse:
        self.cleaned_form = form
        rows, _refused = self.get_actionable_objects()
        done = 0
        try:
            with transaction.atomic():
                for row in rows:
                    done += bool(self.act(row))
        except (ValidationError, PermissionDenied) as error:
            said = " ".join(getattr(error, "messages", [])) or _("You may not do this.")
            messages.error(self.request, _("Nothing was changed. %(row)s: %(problem)s") % {"row": row, "problem": said})
            return redirect(self.next_url)
        messages.success(self.request, self.said(done, len(rows)))
        return redirect(self.next_url)

    @staticmethod
    def said(done: int, asked: int) -> str:
        words = ngettext("%(number)s row changed.", "%(number)s rows changed.", done) % {"number": done}
        left = asked - done
        if not left:
            return words
        more = ngettext("%(number)s was so already.", "%(number)s were so already.", left) % {"number": left}
        return f"{words} {more}"
