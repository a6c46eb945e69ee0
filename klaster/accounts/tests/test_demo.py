"""People for trying: in demo mode with their password on the sign-in page, nowhere else."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.demo import DEMO_PASSWORD, DEMO_PEOPLE, create_demo_people
from klaster.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.mark.parametrize("role", DEMO_PEOPLE)
def test_one_click_signs_in(client, settings, role):
    settings.DEMO, settings.SECRETARIAT_NEEDS_SECOND_FACTOR = True, False
    people = create_demo_people()
    page = client.get(reverse("account_login")).content.decode()
    assert DEMO_PASSWORD in page
    email, name = DEMO_PEOPLE[role]
    assert f'<input type="hidden" name="login" value="{email}">' in page
    client.post(reverse("account_login"), {"login": email, "password": DEMO_PASSWORD})
    assert client.get(reverse("account")).context["user"] == people[role]
    assert people[role].name == name


def test_outside_the_demo_nothing_is_printed(client):
    create_demo_people()
    page = client.get(reverse("account_login")).content.decode()
    assert DEMO_PASSWORD not in page
    assert "pavyzdys.test" not in page


def test_outside_the_demo_nobody_is_made(settings):
    settings.DEMO = settings.TESTING = False
    with pytest.raises(ImproperlyConfigured):
        create_demo_people()
    assert not User.objects.exists()


def test_making_them_again_mends_them():
    first = create_demo_people()
    User.objects.filter(pk=first["member"].pk).update(is_superuser=True, name="Kitas", is_active=False)
    again = create_demo_people()
    assert {role: person.pk for role, person in first.items()} == {role: person.pk for role, person in again.items()}
    assert (again["member"].is_superuser, again["member"].name, again["member"].is_active) == (
        False, "Demo Narys", True,
    )  # fmt: skip
    roles = {role: (person.is_secretariat, person.is_superuser) for role, person in again.items()}
    assert roles["secretariat"] == (True, False)
    assert roles["superuser"] == (True, True)
    assert roles["coordinator"] == roles["member"] == (False, False)
