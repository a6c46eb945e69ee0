"""Headers of every kind of answer, and log lines of a real production process."""

import datetime
import json
import os
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from klaster.start import BASE_DIR

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(
        get_user_model().objects.create_user("ona@example.org"), "django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200), ("/readyz", 503), ("/lt/", 200), ("/lt/nera/", 404), ("/media/logos/x.png", 404),
        ("/office/", 302),
    ],
)  # fmt: skip
def test_every_answer_is_guarded(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"] or path == "/office/"
    for header, value in {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }.items():
        assert response[header] == value
    assert "geolocation=()" in response["Permissions-Policy"]


def test_pages_of_people_are_kept_by_nobody(signed_in, client):
    for address in (reverse("account"), "/lt/"):
        assert signed_in.get(address)["Cache-Control"] == "private, no-store"
    client.logout()
    assert "no-store" not in client.get("/lt/").get("Cache-Control", "")


ONE_REQUEST = """
import django; django.setup()
from django.test import Client
proxy = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.1"}
client = Client(SERVER_NAME="klaster.example", **proxy)
client.get("/healthz", {"token": "hunter2", "q": "jonas"}, headers={"x-request-id": "r-17", "cookie": "a=hunter2"})
client.post("/media/logos/x9KfP2mQvT7wLzR4yB8nAa/x.png", {"password": "hunter2"}, headers={"authorization": "hunter2"})
"""


def test_production_logs_one_json_object_a_line_with_the_request_and_no_secret(production_environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {"DJANGO_SETTINGS_MODULE": "klaster.settings", "EMAIL_HOST_PASSWORD": "hunter2"}
    run = subprocess.run(
        [sys.executable, "-Wignore:No directory", "-c", ONE_REQUEST],
        cwd=BASE_DIR, env=kept | production_environment | settings, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout == ""
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    finished = [line for line in lines if line["event"] == "request_finished"]
    assert [(line["request"], line["code"]) for line in finished] == [
        ("GET /healthz?***", 200),
        ("POST /media/logos/***/x.png", 405),
    ]
    assert [len(line["request_id"]) for line in finished] == [36, 36], "a visitor does not choose it"
    assert finished[0]["request_id"] != finished[1]["request_id"]
    assert [line["ip"] for line in finished] == ["192.0.2.1", "192.0.2.1"], "as our proxy saw it"
    assert {"level", "logger", "timestamp"} <= set(finished[0])
    assert "hunter2" not in run.stderr
    assert "jonas" not in run.stderr
    assert production_environment["SECRET_KEY"] not in run.stderr


def test_who_finds_a_hole_knows_where_to_write(client, settings):
    settings.SITE_URL, settings.SECURITY_CONTACT = "https://klaster.example", "mailto:security@klaster.example"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@klaster.example"
    assert lines["Canonical"] == "https://klaster.example/.well-known/security.txt"
    assert lines["Preferred-Languages"] == "lt, en"
    days = (datetime.datetime.fromisoformat(lines["Expires"]) - timezone.now()).days
    assert 170 < days < 365, "RFC 9116 asks for less than a year"
