"""What people and commands do to the directory: each verb one transaction, checked again under its lock, recorded."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.urls import reverse
from django.utils.translation import gettext_noop, override

from klaster.core import audit, languages, letters
from klaster.core.notify import notify
from klaster.directory import loading, network_file, recipients, reference
from klaster.directory.models import Cluster, ContactMessage, Opening
from klaster.directory.topics import CONTACT

if TYPE_CHECKING:
    from klaster.accounts.models import User


LOADING = 41_870_223  # the key of the lock that lets one network file be loaded at a time


def load_network(file: Path, *, by: models.Model | None = None) -> loading.Report:
    """Load a network file (docs/network-file.md); what people changed on the site since stays.

    Everything is checked before the first row is written, and all of it is written or nothing. Raises
    network_file.NetworkFileError with every problem and its line; OSError if the file cannot be read.
    """
    said = network_file.read_file(file)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOADING])
        if not reference.is_complete():
            reference.load()
        return loading.load(said, by=by or "load_network")


@transaction.atomic
def send_message(
    message: ContactMessage, *, by: User | None, once: uuid.UUID, cluster: Cluster, opening: Opening | None = None
) -> ContactMessage:
    """Keep a visitor's message and write to whoever reads the cluster's mail, or else to the network's office.

    A form that was sent twice sends one message: `once` is its number.
    """
    Cluster.objects.select_for_update(of=("self",)).get(pk=cluster.pk)
    if sent := ContactMessage.objects.filter(once=once).first():
        return sent
    message.cluster, message.opening, message.once, message.sender = cluster, opening, once, by
    message.language = languages.current()
    message.full_clean()
    message.save()
    audit.record("message sent", message, by=by)
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
