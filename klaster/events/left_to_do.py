"""What an organiser still has to do for an event: worked out from what there is, each with the reason and the place."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.core import languages
from klaster.directory.workspace import Act, Todo, Urgency
from klaster.events import after, agenda
from klaster.events.models import Event, Mailing, RegistrationState, Session, State, TeamMember

SOON = datetime.timedelta(days=14)
Steps = Iterator[Todo]


def todos(event: Event) -> list[Todo]:
    """The most urgent first. Of an event that is over only what comes afterwards."""
    sources = AFTERWARDS if event.state == State.HELD else () if event.is_off else BEFOREHAND
    return sorted((todo for source in sources for todo in source(event)), key=lambda todo: todo.urgency)


def _to(event: Event, name: str, anchor: str = "") -> str | None:
    """Address of a page of the desk; None while that page does not exist."""
    try:
        return reverse(name, args=[event.slug]) + anchor
    except NoReverseMatch:
        return None


def _step(
    event: Event, title: str, text: str, act: str, page: str, anchor: str = "", *, urgency: Urgency = Urgency.LATER,
    icon: str = "pencil",
) -> Steps:  # fmt: skip
    if url := _to(event, page, anchor) or _to(event, "event_desk", "#places"):
        yield Todo(title, text, (Act(act, url),), urgency, icon)


def is_near(event: Event) -> bool:
    return event.starts is not None and event.starts - timezone.now() < SOON


def date_and_place(event: Event) -> Steps:
    if event.starts is None:
        text = _("Without a date the event cannot be published, and nobody can register.")
        yield from _step(event, _("Say when it is"), text, _("Write the date"), "event_edit", "#when",
                         urgency=Urgency.SOON)  # fmt: skip
    if event.mode != Event.Mode.ONLINE and not (event.venue and event.city):
        text = _("People ask first where to go.")
        yield from _step(event, _("Say where it is"), text, _("Write the place"), "event_edit", "#where",
                         urgency=Urgency.SOON if is_near(event) else Urgency.LATER)  # fmt: skip
    if event.is_online and not event.online_url:
        text = _("Those who take part online get the address in their letters.")
        yield from _step(event, _("There is no address of the online room"), text, _("Write the address"),
                         "event_edit", "#where", urgency=Urgency.SOON if is_near(event) else Urgency.LATER)  # fmt: skip


def words(event: Event) -> Steps:
    for field in ("title", "summary", "description"):
        text = getattr(event, field)
        missing = [languages.name_of(code) for code in languages.codes() if not text.get(code)]
        if len(missing) == len(languages.codes()):
            name = str(event._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
            yield from _step(event, capfirst(_("%(field)s: nothing yet") % {"field": name}),
                             _("It stands on the page of the event and in lists."), _("Write it"), "event_edit",
                             "#what")  # fmt: skip
        elif missing:
            name = str(event._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
            title = _("%(field)s: missing in %(languages)s")
            yield from _step(
                event, capfirst(title % {"field": name, "languages": ", ".join(missing)}),
                _("Readers of that language see another one."), _("Write it"), "event_edit", "#what",
            )  # fmt: skip
    if not event.cover:
        yield from _step(event, _("There is no picture"), _("A picture makes people look when the event is shared."),
                         _("Choose a picture"), "event_edit", "#what", icon="upload")  # fmt: skip


def what_happens(event: Event) -> Steps:
    sessions = list(Session.objects.filter(event=event).select_related("room").prefetch_related("speakers"))
    if not sessions:
        yield from _step(event, _("There is no agenda"), _("People decide by the agenda whether to come."),
                         _("Write the agenda"), "event_agenda_edit", icon="calendar-days")  # fmt: skip
    if found := len(agenda.conflicts(event, sessions)):
        title = ngettext("%(count)s session does not fit", "%(count)s sessions do not fit", found) % {"count": found}
        text = _("A room or a speaker is wanted twice at a time, or it is outside the time of the event.")
        yield from _step(event, title, text, _("See the agenda"), "event_agenda_edit", urgency=Urgency.SOON,
                         icon="calendar-days")  # fmt: skip


def publication(event: Event) -> Steps:
    if event.state == State.DRAFT and event.starts:
        urgency = Urgency.SOON if is_near(event) else Urgency.LATER
        yield from _step(event, _("The event is a draft"), _("Nobody but those who run it sees it."), _("Publish it"),
                         "event_state", urgency=urgency, icon="eye")  # fmt: skip
    if not event.takes_registrations and event.starts:
        text = _("Without registration you do not know who comes. Leave it so if people register elsewhere.")
        yield from _step(event, _("Nobody can register"), text, _("Let people register"), "event_edit", "#registration")


def registrations(event: Event) -> Steps:
    waiting = event.registrations.filter(state=RegistrationState.APPLIED).count()
    if waiting:
        title = ngettext("%(count)s application waits", "%(count)s applications wait", waiting) % {"count": waiting}
        yield from _step(event, title, _("They are told nothing until you decide."), _("Decide"),
                         "event_registrations", f"?state={RegistrationState.APPLIED}", urgency=Urgency.WAITING,
                         icon="users")  # fmt: skip
    queue = event.registrations.filter(state=RegistrationState.WAITING).count()
    free = None if event.capacity is None else event.capacity - event.registrations.holding_places().on_site().count()
    if queue and (free is None or free > 0):
        title = _("Places are free and people wait")
        text = ngettext(
            "%(count)s person is on the waiting list: see what keeps them out, a quota or the lot.",
            "%(count)s people are on the waiting list: see what keeps them out, a quota or the lot.", queue,
        ) % {"count": queue}  # fmt: skip
        yield from _step(event, title, text, _("See the waiting list"), "event_registrations",
                         f"?state={RegistrationState.WAITING}", urgency=Urgency.WAITING, icon="users")  # fmt: skip


def door(event: Event) -> Steps:
    if is_near(event) and event.takes_registrations and not event.team.filter(role=TeamMember.Role.DOOR).exists():
        text = _("Those who run the event can do it. Others see nothing but the door.")
        yield from _step(event, _("Nobody is named for the door"), text, _("Take somebody in"), "event_team", "#add",
                         icon="user-plus")  # fmt: skip


def letters(event: Event) -> Steps:
    """Letters somebody began and nobody sent."""
    begun = event.mailings.filter(state__in=[Mailing.State.DRAFT, Mailing.State.WAITING]).count()
    if begun:
        title = ngettext("%(count)s letter is not sent", "%(count)s letters are not sent", begun) % {"count": begun}
        yield from _step(event, title, _("They are drafts, or wait for a second person."), _("See the letters"),
                         "event_messages", icon="mail")  # fmt: skip


def afterwards(event: Event) -> Steps:
    """What the tab of the time after the event has not as done."""
    for step in after.steps(event):
        if step.is_done is False and step.url:
            yield Todo(step.title, step.text, (Act(step.action, step.url),), Urgency.LATER, "list-checks")


Source = Callable[[Event], Steps]
BEFOREHAND: list[Source] = [date_and_place, words, what_happens, publication, registrations, letters, door]
AFTERWARDS: list[Source] = [registrations, letters, afterwards]
