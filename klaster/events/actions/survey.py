"""A survey is prepared, opened until a day, answered once by each link, and over."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit, ordering
from klaster.core.fields import Translated
from klaster.directory.models.organisations import today
from klaster.events import survey as surveys
from klaster.events.models import Event, Registration, Session, SpentToken, Survey, SurveyAnswer, SurveyQuestion

Kind = SurveyQuestion.Kind
POOR, GOOD = gettext_noop("poor"), gettext_noop("very good")
DEFAULTS: list[tuple[str, str, tuple[str, str], tuple[str, ...]]] = [
    (Kind.SCALE, gettext_noop("How good was the event as a whole?"), (POOR, GOOD), ()),
    (Kind.SCALE, gettext_noop("How useful was it for your work?"),
     (gettext_noop("not at all"), gettext_noop("very useful")), ()),
    (Kind.CHOICE, gettext_noop("Would you come again?"), ("", ""),
     (gettext_noop("certainly"), gettext_noop("perhaps"), gettext_noop("no"))),
    (Kind.TEXT, gettext_noop("What should be better next time?"), ("", ""), ()),
]  # fmt: skip


class AnsweredAlreadyError(Exception):
    """This link has been answered with."""


@transaction.atomic
def prepare(event: Event, *, by: User) -> Survey:
    """The survey of an event, with the questions most organisers ask; the one there is where there is one."""
    survey, is_new = Survey.objects.get_or_create(event=event)
    if is_new:
        for position, (kind, label, ends, options) in enumerate(DEFAULTS):
            SurveyQuestion.objects.create(
                survey=survey, kind=kind, label=Translated.of(label), position=position,
                low=Translated.of(ends[0]), high=Translated.of(ends[1]),
                options=[Translated.of(option) for option in options],
            )  # fmt: skip
        audit.record(gettext_noop("prepared the survey"), event, by=by)
    return survey


def locked(survey: Survey) -> Survey:
    return Survey.objects.select_for_update(of=("self",)).select_related("event").get(pk=survey.pk)


def refuse_once_open(survey: Survey) -> None:
    if not survey.is_draft:
        raise ValidationError(_("The survey is open: its questions stay as people found them."))


@transaction.atomic
def change(survey: Survey, *, by: User, values: Mapping[str, Any]) -> Survey:
    """What stands above the questions, as long as nobody has seen them."""
    survey = locked(survey)
    refuse_once_open(survey)
    before = audit.snapshot(survey)
    for name, value in values.items():
        setattr(survey, name, value)
    survey.save(update_fields=list(values))
    audit.record(gettext_noop("changed the survey"), survey, by=by, before=before)
    return survey


@transaction.atomic
def open_until(survey: Survey, day: datetime.date, *, by: User) -> Survey:
    """Open a survey, or change its last day while it is open. One that is over stays over: its results were seen."""
    survey = locked(survey)
    if survey.is_over:
        raise ValidationError(_("The survey is over, and its results can be seen: it does not open again."))
    if day < today():
        raise ValidationError({"closes_on": _("This day is over.")})
    if not survey.event.is_over and survey.is_draft:
        raise ValidationError(_("A survey opens when the event is over."))
    if survey.is_draft and survey.rates_sessions:
        _ask_about_sessions(survey)
    if not survey.questions.exists():
        raise ValidationError(_("Ask at least one question."))
    before = audit.snapshot(survey)
    survey.opened_at, survey.closes_on = survey.opened_at or timezone.now(), day
    survey.save()
    audit.record(gettext_noop("opened the survey"), survey, by=by, before=before)
    return survey


@transaction.atomic
def close(survey: Survey, *, by: User) -> Survey:
    """End a survey before its day."""
    survey = locked(survey)
    if not survey.is_open:
        raise ValidationError(_("The survey is not open."))
    before = audit.snapshot(survey)
    survey.closes_on = today() - datetime.timedelta(days=1)
    survey.save()
    audit.record(gettext_noop("closed the survey"), survey, by=by, before=before)
    return survey


def _ask_about_sessions(survey: Survey) -> None:
    last = ordering.end(survey.questions)
    sessions = survey.event.sessions.filter(is_cancelled=False).exclude(kind=Session.Kind.PAUSE).in_order()
    for position, session in enumerate(sessions, start=last):
        SurveyQuestion.objects.create(
            survey=survey, kind=Kind.SCALE, label=session.title, session=session, position=position,
            low=Translated.of(POOR), high=Translated.of(GOOD),
        )  # fmt: skip


@transaction.atomic
def answer(survey: Survey, registration: Registration, answers: Mapping[int, int | str]) -> None:
    """Take what one link answers, {question: number or words}. The second time it is AnsweredAlreadyError."""
    survey = locked(survey)
    if not survey.is_open:
        raise ValidationError(_("This survey is over."))
    try:
        with transaction.atomic():
            SpentToken.objects.create(survey=survey, digest=surveys.digest(survey, registration))
    except IntegrityError as error:
        raise AnsweredAlreadyError from error
    rows = []
    for question in survey.questions.all():
        given = answers.get(question.pk)
        if given in (None, ""):
            continue
        if question.kind == Kind.TEXT:
            rows.append(SurveyAnswer(question=question, text=str(given)))
        elif given in dict(question.choices):
            rows.append(SurveyAnswer(question=question, number=int(given)))
    SurveyAnswer.objects.bulk_create(sorted(rows, key=lambda row: row.pk))  # stored in the order of the lot


@transaction.atomic
def remove(survey: Survey, *, by: User) -> None:
    """Take a survey back that nobody has answered."""
    survey = locked(survey)
    if survey.spent.exists():
        raise ValidationError(_("People have answered: close the survey instead."))
    audit.record(gettext_noop("deleted the survey"), survey.event, by=by)
    survey.delete()


# --- questions --------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_question(question: SurveyQuestion) -> SurveyQuestion:
    survey = locked(question.survey)
    refuse_once_open(survey)
    if question.pk is None:
        question.position = ordering.end(survey.questions)
    question.save()
    return question


@transaction.atomic
def move_up(question: SurveyQuestion) -> None:
    survey = locked(question.survey)
    refuse_once_open(survey)
    ordering.move(survey.questions, question, -1)


@transaction.atomic
def delete_question(question: SurveyQuestion) -> None:
    refuse_once_open(locked(question.survey))
    question.delete()


@transaction.atomic
def show(survey: Survey, questions: Iterable[str], *, by: User) -> None:
    """Let everybody see the results of these questions, by key; of none where the list is empty. Words never."""
    survey = locked(survey)
    before = audit.snapshot(survey)
    wanted = set(questions)
    chosen = [key for key in survey.questions.values_list("pk", flat=True) if str(key) in wanted]
    rows = survey.questions.exclude(kind=Kind.TEXT)
    rows.filter(pk__in=chosen).update(is_public=True)
    rows.exclude(pk__in=chosen).update(is_public=False)
    survey.is_public = rows.filter(is_public=True).exists()
    survey.save(update_fields=["is_public"])
    audit.record(gettext_noop("chose the public results of the survey"), survey, by=by, before=before)
