"""Nothing about people is stored without saying what for, how long, and what erasing does."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import privacy
from klaster.core.models import Letter


def test_every_link_to_a_person_is_in_the_register():
    missing = privacy.unregistered()
    assert missing == [], f"Say in the app's privacy.py what for, how long and what erasing does: {missing}"


def test_every_entry_says_why_and_how_long():
    for holding in privacy.holdings():
        assert str(holding.title).strip(), holding.name
        assert len(str(holding.purpose)) > 10, holding.name
        assert str(holding.kept).endswith("."), holding.name


@pytest.mark.django_db
def test_every_holding_finds_and_hands_out_its_rows():
    person = UserFactory()
    for holding in privacy.holdings():
        assert isinstance(list(holding.exported(person)), list), holding.name
    assert list(next(h for h in privacy.holdings() if h.name == "accounts.user").exported(person)) == [
        {
            "email": person.email,
            "name": person.name,
            "language": "en",
            "time_zone": "Europe/Vilnius",
            "chosen_channels": {},
            "groups": [],
            "date_joined": person.date_joined,
            "last_login": None,
        }
    ]


def test_the_register_says_how_long_letters_are_kept():
    with override("en"):
        kept = str(next(holding for holding in privacy.holdings() if holding.model is Letter).kept)
    assert f"{Letter.KEPT_DAYS_WITHOUT_ACCOUNT} days" in kept
    assert (Letter.KEPT_DAYS, "at most one year" in kept) == (365, True)


@pytest.mark.django_db
def test_the_public_page_shows_the_whole_register(client):
    page = client.get(reverse("what_we_keep")).content.decode()
    shown = page.partition("<tbody>")[2].count("<tr>")
    assert shown == len(privacy.kinds())
    assert {holding for kind in privacy.kinds() for holding in kind.holdings} == set(privacy.holdings())
