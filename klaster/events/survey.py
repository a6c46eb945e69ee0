"""Surveys after an event: the link each participant gets, and the results once nobody can answer any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import Count
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, override, pgettext

from klaster.core import languages
from klaster.events.models import Event, Registration, RegistrationState, Survey, SurveyAnswer, SurveyQuestion
from klaster.events.models.survey import FEWEST

SALT = "klaster.events.survey"


# --- links ------------------------------------------------------------------------------------------------------------
def token(survey: Survey, registration: Registration) -> str:
    return signing.Signer(salt=SALT).sign(f"{survey.pk}.{registration.pk}.{registration.code}").replace(":", "~")


def read_token(text: str) -> tuple[Survey, Registration] | None:
    """Whom a link was sent to and for which survey; None for one that we never signed or whose person has left."""
    try:
        parts = signing.Signer(salt=SALT).unsign(text.replace("~", ":")).split(".")
        survey_pk, registration_pk = int(parts[0]), int(parts[1])
    except (signing.BadSignature, ValueError, IndexError):
        return None
    registration = (
        Registration.objects.confirmed().select_related("event__survey")
        .filter(pk=registration_pk, code=parts[2], event__survey=survey_pk).first()
    )  # fmt: skip
    return (registration.event.survey, registration) if registration else None


def link(registration: Registration, language: str = "") -> str | None:
    """Where a participant answers, for letters; None while there is no open survey."""
    with override(language or registration.language):
        own = path(registration)
    return settings.SITE_URL + own if own else None


def path(registration: Registration) -> str | None:
    """The same without the host, in the language of now; None for who has answered already, too."""
    survey = Survey.objects.filter(event=registration.event_id).first()
    if survey is None or not survey.is_open or registration.state != RegistrationState.CONFIRMED:
        return None
    if survey.spent.filter(digest=digest(survey, registration)).exists():
        return None
    return reverse("survey", args=[token(survey, registration)])


def digest(survey: Survey, registration: Registration) -> str:
    """What is kept of a link that was answered with. It leads from the link to here, not back."""
    return salted_hmac(SALT, f"{survey.pk}.{registration.pk}", algorithm="sha256").hexdigest()


# --- results ----------------------------------------------------------------------------------------------------------
@dataclass
class Result:
    """What was answered to one question. `count` is None and the rest is empty where fewer than five answered it."""

    question: SurveyQuestion
    count: int | None = None
    average: float | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)  # label, value: as the tag `bars` takes them
    texts: list[str] = field(default_factory=list)


def results(survey: Survey, *, public: bool = False) -> list[Result]:
    """Question by question; nothing before the survey is over, so that no two looks can be compared.

    `public` leaves out the questions the organiser has not ticked, and those hidden for having few answers.
    """
    if not survey.is_over or survey.spent.count() < FEWEST:
        return []
    questions = list(survey.questions.all())
    counted: dict[int, dict[int, int]] = defaultdict(dict)
    answers = SurveyAnswer.objects.filter(question__survey=survey)
    for question, number, many in (
        answers.filter(text="").order_by().values_list("question", "number").annotate(many=Count("pk"))
    ):
        counted[question][number] = many
    texts: dict[int, list[str]] = defaultdict(list)
    for question, text in answers.exclude(text="").order_by("pk").values_list("question", "text"):
        texts[question].append(text)
    found = [_result(question, counted[question.pk], texts[question.pk]) for question in questions]
    return [each for each in found if not public or (each.question.is_public and each.count is not None)]


def _result(question: SurveyQuestion, counted: dict[int, int], texts: list[str]) -> Result:
    count = len(texts) if question.kind == question.Kind.TEXT else sum(counted.values())
    if count < FEWEST:
        return Result(question)
    if question.kind == question.Kind.TEXT:  # by the alphabet: the order they came in would say who wrote them
        return Result(question, count=count, texts=sorted(texts, key=languages.sort_key))
    rows = [{"label": label, "value": counted.get(number, 0)} for number, label in question.choices]
    if question.kind == question.Kind.SCALE:
        rows = [{**row, "label": _end_of_scale(question, str(row["label"]))} for row in rows]
        average = round(sum(number * many for number, many in counted.items()) / count, 1)
        return Result(question, count, average, rows[::-1])
    return Result(question, count, None, rows)


def _end_of_scale(question: SurveyQuestion, number: str) -> str:
    words = {"1": str(question.low), "5": str(question.high)}.get(number)
    return f"{number} – {words}" if words else number


def columns() -> list[str]:
    return [gettext("Question"), pgettext("what was answered", "Answer"), gettext("Number of answers")]


def as_rows(results: Iterable[Result]) -> Iterator[tuple[str, str, int | None]]:
    """Question, answer, how often; words stand each in a row of its own, without a number."""
    for each in results:
        label = str(each.question.label)
        if each.count is None:
            yield label, gettext("fewer than five answers"), None
        yield from ((label, row["label"], row["value"]) for row in each.rows)
        yield from ((label, text, None) for text in each.texts)


def public_results(event: Event) -> list[Result]:
    """What the organiser lets everybody see of the survey of an event; nothing before it is over."""
    survey = Survey.objects.filter(event=event, is_public=True).first()
    return results(survey, public=True) if survey else []
