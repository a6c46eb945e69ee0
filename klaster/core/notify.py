"""Telling a person something: in the site, by letter, or both, as the person has chosen for the topic.

    CONTACT = topics.register("directory.contact", _("Messages to my cluster"))

    notify(person, CONTACT, about=message,
           subject=gettext_noop("%(sender)s writes to %(cluster)s"), params={"sender": name, "cluster": cluster.name})

Words are marked with `gettext_noop` where they are written and translated when they are read.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import override

from klaster.core import letters, topics
from klaster.core.fields import Translated
from klaster.core.models import Notice, label_of
from klaster.core.topics import MAIL, SITE, Topic


class Reader(Protocol):
    """What a person brings: a language, an address, and perhaps `channels(topic) -> {"site", "mail"}`."""

    pk: int
    language: str
    email: str


def channels_of(person: Any, topic: Topic) -> frozenset[str]:
    """How the person wants to hear of the topic; a topic that is not optional always reaches the site."""
    chosen = frozenset(person.channels(topic)) if hasattr(person, "channels") else topic.channels
    return chosen if topic.optional else chosen | {SITE}


@transaction.atomic
def notify(
    person: Any,
    topic: Topic | str,
    *,
    subject: str,
    plural: str = "",
    body: str = "",
    params: Mapping[str, Any] | None = None,
    about: models.Model | None = None,
    url: str = "",
    key: str = "",
    mail: Mapping[str, Any] | None = None,
    by_mail: bool = True,
) -> Notice:
    """Tell a person once: the same topic about the same record (or the same `key`) is not told again.

    `subject`, `plural` and `body` are message ids with %(name)s for `params` (texts, numbers, texts in several
    languages); with `plural`, `params["count"]` chooses the form. `url` is a path of this site; without it
    `about.get_absolute_url()`, asked in the person's language. `mail` is what the letter says instead of the notice:
    `template`, `context` and perhaps `reply_to`, as `letters.write` takes them. Without `by_mail` there is no letter:
    the caller writes one of its own.
    """
    topic = topics.get(topic) if isinstance(topic, str) else topic
    wanted = channels_of(person, topic)
    with override(person.language):
        if not url and about is not None and hasattr(about, "get_absolute_url"):
            url = about.get_absolute_url()
        notice = Notice(
            person=person, topic=topic.code, key=key or (f"{label_of(about)} {about.pk}" if about else ""),
            subject_words=subject, subject_plural=plural, body_words=body, on_site=SITE in wanted,
            params={name: _storable(value) for name, value in (params or {}).items()},
            url=letters.own_url(url).removeprefix(settings.SITE_URL) if url else "",
        )  # fmt: skip
        said = [letters.Ready(text) for text in notice.words(letters.plain)]
    if not notice.key:
        raise ValueError("A notice needs `about` or `key`, so that it is told once.")
    kept, is_new = _kept(notice)
    if is_new and by_mail and MAIL in wanted:
        usual = {"subject": said[0], "body": said[1], "url": notice.url}
        letters.write(
            topic.code, to=person, about=kept, **mail or {"template": "core/letters/notice", "context": usual}
        )
    return kept


def _kept(notice: Notice) -> tuple[Notice, bool]:
    """The one that is told, and whether it is this one."""
    names = {field.name for field in Notice._meta.concrete_fields if not field.primary_key} - {"person", "topic", "key"}
    return Notice.objects.get_or_create(
        person=notice.person, topic=notice.topic, key=notice.key,
        defaults={name: getattr(notice, name) for name in names},
    )  # fmt: skip


def _storable(value: Any) -> Any:
    if isinstance(value, Translated):
        return dict(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str | int | float | Decimal | bool):
        return value
    raise TypeError(f"A notice keeps plain values, not {type(value).__name__}.")
