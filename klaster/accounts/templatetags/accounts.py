"""What only the templates of accounts need."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klaster.accounts import demo

register = template.Library()

# The first that is found names the thing; Edge and Opera also call themselves Chrome, Chrome calls itself Safari.
BROWSERS = [
    (r"Edg(e|A|iOS)?/", "Edge"), (r"OPR/|Opera", "Opera"), (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"), (r"Chrome/|CriOS/", "Chrome"), (r"Safari/", "Safari"),
]  # fmt: skip
SYSTEMS = [
    (r"iPhone", "iPhone"), (r"iPad", "iPad"), (r"Android", "Android"), (r"Windows", "Windows"),
    (r"Macintosh|Mac OS X", "macOS"), (r"CrOS", "ChromeOS"), (r"Linux|X11", "Linux"),
]  # fmt: skip


@register.filter
def device(user_agent: str) -> str:
    """What a person calls the thing: "Firefox, Windows"."""
    names = [next((name for mark, name in known if re.search(mark, user_agent)), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names)) or gettext("Unknown device")


# The acts that accounts write into the audit, in words; each is looked up by what actions.py records.
ACTS = {
    "invited": _("sent an invitation"),
    "withdrew": _("withdrew the invitation"),
    "accepted": _("accepted the invitation"),
    "joined the secretariat": _("took into the office"),
    "left the secretariat": _("dismissed from the office"),
    "deactivated": _("closed the account"),
    "reactivated": _("opened the account again"),
    "ended sessions": _("signed out everywhere"),
    "changed settings": _("changed settings"),
    "started to view as": _("began to see the site as this person"),
    "stopped to view as": _("stopped to see the site as this person"),
    "took out own data": _("downloaded own data"),
    "erased": _("erased the account"),
}


@register.filter
def act(action: str) -> str:
    """An act of the audit in the reader's language; one of another app as it was written."""
    return str(ACTS.get(action, action))


@register.simple_tag
def demo_people() -> dict[str, Any]:
    """In demo mode the people to sign in as, with their password; nobody in any other mode."""
    if not settings.DEMO:
        return {"people": [], "password": ""}
    people = [
        {"role": demo.ROLES[role], "email": email, "name": name} for role, (email, name) in demo.DEMO_PEOPLE.items()
    ]
    return {"people": people, "password": demo.DEMO_PASSWORD}
