from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.test import RequestFactory
from django.utils.translation import override
from structlog.contextvars import bound_contextvars

from klaster.core import audit
from klaster.core.devdb import APP_ROLE
from klaster.core.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
CHANGES = [
    "update core_auditevent set action = 'nothing happened'",
    "delete from core_auditevent",
    "truncate core_auditevent",
]


@pytest.fixture
def person():
    return get_user_model().objects.create_user("ona@example.org", name="Ona Onaitė", language="lt")


@pytest.fixture
def group():
    return Group.objects.create(name="Darbo grupė")


def test_an_act_is_found_by_its_row_with_what_changed(person, group):
    other = Group.objects.create(name="Kita")
    before = audit.snapshot(group)
    group.name = "Nauja grupė"
    group.save()
    with bound_contextvars(request_id="r-17"):
        audit.record("renamed", group, by=person, before=before, note="asked by letter")
    audit.record("created", other, by="load_network")

    (event,) = AuditEvent.objects.of(group)
    assert (event.action, event.actor, event.on_behalf_of, event.program) == ("renamed", person, None, "")
    assert (event.before, event.after) == ({"name": "Darbo grupė"}, {"name": "Nauja grupė"})
    assert (event.object_type, event.object_pk, event.object_text) == ("auth.group", str(group.pk), "Nauja grupė")
    assert (event.request_id, event.note) == ("r-17", "asked by letter")
    assert event.who == "Ona Onaitė"
    (event,) = AuditEvent.objects.of(other)
    assert event.who == "load_network"
    assert list(AuditEvent.objects.by(person).of(other)) == []


def test_what_did_not_change_is_not_kept(group, person):
    event = audit.record("looked", group, by=person, before=audit.snapshot(group))
    assert (event.before, event.after) == ({}, {})


def test_hidden_values_are_known_to_have_changed_and_not_shown(person):
    person.set_password("pirmas slaptažodis")
    before = audit.snapshot(person)
    person.set_password("antras slaptažodis")
    person.language = "en"
    event = audit.record("changed", person, by=person, before=before)
    event.refresh_from_db()
    assert event.before == {"password": "(hidden)", "language": "lt"}
    assert event.after == {"password": "(hidden)", "language": "en"}


def test_view_as_keeps_both_people(person, group):
    secretary = get_user_model().objects.create_user("rasa@example.org", name="Rasa")
    request = RequestFactory().post("/")
    request.actor, request.user = secretary, person

    def view(_request):
        return audit.record("joined", group, by=person)

    event = audit.AuditMiddleware(view)(request)
    assert (event.actor, event.on_behalf_of) == (secretary, person)
    with override("en"):
        assert event.who == "Rasa, seeing as Ona Onaitė"
    assert view(request).on_behalf_of is None, "outside the request nobody looks through anybody's eyes"


def test_erasing_a_person_rewrites_no_row_and_leaves_no_name(person, group):
    audit.record("joined", group, by=person)
    raw = "select to_jsonb(e)::text from core_auditevent e"
    with connection.cursor() as cursor:
        cursor.execute(raw)
        before = cursor.fetchall()
        person.delete()
        cursor.execute(raw)
        assert cursor.fetchall() == before
    assert "Onaitė" not in before[0][0]
    assert "ona@" not in before[0][0]
    with override("en"):
        assert AuditEvent.objects.get().who == "erased person"
        assert AuditEvent.objects.with_people().get().who == "erased person"


def test_a_page_of_records_takes_as_many_queries_as_one(person, group, django_assert_num_queries):
    for count in (1, 3):
        for _turn in range(count):
            audit.record("joined", group, by=person)
        with django_assert_num_queries(2):
            assert {event.who for event in AuditEvent.objects.with_people()} == {"Ona Onaitė"}


@pytest.mark.parametrize("statement", CHANGES)
def test_not_even_the_owner_changes_a_record(person, group, statement):
    event = audit.record("joined", group, by=person)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(AuditEvent.objects.all()) == [event]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_role_of_the_site_may_add_and_no_more(person, group, statement):
    call_command("grant_app_role", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute(f"set local role {APP_ROLE}")
        event = audit.record("joined", group, by=person)
        assert AuditEvent.objects.get() == event
        with pytest.raises(ProgrammingError, match="permission denied for table core_auditevent"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("reset role")


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("update auth_group set name = name", True),
        ("delete from auth_group where name = ''", True),
        ("insert into cache values ('a', 'b', now())", True),
        ("create table mine (id int)", False),
        ("alter table auth_group add column x int", False),
        ("truncate auth_group cascade", False),
        ("drop table auth_group cascade", False),
        ("alter table core_auditevent disable trigger all", False),
        ("update django_migrations set name = 'x'", False),
    ],
)
def test_the_role_of_the_site_has_rows_but_no_tables(group, statement, allowed):
    call_command("grant_app_role", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute(f"set local role {APP_ROLE}")
        if allowed:
            cursor.execute(statement)
        else:
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("reset role")


def test_every_ledger_has_its_triggers():
    from klaster.core.management.commands.grant_app_role import ledgers  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct tgrelid::regclass::text from pg_trigger "
            "where tgname = 'written_once' and tgenabled = 'O' order by 1"
        )
        assert [row[0] for row in cursor.fetchall()] == ledgers()
