"""Invented people for trying the platform, one for each role. They exist in demo mode only."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import SECRETARIAT, User

DEMO_PASSWORD = "klasteris pušyno pakraštyje"  # noqa: S105  printed on the sign-in page of a demo, on purpose
# role: (address, name). What belongs to other apps (who acts for which organisation) is attached by their demo loaders.
DEMO_PEOPLE = {
    "member": ("narys@pavyzdys.test", "Demo Narys"),
    "coordinator": ("koordinatore@pavyzdys.test", "Demo Koordinatorė"),
    "other_coordinator": ("kitas.koordinatorius@pavyzdys.test", "Demo Kitas Koordinatorius"),
    "author": ("autore@pavyzdys.test", "Demo Autorė"),
    "secretariat": ("biuras@pavyzdys.test", "Demo Biuro Darbuotoja"),
    "superuser": ("administratorius@pavyzdys.test", "Demo Administratorius"),
}
ROLES = {
    "member": _("Member of an organisation"),
    "coordinator": _("Coordinator of a cluster"),
    "other_coordinator": _("Coordinator of another cluster"),
    "author": _("Author of news"),
    "secretariat": _("The office of the network"),
    "superuser": _("Administrator"),
}


@transaction.atomic
def create_demo_people() -> dict[str, User]:
    """Make or mend the people of DEMO_PEOPLE; returns them by role. Refuses outside demo mode and tests."""
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("Demo people have a printed password: they exist in demo mode only.")
    people = {}
    for role, (email, name) in DEMO_PEOPLE.items():
        person, _created = User.objects.get_or_create(email=email, defaults={"name": name})
        person.name, person.language = name, settings.LANGUAGE_CODE
        person.is_active, person.is_superuser, person.erased_at = True, role == "superuser", None
        if not person.check_password(DEMO_PASSWORD):
            person.set_password(DEMO_PASSWORD)
        person.save()
        person.groups.set(Group.objects.filter(name=SECRETARIAT) if role == "secretariat" else [])
        EmailAddress.objects.update_or_create(user=person, email=email, defaults={"verified": True, "primary": True})
        people[role] = person
    return people
