"""Pages of the demo: read from data/demo, written as an editor would, with their translations side by side."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site
from wagtail_localize.models import String, StringTranslation, Translation, TranslationContext, TranslationSource
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from klaster.accounts.models import User
from klaster.core import languages
from klaster.core.fields import Translated
from klaster.directory.models import Cluster, Source
from klaster.events.models import Series
from klaster.newsroom.models import ArticleIndexPage, ArticlePage, Picture
from klaster.pages import demo_pictures
from klaster.pages.demo_text import Body, key_of, say
from klaster.pages.models import FooterLink, HomePage, MenuLink, NetworkSettings, StandardPage
from klaster.pages.set_up import set_up

DATA = Path(__file__).parent / "data" / "demo"
Entry = dict[str, Any]


@transaction.atomic
def load_demo_pages(author: User | None = None) -> int:
    """Write the pages of the demo that are not there yet; gives how many. What somebody edited stays as it is.

    With an author, drafts of the demo wait for the office's approval in that person's name.
    """
    return Loader(set_up(), author).load()


class Loader:
    """Works in two rounds: first all pages as drafts, so that they can link to each other, then their texts."""

    def __init__(self, home: HomePage, author: User | None):
        self.home, self.author = home, author
        self.primary = home.locale
        own = DATA / f"{Path(settings.NETWORK_FILE).stem}.yaml"
        self.own: Entry = yaml.safe_load(own.read_text("utf-8")) if own.exists() else {}
        self.standing: list[Entry] = [
            *self.own.get("pages", []),
            *yaml.safe_load((DATA / "standing.yaml").read_text("utf-8"))["pages"],
        ]
        self.articles: list[Entry] = self.own.get("articles", [])

    @cached_property
    def news(self) -> ArticleIndexPage:
        return ArticleIndexPage.objects.child_of(self.home).get()

    def page_id(self, key: str) -> int:
        """Of the page in the primary language. KeyError where no file has such a page."""
        if key in ("home", "news"):
            return (self.home if key == "home" else self.news).pk
        found = Page.objects.filter(translation_key=key_of(key), locale=self.primary).first()
        if found is None:
            raise KeyError(f"There is no page {key!r} in the demo.")
        return found.pk

    def load(self) -> int:
        new = [(entry, self.draft(entry, StandardPage, self.home)) for entry in self.standing]
        new += [(entry, self.draft(entry, ArticlePage, self.news)) for entry in self.articles]
        made = [(entry, page) for entry, page in new if page]
        is_first = self.settings()
        if is_first:
            self.publish(self.own.get("home", {}) | {"key": "home"}, self.home, is_new=False)
            self.publish(self.own.get("news", {}) | {"key": "news"}, self.news, is_new=False)
        for entry, page in made:
            if entry.get("waits"):
                self.submit(entry, page)
            else:
                self.publish(entry, page)
        return len(made)

    def draft(self, entry: Entry, model: type[Page], parent: Page) -> Page | None:
        """The page in the primary language, not public yet; None where it was made before."""
        if Page.objects.filter(translation_key=key_of(entry["key"])).exists():
            return None
        code = self.primary.language_code
        page = model(
            title=say(entry["title"], code),
            slug=say(entry["slug"], code),
            summary=say(entry.get("summary"), code),
            locale=self.primary,
            translation_key=key_of(entry["key"]),
            live=False,
        )
        parent.refresh_from_db()
        parent.add_child(instance=page)
        return page

    def publish(self, entry: Entry, page: Page, *, is_new: bool = True) -> None:
        """Fill in what the file says, publish it, and write the translations beside it."""
        self.fill(page, entry, self.primary.language_code)
        page.save_revision().publish()
        page.refresh_from_db()
        for code in languages.codes()[1:]:
            if not is_new or code in entry["title"]:
                self.translate(page, entry, Locale.objects.get(language_code=code))

    def submit(self, entry: Entry, page: Page) -> None:
        """Leave it as a draft that its author has sent to the office."""
        self.fill(page, entry, self.primary.language_code)
        page.owner = self.author
        page.save()
        page.save_revision(user=self.author)
        if self.author:
            page.get_workflow().start(page, self.author)

    def fill(self, page: Page, entry: Entry, code: str) -> None:
        body = Body(entry["key"], code, self.page_id)
        if "title" in entry:
            page.title, page.slug = say(entry["title"], code), say(entry["slug"], code)
        page.summary = say(entry.get("summary"), code)
        if "searches" in entry:
            page.searches = json.dumps(body.words(Translated(entry["searches"])[code], "searches"))
        if "body" in entry:
            page.body = json.dumps(body.blocks(entry["body"]))
        if "checked_on" in entry:
            page.checked_on = entry["checked_on"]
        if isinstance(page, ArticlePage):
            self.fill_article(page, entry, code)

    def fill_article(self, page: ArticlePage, entry: Entry, code: str) -> None:
        page.date, page.date_note = str(entry["date"]), say(entry.get("date_note"), code)
        page.source = Source.objects.get(key=entry["source"])
        wanted = entry.get("clusters", [])
        page.clusters = list(Cluster.objects.filter(key__in=wanted).order_by("pk"))
        if missing := set(wanted) - {cluster.key for cluster in page.clusters.all()}:
            raise KeyError(f"{entry['key']}: the directory has no cluster {', '.join(sorted(missing))}.")
        if "picture" in entry and page.picture is None:
            page.picture = self.picture(entry["picture"])

    def picture(self, entry: Entry) -> Picture:
        title = say(entry["title"], self.primary.language_code)
        found = Picture.objects.filter(title=title).first()
        if found:
            return found
        picture = Picture(title=title, alt=Translated({code: say(text, code) for code, text in entry["alt"].items()}))
        content = demo_pictures.dots([(count, tone) for count, tone in entry["dots"]])
        picture.file.save(f"{key_of(title)}.png", content, save=False)
        picture.full_clean(exclude=["uploaded_by_user"])
        picture.save()
        return picture

    def translate(self, page: Page, entry: Entry, locale: Locale) -> None:
        """Write the words of another language beside those of the primary one, as a translator does in the office."""
        source, _new = TranslationSource.update_or_create_from_instance(page)
        translation, _new = Translation.objects.get_or_create(source=source, target_locale=locale)
        other = type(page).objects.get(pk=page.pk)
        if "title" not in entry:  # made by set_up, which said it in every language
            made = page.get_translation(locale)
            other.title, other.slug = made.title, made.slug
        self.fill(other, entry, locale.language_code)
        for mine, theirs in zip(strings(page), strings(other), strict=True):
            if mine.path != theirs.path:
                raise ValueError(f"{entry['key']}: the languages differ in structure at {mine.path}.")
            StringTranslation.objects.update_or_create(
                translation_of=String.from_value(self.primary, mine.string),
                locale=locale,
                context=TranslationContext.objects.get(object_id=page.translation_key, path=mine.path),
                defaults={"data": theirs.string.data, "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL},
            )
        translation.save_target(publish=False)
        page.get_translation(locale).get_latest_revision().publish()

    def settings(self) -> bool:
        """Name, office, menu and footer; False where the office has already written its own."""
        site = Site.objects.get(is_default_site=True)
        kept, is_new = NetworkSettings.objects.get_or_create(site=site)
        if not is_new:
            return False
        for name, value in self.own.get("network", {}).items():
            setattr(kept, name, Translated(value) if isinstance(value, dict) else value)
        for number, column in enumerate(self.own.get("footer", []), 1):
            setattr(kept, f"column_{number}", Translated(column["title"]))
        kept.full_clean()
        kept.save()
        for order, entry in enumerate(self.own.get("menu", [])):
            self.link(MenuLink(settings=kept, sort_order=order), entry)
        for number, column in enumerate(self.own.get("footer", []), 1):
            for order, entry in enumerate(column["links"]):
                self.link(FooterLink(settings=kept, sort_order=order, column=number), entry)
        return True

    def link(self, link: MenuLink | FooterLink, entry: Entry) -> None:
        if "page" in entry:
            link.page_id = self.page_id(entry["page"])
        link.destination = entry.get("view", "")
        if "series" in entry:
            series = Series.objects.filter(key=entry["series"]).first()
            if series is None:  # the file of events was not loaded
                return
            link.destination = f"series:{series.pk}"
        link.title = Translated(entry.get("title", {}))
        link.full_clean()
        link.save()


def strings(page: Page) -> list[StringSegmentValue]:
    """What there is to translate on a page, in its order."""
    return [segment for segment in extract_segments(page) if isinstance(segment, StringSegmentValue)]
