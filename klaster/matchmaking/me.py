"""Who the reader is at a matchmaking event: signed in, or by the signed link of a registration without an account.

A link is taken up by pressing a button on the page it opens; from then on the browser's session stands for that
registration at that event, until it ends or the link is no longer the registration's. Nobody acts as somebody else than
the person who is signed in, where that person takes part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from klaster.accounts.models import User
from klaster.events.models import Event, Registration
from klaster.matchmaking.models import Matchmaking, Participant, Representative

LINKS = "matchmaking links"  # in the session: {pk of the event: [pk, code] of the registration}


@dataclass
class Me:
    """`by` is who acts, for the audit: the person, or None for who came by a link."""

    matchmaking: Matchmaking
    registration: Registration
    representative: Representative | None
    by: User | None

    @property
    def participant(self) -> Participant:
        """Only asked for where the view has seen that there is one."""
        assert self.representative is not None  # noqa: S101
        return self.representative.participant

    @property
    def takes_part(self) -> bool:
        return self.representative is not None and self.representative.participant.takes_part

    @property
    def slug(self) -> str:
        return self.matchmaking.event.slug

    def others(self) -> Any:
        """Participants the reader sees, as the participant they are or as somebody registered; never themselves."""
        rows = Participant.objects.filter(matchmaking=self.matchmaking)
        if not self.takes_part:
            return rows.filter(pk__in=Participant.objects.open_to_registered().values("pk"))
        mine = Participant.objects.filter(pk=self.participant.pk)
        return rows.known_to(mine).exclude(pk=self.participant.pk)


def find(request: HttpRequest, slug: str) -> tuple[Matchmaking, Me | None]:
    """The matchmaking of the event in the address, and who the reader is there; 404 where there is none to see."""
    events = Event.objects.visible_to(request.user).published().filter(slug=slug)
    matchmaking = Matchmaking.objects.filter(event__in=events.values("pk")).select_related("event__organiser").first()
    if matchmaking is None:
        raise Http404
    return matchmaking, me_at(request, matchmaking)


def me_at(request: HttpRequest, matchmaking: Matchmaking) -> Me | None:
    confirmed = Registration.objects.confirmed().filter(event=matchmaking.event_id)
    by = request.user if isinstance(request.user, User) else None
    row = confirmed.filter(person=by).first() if by else None
    if row is None and (link := request.session.get(LINKS, {}).get(str(matchmaking.event_id))):
        row = confirmed.filter(pk=link[0], code=link[1], person=None).first()
        by = None
    if row is None:
        return None
    row.event = matchmaking.event
    found = Representative.objects.select_related("participant").filter(registration=row).first()
    if found is not None:
        found.registration, found.participant.matchmaking = row, matchmaking
    return Me(matchmaking, row, found, by)


def enter(request: HttpRequest, registration: Registration) -> None:
    """Take a link up: this browser stands for the registration from now on."""
    links = dict(request.session.get(LINKS, {}))
    links[str(registration.event_id)] = [registration.pk, registration.code]
    request.session[LINKS] = links


def has_entered(request: HttpRequest, registration: Registration) -> bool:
    """Whether this browser stands for the registration already, or its person is signed in."""
    if registration.person_id is not None:
        return request.user.pk == registration.person_id
    link = request.session.get(LINKS, {}).get(str(registration.event_id))
    return link == [registration.pk, registration.code]


View = Callable[..., HttpResponse]


def for_registered(view: View) -> View:
    """A page for people with a confirmed registration: `view(request, me, ...)`. Who is not signed in and came by no
    link is asked to sign in; for others there is no such page."""

    @wraps(view)
    def found(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        _matchmaking, me = find(request, slug)
        if me is None and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if me is None:
            raise Http404
        return view(request, me, **kwargs)

    return login_not_required(never_cache(found))


def for_participants(view: View) -> View:
    """A page for those who take part; who is registered only is shown how to join."""

    @wraps(view)
    def joined(request: HttpRequest, me: Me, **kwargs: Any) -> HttpResponse:
        if not me.takes_part:
            return redirect("participant_join", slug=me.slug)
        return view(request, me, **kwargs)

    return for_registered(joined)
