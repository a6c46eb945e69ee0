"""The survey after an event: answered by a link, built and read at the desk."""

from __future__ import annotations

import contextlib
import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import audit, tables
from klaster.core.limits import limited
from klaster.directory import exports
from klaster.directory.models.organisations import today
from klaster.events import desk, survey
from klaster.events.actions import survey as actions
from klaster.events.after_forms import AnswerForm, OpenForm, QuestionForm, SurveyForm
from klaster.events.models import Event, Survey, SurveyQuestion
from klaster.events.models.survey import FEWEST
from klaster.events.when import when

FIRST_DAYS = 14  # offered as the time to answer


# --- who answers ------------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@limited("survey", limit=60, per=3600)
@require_http_methods(["GET", "POST"])
def survey_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The survey of whoever holds this link; afterwards a word of thanks."""
    found = survey.read_token(token)
    if found is None or found[0].is_draft:
        raise Http404
    asked, registration = found
    context = {"survey": asked, "event": registration.event, "when": when(registration.event), "form": None}
    spent = asked.spent.filter(digest=survey.digest(asked, registration)).exists()
    if spent or not asked.is_open:
        return render(request, "events/survey_over.html", {**context, "spent": spent})
    form = AnswerForm(list(asked.questions.all()), request.POST or None)
    if request.method == "POST" and form.is_valid():
        with contextlib.suppress(actions.AnsweredAlreadyError, ValidationError):  # the page that follows says so
            actions.answer(asked, registration, form.answers())
        return redirect("survey", token)
    return render(request, "events/survey_answer.html", {**context, "form": form})


# --- the desk ---------------------------------------------------------------------------------------------------------
def survey_of(request: HttpRequest, slug: str) -> tuple[Event, Survey]:
    event = desk.event_for(request, slug)
    return event, get_object_or_404(Survey.objects.select_related("event"), event=event)


@require_http_methods(["GET", "POST"])
def event_survey(request: HttpRequest, slug: str) -> HttpResponse:
    """How the survey stands. POST prepares it where there is none, else saves what stands above the questions."""
    event = desk.event_for(request, slug)
    asked = Survey.objects.filter(event=event).first()
    if asked is None:
        if request.method == "POST":
            actions.prepare(event, by=request.user)
            return redirect("event_survey", slug)
        return render(request, "events/event_survey.html", {"event": event, "survey": None})
    form = SurveyForm(request.POST or None, instance=asked)
    if request.method == "POST" and form.is_valid():
        if attempted(request, actions.change, asked, by=request.user, values=form.cleaned_data):
            messages.success(request, _("Saved."))
        return redirect("event_survey", slug)
    return survey_page(request, event, asked, form=form)


def survey_page(request: HttpRequest, event: Event, asked: Survey, **forms: Any) -> HttpResponse:
    context = {
        "event": event,
        "survey": asked,
        "questions": asked.questions.all(),
        "answered": asked.spent.count(),
        "fewest": FEWEST,
        "form": forms.get("form") or SurveyForm(instance=asked),
        "open_form": forms.get("open_form") or OpenForm(initial={"closes_on": asked.closes_on or offered_day()}),
    }
    return render(request, "events/event_survey.html", context)


def offered_day() -> datetime.date:
    return today() + datetime.timedelta(days=FIRST_DAYS)


def attempted(request: HttpRequest, act: Any, *args: Any, **kwargs: Any) -> bool:
    """Whether an act went well; if not, its sentence is shown on the next page."""
    try:
        act(*args, **kwargs)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return False
    return True


@require_POST
def survey_open(request: HttpRequest, slug: str) -> HttpResponse:
    event, asked = survey_of(request, slug)
    form = OpenForm(request.POST)
    if not form.is_valid():
        return survey_page(request, event, asked, open_form=form)
    if attempted(request, actions.open_until, asked, form.cleaned_data["closes_on"], by=request.user):
        messages.success(request, _("The survey is open. The letter of thanks takes its link to everybody."))
    return redirect("event_survey", slug)


@require_POST
def survey_close(request: HttpRequest, slug: str) -> HttpResponse:
    _event, asked = survey_of(request, slug)
    attempted(request, actions.close, asked, by=request.user)
    return redirect("event_survey", slug)


@require_POST
def survey_remove(request: HttpRequest, slug: str) -> HttpResponse:
    _event, asked = survey_of(request, slug)
    attempted(request, actions.remove, asked, by=request.user)
    return redirect("event_survey", slug)


# --- questions --------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def survey_question(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """One question: a new one without `pk`."""
    event, asked = survey_of(request, slug)
    if not asked.is_draft:
        raise Http404
    question = get_object_or_404(asked.questions, pk=pk) if pk else SurveyQuestion(survey=asked)
    form = QuestionForm(request.POST or None, instance=question)
    if request.method == "POST" and form.is_valid():
        actions.save_question(form.save(commit=False))
        return redirect("event_survey", slug)
    return render(request, "events/survey_question.html", {"event": event, "question": question, "form": form})


@require_POST
def survey_question_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One place up."""
    _event, asked = survey_of(request, slug)
    attempted(request, actions.move_up, get_object_or_404(asked.questions, pk=pk))
    return redirect("event_survey", slug)


@require_POST
def survey_question_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    _event, asked = survey_of(request, slug)
    attempted(request, actions.delete_question, get_object_or_404(asked.questions, pk=pk))
    return redirect("event_survey", slug)


# --- results ----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def survey_results(request: HttpRequest, slug: str) -> HttpResponse:
    """Question by question. POST says which of them everybody may see."""
    event, asked = survey_of(request, slug)
    if request.method == "POST":
        actions.show(asked, request.POST.getlist("public"), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("survey_results", slug)
    context = {"event": event, "survey": asked, "answered": asked.spent.count(), "fewest": FEWEST,
               "results": survey.results(asked)}  # fmt: skip
    return render(request, "events/survey_results.html", context)


@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def survey_export(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    event, asked = survey_of(request, slug)
    rows = survey.as_rows(survey.results(asked))
    title = _("Survey: %(event)s") % {"event": event.title}
    audit.record(gettext_noop("exported the results of the survey"), event, by=request.user)
    page = reverse("survey_results", args=[slug])
    return tables.response(exports.table(request, title, page, survey.columns(), rows), ending)
