"""Lists of letters one can leave: invitations, not what somebody has registered or asked for.

    lists.register("events.series", title_of_series)          # "events.series 12" is a list; its title for people
    letters.write_text(…, list_name="events.series 12", body=letters.signed(body, lists.url(name, to, language)))

The link works without an account and in every mail program (List-Unsubscribe of RFC 8058). It is signed for one reader
and one list; opening it changes nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from klaster.core.models import LeftList

SALT = "klaster.core.lists"

_titles: dict[str, Callable[[str], str]] = {}


def register(prefix: str, title: Callable[[str], str]) -> None:
    """Lists named "prefix something" exist; `title("something")` names one for people, in the language of now."""
    _titles[prefix] = title


def title(list_name: str) -> str:
    prefix, _space, rest = list_name.partition(" ")
    return _titles[prefix](rest)


def who(recipient: Any) -> str:
    """A person whatever their address, else the address."""
    return recipient.strip().lower() if isinstance(recipient, str) else f"person {recipient.pk}"


def url(list_name: str, recipient: Any, language: str) -> str:
    token = signing.Signer(salt=SALT).sign_object([list_name, who(recipient)]).replace(":", "~")
    with override(language):
        return settings.SITE_URL + reverse("leave_list", args=[token])


def read(token: str) -> tuple[str, str] | None:
    """(list, who) of a link of ours; None for any other."""
    try:
        list_name, reader = signing.Signer(salt=SALT).unsign_object(token.replace("~", ":"))
    except (signing.BadSignature, ValueError):
        return None
    return (list_name, reader) if list_name.partition(" ")[0] in _titles else None


def headers(list_name: str, recipient: Any, language: str) -> dict[str, str]:
    address = url(list_name, recipient, language)
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def leave(list_name: str, reader: str) -> None:
    LeftList.objects.get_or_create(list_name=list_name, who=reader)


def come_back(list_name: str, reader: str) -> None:
    LeftList.objects.filter(list_name=list_name, who=reader).delete()


def has_left(list_name: str, reader: str) -> bool:
    return LeftList.objects.filter(list_name=list_name, who=reader).exists()


def wants(list_name: str, reader: str, *, since: datetime.datetime) -> bool:
    """Whoever left a list and said later, at `since`, that they want it is on it again."""
    LeftList.objects.filter(list_name=list_name, who=reader, at__lt=since).delete()
    return not has_left(list_name, reader)
