"""News follow when two clusters or organisations become one: what is public, and what waits as a draft."""

import pytest

from klaster.accounts.factories import UserFactory
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.newsroom import factories
from klaster.newsroom.models import ArticlePage

pytestmark = pytest.mark.usefixtures("site", "one_factor")


def clusters_of(page):
    return sorted(cluster.pk for cluster in ArticlePage.objects.get(pk=page.pk).clusters.all())


def test_articles_and_their_drafts_are_about_the_cluster_that_stays():
    office = UserFactory(secretariat=True)
    kept, gone, other = (f.ClusterFactory() for _number in range(3))
    public = factories.article(clusters=[kept, gone, other])
    draft = factories.article(clusters=[gone], publish=False)
    record = actions.merge(kept, gone, by=office)
    assert clusters_of(public) == sorted([kept.pk, other.pk])
    draft.get_latest_revision().publish()
    assert clusters_of(draft) == [kept.pk]
    actions.undo_merge(record, by=office)
    assert clusters_of(public) == sorted([kept.pk, gone.pk, other.pk])


def test_articles_are_told_by_the_organisation_that_stays():
    office = UserFactory(secretariat=True)
    kept, gone = f.OrganisationFactory(), f.OrganisationFactory()
    page = factories.article(author_organisation=gone)
    record = actions.merge(kept, gone, by=office)
    assert ArticlePage.objects.get(pk=page.pk).author_organisation == kept
    page.get_latest_revision().publish()
    assert ArticlePage.objects.get(pk=page.pk).author_organisation == kept
    actions.undo_merge(record, by=office)
    assert ArticlePage.objects.get(pk=page.pk).author_organisation == gone
