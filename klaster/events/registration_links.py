"""Events one takes part in, in the side navigation of the workspace."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from klaster.directory.workspace import Desk, Group, Link


def links(desk: Desk) -> Iterator[Link]:
    yield Link(_("Events I take part in"), reverse("my_registrations"), "ticket", Group.ACTIVITY)
