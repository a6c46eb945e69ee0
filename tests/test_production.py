"""Half-configured does not start; fully configured has nothing to complain of. Each case is a real process."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.db import connection

from klaster.core import health
from klaster.start import BASE_DIR

REQUIRED = ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DATABASE_URL", "EMAIL_HOST", "DEFAULT_FROM_EMAIL", "MEDIA_ROOT"]

pytestmark = pytest.mark.slow


def manage(environment, *arguments):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR, env=kept | environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def one_sentence(run):
    assert run.returncode == 1
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    return line


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("name", REQUIRED)
def test_each_missing_setting_is_one_sentence(production_environment, name, empty):
    if empty:
        production_environment[name] = ""
    else:
        del production_environment[name]
    line = one_sentence(manage(production_environment, "check"))
    assert line.startswith(f"Klaster does not start half-configured. Set {name} (")
    assert line.endswith("see docs/operate.md.")


def test_all_that_is_missing_is_named_at_once():
    line = one_sentence(manage({}, "check"))
    assert [name for name in REQUIRED if f"{name} (" in line] == REQUIRED


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 50 characters"),
        ("KLASTER_MODE", "prod", "KLASTER_MODE must be production, demo or test, not 'prod'."),
        ("SITE_URL", "http://klaster.example", "SITE_URL must begin with https://"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts of this site"),
        ("DATABASE_URL", "sqlite:///x.db", "DATABASE_URL must name a PostgreSQL server"),
        ("EMAIL_PORT", "smtp", "EMAIL_PORT must be a number"),
        ("TRUSTED_PROXY_COUNT", "one", "TRUSTED_PROXY_COUNT must be a number"),
        ("OUTBOUND_REFUSED_NETWORKS", "here", "OUTBOUND_REFUSED_NETWORKS: 'here' does not appear to be an IPv4"),
        ("KLASTER_LANGUAGES", "lt,xx", "KLASTER_LANGUAGES: Django knows no language 'xx'"),
        ("KLASTER_TIME_ZONE", "Europe/Vilniu", "KLASTER_TIME_ZONE: there is no time zone 'Europe/Vilniu'"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_one_sentence(production_environment, name, value, said):
    assert one_sentence(manage(production_environment | {name: value}, "check")).startswith(said)


def warnings(environment, *arguments):
    run = manage(environment, "check", "--deploy", *arguments)
    assert run.returncode == 0, run.stderr
    return [line.split(")")[0].removeprefix("?: (") for line in run.stderr.splitlines() if line.startswith("?: (")]


def of_this_machine():
    return ["klaster.W002"] if health.drops_connections() else []


def test_a_full_configuration_has_nothing_to_complain_of(production_environment):
    assert warnings(production_environment) == of_this_machine()
    assert warnings(production_environment | {"TRUSTED_PROXY_COUNT": "0"}) == [*of_this_machine(), "klaster.W003"]


@pytest.mark.django_db
def test_the_owner_of_the_tables_is_warned_and_the_role_of_the_site_is_not(production_environment):
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    owner = production_environment | {"DATABASE_URL": url.geturl()}
    assert warnings(owner, "--database", "default") == ["klaster.W001", *of_this_machine()]
    if os.environ.get("KLASTER_EMBEDDED"):
        site = owner | {"DATABASE_URL": url._replace(netloc="klaster@").geturl()}
        assert warnings(site, "--database", "default") == of_this_machine()


def test_production_never_shows_its_insides(production_environment):
    code = "from django.conf import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    run = manage(production_environment | {"DEBUG": "1"}, "shell", "-v0", "-c", code)
    assert run.stdout.split() == ["False", "True", "True"], run.stderr


def test_the_site_does_not_start_without_its_styles(production_environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-c", "import klaster.wsgi"],
        cwd=BASE_DIR, env=kept | production_environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].endswith(
        "The styles are not there: run `manage.py collectstatic`, see docs/operate.md."
    )
