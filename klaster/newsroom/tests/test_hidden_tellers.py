"""News told by an organisation that is a draft or was hidden: the news stay, the name does not."""

import pytest

from klaster.directory import factories as f
from klaster.newsroom import factories as news

SECRET = "Slapta įmonė"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("status", ["draft", "hidden"])
def test_who_tells_the_news_is_named_only_if_public(client, status):
    told_by = f.OrganisationFactory(name=f.both(SECRET, SECRET), status=status)
    article = news.article(author_organisation=told_by)
    index = article.get_parent().specific
    feed = index.get_url() + index.reverse_subpage("feed")
    for path in [article.get_url(), index.get_url(), feed, "/en/"]:
        response = client.get(path)
        assert (path, response.status_code) == (path, 200)
        assert SECRET not in response.content.decode(), path


@pytest.mark.usefixtures("site")
def test_the_feed_answers_at_the_address_the_list_names(client):
    article = news.article(author_organisation=f.OrganisationFactory(name=f.both("Vieša", "Public")))
    feed = client.get(article.get_parent().get_url()).context["article_feed"]
    answer = client.get(feed)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert article.title in answer.content.decode()
    assert "Public" in answer.content.decode()
