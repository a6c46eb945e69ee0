"""What partner search puts into the registries of the floors below, once all models are there."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import User
from klaster.core import lists
from klaster.directory import form_drafts, loading, page_parts, search, workspace
from klaster.directory.models import Cluster, Organisation
from klaster.matchmaking import board_todos, entry_parts, technologies
from klaster.matchmaking.models import Posting, SavedSearch
from klaster.matchmaking.search import PostingSearch

KINDS = {
    "interest": form_drafts.Kind(
        Posting, "", "matchmaking.add_interest", lambda row: reverse("interest_new", args=[row.slug])
    ),
    "posting": form_drafts.Kind(
        Posting, "", "matchmaking.change_posting", lambda row: reverse("posting_edit", args=[row.slug])
    ),
    "posting-new": form_drafts.Kind(
        User, _("New offer or need"), "matchmaking.add_posting", lambda row: reverse("posting_new")
    ),
}


def title_of_search(pk: str) -> str:
    search = SavedSearch.objects.filter(pk=pk).first()
    return search.name if search else ""


def register() -> None:
    lists.register("matchmaking.search", title_of_search)
    loading.also(technologies.load)
    search.register("postings", _("Offers and needs"), PostingSearch())
    page_parts.add(Cluster, entry_parts.of_cluster)
    page_parts.add(Organisation, entry_parts.of_organisation)
    form_drafts.KINDS.update(KINDS)
    workspace.add_links(board_todos.links)
    workspace.add_todos(board_todos.todos)
