"""An import as its sender walks through it, and what others get."""

import asyncio
import datetime
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import python_calamine
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import jobs as queue
from klaster.core import tables
from klaster.core.privacy import erase
from klaster.core.tests.visits import url
from klaster.directory import actions, exports, jobs
from klaster.directory import factories as f
from klaster.directory.factories import both
from klaster.directory.imports import blanks, fields, rows, writing
from klaster.directory.models import ClusterMembership, Import, ImportFile, ImportRow, Organisation

FILES = Path(__file__).parents[2] / "core" / "tests" / "tables"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "one_factor")]


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"))


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


@pytest.fixture
def sender(client, coordinator):
    client.force_login(coordinator)
    return client


def send(client, data, *, name="members.csv", address=None):
    file = SimpleUploadedFile(name, data if isinstance(data, bytes) else "\n".join(data).encode())
    return client.post(address or url("import_members", "saules"), {"file": file})


def name_columns(client, import_, **more):
    page = client.get(url("import_columns", import_.pk))
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return client.post(url("import_columns", import_.pk), values | more)


def test_a_table_is_led_from_file_to_report_and_back(sender, cluster):
    near = f.OrganisationFactory(name=both("UAB „Ąžuolynas“", "Oak"))
    data = ["Pavadinimas;Įmonės kodas;Narys nuo;El. paštas", "UAB Nauja;301234567;2020-01-01;a@b.test",
            "UAB Azuolinas;;;", "UAB Bloga;1;;"]  # fmt: skip
    import_ = Import.objects.get() if send(sender, data).status_code == 302 else None
    page = sender.get(url("import_columns", import_.pk)).content.decode()
    assert "about people: not taken over" in page
    assert "a@b.test" not in page
    assert name_columns(sender, import_).url == url("import_check", import_.pk)
    check = sender.get(url("import_check", import_.pk))
    assert {name: check.context["counts"][name] for name in ("new", "open", "errors")} == {
        "new": 1, "open": 1, "errors": 1,
    }  # fmt: skip
    text = " ".join(check.content.decode().split())
    assert "Column B, “Įmonės kodas”:</strong> A Lithuanian legal-entity code has nine digits." in text
    assert len(sender.get(url("import_check", import_.pk, query="?show=problems")).context["rows"]) == 1
    assert len(sender.get(url("import_check", import_.pk, query="?show=duplicates")).context["rows"]) == 1
    refused = sender.post(url("import_check", import_.pk), {"do": "confirm"})
    assert (refused.status_code, refused.context["problem"]) == (422, "Rows that wait for your choice: 1.")
    row = import_.rows.get(line=3)
    answer = {f"row-{row.pk}": f"same-{near.pk}", "do": "confirm", "without_errors": "1"}
    assert sender.post(url("import_check", import_.pk), answer).url == url("import_detail", import_.pk)
    assert "The rows are being written" in sender.get(url("import_detail", import_.pk)).content.decode()
    assert ClusterMembership.objects.count() == 0
    writing.write(import_.pk)
    report = sender.get(url("import_detail", import_.pk))
    assert report.context["figures"] == [("created", 1), ("changed", 1), ("left out", 1)]
    assert url("organisation_detail", "uab-nauja") in report.content.decode()
    assert sender.post(url("import_undo", import_.pk)).url == url("import_detail", import_.pk)
    jobs.undo_import(import_.pk)
    after = sender.get(url("import_detail", import_.pk))
    assert ("taken back", 2) in after.context["figures"]
    assert (ClusterMembership.objects.count(), Organisation.objects.filter(slug="uab-nauja").count()) == (0, 0)


def test_each_step_stands_in_the_workspace_of_its_cluster(sender, cluster, coordinator):
    import_ = f.ImportFactory(cluster=cluster, by=coordinator, state="mapping")
    steps = (("mapping", "import_columns"), ("checked", "import_check"), ("done", "import_detail"))
    for state, page in steps:
        finished = import_.created_at if state == "done" else None
        Import.objects.filter(pk=import_.pk).update(state=state, finished_at=finished)
        text = sender.get(url(page, import_.pk)).content.decode()
        side = text.split('<div class="side">')[1].split("</nav>")[0]
        assert str(cluster.name) in side
        assert 'aria-current="page"' in side.split("Imports")[0].rsplit("<li>", 1)[1]
        assert '<nav class="crumbs"' in text


@pytest.mark.parametrize("file", sorted(FILES.glob("[0-9]*")), ids=lambda file: file.name)
@pytest.mark.parametrize("language", ["en", "lt"])
def test_every_file_of_the_collection_goes_on_or_gets_a_sentence(client, coordinator, cluster, file, language):
    client.force_login(coordinator)
    with override(language):
        address = reverse("import_members", args=["saules"])
    answer = send(client, file.read_bytes(), name=file.name, address=address)
    if answer.status_code == 302:
        assert Import.objects.get().rows.exists()
        assert client.get(answer.url).status_code == 200
    else:
        assert answer.status_code == 422
        assert len(answer.context["form"].errors["file"]) == 1
        assert (Import.objects.count(), ImportRow.objects.count(), ImportFile.objects.count()) == (0, 0, 0)


def test_a_page_waits_for_the_job_and_leads_on_when_it_is_done(sender, cluster, coordinator):
    import_ = f.ImportFactory(cluster=cluster, by=coordinator, state="checking", total=1000, done=250)
    page = sender.get(url("import_detail", import_.pk))
    assert page.context["percent"] == 25
    assert 'hx-trigger="every 1s"' in page.content.decode()
    Import.objects.update(state="checked")
    answer = sender.get(url("import_detail", import_.pk), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == url("import_check", import_.pk)
    assert sender.get(url("import_detail", import_.pk)).url == url("import_check", import_.pk)


def test_big_tables_are_checked_by_a_job(sender, cluster, monkeypatch):
    monkeypatch.setattr(actions.imports, "AT_ONCE", 2)
    send(sender, ["Name", "UAB A1", "UAB B2", "UAB C3"])
    import_ = Import.objects.get()
    assert name_columns(sender, import_).url == url("import_detail", import_.pk)
    jobs.check_import(import_.pk)
    import_.refresh_from_db()
    assert (import_.state, import_.rows.filter(decision="new").count()) == ("checked", 3)


def test_a_file_read_wrongly_is_read_again(sender, cluster):
    send(sender, "Pavadinimas;Kodas\nUAB Żółw;301234567\n".encode("cp1250"))
    import_ = Import.objects.get()
    assert import_.rows.get().cells[0] == "UAB Żółw".encode("cp1250").decode("cp1257")
    assert sender.post(url("import_read", import_.pk), {"encoding": "cp1250", "header_line": "1"}).status_code == 302
    assert import_.rows.get().cells[0] == "UAB Żółw"
    wrong = sender.post(url("import_read", import_.pk), {"header_line": "7"})
    assert (wrong.status_code, wrong.context["read_form"].non_field_errors()) == (422, ["There is nothing in line 7."])
    assert import_.rows.get().cells[0] == "UAB Żółw", "what was read before stays"


def test_one_column_is_the_name_and_no_field_stands_twice(sender, cluster):
    send(sender, (FILES / "09_duplicate_headers.csv").read_bytes())
    import_ = Import.objects.get()
    assert import_.fields() == {0: "name", 2: "legal_code"}
    missing = name_columns(sender, import_, **{"column-0": ""})
    words = "Say in which column the names of the organisations stand."
    assert missing.context["form"].non_field_errors() == [words]
    twice = name_columns(sender, import_, **{"column-1": "name"})
    assert twice.context["form"].non_field_errors() == ["Two columns are “name”: choose one."]


def test_the_same_file_again_is_said(sender, cluster, coordinator):
    data = ["Name", "UAB Viena"]
    send(sender, data)
    first = Import.objects.get()
    name_columns(sender, first)
    sender.post(url("import_check", first.pk), {"do": "confirm"})
    writing.write(first.pk)
    send(sender, data)
    second = Import.objects.exclude(pk=first.pk).get()
    assert "You imported this very file on" in sender.get(url("import_columns", second.pk)).content.decode()


@pytest.mark.parametrize("choice", ["row-x", "new-5", "new-x", "same", "delete", "same-0x1", f"same-{10**20}"])
def test_made_up_choices_are_refused(sender, cluster, choice):
    send(sender, ["Name", "UAB Viena"])
    import_ = Import.objects.get()
    name_columns(sender, import_)
    answer = sender.post(url("import_check", import_.pk), {f"row-{import_.rows.get().pk}": choice})
    assert answer.status_code == 422


def test_rows_of_another_import_cannot_be_decided(sender, cluster):
    other = f.ImportFactory(cluster=cluster, state="checked")
    send(sender, ["Name", "UAB Viena"])
    import_ = Import.objects.exclude(pk=other.pk).get()
    name_columns(sender, import_)
    sender.post(url("import_check", import_.pk), {f"row-{other.rows.get().pk}": "skip"})
    assert other.rows.get().decision == ""


def test_lists_have_the_same_number_of_queries_with_one_row_and_with_three(sender, cluster):
    f.OrganisationFactory(name=both("UAB Beržas", ""))
    asked = []
    for count in (1, 3):
        Import.objects.all().delete()
        send(sender, ["Name", *(f"UAB Beržas {number}" for number in range(count))])
        import_ = Import.objects.get()
        name_columns(sender, import_)
        sender.get(url("import_check", import_.pk))
        with CaptureQueriesContext(connection) as queries:
            page = sender.get(url("import_check", import_.pk))
        assert [len(one["candidates"]) for one in page.context["rows"]] == [1] * count
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_office_imports_organisations_and_a_coordinator_may_not(client, coordinator, cluster):
    secretary = UserFactory(secretariat=True)
    client.force_login(secretary)
    answer = send(client, ["Name;Code", "UAB Viena;301234567"], address=url("import_organisations"))
    import_ = Import.objects.get()
    assert (answer.status_code, import_.what, import_.cluster) == (302, "organisations", None)
    assert url("import_organisations") in client.get(url("import_list")).content.decode()
    client.force_login(coordinator)
    assert client.get(url("import_organisations")).status_code == 403
    assert client.get(url("import_check", import_.pk)).status_code == 404


@pytest.mark.parametrize("what", Import.What.values)
@pytest.mark.parametrize("language", ["lt", "en"])
def test_the_empty_table_comes_back_as_it_says(sender, cluster, what, language):
    f.RegionFactory()
    with override(language):
        assert [fields.guess(heading) for heading in blanks.headings(what)] == blanks.columns(what)
        answer = sender.get(reverse("import_blank", args=[what, "xlsx"]))
    sheet = python_calamine.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)
    heads, example = sheet.to_python()
    assert len(heads) == len(blanks.columns(what))
    assert ("išgalvot" in example[0]) if language == "lt" else ("invented" in example[0])


@pytest.mark.parametrize("language", ["lt", "en"])
def test_members_taken_away_come_back_without_a_change(coordinator, cluster, language):
    f.ClusterMembershipFactory(cluster=cluster, joined="2019-05-01", committed_by="agreement", kind="associated")
    f.ClusterMembershipFactory(cluster=cluster, organisation__legal_code="301234567", organisation__kind="research")
    f.ClusterMembershipFactory(cluster=cluster, organisation__name={"lt": "=1+1"}, organisation__country="LV")
    back = f.ClusterMembershipFactory(cluster=cluster, joined="2010-01-01", left="2015-01-01")
    f.ClusterMembershipFactory(cluster=cluster, organisation=back.organisation, joined="2020-01-01")
    before = list(cluster.memberships.order_by("pk").values())
    with override(language):
        table = tables.Table("x", exports.member_columns(), exports.members(cluster.memberships.order_by("pk")))
        data = "".join(tables.lines(table)).encode()
        import_ = actions.start_import(data, name="x.csv", by=coordinator, cluster=cluster)
        assert set(import_.fields().values()) == {
            "name", "legal_code", "country", "kind", "membership_kind", "committed_by", "joined", "left",
        }  # fmt: skip
        values = {"existing": "overwrite"}
        import_ = actions.name_columns(import_, by=coordinator, mapping=import_.fields(), values=values)
    assert [row.problems for row in import_.rows.order_by("line")] == [[]] * 5
    actions.confirm_import(import_, by=coordinator)
    writing.write(import_.pk)
    import_.refresh_from_db()
    assert import_.counts == {"unchanged": 5, "skipped": 0}
    assert list(cluster.memberships.order_by("pk").values()) == before


def test_past_memberships_come_in_beside_those_of_today(coordinator, cluster):
    one = f.ClusterMembershipFactory(cluster=cluster, joined="2020-01-01", organisation__name={"lt": "UAB Grįžo"})
    data = "Name;Since;Until\nUAB Grįžo;2010-01-01;2015-01-01\nUAB Grįžo;2019-01-01;2021-01-01".encode()
    import_ = actions.start_import(data, name="x.csv", by=coordinator, cluster=cluster)
    import_ = actions.name_columns(import_, by=coordinator, mapping=import_.fields(), values={})
    first, second = import_.rows.order_by("line")
    assert (first.decision, second.has_error) == ("same", True)
    actions.confirm_import(import_, by=coordinator, without_errors=True)
    writing.write(import_.pk)
    days = cluster.memberships.filter(organisation=one.organisation).values_list("joined", "left")
    assert sorted(days, key=str) == [
        (datetime.date(2010, 1, 1), datetime.date(2015, 1, 1)), (datetime.date(2020, 1, 1), None),
    ]  # fmt: skip


# --- how long it is kept ----------------------------------------------------------------------------------------------
def test_files_and_rows_are_forgotten_after_thirty_days(coordinator, cluster):
    done = f.ImportFactory(by=coordinator, cluster=cluster, state="done", counts={"created": 1})
    open_one = f.ImportFactory(by=coordinator, cluster=cluster, state="checked")
    with time_machine.travel(timezone.now() + datetime.timedelta(days=29, hours=23), tick=False):
        assert jobs.forget_imports(0) == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(days=30, hours=1), tick=False):
        assert jobs.forget_imports(0) == 2
    assert list(Import.objects.all()) == [done], "what was never written is forgotten altogether"
    assert (ImportFile.objects.count(), ImportRow.objects.count()) == (0, 0)
    assert not Import.objects.filter(pk=open_one.pk).exists()


def test_erasing_a_person_erases_the_files(coordinator, cluster):
    f.ImportFactory(by=coordinator, cluster=cluster)
    erase(coordinator)
    assert (Import.objects.count(), ImportFile.objects.count(), ImportRow.objects.count()) == (0, 0, 0)


# --- a worker that dies -----------------------------------------------------------------------------------------------
DIE = """
import os, sys
import django
django.setup()
from django.db import connection
from klaster.directory.imports import writing
connection.settings_dict["NAME"] = sys.argv[1]
left = [int(sys.argv[3])]
def count(execute, sql, params, many, context):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), 9)
    return execute(sql, params, many, context)
with connection.execute_wrapper(count):
    writing.write(int(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_any_moment_leaves_nothing_half_and_nothing_twice(coordinator, cluster):
    """A real process, killed at its statement n; the job that is taken back then writes everything once."""
    data = "Name;Code\n" + "\n".join(f"UAB Firma {n};30{n:07}" for n in range(20))
    import_ = actions.start_import(data.encode(), name="x.csv", by=coordinator, cluster=cluster)
    actions.confirm_import(
        actions.name_columns(import_, by=coordinator, mapping=import_.fields(), values={}), by=coordinator
    )
    for statement in (4, 12, 18, 25, 32):
        arguments = [connection.settings_dict["NAME"], str(import_.pk), str(statement)]
        run = subprocess.run([sys.executable, "-c", DIE, *arguments], env={**os.environ}, timeout=120, check=False)
        assert run.returncode == -9, f"it was to be killed at statement {statement}"
        assert (Import.objects.get().state, cluster.memberships.count()) == ("writing", 0)
        assert Organisation.objects.filter(legal_code__startswith="30").count() == 0
    for _again in range(2):
        writing.write(import_.pk)
    assert Import.objects.get().counts == {"created": 20, "skipped": 0}
    assert cluster.memberships.count() == 20


# --- many rows --------------------------------------------------------------------------------------------------------
def test_ten_times_the_rows_need_no_question_more_in_a_batch(secretary_of, django_assert_max_num_queries):
    for count, word in ((50, "Audra"), (900, "Vėtrungė")):
        data = "Name;Code;NACE\n" + "\n".join(f"{word}{n};3{count:03}{n:05};" for n in range(count))
        import_ = actions.start_import(data.encode(), name="x.csv", by=secretary_of, cluster=None)
        Import.objects.filter(pk=import_.pk).update(state="checking")
        with django_assert_max_num_queries(40):
            jobs.check_import(import_.pk)
        Import.objects.filter(pk=import_.pk).update(state="writing")
        with django_assert_max_num_queries(60):
            writing.write(import_.pk)
        import_.refresh_from_db()
        assert import_.counts == {"created": count, "skipped": 0}
    assert count < rows.BATCH


@pytest.fixture
def secretary_of():
    return UserFactory(secretariat=True)


@pytest.mark.django_db(transaction=True)
def test_the_worker_carries_the_import_out(sender, cluster):
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")  # what other tests left behind
    send(sender, ["Name", "UAB Viena"])
    import_ = Import.objects.get()
    name_columns(sender, import_)
    sender.post(url("import_check", import_.pk), {"do": "confirm"})
    asyncio.run(queue.run_jobs())
    assert Import.objects.get().counts == {"created": 1, "skipped": 0}
