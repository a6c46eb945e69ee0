"""The board as Atom (RFC 4287), in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from klaster.core import languages
from klaster.directory.exports import named
from klaster.matchmaking.models import Posting


def atom(request: HttpRequest, postings: Iterable[Posting]) -> HttpResponse:
    """Each posting: which side, what, until when. Readers see it again when it is renewed or says something else."""
    code = languages.current()
    home = settings.SITE_URL + reverse("posting_list")
    feed = Atom1Feed(
        title=_("Partner search"), link=home, description=_("What the network offers and needs."), language=code,
        feed_url=settings.SITE_URL + request.get_full_path(), feed_guid=home,
    )  # fmt: skip
    for posting in postings:
        said = posting.said
        feed.add_item(
            title=f"{capfirst(posting.get_side_display())}: {said.title}",
            link=settings.SITE_URL + posting.get_absolute_url(),
            description=said.text,
            unique_id=f"{home}#{posting.pk}-{code}",
            pubdate=posting.published_at,
            updateddate=posting.updated_at,
            author_name=named(posting.owner) or None,  # type: ignore[arg-type]
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
