"""From draft to public: who writes, who approves, who is told."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from klaster.accounts.factories import UserFactory
from klaster.core.models import Notice
from klaster.newsroom.models import ArticleIndexPage, ArticlePage
from klaster.newsroom.rules import AUTHORS

pytestmark = pytest.mark.usefixtures("site", "one_factor")


@pytest.fixture
def author():
    person = UserFactory(name="Vardenė Pavardenė")
    person.groups.add(Group.objects.get(name=AUTHORS))
    return person


@pytest.fixture
def secretary():
    return UserFactory(name="Biuro Darbuotoja", secretariat=True)


@pytest.fixture
def index():
    return ArticleIndexPage.objects.get(locale__language_code="en")


def form(**fields):
    """What the browser sends from the office's form of an article."""
    return {
        "title": "A laser for wood",
        "slug": "a-laser-for-wood",
        "date": "2027-03-01",
        "date_note": "",
        "summary": "Two clusters try it out.",
        "body-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        **fields,
    }


def write(client, index, **fields):
    address = reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", index.pk])
    return client.post(address, form(**fields))


def test_author_submits_the_office_publishes_and_each_is_told(client, author, secretary, index):
    client.force_login(author)
    write(client, index, **{"action-submit": "1"})
    article = ArticlePage.objects.get(slug="a-laser-for-wood")
    assert not article.live
    assert article.current_workflow_state.status == "in_progress"
    told = Notice.objects.get()
    assert (told.person, told.topic) == (secretary, "newsroom.to_approve")
    assert told.subject == "To be approved: A laser for wood"
    assert told.url == reverse("wagtailadmin_pages:edit", args=[article.pk])

    client.force_login(secretary)
    task = article.current_workflow_task_state
    action = reverse("wagtailadmin_pages:workflow_action", args=[article.pk, "approve", task.pk])
    client.post(action)
    article.refresh_from_db()
    assert article.live
    assert client.get(article.get_url()).status_code == 200
    told = Notice.objects.get(person=author)
    assert (told.topic, told.subject) == ("newsroom.my_drafts", "Approved: A laser for wood")


def test_office_sends_a_draft_back_with_a_word(client, author, secretary, index):
    client.force_login(author)
    write(client, index, **{"action-submit": "1"})
    article = ArticlePage.objects.get(slug="a-laser-for-wood")
    client.force_login(secretary)
    task = article.current_workflow_task_state
    action = reverse("wagtailadmin_pages:workflow_action", args=[article.pk, "reject", task.pk])
    client.post(action, {"comment": "Which clusters?"})
    article.refresh_from_db()
    assert not article.live
    assert article.current_workflow_state.status == "needs_changes"
    told = Notice.objects.get(person=author)
    assert told.subject == "Sent back: A laser for wood"
    assert told.body == "The office asks for changes: Which clusters?"


def test_wagtail_itself_mails_nobody(client, author, secretary, index, mailoutbox):
    client.force_login(author)
    write(client, index, **{"action-submit": "1"})
    assert Notice.objects.count() == 1
    assert mailoutbox == []  # our letter waits in the queue


def test_author_cannot_publish(client, author, index):
    client.force_login(author)
    write(client, index, **{"action-publish": "1"})
    article = ArticlePage.objects.get(slug="a-laser-for-wood")
    assert not article.live
    client.post(reverse("wagtailadmin_pages:edit", args=[article.pk]), form(**{"action-publish": "1"}))
    article.refresh_from_db()
    assert not article.live
    assert article.current_workflow_state is None
    assert not article.permissions_for_user(author).can_publish()


def test_author_cannot_edit_what_others_wrote(client, author, secretary, index):
    client.force_login(secretary)
    write(client, index)
    article = ArticlePage.objects.get(slug="a-laser-for-wood")
    assert not article.permissions_for_user(author).can_edit()
    client.force_login(author)
    client.post(reverse("wagtailadmin_pages:edit", args=[article.pk]), form(title="Mine now"))
    assert article.get_latest_revision_as_object().title == "A laser for wood"


def test_who_is_neither_author_nor_office_stays_outside(client, index):
    client.force_login(UserFactory())
    assert client.get(reverse("wagtailadmin_home")).status_code == 403
    assert write(client, index).status_code == 403
    assert not ArticlePage.objects.exists()


@pytest.mark.parametrize(
    ("date", "fine"), [("2027", True), ("2027-03", True), ("2027-13", False), ("2027-02-30", False), ("soon", False)]
)
def test_date_is_a_day_a_month_or_a_year(client, secretary, index, date, fine):
    client.force_login(secretary)
    write(client, index, date=date)
    assert ArticlePage.objects.filter(date=date).exists() == fine


def test_page_cannot_take_the_address_of_a_part_of_the_site(client, secretary, site):
    client.force_login(secretary)
    home = site.get_translations().get(locale__language_code="en")
    with translation.override("en"):
        taken = reverse("account_login").strip("/").split("/")[-1]
    address = reverse("wagtailadmin_pages:add", args=["pages", "standardpage", home.pk])
    response = client.post(address, form(title="A page", slug=taken))
    assert response.status_code == 200, response.headers["location"]
    assert "slug" in response.context["form"].errors
