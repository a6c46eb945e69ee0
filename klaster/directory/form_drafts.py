"""Which forms keep what is typed into them: of what they are, who may write there, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaster.directory.models import Achievement, Cluster, FormDraft, Merge, Opening, Organisation

if TYPE_CHECKING:
    from klaster.accounts.models import User

CHANGE = "directory.change_cluster"


@dataclass(frozen=True)
class Kind:
    model: type[Any]
    title: str | Promise  # "", where the row says enough
    right: str
    page: Callable[[Any], str]

    def row(self, pk: int, reader: Any) -> Any:
        """What the form changes, or the cluster it adds to; None for whoever may not."""
        related = ("cluster",) if self.is_part else ()
        row = self.model._default_manager.select_related(*related).filter(pk=pk).first()
        entry = row.cluster if row and self.is_part else row
        seen = entry and type(entry)._default_manager.visible_to(reader).filter(pk=entry.pk).exists()
        return row if seen and reader.has_perm(self.right, entry) else None

    def row_after(self, pk: int, reader: Any) -> Any:
        """What the row became when two entries were united, while its form stood open."""
        number = Merge.objects.row_after(self.model, pk)
        return self.row(number, reader) if number else None

    @property
    def is_part(self) -> bool:
        return self.model in (Opening, Achievement)


def part(page: str) -> Callable[[Any], str]:
    return lambda row: reverse(page, args=[row.cluster.slug, row.pk])


def entry(page: str) -> Callable[[Any], str]:
    return lambda row: reverse(page, args=[row.slug])


KINDS = {
    "cluster": Kind(Cluster, "", CHANGE, entry("cluster_edit")),
    "organisation": Kind(Organisation, "", "directory.change_organisation", entry("organisation_edit")),
    "opening": Kind(Opening, "", CHANGE, part("opening_edit")),
    "achievement": Kind(Achievement, "", CHANGE, part("achievement_edit")),
    "opening-new": Kind(Cluster, _("New opening"), CHANGE, entry("opening_new")),
    "achievement-new": Kind(Cluster, _("New achievement"), CHANGE, entry("achievement_new")),
}


def forms_of(model: type[Any]) -> list[str]:
    """Forms whose drafts name rows of this model."""
    return [form for form, kind in KINDS.items() if kind.model is model]


def unsent(person: User) -> Iterator[tuple[FormDraft, str, str]]:
    """Each with what it is about and the address of its form; not those of what the person keeps no more."""
    for draft in FormDraft.objects.visible_to(person).unsent():
        kind = KINDS.get(draft.form)
        row = kind.row(draft.row, person) if kind else None
        if kind and row:
            yield draft, str(kind.title or getattr(row, "title", None) or row.name), kind.page(row)
