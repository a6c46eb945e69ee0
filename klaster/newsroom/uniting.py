"""Drafts and former versions of articles name entries by number: they follow when two entries become one."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from wagtail.models import Revision

from klaster.core import merging
from klaster.directory.models import Cluster, Organisation
from klaster.newsroom.models import ArticlePage


@merging.follow
def versions(journal: merging.Journal, kept: models.Model, gone: models.Model) -> None:
    """A version that is published later must not point to what is not there any more."""
    match gone:
        case Cluster():
            named = Q(content__clusters__contains=[gone.pk])
        case Organisation():
            named = Q(content__author_organisation=gone.pk)
        case _:
            return
    kind = ContentType.objects.get_for_model(ArticlePage, for_concrete_model=False)
    for version in Revision.objects.filter(named, content_type=kind).order_by("pk"):
        journal.update(Revision, version.pk, content=renamed(version.content, kept, gone))


def renamed(content: dict[str, Any], kept: models.Model, gone: models.Model) -> dict[str, Any]:
    if isinstance(gone, Organisation):
        return content | {"author_organisation": kept.pk}
    clusters = [kept.pk if pk == gone.pk else pk for pk in content["clusters"]]
    return content | {"clusters": list(dict.fromkeys(clusters))}
