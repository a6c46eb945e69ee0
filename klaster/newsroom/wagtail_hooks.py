"""Doors of Wagtail that the newsroom keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest
from wagtail import hooks

from klaster.newsroom.documents import may_have

if TYPE_CHECKING:
    from wagtail.documents.models import AbstractDocument


@hooks.register("before_serve_document")
def refuse_drafts(document: AbstractDocument, request: HttpRequest) -> None:
    """A number and a name are easily guessed. Unknown and not yours are one answer."""
    if not may_have(document, request):
        raise Http404
