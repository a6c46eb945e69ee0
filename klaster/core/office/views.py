"""Views behind the office's tables: Wagtail's, with our record, our alphabet and our answer to who may not."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.views.generic import history

from klaster.core import audit, languages, tables
from klaster.core.fields import PartialDate, PartialDateField, TranslatedTextField, in_language
from klaster.core.models import AuditEvent

# Acts that other parts write down, to be read in the reader's language.
ACTS = [gettext_noop("loaded"), gettext_noop("message sent")]


def state(row: models.Model) -> audit.Snapshot:
    """The row's columns, and which rows of other tables it is tied to."""
    ties = {
        field.name: sorted(str(getattr(other, "slug", "") or other) for other in getattr(row, field.name).all())
        for field in row._meta.many_to_many
    }
    return audit.snapshot(row) | ties


def yes_or_no(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


class Closed:
    """No right and no such table are one answer. (Wagtail would say which it is, and lead away.)"""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except PermissionDenied:
            raise Http404 from None


class Saving:
    """A race that the database refused is a sentence above the form, not an error page."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except IntegrityError:
            form.add_error(
                None,
                ValidationError(_("Somebody saved something in the meantime that does not go together with this.")),
            )
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]


class CreateView(Closed, Saving, generic.CreateView):
    # Without the name of the kind in it: languages with cases and genders would need it in another form.
    page_title = _("New")
    success_message = _("Added: %(object)s")
    error_message = _("It could not be saved: see what is said at the fields.")

    def save_instance(self) -> models.Model:
        row = super().save_instance()
        audit.record(gettext_noop("created"), row, by=self.request.user, after=state(row))
        return row


class EditView(Closed, Saving, generic.EditView):
    success_message = _("Saved: %(object)s")
    error_message = _("It could not be saved: see what is said at the fields.")

    def save_instance(self) -> models.Model:
        kept = self.model._default_manager.select_for_update(of=("self",)).get(pk=self.form.instance.pk)
        before = state(kept)
        row = super().save_instance()
        row = self.model._default_manager.get(pk=row.pk)
        after = state(row)
        if before != after:
            audit.record(gettext_noop("changed"), row, by=self.request.user, before=before, after=after)
        return row


class DeleteView(Closed, generic.DeleteView):
    success_message = _("Deleted: %(object)s")

    @property
    def confirmation_message(self) -> str:
        return gettext("Delete “%(object)s”? What hangs on it goes with it.") % {"object": self.object}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ProtectedError as error:
            others = sorted({str(each._meta.verbose_name_plural) for each in error.protected_objects})
            words = _(
                "It cannot be deleted while these point to it: %(others)s. Hide it instead, or change them first."
            )
            messages.error(self.request, words % {"others": ", ".join(others)})
            return redirect(self.edit_url_name, self.object.pk)

    @transaction.atomic
    def delete_action(self) -> None:
        kept = self.model._default_manager.get(pk=self.object.pk)
        before = state(kept)
        super().delete_action()
        audit.record(gettext_noop("deleted"), kept, by=self.request.user, before=before, after={})


class InspectView(Closed, generic.InspectView):
    """Shows a row that nobody edits."""


class IndexView(Closed, generic.IndexView):
    template_name = "core/office/index.html"
    list_select_related: tuple[str, ...] = ()
    list_prefetch_related: tuple[str, ...] = ()
    export_exclude: tuple[str, ...] = ()
    show_other_searches = False
    add_item_label = _("Add")

    @cached_property
    def has_bulk_actions(self) -> bool:
        """Whether something can be done to several rows of this table at once."""
        label, name = self.model._meta.app_label, self.model._meta.model_name
        return bool(bulk_action_registry.get_bulk_actions_for_model(label, name))

    # --- columns ----------------------------------------------------------------------------------------------------
    @cached_property
    def columns(self) -> list[Column]:
        ticks = [BulkActionsCheckboxColumn("bulk_actions", obj_type="row")] if self.has_bulk_actions else []
        return [*ticks, *super().columns]

    def _get_title_column(self, *args: Any, **kwargs: Any) -> Column:
        """Its words say to a screen reader which row a tick is for."""
        return super()._get_title_column(*args, get_title_id=lambda row: f"row_{quote(row.pk)}_title", **kwargs)

    def _get_custom_column(self, field_name: str, column_class: type[Column] = Column, **kwargs: Any) -> Column:
        """Yes and no, and dates known to the month or year, in the reader's words: not True, not 2017-05."""
        try:
            field = self.model._meta.get_field(field_name)
        except FieldDoesNotExist:
            field = None
        if isinstance(field, models.BooleanField):
            kwargs["accessor"] = lambda row: yes_or_no(getattr(row, field_name))
        elif isinstance(field, PartialDateField):
            kwargs["accessor"] = lambda row: getattr(row, field_name).display() if getattr(row, field_name) else ""
        return super()._get_custom_column(field_name, column_class, **kwargs)

    # --- order ------------------------------------------------------------------------------------------------------
    def get_base_queryset(self) -> QuerySet:
        rows = super().get_base_queryset().prefetch_related(*self.list_prefetch_related)
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows

    def order_queryset(self, rows: QuerySet) -> QuerySet:
        """Words by the alphabet of the reader, everything else as the column is."""
        ordering = self.ordering
        if not ordering:
            if hasattr(rows, "by_name"):
                return rows.by_name()
            return rows.order_by(*(rows.model._meta.ordering or ["pk"]))
        name = ordering.removeprefix("-")
        try:
            field = rows.model._meta.get_field(name)
        except FieldDoesNotExist:
            return super().order_queryset(rows)
        key: Any = models.F(name)
        if isinstance(field, TranslatedTextField):
            key = languages.SortKey(in_language(name))
        elif isinstance(field, models.CharField) and not field.choices:
            key = languages.SortKey(name)
        order = key.desc(nulls_last=True) if ordering.startswith("-") else key.asc(nulls_first=True)
        return rows.order_by(order, "pk")

    # --- export -----------------------------------------------------------------------------------------------------
    @cached_property
    def list_export(self) -> list[str]:
        """Every column of the row; a text in several languages is a column for each."""
        names = []
        for field in self.model._meta.concrete_fields:
            if field.name in self.export_exclude:
                continue
            if isinstance(field, TranslatedTextField):
                names += [f"{field.name}.{code}" for code in languages.codes()]
            else:
                names.append(field.name)
        return names

    def get_heading(self, queryset: QuerySet, field: str) -> str:
        name, _dot, code = field.partition(".")
        words = capfirst(str(self.model._meta.get_field(name).verbose_name))
        return f"{words} ({code})" if code else words

    def to_row_dict(self, item: models.Model) -> dict[str, Any]:
        return {name: self.exported(item, name) for name in self.list_export}

    def exported(self, item: models.Model, column: str) -> Any:
        name, _dot, code = column.partition(".")
        if code:
            return (getattr(item, name) or {}).get(code, "")
        display = getattr(item, f"get_{name}_display", None)
        value = display() if display else getattr(item, name)
        if value is None or isinstance(value, bool | int | float | Decimal | datetime.date | PartialDate):
            return value
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def table(self, queryset: QuerySet) -> tables.Table:
        """The rows as filtered, and only the columns that may leave: what a cell may hold says klaster.core.tables."""
        keys = {field.name for field in self.model._meta.concrete_fields if field.is_relation}
        rows = queryset.select_related(*keys) if (keys := keys & set(self.list_export)) else queryset
        return tables.Table(
            title=capfirst(str(self.model._meta.verbose_name_plural)),
            columns=[self.get_heading(queryset, name) for name in self.list_export],
            rows=(list(self.to_row_dict(item).values()) for item in rows.iterator(chunk_size=500)),
            filters=list(self.asked()),
            url=f"{settings.SITE_URL}{self.request.path}",
        )

    def asked(self) -> Iterator[str]:
        """What was searched and filtered, in words."""
        if self.search_query:
            yield gettext("Search: %(words)s") % {"words": self.search_query}
        for active in self.active_filters:
            yield f"{active.field_label}: {active.value}"

    def write_csv_response(self, queryset: QuerySet) -> HttpResponseBase:
        return tables.csv_response(self.table(queryset))

    def write_xlsx_response(self, queryset: QuerySet) -> HttpResponseBase:
        return tables.xlsx_response(self.table(queryset))


# --- history ----------------------------------------------------------------------------------------------------------
class Change:
    """One field of one act, in words."""

    def __init__(self, name: str, before: str, after: str):
        self.name, self.before, self.after = name, before, after


class Reader:
    """Turns what the audit keeps into words, asking for each row that a key points to once."""

    def __init__(self) -> None:
        self.rows: dict[tuple[type[models.Model], Any], str] = {}

    @staticmethod
    def model(name: str) -> type[models.Model] | None:
        """Of "directory.cluster"; None where that table is of former times."""
        try:
            return apps.get_model(name)
        except (LookupError, ValueError):
            return None

    def changes(self, event: AuditEvent, model: type[models.Model]) -> Iterator[Change]:
        for name in {**event.before, **event.after}:
            before, after = (self.words(model, name, values.get(name)) for values in (event.before, event.after))
            if before or after:
                yield Change(self.label(model, name), before, after)

    def label(self, model: type[models.Model], name: str) -> str:
        try:
            field = model._meta.get_field(name)
            if isinstance(field, models.Field):
                return capfirst(str(field.verbose_name))
            return capfirst(str(field.related_model._meta.verbose_name_plural))  # type: ignore[union-attr]
        except (FieldDoesNotExist, AttributeError):
            return name  # a field of former times

    def words(self, model: type[models.Model], name: str, value: Any) -> str:
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, dict):
            codes = dict.fromkeys([*languages.codes(), *value])
            return " · ".join(f"{code}: {value[code]}" for code in codes if value.get(code))
        if isinstance(value, list):
            return ", ".join(map(str, value))
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return str(value)
        if isinstance(field, models.ForeignKey):
            return self.row(field.related_model, value)  # type: ignore[arg-type]
        if not isinstance(field, models.Field):  # what points to the row: how many of them
            return str(value)
        if isinstance(value, bool):
            return yes_or_no(value)
        if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
            return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
        return str(dict(field.flatchoices).get(value, value))

    def row(self, model: type[models.Model], key: Any) -> str:
        if (model, key) not in self.rows:
            found = model._base_manager.filter(pk=key).first()
            self.rows[model, key] = str(found) if found else f"#{key}"
        return self.rows[model, key]


class ChangesColumn(Column):
    cell_template_name = "core/office/changes.html"

    def __init__(self, *args: Any, model: type[models.Model] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.model, self.reader = model, Reader()

    def get_cell_context_data(self, instance: AuditEvent, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        model = self.model or self.reader.model(instance.object_type)
        return context | {"changes": list(self.reader.changes(instance, model)) if model else []}


class HistoryView(Closed, history.HistoryView):
    """Who did what to this row, with what was before and after: the audit, not Wagtail's own log."""

    any_permission_required = ("add", "change", "delete", "view")
    filterset_class = None

    @cached_property
    def columns(self) -> list[Column]:
        return [
            DateColumn("at", label=_("When"), width="14%"),
            Column("who", label=_("Who"), width="18%"),
            Column("action", label=_("What was done"), accessor=lambda event: gettext(event.action), width="14%"),
            ChangesColumn("changes", label=_("Before and after"), model=self.model),
        ]

    def get_base_queryset(self) -> QuerySet:
        return AuditEvent.objects.of(self.object).with_people()
