"""The permission matrix, walked: each row of tests/permission_matrix.py is asked as each of the six people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from klaster.accounts.factories import UserFactory
from klaster.directory import factories as f
from klaster.events import factories as e
from tests.matrix_rows import Row
from tests.permission_matrix import FAMILIES, MATRIX, PAGES

ROLES = ("visitor", "member", "coordinator", "other_coordinator", "secretariat", "superuser")
pytestmark = pytest.mark.django_db
World = SimpleNamespace


def addresses(resolver: URLResolver | None = None, prefix: str = "", namespace: str = "") -> Iterator[tuple]:
    """(route, namespaced name, view) of every address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}" if pattern.name else None
            yield route, name, pattern.callback
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, route, inner)


def is_family(route: str) -> bool:
    return any(part in route for part in FAMILIES)


@pytest.fixture
def world(settings) -> World:
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False  # that door has tests of its own
    cluster = f.ClusterFactory(slug="savas")
    membership = f.ClusterMembershipFactory(cluster=cluster)
    other = f.ClusterFactory(slug="kitas")
    organisation = membership.organisation
    event = e.EventFactory(slug="renginys", cluster=cluster)
    coordinator = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    return World(
        imported=f.ImportFactory(cluster=cluster, by=coordinator),
        cluster=cluster,
        event=event,
        series=e.SeriesFactory(slug="ciklas"),
        registration=e.RegistrationFactory(event=event),
        change=f.ProposedValueFactory(request__cluster=cluster, request__author=coordinator).request,
        membership=membership,
        organisation=organisation,
        other=other,
        opening=f.OpeningFactory(cluster=cluster),
        achievement=f.AchievementFactory(cluster=cluster),
        network=f.NetworkFactory(slug="tinklas"),
        programme=f.ProgrammeFactory(slug="programa"),
        sector=cluster.main_sector,
        colleague=f.AffiliationFactory(organisation=cluster.coordinator),
        join_request=f.JoinRequestFactory(cluster=cluster),
        message=f.ContactMessageFactory(cluster=cluster),
        people={
            "visitor": None,
            "member": f.AffiliationFactory(organisation=organisation).person,
            "coordinator": coordinator,
            "other_coordinator": f.AffiliationFactory(organisation=other.coordinator, manager=True).person,
            "secretariat": UserFactory(secretariat=True),
            "superuser": UserFactory(superuser=True),
        },
    )


def answer(client: Client, method: str, address: str) -> str:
    response = getattr(client, method)(address)
    signs_in = resolve_url("account_login")
    if response.status_code == 302 and response["Location"].split("?")[0].endswith(signs_in[3:]):
        return "login"
    return str(response.status_code)


def agrees(expected: str, got: str) -> bool:
    return got in {"200", "201", "204", "302", "400", "422"} if expected == "ok" else got == expected


def walk(world: World, name: str, row: Row, method: str, expected: str) -> None:
    with translation.override("en"):
        address = reverse(name, args=row.args(world)) + row.query
    got = {}
    for role in ROLES:
        client = Client()
        if person := world.people[role]:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        got[role] = answer(client, method, address)
    wanted = dict(zip(ROLES, expected.split(), strict=True))
    assert {role: wanted[role] if agrees(wanted[role], got[role]) else got[role] for role in ROLES} == wanted


@pytest.mark.parametrize("name", MATRIX)
def test_get(name: str, world: World) -> None:
    walk(world, name, MATRIX[name], "get", MATRIX[name].get)


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.post])
def test_post(name: str, world: World) -> None:
    walk(world, name, MATRIX[name], "post", str(MATRIX[name].post))


def test_every_address_is_in_the_matrix() -> None:
    known = {name for route, name, _view in addresses() if name and not is_family(route)} - {PAGES}
    assert known - set(MATRIX) == set(), "add these to tests/permission_matrix.py"
    assert set(MATRIX) - known == set(), "these rows have no address any more"
    unnamed = {route for route, name, _view in addresses() if not name and not is_family(route)}
    assert unnamed == set()


def test_views_open_to_visitors_are_those_the_matrix_says() -> None:
    """`@login_not_required` and the matrix agree, both ways."""
    opened = {
        name
        for route, name, view in addresses()
        if name in MATRIX and not getattr(view, "login_required", True)
    }  # fmt: skip
    said = {name for name, row in MATRIX.items() if row.opens_to_visitors}
    assert opened == said


OFFICE_ADDRESSES = sorted({(route, name) for route, name, _view in addresses() if name and "office/" in route})


@pytest.mark.parametrize("role", ["visitor", "member", "coordinator"])
def test_no_office_address_opens_to_others(role: str, world: World) -> None:
    """Every address below /office/, with made-up arguments where it takes some."""
    client = Client()
    if person := world.people[role]:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    opened = []
    for route, name in OFFICE_ADDRESSES:
        address = filled(route)
        response = client.get(address)
        if response.status_code == 200 and name not in HARMLESS:
            opened.append((address, name))
    assert opened == []


# Addresses of the office that say nothing: translations of the editor's own words.
HARMLESS = {"wagtailadmin_javascript_catalog", "wagtailadmin_sprite", "wagtailadmin_logout"}


def filled(route: str) -> str:
    """An address of this route with made-up arguments."""

    address = re.sub(r"\(\?P<\w+>[^()]*(\([^()]*\))?[^()]*\)", "1", route)
    address = re.sub(r"<(?:(\w+):)?\w+>", lambda m: MADE_UP.get(m[1] or "str", "x"), address)
    address = re.sub(r"\(\?:[^()]*\)\??|\([^()]*\)", "1", address)
    return "/" + address.replace("^", "").replace("$", "").replace("\\", "").replace("?", "")


MADE_UP = {"int": "1", "str": "x", "slug": "x", "path": "x", "uuid": "6f0a3f0e-4a8b-4f2e-9a49-0a8f0d2d6a11"}
