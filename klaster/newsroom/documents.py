"""Documents: everybody may have what a published page offers, the office and authors also what waits in drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from wagtail.models import Page, ReferenceIndex
from wagtail.permissions import policy_registry

if TYPE_CHECKING:
    from wagtail.documents.models import AbstractDocument

WORKS_WITH_DOCUMENTS = ("choose", "change", "delete")


def may_have(document: AbstractDocument, request: HttpRequest) -> bool:
    """Whoever may read a page that offers it, and whoever works with documents of its collection in the office."""
    if is_offered(document, request):
        return True
    policy = policy_registry.get_by_type(type(document))
    return bool(
        request.user.has_perm("wagtailadmin.access_admin")
        and policy.user_has_any_permission_for_instance(request.user, WORKS_WITH_DOCUMENTS, document)
    )


def is_offered(document: AbstractDocument, request: HttpRequest) -> bool:
    """Whether a page this reader may read links to it, in a list of documents or within a text.

    Wagtail's index of references holds what the page's own row says: the published text, not that of a newer draft.
    """
    pages = ContentType.objects.get_for_model(Page)
    offering = ReferenceIndex.get_references_to(document).filter(base_content_type=pages).values_list("object_id")
    numbers = {int(number) for (number,) in offering}
    return any(
        all(restriction.accept_request(request) for restriction in page.get_view_restrictions())
        for page in Page.objects.live().filter(pk__in=numbers).order_by("path")
    )
