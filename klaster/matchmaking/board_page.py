"""What the page of a posting shows, and to whom what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.core import freshness, languages
from klaster.directory import structured
from klaster.directory.models import Organisation
from klaster.directory.structured import CONTEXT, address, without_gaps
from klaster.matchmaking.board_list import Vocabulary
from klaster.matchmaking.forms.board import NoteForm
from klaster.matchmaking.models import Interest, Posting, PostingState
from klaster.matchmaking.suggestions import suggestions

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


def context(posting: Posting, reader: Reader) -> dict[str, Any]:
    Vocabulary().tag([posting])
    said, kinds = posting.said, dict(Organisation.Kind.choices)
    others = {posting.language, *(text.language for text in posting.texts.all())} - {said.language}
    is_mine = reader.has_perm("matchmaking.change_posting", posting)
    crumbs = [{"title": _("Partner search"), "url": reverse("posting_list")}, {"title": said.title, "url": ""}]
    return {
        "posting": posting,
        "said": said,
        "others": [row for row in all_texts(posting) if row[0] in others],
        "countries": [countries.name(code) for code in posting.countries],
        "partner_kinds": [str(kinds[kind]) for kind in posting.partner_kinds if kind in kinds],
        "near": near(posting),
        "crumbs": crumbs,
        "may_change": is_mine,
        "may_review": reader.has_perm("matchmaking.review_posting", posting),
        "waits_for_review": posting.state == PostingState.REVIEW,
        "note_form": NoteForm(),
        "mine": own_interest(posting, reader),
        "structured": (structured.breadcrumbs(crumbs, posting.get_absolute_url()), machine(posting)),
    }


def all_texts(posting: Posting) -> list[tuple[str, str, str, str]]:
    """(language, its name, title, text): as it was written, then the translations."""
    rows = [(posting.language, posting.title, posting.text)]
    rows += [(text.language, text.title, text.text) for text in posting.texts.all()]
    return [(code, languages.name_of(code), title, text) for code, title, text in rows]


def near(posting: Posting) -> Any:
    """Worked out once until something public changes; nothing for what is not on the board."""
    if not posting.is_current:
        return None
    return freshness.remembered(("suggestions", posting.pk), lambda: suggestions(posting))


def own_interest(posting: Posting, reader: Reader) -> Interest | None:
    if not reader.is_authenticated:
        return None
    return Interest.objects.sent_by(reader).filter(posting=posting).order_by("-sent_at").first()


def machine(posting: Posting) -> dict[str, Any]:
    """An offer, or a demand, in schema.org's words; a posting that is not on the board says nothing."""
    if not posting.is_current or posting.is_invented:
        return {}
    said, owner = posting.said, posting.owner
    role = "offeredBy" if posting.side == "offer" else "seeks"
    thing = without_gaps(
        {
            "@type": "Offer" if posting.side == "offer" else "Demand",
            "name": said.title,
            "description": said.text,
            "url": address(posting.get_absolute_url()),
            "inLanguage": said.language,
            "availabilityStarts": posting.published_at.date().isoformat() if posting.published_at else "",
            "availabilityEnds": posting.valid_until.isoformat(),
        }
    )
    who = {"@type": "Organization", "@id": address(owner.get_absolute_url()), "name": str(owner)} if owner else {}
    if posting.side == "offer":
        return {"@context": CONTEXT, **thing, role: who}
    return {"@context": CONTEXT, **who, role: thing}
