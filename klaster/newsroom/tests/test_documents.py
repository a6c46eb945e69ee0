"""Who gets a document: what a published page offers everybody, what waits in a draft those who work on it."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from klaster.accounts.factories import UserFactory
from klaster.newsroom import factories
from klaster.newsroom.rules import AUTHORS

pytestmark = pytest.mark.usefixtures("site", "one_factor")


@pytest.fixture
def document():
    return get_document_model().objects.create(title="Statutes", file=ContentFile(b"%PDF-1.4", "statutes.pdf"))


@pytest.fixture
def written(django_capture_on_commit_callbacks):
    """Writes an article, and does what the office's requests do after they were committed."""

    def write(**fields):
        with django_capture_on_commit_callbacks(execute=True):
            return factories.article(**fields)

    return write


def author():
    person = UserFactory()
    person.groups.add(Group.objects.get(name=AUTHORS))
    return person


def offering(document):
    return [("documents", {"title": "", "documents": [document]})]


def linking(document):
    return [("paragraph", f'<p><a linktype="document" id="{document.pk}">Statutes</a></p>')]


def answer(client, document, user=None):
    client.logout()
    if user:
        client.force_login(user)
    response = client.get(document.url)
    if response.streaming:
        assert b"".join(response.streaming_content) == b"%PDF-1.4"
    return response.status_code


@pytest.mark.parametrize("body", [offering, linking])
def test_a_published_page_gives_it_to_everybody(client, document, written, body):
    written(body=body(document))
    assert answer(client, document) == 200
    assert answer(client, document, UserFactory()) == 200


@pytest.mark.parametrize("body", [offering, linking])
def test_a_draft_gives_it_to_those_who_work_with_documents(client, document, written, body):
    written(body=body(document), publish=False)
    assert answer(client, document) == 404
    assert answer(client, document, UserFactory()) == 404
    assert answer(client, document, author()) == 200
    assert answer(client, document, UserFactory(secretariat=True)) == 200


def test_what_no_page_offers_is_as_unknown_as_what_there_is_not(client, document):
    assert answer(client, document) == 404
    there_is, there_is_not = client.get(document.url), client.get("/documents/99999/statutes.pdf")
    assert there_is.status_code == there_is_not.status_code == 404
    assert answer(client, document, UserFactory(secretariat=True)) == 200


def test_a_newer_draft_of_a_published_page_neither_gives_nor_takes(
    client, document, written, django_capture_on_commit_callbacks
):
    page = written(title="Told")
    page.body = offering(document)
    with django_capture_on_commit_callbacks(execute=True):
        revision = page.save_revision()
    assert answer(client, document) == 404
    with django_capture_on_commit_callbacks(execute=True):
        revision.publish()
    assert answer(client, document) == 200
    page.refresh_from_db()
    page.body = []
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision()
    assert answer(client, document) == 200


def test_it_goes_with_the_page_that_is_taken_back_or_closed(client, document, written):
    page = written(body=offering(document))
    closed = PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert answer(client, document) == 404
    assert answer(client, document, UserFactory()) == 200
    closed.delete()
    assert answer(client, document) == 200
    page.unpublish()
    assert answer(client, document) == 404
