"""How a matchmaking event stands: figures of the tab, and what is left to do."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.directory.workspace import Act, Todo, Urgency
from klaster.events.models import Registration
from klaster.matchmaking import recommending
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingRequest, Phase, Table

State = MeetingRequest.State


def figures(matchmaking: Matchmaking) -> list[dict[str, Any]]:
    """For figure.html, in the order in which an event comes about: invited, profiles, requests, answered, agreed."""
    slug = matchmaking.event.slug
    invited = Registration.objects.confirmed().filter(event=matchmaking.event).count()
    people = matchmaking.participants.taking_part().aggregate(
        all=Count("pk"),
        profiles=Count("pk", filter=Q(profile_at__isnull=False) | Q(lines__isnull=False), distinct=True),
    )
    people["all"] = matchmaking.participants.taking_part().count()
    asked = dict(matchmaking.requests.values_list("state").annotate(Count("pk")).order_by())
    requests = sum(asked.values())
    answered = asked.get(State.ACCEPTED, 0) + asked.get(State.DECLINED, 0)
    agreed = matchmaking.meetings.agreed()
    list_url, meetings_url = reverse("desk_participants", args=[slug]), reverse("desk_meetings", args=[slug])
    return [
        {"number": invited, "words": _("registered"), "stamp": _("for the event"),
         "url": reverse("desk_add", args=[slug])},
        {"number": people["all"], "words": _("take part"), "stamp": share(people["all"], invited), "url": list_url},
        {"number": people["profiles"], "words": _("profiles written"),
         "stamp": share(people["profiles"], people["all"]), "url": f"{list_url}?profile=yes"},
        {"number": requests, "words": _("requests"), "stamp": "", "url": meetings_url},
        {"number": answered, "words": _("answered"), "stamp": share(answered, requests),
         "url": f"{meetings_url}?state=agreed&state=cancelled&state=declined"},
        {"number": agreed.count(), "words": _("agreed meetings"),
         "stamp": _("%(count)s with a time") % {"count": agreed.filter(starts__isnull=False).count()},
         "url": f"{meetings_url}?state=agreed"},
    ]  # fmt: skip


def share(part: int, whole: int) -> str:
    return _("%(percent)s %% of %(whole)s") % {"percent": round(100 * part / whole), "whole": whole} if whole else ""


def todos(matchmaking: Matchmaking) -> list[Todo]:
    steps = (_settings, _recommended, _answers, _timetable, _rooms)
    found = [todo for step in steps for todo in step(matchmaking)]
    return sorted(found, key=lambda todo: todo.urgency)


def _step(title: str, text: str, act: str, url: str, urgency: Urgency, icon: str) -> Todo:
    return Todo(title, text, (Act(act, url),), urgency, icon)


def _settings(matchmaking: Matchmaking) -> list[Todo]:
    found = []

    def step(title: str, text: str, act: str, page: str, urgency: Urgency, icon: str) -> None:
        found.append(_step(title, text, act, reverse(page, args=[matchmaking.event.slug]), urgency, icon))

    if not matchmaking.slots.filter(is_break=False).exists():
        text = _("Without times nobody can be planned.")
        step(_("Say when meetings take place"), text, _("Set times"), "desk_slots", Urgency.SOON, "clock")
    if not matchmaking.tables.exists():
        text = _("Meetings on site need a table each.")
        step(_("Say at how many tables"), text, _("Set tables"), "desk_tables", Urgency.SOON, "layout-grid")
    if matchmaking.asks_until is None or matchmaking.answers_until is None:
        text, act = _("Deadlines make people answer."), _("Set deadlines")
        step(_("Say until when people ask and answer"), text, act, "desk_settings", Urgency.LATER, "calendar-days")
    if matchmaking.phase in (Phase.PREPARING, Phase.ASKING) and not matchmaking.participants.taking_part().exists():
        text = _("People join when they register; you can add them, too.")
        step(_("Nobody takes part yet"), text, _("Add people"), "desk_add", Urgency.LATER, "user-plus")
    return found


def _recommended(matchmaking: Matchmaking) -> list[Todo]:
    """Too many for everybody to be compared with everybody."""
    if matchmaking.phase in (Phase.PREPARING, Phase.OVER) or not recommending.is_too_large(matchmaking):
        return []
    title = _("More than %(count)s take part: whom to meet is no longer worked out") % {
        "count": number_format(recommending.MOST)
    }
    text = _(
        "Suggestions stay as they were; who came later is shown those who write the same words. "
        "Ask those who do not come to leave, or hold the event in parts."
    )
    return [_step(title, text, _("Participants"), reverse("desk_participants", args=[matchmaking.event.slug]),
                  Urgency.SOON, "users")]  # fmt: skip


def _answers(matchmaking: Matchmaking) -> list[Todo]:
    waiting = unanswered(matchmaking)
    if not matchmaking.takes_answers or not waiting:
        return []
    title = ngettext("%(count)s request waits for an answer", "%(count)s requests wait for an answer", waiting)
    text = _("Remind those who were asked; once a day at most.")
    act = Act(_("Remind them"), reverse("desk_remind", args=[matchmaking.event.slug]), is_post=True)
    if was_reminded_today(matchmaking):
        text, act = (
            _("They were reminded today."),
            Act(_("See them"), reverse("desk_meetings", args=[matchmaking.event.slug]) + "?state=sent"),
        )
    return [Todo(title % {"count": waiting}, text, (act,), Urgency.WAITING, "mail")]


def unanswered(matchmaking: Matchmaking) -> int:
    return matchmaking.requests.filter(state=State.SENT).count()


def was_reminded_today(matchmaking: Matchmaking) -> bool:
    last = matchmaking.reminded_at
    return last is not None and timezone.now() - last < datetime.timedelta(hours=20)


def _timetable(matchmaking: Matchmaking) -> list[Todo]:
    page = reverse("desk_timetable", args=[matchmaking.event.slug])
    agreed = matchmaking.meetings.agreed()
    found = []
    asking_over = matchmaking.asks_until is not None and matchmaking.asks_until < timezone.now()
    if matchmaking.phase == Phase.ASKING and asking_over:
        found.append(Todo(_("The time to ask is over"), _("Close asking and make the timetable."),
                          (Act(_("To the timetable"), page),), Urgency.SOON, "calendar-days"))  # fmt: skip
    if matchmaking.phase == Phase.PLANNING and agreed.exists():
        made = matchmaking.runs.filter(state__in=["done", "stopped"]).exists()
        title = _("The timetable is not published") if made else _("Make the timetable")
        found.append(Todo(title, _("People wait for their times."), (Act(_("To the timetable"), page),), Urgency.SOON,
                          "calendar-days"))  # fmt: skip
    without = agreed.filter(starts=None).count()
    if matchmaking.phase == Phase.PUBLISHED and without:
        title = ngettext("%(count)s meeting has no time", "%(count)s meetings have no time", without)
        text = _("Re-plan: meetings that have a time stay as far as they can.")
        found.append(Todo(title % {"count": without}, text, (Act(_("Re-plan"), page),), Urgency.LATER, "refresh-cw"))
    return found


def _rooms(matchmaking: Matchmaking) -> list[Todo]:
    """Online meetings, and no room to hold them in, or one without an address."""
    online = Meeting.objects.agreed().filter(matchmaking=matchmaking, is_online=True).exists()
    rooms = Table.objects.filter(matchmaking=matchmaking, is_online=True)
    page = reverse("desk_tables", args=[matchmaking.event.slug])
    if online and not rooms.exists():
        return [Todo(_("Some meet online, and there are no rooms"),
                     _("Without one people agree among themselves how to call each other."),
                     (Act(_("Add rooms"), page),), Urgency.LATER, "link")]  # fmt: skip
    if rooms.filter(url="").exists():
        return [Todo(_("An online room has no address"), _("Those who meet there get it in their timetable."),
                     (Act(_("Write the address"), page),), Urgency.LATER, "link")]  # fmt: skip
    return []
