"""The phases of a matchmaking event: what each means, where people may move it, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.matchmaking.models import Matchmaking, Phase

MEANS: dict[str, str | Promise] = {
    Phase.PREPARING: gettext_lazy("Only you see it. Set times, tables and rules; people may join already."),
    Phase.ASKING: gettext_lazy("Participants see each other, ask for meetings and answer. Nobody has a time yet."),
    Phase.PLANNING: gettext_lazy("Nobody asks or answers any more. You make timetables and look at them."),
    Phase.PUBLISHED: gettext_lazy("Everybody knows their times and tables. Changes are told to those concerned."),
    Phase.OVER: gettext_lazy("Nothing is booked or moved any more. People say what came of their meetings."),
}
SHORT: dict[str, str | Promise] = {
    Phase.PREPARING: gettext_lazy("Preparing"),
    Phase.ASKING: gettext_lazy("Asking"),
    Phase.PLANNING: gettext_lazy("Planning"),
    Phase.PUBLISHED: gettext_lazy("Published"),
    Phase.OVER: gettext_lazy("Over"),
}
MOVED: dict[str, str | Promise] = {
    Phase.PREPARING: gettext_lazy("It is prepared again: participants see nothing any more."),
    Phase.ASKING: gettext_lazy("Participants can ask each other and answer now."),
    Phase.PLANNING: gettext_lazy("Asking is closed: nobody asks or answers any more."),
    Phase.PUBLISHED: gettext_lazy("It goes on: meetings can be booked and moved again."),
    Phase.OVER: gettext_lazy("It is over: nobody books or moves a meeting any more."),
}
UNANSWERABLE = gettext_lazy("Nobody can answer any more: only what both have agreed to is written down.")


@dataclass
class Move:
    """A button: to which phase, what it says, what pressing it means, and sentences for why it cannot be pressed."""

    to: str
    title: str
    means: str
    refusals: list[str] = field(default_factory=list)
    is_main: bool = True


def moves(matchmaking: Matchmaking) -> list[Move]:
    """From the phase of now; publishing and taking back have their own pages."""
    now = matchmaking.phase
    return {
        Phase.PREPARING: lambda: [
            Move(Phase.ASKING, _("Let people ask each other"), _("All participants can ask and answer at once."),
                 _not_ready(matchmaking)),
        ],
        Phase.ASKING: lambda: [
            Move(Phase.PLANNING, _("Close asking"),
                 _("Requests that nobody answered stay unanswered. You can open it again.")),
            Move(Phase.PREPARING, _("Back to preparing"), _("Participants see nothing any more."),
                 _asked_already(matchmaking), is_main=False),
        ],
        Phase.PLANNING: lambda: [
            Move(Phase.ASKING, _("Open asking again"), _("People ask and answer until the deadlines you set."),
                 is_main=False),
        ],
        Phase.PUBLISHED: lambda: [
            Move(Phase.OVER, _("Say that it is over"), _("Nobody books or moves a meeting any more."), is_main=False),
        ],
        Phase.OVER: lambda: [
            Move(Phase.PUBLISHED, _("It is not over yet"), _("Meetings can be booked and moved again."), is_main=False),
        ],
    }[Phase(now)]()  # fmt: skip


def _not_ready(matchmaking: Matchmaking) -> list[str]:
    found = []
    event = matchmaking.event
    if not event.is_public or event.is_off:
        found.append(_("The event has to be published first."))
    if not matchmaking.slots.filter(is_break=False).exists():
        found.append(_("There are no times yet: people could not say when they are free."))
    if matchmaking.asks_until is None or matchmaking.answers_until is None:
        found.append(_("Say until when people ask and answer."))
    return found


def _asked_already(matchmaking: Matchmaking) -> list[str]:
    return [_("People have asked each other already.")] if matchmaking.requests.exists() else []
