"""The survey after an event: who answers, how often, what can be seen of it and what never."""

import datetime
import itertools

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core.tests.together import at_once
from klaster.directory.factories import AffiliationFactory, ClusterFactory, both
from klaster.events import factories as f
from klaster.events import survey
from klaster.events.actions import survey as actions
from klaster.events.models import RegistrationState, SpentToken, State, Survey, SurveyAnswer, SurveyQuestion

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
LATER = timezone.now() + 9 * DAY


def held(**fields):
    starts = f.in_days(-2)
    return f.EventFactory(state=State.HELD, starts=starts, ends=starts + DAY / 3, **fields)


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


@pytest.fixture
def asked(office):
    prepared = actions.prepare(held(cluster=ClusterFactory()), by=office)
    return actions.open_until(prepared, timezone.localdate() + 7 * DAY, by=office)


@pytest.fixture
def organiser(asked):
    return AffiliationFactory(organisation=asked.event.cluster.coordinator, manager=True).person


def answered(asked, *sheets):
    """Each sheet is what one person answers, in the order of the questions."""
    questions = list(asked.questions.all())
    for sheet in sheets:
        person = f.RegistrationFactory(event=asked.event)
        actions.answer(asked, person, {q.pk: given for q, given in zip(questions, sheet, strict=False)})


def test_a_survey_begins_with_questions_in_every_language(asked):
    kinds = [question.kind for question in asked.questions.all()]
    assert kinds == ["scale", "scale", "choice", "text"]
    assert all(set(question.label) == {"lt", "en"} for question in asked.questions.all())
    assert actions.prepare(asked.event, by=UserFactory()) == asked
    assert SurveyQuestion.objects.count() == 4


def test_sessions_are_asked_about_but_breaks_are_not(office):
    prepared = actions.prepare(held(), by=office)
    prepared.rates_sessions = True
    prepared.save()
    talk = f.SessionFactory(event=prepared.event)
    f.SessionFactory(event=prepared.event, kind="pause")
    f.SessionFactory(event=prepared.event, is_cancelled=True)
    actions.open_until(prepared, timezone.localdate(), by=office)
    assert [question.session for question in prepared.questions.filter(session__isnull=False)] == [talk]


# --- time -------------------------------------------------------------------------------------------------------------
def test_it_opens_after_the_event_until_the_end_of_a_day_and_never_again(office):
    early = actions.prepare(f.EventFactory(), by=office)
    with pytest.raises(ValidationError):
        actions.open_until(early, timezone.localdate(), by=office)
    prepared = actions.prepare(held(), by=office)
    with pytest.raises(ValidationError):
        actions.open_until(prepared, timezone.localdate() - DAY, by=office)
    last = timezone.localdate() + 3 * DAY
    opened = actions.open_until(prepared, last, by=office)
    midnight = timezone.make_aware(datetime.datetime.combine(last + DAY, datetime.time.min))
    for moment, is_open in [(midnight - datetime.timedelta(seconds=1), True), (midnight, False)]:
        with time_machine.travel(moment, tick=False):
            assert opened.is_open is is_open
            assert opened.is_over is not is_open
    actions.close(opened, by=office)
    opened.refresh_from_db()
    assert opened.is_over
    with pytest.raises(ValidationError):
        actions.open_until(opened, last, by=office)


def test_questions_stay_as_people_found_them(client, asked, organiser):
    question = asked.questions.first()
    for act in (actions.move_up, actions.delete_question, actions.save_question):
        with pytest.raises(ValidationError):
            act(question)
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("survey_question", args=[asked.event.slug, question.pk])).status_code == 404
    answered(asked, [5])
    with pytest.raises(ValidationError):
        actions.remove(asked, by=organiser)


# --- one answer a link ------------------------------------------------------------------------------------------------
def test_a_link_answers_once(client, asked):
    person = f.RegistrationFactory(event=asked.event)
    address = reverse("survey", args=[survey.token(asked, person)])
    questions = list(asked.questions.all())
    page = client.get(address).content.decode()
    assert str(questions[0].label) in page
    assert client.post(address, {}).status_code == 200
    assert SpentToken.objects.count() == 0
    sent = {f"q{questions[0].pk}": "4", f"q{questions[3].pk}": "Daugiau kavos"}
    for _time in range(2):
        assert client.post(address, sent, follow=True).status_code == 200
    assert sorted((a.number, a.text) for a in SurveyAnswer.objects.all() if a.number) == [(4, "")]
    assert SurveyAnswer.objects.count() == 2
    assert SpentToken.objects.count() == 1
    assert "Daugiau kavos" not in client.get(address).content.decode()


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(client, asked):
    questions = list(asked.questions.all())
    address = reverse("survey", args=[survey.token(asked, f.RegistrationFactory(event=asked.event))])
    page = client.post(address, {f"q{questions[0].pk}": "9", f"q{questions[3].pk}": "Ačiū"}).content.decode()
    assert "Ačiū" in page
    assert SurveyAnswer.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_answer():
    office = UserFactory(secretariat=True)
    asked = actions.open_until(actions.prepare(held(), by=office), timezone.localdate(), by=office)
    person = f.RegistrationFactory(event=asked.event)
    question = asked.questions.first()
    outcomes = []

    def click():
        try:
            actions.answer(asked, person, {question.pk: 5})
            outcomes.append("taken")
        except actions.AnsweredAlreadyError:
            outcomes.append("again")

    at_once(*[click] * 4)
    assert sorted(outcomes) == ["again"] * 3 + ["taken"]
    assert SurveyAnswer.objects.count() == 1


def test_links_of_others_and_of_those_who_left_open_nothing(client, asked):
    person = f.RegistrationFactory(event=asked.event)
    good = survey.token(asked, person)
    elsewhere = survey.token(asked, f.RegistrationFactory())
    gone = f.RegistrationFactory(event=asked.event, state=RegistrationState.CANCELLED)
    for bad in (good[:-2], "x", elsewhere, survey.token(asked, gone), person.link_token()):
        assert client.get(reverse("survey", args=[bad])).status_code == 404
    assert client.get(reverse("survey", args=[good])).status_code == 200
    with override("en"):
        assert survey.link(person) == f"http://localhost:8000/lt/apklausa/{good}/"
    assert survey.link(f.RegistrationFactory()) is None
    with time_machine.travel(LATER):
        assert survey.link(person) is None
        assert client.get(reverse("survey", args=[good])).status_code == 200
        assert client.post(reverse("survey", args=[good]), {f"q{asked.questions.first().pk}": "5"}).status_code == 200
    assert SurveyAnswer.objects.count() == 0


# --- nobody learns who ------------------------------------------------------------------------------------------------
def test_no_column_leads_from_an_answer_to_a_person_a_time_or_a_sheet():
    assert {field.name for field in SurveyAnswer._meta.get_fields()} == {"id", "question", "number", "text"}
    assert {field.name for field in SpentToken._meta.get_fields()} == {"id", "survey", "digest"}


def test_answers_lie_in_no_order_of_time(asked):
    answered(asked, *[[n] for n in (1, 2, 3, 4, 5) * 4])
    numbers = list(SurveyAnswer.objects.order_by("pk").values_list("number", flat=True))
    assert numbers != [1, 2, 3, 4, 5] * 4
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from core_auditevent where object_type like '%%surveyanswer%%'")
        assert cursor.fetchone() == (0,)


def test_results_wait_for_the_end_and_for_five(asked):
    answered(asked, [5], [4], [4], [3])
    with time_machine.travel(LATER):
        assert survey.results(asked) == []
    answered(asked, [1, 5])
    assert survey.results(asked) == []  # still open
    with time_machine.travel(LATER):
        first, second, third, words = survey.results(asked)
        assert (first.count, first.average) == (5, 3.4)
        assert [row["value"] for row in first.rows] == [1, 2, 1, 0, 1]
        assert (second.count, second.rows) == (None, [])  # one person's answer
        assert third.count is None
        assert words.texts == []


def test_the_end_is_that_of_the_network_wherever_its_reader_lives(asked):
    midnight = timezone.make_aware(datetime.datetime.combine(asked.closes_on + DAY, datetime.time.min))
    for moment, is_over in [(midnight - datetime.timedelta(seconds=1), False), (midnight, True)]:
        with time_machine.travel(moment, tick=False):
            for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
                with timezone.override(zone):
                    assert asked.is_over is is_over


def test_words_of_fewer_than_five_are_not_shown(asked):
    answered(asked, *[[5]] * 5, [5, None, None, "Tik aš"])
    with time_machine.travel(LATER):
        words = survey.results(asked)[3]
        assert (words.count, words.texts) == (None, [])


def test_a_form_that_stood_open_does_not_take_the_survey_back(client, asked, organiser):
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("event_survey", args=[asked.event.slug]), {"intro_lt": "Vėlu", "rates_sessions": "on"})
    asked.refresh_from_db()
    assert asked.is_open
    assert not asked.rates_sessions


def test_words_stand_by_the_alphabet(asked):
    answered(asked, *[[5, None, None, text] for text in ("Žalias", "Ačiū", "šiek tiek", "Čia", "be to")])
    with time_machine.travel(LATER), override("lt"):
        assert survey.results(asked)[3].texts == ["Ačiū", "be to", "Čia", "šiek tiek", "Žalias"]


def test_words_are_never_public(client, asked, organiser):
    first, *_others, words = asked.questions.all()
    answered(asked, *[[5, 4, 1, f"Žodžiai {n}"] for n in range(5)])
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyQuestion.objects.filter(pk=words.pk).update(is_public=True)
    with time_machine.travel(LATER):
        actions.show(asked, [str(first.pk), str(words.pk), "x"], by=organiser)
        assert [each.question for each in survey.public_results(asked.event)] == [first]
        actions.show(asked, [], by=organiser)
        assert survey.public_results(asked.event) == []


def test_nobody_sees_public_results_while_it_is_open(asked, organiser):
    answered(asked, *[[5]] * 6)
    actions.show(asked, [str(asked.questions.first().pk)], by=organiser)
    assert survey.public_results(asked.event) == []


# --- the desk ---------------------------------------------------------------------------------------------------------
def test_the_desk_builds_opens_and_reads_it(client, office, in_english):
    event = held(cluster=ClusterFactory())
    organiser = AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("event_survey", args=[event.slug])
    assert "Prepare the survey" in client.get(page).content.decode()
    client.post(page)
    new = reverse("survey_question_new", args=[event.slug])
    asked = {"label_lt": "Kas?", "label_en": "What?", "kind": "choice", "options_lt": "taip\nne", "options_en": "yes"}
    assert "different numbers" in client.post(new, asked).content.decode()
    assert "two to twenty" in client.post(new, {**asked, "options_lt": "", "options_en": ""}).content.decode()
    assert client.post(new, {**asked, "options_en": "yes\nno"}).status_code == 302
    question = SurveyQuestion.objects.get(label=both("Kas?", "What?"))
    assert [words for _number, words in question.choices] == ["yes", "no"]
    client.post(reverse("survey_question_move", args=[event.slug, question.pk]))
    assert [q.position for q in SurveyQuestion.objects.filter(pk=question.pk)] == [3]
    drawn = client.get(page).content.decode()
    assert drawn.count("Delete for good") == SurveyQuestion.objects.count() + 1  # asked first, the survey itself too
    assert drawn.count("csrfmiddlewaretoken") == drawn.count('method="post"') - 1  # how pages look is no secret
    client.post(reverse("survey_question_delete", args=[event.slug, question.pk]))
    opens = reverse("survey_open", args=[event.slug])
    assert "is over" in client.post(opens, {"closes_on": "2020-01-01"}).content.decode()
    assert client.post(opens, {"closes_on": (timezone.localdate() + DAY).isoformat()}).status_code == 302
    survey_now = Survey.objects.get()
    answered(survey_now, *[[n, n, 1, "Ačiū"] for n in (5, 4, 4, 5, 5)])
    client.post(reverse("survey_close", args=[event.slug]))
    results = reverse("survey_results", args=[event.slug])
    read = client.get(results).content.decode()
    assert "4.6 on average" in read
    assert "Ačiū" in read
    table = b"".join(client.get(reverse("survey_export", args=[event.slug, "csv"])).streaming_content).decode()
    assert "5 – very good,3" in table


def test_one_organiser_does_not_read_anothers_survey(client, asked, organiser):
    sibling = f.SurveyQuestionFactory(survey__opened_at=None, survey__event__cluster=ClusterFactory())
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    slug, other = asked.event.slug, sibling.survey.event.slug
    for name, args in itertools.product(["survey_results", "event_survey"], [[slug], [other]]):
        assert client.get(reverse(name, args=args)).status_code == (200 if args == [slug] else 404)
    assert client.post(reverse("survey_question_delete", args=[slug, sibling.pk])).status_code == 404
    assert client.post(reverse("survey_question_delete", args=[other, sibling.pk])).status_code == 404


def test_results_ask_the_same_however_many_questions(client, asked, organiser, django_assert_max_num_queries):
    for _each in range(6):
        f.SurveyQuestionFactory(survey=asked)
    answered(asked, *[[5] * 10] * 5)
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(LATER), django_assert_max_num_queries(40):
        client.get(reverse("survey_results", args=[asked.event.slug]))
