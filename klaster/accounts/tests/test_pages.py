"""Every page of accounts answers, in both languages, signed in and not."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db

PUBLIC = [
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_email_verification_sent", "account_inactive", "what_we_keep",
]  # fmt: skip
OWN = [
    "account", "notices", "channels", "usersessions_list", "my_data", "account_email", "account_change_password",
    "mfa_index", "mfa_list_webauthn", "account_reauthenticate", "account_logout",
]  # fmt: skip
OFFICE = ["people", "invitations", "invite_secretary"]


@pytest.mark.parametrize("language", ["lt", "en"])
@pytest.mark.parametrize("name", PUBLIC)
def test_visitor_reads(client, name, language):
    with override(language):
        response = client.get(reverse(name))
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.parametrize("language", ["lt", "en"])
@pytest.mark.parametrize("name", OWN)
def test_person_reads_own_pages_and_a_visitor_is_sent_to_sign_in(client, name, language):
    with override(language):
        url = reverse(name)
    if name != "account_logout":
        assert client.get(url).status_code == 302
    client.force_login(UserFactory())
    response = client.get(url)
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.content.decode()
