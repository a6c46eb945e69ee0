"""Whom a mailing goes to: chosen among those who registered, or those who came before and want to be invited again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from klaster.accounts.models import User
from klaster.directory import recipients as directory_recipients
from klaster.events.models import (
    Answer,
    Attendance,
    Event,
    Mailing,
    Registration,
    RegistrationState,
    SessionChoice,
    TeamMember,
)

HERE, AWAY = "here", "away"


def of(mailing: Mailing) -> QuerySet[Registration]:
    if mailing.kind == Mailing.Kind.INVITATION:
        return past_participants(mailing.event, mailing.by)
    return chosen(mailing.event, mailing.criteria)


def chosen(event: Event, criteria: Mapping[str, Any]) -> QuerySet[Registration]:
    """Registrations of the event that fit all criteria; what is not asked for does not narrow."""
    rows = event.registrations.filter(state__in=criteria.get("state") or [RegistrationState.CONFIRMED])
    if categories := criteria.get("category"):
        rows = rows.filter(category__in=categories)
    if countries := criteria.get("country"):
        rows = rows.filter(country__in=countries)
    if organisations := criteria.get("organisation"):
        rows = rows.filter(organisation__in=organisations)
    if sessions := criteria.get("session"):
        taken = SessionChoice.objects.filter(registration=OuterRef("pk"), session__in=sessions, is_waiting=False)
        rows = rows.filter(Exists(taken))
    if presence := criteria.get("presence"):
        was_here = Exists(who_came().filter(registration=OuterRef("pk")))
        rows = rows.filter(was_here if presence == HERE else ~was_here)
    return rows.order_by("number")


def who_came() -> QuerySet[Attendance]:
    return Attendance.objects.standing().of_events()


def past_participants(event: Event, by: User | None) -> QuerySet[Registration]:
    """One registration for each address that took part in an earlier event of the series, run by the same person, and
    said the last time it was asked that it wants to be invited again; without those registered for this one."""
    if event.series_id is None or event.starts is None or by is None:
        return Registration.objects.none()
    agreed = Answer.objects.filter(
        registration=OuterRef("pk"),
        value=True,
        question=OuterRef("event__letter_settings__invitation_consent"),
    )  # fmt: skip
    here = event.registrations.live().filter(
        Q(email__iexact=OuterRef("email")) | Q(person=OuterRef("person"), person__isnull=False)
    )
    asked = (
        Registration.objects.confirmed()
        .filter(~Exists(here), event__series=event.series_id, event__starts__lt=event.starts)
        .filter(event__letter_settings__invitation_consent__isnull=False)
        .filter(event__in=Event.objects.run_by(by).values("pk"))
        .exclude(email="")
        .annotate(agrees=Exists(agreed))
        .order_by("registered_at", "pk")
    )
    latest = {email.lower(): (pk, agrees) for pk, email, agrees in asked.values_list("pk", "email", "agrees")}
    return Registration.objects.filter(pk__in=[pk for pk, agrees in latest.values() if agrees]).order_by("pk")


def list_of(event: Event) -> str:
    """Name of the list that invitations to events of a series make; see core/lists.py."""
    return f"events.series {event.series_id}"


def who_run(event: Event) -> list[User]:
    """The people who are told what happens at an event: its team, else who keeps its cluster, else the office."""
    team = User.objects.filter(
        is_active=True, event_teams__event=event, event_teams__role=TeamMember.Role.ORGANISER
    ).order_by("pk")
    people = list(team)
    if not people and event.cluster is not None:
        people = directory_recipients.of(event.cluster).people
    return people or directory_recipients.office().people
