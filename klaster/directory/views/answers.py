"""What list pages have in common: pages of rows, answering htmx with the part that changed, and telling of refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from klaster.directory.filters import Facet, Selection
from klaster.directory.models import FormerAddress

PER_PAGE = 20
MOST_COUNTED = 10_000


def paged(request: HttpRequest, rows: QuerySet | Sequence[Any], per_page: int = PER_PAGE) -> Page:
    """The page asked for; a number that is none gives the first, one too high the last."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


@contextmanager
def telling(request: HttpRequest) -> Iterator[None]:
    """What is refused inside is said on the next page."""
    try:
        yield
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))


class Counting(Paginator):
    """Counts no further than `most`, and has pages for no more: who wants to see on asks more closely.

    `found` is how many there are, where that is known already; anything above `most` means "more".
    """

    def __init__(self, rows: QuerySet, per_page: int, *, most: int = MOST_COUNTED, found: int | None = None):
        super().__init__(rows, per_page)
        self.rows, self.most, self.known = rows, most, found

    @cached_property
    def found(self) -> int:
        if self.known is not None:
            return self.known
        return self.rows.order_by().values("pk")[: self.most + 1].count()

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return min(self.found, self.most)

    @property
    def is_capped(self) -> bool:
        return self.found > self.most


def page_or_part(request: HttpRequest, template: str, context: dict[str, Any], *, part: str = "") -> HttpResponse:
    """The page, or for htmx the part of it. A page brought back from history is a whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    wants_part = part and htmx and not htmx.history_restore_request
    response = render(request, f"{template}#{part}" if wants_part else template, context)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def list_or_part(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str = "changed", **kept: object
) -> HttpResponse:
    """The same for a list with filters: the browser's address follows what was chosen, and `kept` stays in it."""
    response = page_or_part(request, template, context, part=part)
    if request.htmx:  # type: ignore[attr-defined]
        page = context["page"].number
        query = context["selection"].query(**kept, page=page if page > 1 else "")
        response["HX-Push-Url"] = (request.path + query).removesuffix("?")
    return response


def chips(facets: Iterable[Facet], selection: Selection, **kept: object) -> list[dict[str, str]]:
    """Each answer with the address of the same list without it; `kept` stays in the addresses."""
    given = [
        {"text": facet.title_of(value), "url": selection.without(facet.name, value).query(**kept)}
        for facet in facets
        for value in selection.answers.get(facet.name, ())
    ]
    if selection.text:
        given.append(
            {"text": _("“%(words)s”") % {"words": selection.text}, "url": selection.without("q").query(**kept)}
        )
    return given


def follows_former_addresses(model: type[models.Model]) -> Callable[[Callable[..., HttpResponse]], Any]:
    """A page of an entry whose address was changed, or that was united with another, leads on for good.

    An address of today comes first. Where the entry it leads to is not for this reader, there is nothing, as before.
    What was typed into a form of the old address goes along, so that nothing of it is lost.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def led(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, slug=slug, **kwargs)
            except Http404:
                entry = FormerAddress.objects.entry_of(model, slug)
                seen = model._default_manager.visible_to(request.user).filter(pk=entry)  # type: ignore[attr-defined]
                now = seen.values_list("slug", flat=True).first() if entry else None
                if now is None or now == slug:
                    raise
                name = request.resolver_match.view_name  # type: ignore[union-attr]
                asked = f"?{request.GET.urlencode()}" if request.GET else ""
                address = reverse(name, kwargs=kwargs | {"slug": now}) + asked
                is_post = request.method == "POST"
                moved = redirect(address, permanent=not is_post, preserve_request=is_post)
                moved["Cache-Control"] = "no-cache"  # a union may be undone: browsers keep 301 for ever
                return moved

        return led

    return decorate
