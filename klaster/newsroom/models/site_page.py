"""What all pages of the site share: addresses in each language, breadcrumbs, names that no view has taken."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.forms.pages import WagtailAdminPageForm
from wagtail.models import Page, Site
from wagtail.models.sites import SiteRootPath

from klaster.core import freshness

UNDER_HOME = 3  # depth of pages whose address is one word


def root_paths() -> list[SiteRootPath]:
    """Where the sites of Wagtail begin, which its pages need for their addresses and look up again and again."""
    return freshness.remembered("root paths", Site.get_site_root_paths)


def refuse_taken(slug: str, language: str) -> None:
    """Views stand before pages: a page at the address of a view would never be seen."""
    with override(language):
        try:
            match = resolve(f"/{language}/{slug}/")
        except Resolver404:
            return
    if match.url_name != "wagtail_serve":
        raise ValidationError({"slug": _("Another part of the site lives at this address; choose another word.")})


class SitePageForm(WagtailAdminPageForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("slug") and self.parent_page is not None and self.parent_page.depth == UNDER_HOME - 1:
            try:
                refuse_taken(data["slug"], self.parent_page.locale.language_code)
            except ValidationError as error:
                self.add_error(None, error)
        return data


class SitePage(Page):
    """A page that editors write. Its translations are pages of their own with the same translation key."""

    base_form_class = SitePageForm

    class Meta:
        abstract = True

    @property
    def description(self) -> str:
        """One sentence for search engines and shared links."""
        return self.search_description or getattr(self, "summary", "")

    @cached_property
    def content_language(self) -> str:
        """Language the text is really in: a page not translated yet shows what it is an alias of."""
        page = self.alias_of or self
        return str(page.locale.language_code)

    def clean(self) -> None:
        super().clean()
        if self.depth == UNDER_HOME:
            refuse_taken(self.slug, self.locale.language_code)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        request._wagtail_cached_site_root_paths = root_paths()  # type: ignore[attr-defined]
        context = super().get_context(request, *args, **kwargs)
        request.translations = self.addresses(request)  # type: ignore[attr-defined]  what the switcher in the frame asks
        context["breadcrumbs"] = self.breadcrumbs(request)
        return context

    def addresses(self, request: HttpRequest) -> dict[str, str]:
        """Path of this page in every language it is published in; part of the frame and remembered like it."""
        key = ("translations", self.translation_key, request.get_host(), request.is_secure())
        return freshness.remembered(key, lambda: self.find_addresses(request))

    def find_addresses(self, request: HttpRequest) -> dict[str, str]:
        pages = Page.objects.filter(translation_key=self.translation_key).live().select_related("locale")
        known = {code for code, _name in settings.LANGUAGES}
        return {
            page.locale.language_code: page.get_url(request)
            for page in pages.order_by("path")
            if page.locale.language_code in known and page.get_url(request)
        }

    def breadcrumbs(self, request: HttpRequest) -> list[dict[str, str]]:
        """The way from the home page to this one's parent."""
        if (self.depth or 0) < UNDER_HOME:  # a home page, or one not saved yet
            return []
        above = self.get_ancestors().filter(depth__gte=2).live()
        return [{"title": page.title, "url": page.get_url(request)} for page in above.order_by("depth")]
