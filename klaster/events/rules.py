"""Who may do what at events. The office runs all of them; a cluster's coordinators run those of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from klaster.directory.models import Cluster
from klaster.directory.rules import is_secretariat
from klaster.events.models import Event, Series

if TYPE_CHECKING:
    from klaster.accounts.models import User


@rules.predicate
def coordinates_some_cluster(user: User) -> bool:
    return user.is_authenticated and Cluster.objects.kept_by(user).exists()


@rules.predicate
def runs_event(user: User, event: Event | None) -> bool:
    return event is not None and Event.objects.run_by(user).filter(pk=event.pk).exists()


@rules.predicate
def helps_at_event(user: User, event: Event | None) -> bool:
    return event is not None and Event.objects.helped_by(user).filter(pk=event.pk).exists()


@rules.predicate
def runs_series(user: User, series: Series | None) -> bool:
    return series is not None and Series.objects.run_by(user).filter(pk=series.pk).exists()


rules.add_perm("events.add_event", is_secretariat | coordinates_some_cluster)
rules.add_perm("events.change_event", runs_event)  # words, agenda, team, states, letters
rules.add_perm("events.add_series", is_secretariat | coordinates_some_cluster)
rules.add_perm("events.change_series", runs_series)
rules.add_perm("events.read_registrations", runs_event)
rules.add_perm("events.check_in_event", helps_at_event)
