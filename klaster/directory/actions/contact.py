"""A visitor writes to a cluster."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop, override

from klaster.core import audit, languages, letters
from klaster.core.notify import notify
from klaster.directory import recipients
from klaster.directory.models import Cluster, ContactMessage, Opening
from klaster.directory.topics import CONTACT

if TYPE_CHECKING:
    from klaster.accounts.models import User


@transaction.atomic
def send_message(
    message: ContactMessage, *, by: User | None, once: uuid.UUID, cluster: Cluster, opening: Opening | None = None
) -> ContactMessage:
    """Keep a visitor's message and write to whoever reads the cluster's mail, or else to the network's office.

    A form that was sent twice sends one message: `once` is its number. Raises DoesNotExist for a cluster that was taken
    off the site or an opening that was closed since the form was opened.
    """
    Cluster.objects.select_for_update(of=("self",)).get(pk=cluster.pk)
    cluster = Cluster.objects.visible_to(by or AnonymousUser()).published().get(pk=cluster.pk)  # as it is now
    if sent := ContactMessage.objects.filter(once=once).first():
        return sent
    if opening is not None:
        opening = Opening.objects.open().filter(cluster=cluster).select_for_update(of=("self",)).get(pk=opening.pk)
    message.cluster, message.opening, message.once, message.sender = cluster, opening, once, by
    message.language = languages.current()
    message.full_clean()
    message.save()
    audit.record(gettext_noop("message sent"), message, by=by)
    to = recipients.of(cluster)
    for person in to.people:
        _tell(person, message, for_office=to.is_office)
    for address in to.addresses:
        known = [language for language in cluster.languages if language in languages.codes()]
        letters.write(
            CONTACT.code,
            to=address,
            about=message,
            language=next(iter(known), languages.codes()[0]),
            **_letter(message, for_office=to.is_office),
        )
    return message


def _tell(person: User, message: ContactMessage, *, for_office: bool) -> None:
    with override(person.language):
        url = reverse("cluster_messages", args=[message.cluster.slug])
    notify(
        person,
        CONTACT,
        subject=gettext_noop("A message to %(cluster)s from %(sender)s"),
        params={"cluster": message.cluster.name, "sender": message.name},
        about=message,
        url=url,
        mail=_letter(message, for_office=for_office),
    )


def _letter(message: ContactMessage, *, for_office: bool) -> dict[str, Any]:
    """The whole message; an answer goes straight to who wrote it."""
    return {
        "template": "directory/letters/contact",
        "context": {
            "cluster": message.cluster.name,
            "sender": message.name,
            "organisation": message.organisation,
            "opening": message.opening.title if message.opening else "",
            "body": letters.quoted(message.body),
            "for_office": for_office,
        },
        "reply_to": message.email,
    }
