"""News in the site's search. An article is one page a language, and is found once: in the reader's, if it is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from klaster.directory.search import Found, Hit, Question, Text
from klaster.directory.search.entries import EntrySearch
from klaster.newsroom.models import ArticlePage
from klaster.newsroom.models.site_page import root_paths

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


def articles(user: Reader) -> QuerySet:
    return ArticlePage.objects.visible_to(user).one_of_each().for_lists()


def hit(article: ArticlePage) -> Hit:
    language = article.content_language
    texts = [article.words.get(name, {}).get(language, "") for name in ("summary", "body")]
    return Hit(
        row=article,
        url="",  # all of them at once, see ArticleSearch
        title=Text(article.title, language),
        texts=[Text(text, language) for text in texts if text],
        meta=[str(word) for word in (article.when, article.teller.name if article.teller else "") if word],
    )


class ArticleSearch(EntrySearch):
    """Of two that fit alike the later one stands first."""

    def __init__(self) -> None:
        super().__init__(articles, hit, table=ArticlePage)

    def __call__(self, question: Question) -> Found:
        found = super().__call__(question)
        if found.hits:
            roots = root_paths()
        for each in found.hits:
            each.row._wagtail_cached_site_root_paths = roots  # each page would ask for them by itself
            each.url = str(each.row.get_url())
        return found

    def _sort_key(self) -> OrderBy:
        return F("date").desc()
