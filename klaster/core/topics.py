"""What people can be told about. Each app registers its topics; a person chooses the channels of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

SITE, MAIL = "site", "mail"
CHANNELS = frozenset({SITE, MAIL})


@dataclass(frozen=True)
class Topic:
    """`channels` is what a person gets who chose nothing; `optional` says whether mail about it may be turned off."""

    code: str
    name: str | Promise
    channels: frozenset[str] = CHANNELS
    optional: bool = True


_topics: dict[str, Topic] = {}


def register(code: str, name: str | Promise, *, channels: frozenset[str] = CHANNELS, optional: bool = True) -> Topic:
    """Make a topic known: `CONTACT = topics.register("directory.contact", _("Messages to my cluster"))`."""
    topic = Topic(code, name, frozenset(channels), optional)
    if _topics.setdefault(code, topic) != topic:
        raise ValueError(f"There is already another topic {code!r}.")
    return topic


def get(code: str) -> Topic:
    """Raises KeyError for what nobody registered."""
    return _topics[code]


def every() -> list[Topic]:
    return sorted(_topics.values(), key=lambda topic: topic.code)
