"""The organiser makes the registration form and draws the lot, through the desk."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core.fields import Translated
from klaster.events import factories as f
from klaster.events.forms.form_parts import options_in
from klaster.events.models import Answer, Quota
from klaster.events.models import RegistrationState as S

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def event():
    return f.EventFactory(capacity=1)


@pytest.fixture
def client(client, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    client.force_login(UserFactory(secretariat=True), backend="django.contrib.auth.backends.ModelBackend")
    return client


def part(event, name, row=None, page="edit"):
    if row is None:
        return reverse("form_part_new", args=[event.slug, name])
    return reverse(f"form_part_{page}", args=[event.slug, name, row.pk])


QUESTION = {"label_lt": "Tema?", "label_en": "Topic?", "kind": "one", "choices_lt": "Žalia\nBalta",
            "choices_en": "Green\n\n White ", "is_required": "on", "is_sensitive": "on"}  # fmt: skip


def test_a_question_is_made_in_both_languages_changed_ordered_and_deleted(client, event):
    press = f.CategoryFactory(event=event)
    assert client.post(part(event, "question"), {**QUESTION, "categories": [press.pk]}).status_code == 302
    row = event.questions.get()
    assert row.options == [{"lt": "Žalia", "en": "Green"}, {"lt": "Balta", "en": "White"}]
    assert (row.is_required, row.is_sensitive, list(row.categories.all())) == (True, True, [press])
    assert client.get(part(event, "question", row)).context["form"]["choices"].value()["en"] == "Green\nWhite"
    second = f.QuestionFactory(event=event, position=9)
    client.post(part(event, "question", second, "move"), {"do": "up"})
    assert list(event.questions.order_by("position")) == [second, row]
    seen = client.get(reverse("event_form_preview", args=[event.slug])).content.decode()
    assert "Topic?" in seen
    assert "ticket" not in seen
    client.post(part(event, "question", second, "delete"))
    assert list(event.questions.all()) == [row]


def test_an_answered_question_keeps_its_kind_and_is_not_deleted(client, event):
    row = f.QuestionFactory(event=event, kind="line")
    Answer.objects.create(registration=f.RegistrationFactory(event=event), question=row, value="a")
    response = client.post(part(event, "question", row), QUESTION)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"kind"}
    assert b"Topic?" in response.content
    assert client.post(part(event, "question", row), {**QUESTION, "kind": "line"}).status_code == 302
    client.post(part(event, "question", row, "delete"))
    assert event.questions.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"choices_lt": "Žalia", "choices_en": ""}, "choices"),
        ({"choices_en": "Green"}, "choices"),
        ({"choices_lt": "A\nA", "choices_en": "A\nB"}, "choices"),
        ({"label_lt": "", "label_en": ""}, "label"),
        ({"label_en": "x" * 301}, "label"),
        ({"label_en": "a\x00"}, "label"),
        ({"kind": "poem"}, "kind"),
        ({"categories": ["999999"]}, "categories"),
    ],
)
def test_a_bad_question_is_said_at_the_field(client, event, given, field):
    f.CategoryFactory(event=event)
    response = client.post(part(event, "question"), {**QUESTION, **given})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})
    assert not event.questions.exists()


def test_options_stand_side_by_side():
    assert options_in(Translated(lt="a\nb")) == [{"lt": "a"}, {"lt": "b"}]
    with pytest.raises(ValidationError):
        options_in(Translated(lt="\n".join(map(str, range(51)))))


def test_a_quota_is_for_one_thing_once_and_lets_in_when_it_grows(client, event):
    event.capacity = 5
    event.save()
    latvia = {"country": "LV", "places": "0"}
    assert client.post(part(event, "quota"), latvia).status_code == 302
    again = client.post(part(event, "quota"), latvia)
    assert again.status_code == 422
    assert client.post(part(event, "quota"), {"places": "3"}).status_code == 422
    assert client.post(part(event, "quota"), {"country": "LT", "places": "-1"}).status_code == 422
    other = f.CategoryFactory()
    assert client.post(part(event, "quota"), {"category": other.pk, "places": "3"}).status_code == 422
    waits = f.RegistrationFactory(event=event, country="LV", state=S.WAITING)
    client.post(part(event, "quota", Quota.objects.get()), {"country": "LV", "places": "1"})
    waits.refresh_from_db()
    assert waits.state == S.OFFERED


def test_a_category_people_are_in_is_not_deleted(client, event):
    row = f.CategoryFactory(event=event)
    registration = f.RegistrationFactory(event=event, category=row)
    client.post(part(event, "category", row, "delete"))
    assert event.categories.exists()
    registration.delete()
    client.post(part(event, "category", row, "delete"))
    assert not event.categories.exists()


def test_parts_of_another_event_are_not_there(client, event):
    row = f.QuestionFactory()
    assert client.get(part(event, "question", row)).status_code == 404
    assert client.post(part(event, "question", row, "delete")).status_code == 404


def test_the_lot_is_prepared_and_drawn_from_the_desk(client):
    event = f.EventFactory(capacity=1, waiting_rule="lottery")
    rows = [f.RegistrationFactory(event=event, state=S.WAITING) for _ in range(3)]
    page, draw = reverse("event_form_edit", args=[event.slug]), reverse("event_draw", args=[event.slug])
    assert "Draw the lot of 3 people" in client.get(page).content.decode()
    client.post(draw, {"do": "prepare"})
    seed = event.draw.seed
    shown = client.get(page).content.decode()
    assert event.draw.commitment in shown
    assert seed not in shown
    client.post(draw, {"do": "draw"})
    assert seed in client.get(page).content.decode()
    assert event.registrations.filter(state=S.CONFIRMED).count() == 1
    assert len(rows) == 3
