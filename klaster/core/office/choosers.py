"""Choosing a row of a long table: a window with a search, as for pages and pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet

from klaster.core.office.search import matching


class SearchForm(BaseFilterForm):
    q = forms.CharField(
        label=_("Search"), widget=forms.TextInput(attrs={"placeholder": _("Search")}), required=False, max_length=100
    )
    search_fields: tuple[str, ...] = ()

    def filter(self, objects: models.QuerySet) -> models.QuerySet:
        objects = super().filter(objects)
        text = self.cleaned_data.get("q")
        if text:
            objects = objects.filter(matching(objects.model, self.search_fields, text))
            self.is_searching, self.search_query = True, text
        return objects


class Chosen:
    """What every view of a chooser asks first, and the only rows it offers."""

    right = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(self.right):
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def get_object_list(self) -> models.QuerySet:
        manager = self.model_class._default_manager  # type: ignore[attr-defined]
        rows = manager.all()
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(self.request.user)  # type: ignore[attr-defined]
        return rows.by_name() if hasattr(rows, "by_name") else rows.order_by(*(rows.model._meta.ordering or ["pk"]))


class ChosenOne(Chosen):
    def get_object(self, pk: Any) -> models.Model:
        return self.get_object_list().get(pk=pk)


class ChosenSeveral(Chosen):
    def get_objects(self, pks: Any) -> models.QuerySet:
        return self.get_object_list().filter(pk__in=pks)


class Chooser(ChooserViewSet):
    """`right` is asked of whoever opens it; only rows visible to that person are offered."""

    right = "wagtailadmin.access_admin"
    search_fields: tuple[str, ...] = ("name",)
    per_page = 20
    choose_another_text = _("Choose another")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        form = type("FilterForm", (SearchForm,), {"search_fields": self.search_fields})
        own = {"right": self.right}
        self.choose_view_class = type("Choose", (Chosen, chooser.ChooseView), {**own, "filter_form_class": form})
        self.choose_results_view_class = type(
            "ChooseResults", (Chosen, chooser.ChooseResultsView), {**own, "filter_form_class": form}
        )
        self.chosen_view_class = type("ChosenView", (ChosenOne, chooser.ChosenView), own)
        self.chosen_multiple_view_class = type("ChosenMany", (ChosenSeveral, chooser.ChosenMultipleView), own)
        self.create_view_class = type("CreateChosen", (Chosen, chooser.CreateView), own)
