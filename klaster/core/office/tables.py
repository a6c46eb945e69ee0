"""A table of the office: what its list shows, what its form asks."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise, cached_property
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.viewsets.model import ModelViewSet

from klaster.core.office import views
from klaster.core.office.filters import TableFilter
from klaster.core.office.forms import TableForm
from klaster.core.office.search import lookups

Section = tuple[str | Promise, list[str]]


class Table(ModelViewSet):
    """Declares a table; see klaster.core.office for an example.

    sections             headings and fields of the form, in order
    form_class           a TableForm with fields of its own
    find_in              columns the search looks into
    filters              columns the list can be filtered by
    list_select_related  what the rows of the list need, so that a longer list asks no more queries;
                         list_prefetch_related likewise
    export_exclude       columns that do not leave the office
    """

    sections: list[Section] = []
    form_class: type[TableForm] = TableForm
    find_in: tuple[str, ...] = ()
    filters: list[str] = []
    list_select_related: tuple[str, ...] = ()
    list_prefetch_related: tuple[str, ...] = ()
    export_exclude: tuple[str, ...] = ()

    index_view_class = views.IndexView
    add_view_class = views.CreateView
    edit_view_class = views.EditView
    delete_view_class = views.DeleteView
    history_view_class = views.HistoryView
    inspect_view_class = views.InspectView
    copy_view_enabled = False
    add_to_reference_index = False
    list_per_page = 50
    sort_order_field = None

    @cached_property
    def url_prefix(self) -> str:
        return f"{self.app_label}/{self.model_name}"

    @cached_property
    def search_backend_name(self) -> None:
        """PostgreSQL by itself."""

    @cached_property
    def search_fields(self) -> list[str]:
        return [lookup for path in self.find_in for lookup in lookups(self.model, path)]

    @cached_property
    def filterset_class(self) -> type[TableFilter] | None:
        return TableFilter.of(self.model, self.filters) if self.filters else None

    def get_edit_handler(self) -> Any:
        panels = [MultiFieldPanel(list(map(FieldPanel, names)), heading=title) for title, names in self.sections]
        return ObjectList(panels, base_form_class=self.form_class).bind_to_model(self.model)

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(**{"usage_url_name": None, **kwargs})

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        names = ("list_select_related", "list_prefetch_related", "export_exclude")
        return super().get_index_view_kwargs(**{name: getattr(self, name) for name in names}, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [each for each in super().get_urlpatterns() if each.name != "usage"]


class ReadOnlyTable(Table):
    """Rows that are looked at and never edited: nobody has the rights to, and the addresses do not exist."""

    inspect_view_enabled = True
    fields: list[str] = []

    def get_edit_handler(self) -> Any:
        return None

    def get_form_fields(self) -> list[str]:
        return []

    @property
    def inspect_view_fields(self) -> list[str]:
        return self.fields

    def get_urlpatterns(self) -> list[Any]:
        closed = {"add", "edit", "delete", "copy", "history", "history_results"}
        return [each for each in super().get_urlpatterns() if each.name not in closed]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        none = dict.fromkeys(("add_url_name", "edit_url_name", "delete_url_name", "history_url_name"))
        return super().get_common_view_kwargs(**{**none, **kwargs})
