import pytest

from klaster.core.logs import strike_out, without_secrets


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("GET /lt/klasteriai/lazeriu-asociacija-2030/", "GET /lt/klasteriai/lazeriu-asociacija-2030/"),
        ("GET /lt/paieska/?q=jonas+jonaitis&page=2", "GET /lt/paieska/?***"),
        ("GET /lt/account/reset/key/2-cyzrhz-6f0ab4c1d2e3f4a5b6c7d8e9/", "GET /lt/account/reset/key/***/"),
        ("GET /lt/account/confirm/MQ:1tXabc:5fGhJkLmNoPqRsTuVwXyZ0123456789/", "GET /lt/account/confirm/***/"),
        ("GET /en/invitation/x9KfP2mQvT7wLzR4yB8nAa/", "GET /en/invitation/***/"),
        ("Not Found: /en/invitation/x9KfP2mQvT7wLzR4yB8nAa", "Not Found: /en/invitation/***"),
        ("GET /lt/renginiai/mano-registracija/7.AB2CD3EF4G~6f0ab4c1d.ics", "GET /lt/renginiai/mano-registracija/***"),
        ("GET /media/logos/a1b2c3.png", "GET /media/logos/a1b2c3.png"),
        ("connecting to postgresql://klaster:hunter2@db/klaster", "connecting to postgresql://klaster:***@db/klaster"),
        (
            'duplicate key\nDETAIL:  Key (email)=(ona@example.org) already exists.',
            "duplicate key\nDETAIL:  Key (email)=(***) already exists.",
        ),
        ("DETAIL:  Failing row contains (1, ona@example.org, null).", "DETAIL:  Failing row contains (***)."),
    ],
)  # fmt: skip
def test_what_is_secret_is_struck_out(text, written):
    assert without_secrets(text) == written


def test_fields_named_like_secrets_are_struck_out():
    line = {"event": "x", "password": "hunter2", "reset_token": "a", "Authorization": "b", "count": 3, "cookie": ""}
    assert strike_out(None, "", dict(line)) == line | {"password": "***", "reset_token": "***", "Authorization": "***"}
