"""Broken links: what counts as broken, how often who is asked, and who is told."""

import datetime
import http.server
import threading

import httpcore
import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from klaster.core.outbound import Client, Problem
from klaster.directory import factories as f
from klaster.directory import jobs, link_checks, links, workspace
from klaster.directory.link_checks import Attempt
from klaster.directory.links import State, Status
from klaster.directory.models import LinkCheck

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
A_DAY = datetime.timedelta(days=1)
WORKS, FAILS = Attempt(worked=True), Attempt(worked=False, problem="404")
UNREACHABLE = Attempt(worked=False, problem=Problem.UNREACHABLE.value)


# --- the rule ---------------------------------------------------------------------------------------------------------
def test_a_link_is_broken_after_three_failures_in_a_row_and_whole_after_one_success():
    state = State()
    seen = []
    for number, worked in enumerate([False, False, False, False, True, False]):
        state = links.after(state, worked=worked, now=NOW + number * A_DAY)
        seen.append((state.status, state.failures, (state.since - NOW).days))
    assert seen == [
        (Status.SHAKY, 1, 0),
        (Status.SHAKY, 2, 0),
        (Status.BROKEN, 3, 0),
        (Status.BROKEN, 4, 0),
        (Status.WORKS, 0, 4),
        (Status.SHAKY, 1, 5),
    ]


@given(st.lists(st.booleans(), min_size=1))
def test_broken_means_that_the_last_three_tries_failed(tries):
    state = State()
    for worked in tries:
        state = links.after(state, worked=worked, now=NOW)
    assert (state.status is Status.BROKEN) == (len(tries) >= 3 and not any(tries[-3:]))
    assert (state.status is Status.WORKS) == tries[-1]


@pytest.mark.parametrize(
    ("answer", "works"),
    [
        (200, True),
        (301, True),
        (401, True),
        (403, True),
        (404, False),
        (410, False),
        (429, True),
        (500, False),
        (503, False),
    ],
)
def test_only_what_says_that_there_is_no_page_is_a_failure(answer, works):
    assert links.works(answer) is works


def test_shaky_links_are_tried_after_a_day_others_after_a_week_and_not_all_at_once():
    assert links.next_try(State(Status.SHAKY, 1), "https://a.test/", NOW) == NOW + A_DAY
    times = {links.next_try(State(Status.WORKS), f"https://a{n}.test/", NOW) for n in range(20)}
    assert len(times) == 20
    assert min(times) >= NOW + 7 * A_DAY
    assert max(times) <= NOW + 8 * A_DAY


# --- gathering and trying ---------------------------------------------------------------------------------------------
@pytest.fixture
def cluster(db):
    return f.ClusterFactory(slug="saules", website="https://saule.test/", website_en="https://saule.test/en/")


def test_addresses_of_public_entries_are_gathered_and_forgotten_with_them(cluster):
    f.OrganisationFactory(website="https://saule.test/")
    f.OrganisationFactory(website="https://juodrastis.test/", status="draft")
    f.AchievementFactory(cluster=cluster, url="https://naujienos.test/1")
    assert link_checks.gather() == (3, 0)
    assert link_checks.gather() == (0, 0)
    cluster.website_en = ""
    cluster.save()
    assert link_checks.gather() == (0, 1)
    found = list(LinkCheck.objects.order_by("url").values_list("url", "host"))
    assert found == [("https://naujienos.test/1", "naujienos.test"), ("https://saule.test/", "saule.test")]


def test_no_server_is_asked_twice_in_a_round(cluster):
    link_checks.gather()
    asked = []

    def ask(url):
        asked.append(url)
        return WORKS

    moment = timezone.now()
    assert link_checks.round_of_checks(moment, ask) == 1
    assert link_checks.round_of_checks(moment, ask) == 1
    assert link_checks.round_of_checks(moment, ask) == 0
    assert sorted(asked) == ["https://saule.test/", "https://saule.test/en/"]
    assert set(LinkCheck.objects.values_list("status", "failures", "problem")) == {("works", 0, "")}


def test_a_link_is_called_broken_only_after_days_of_failing(cluster):
    cluster.website_en = ""
    cluster.save()
    link_checks.gather()
    moment = timezone.now()
    statuses = []
    for day in range(4):
        link_checks.round_of_checks(moment + day * A_DAY, lambda _url: FAILS)
        row = LinkCheck.objects.get()
        statuses.append((row.status, row.failures))
    assert statuses == [("shaky", 1), ("shaky", 2), ("broken", 3), ("broken", 3)]  # then it rests for a week
    with override("en"):
        assert row.problem_in_words == "The server answers 404: there is no such page."


def test_when_nobody_answers_it_is_we_who_are_cut_off(db):
    for number in range(3):
        f.OrganisationFactory(website=f"https://a{number}.test/")
    link_checks.gather()
    moment = timezone.now()
    assert link_checks.round_of_checks(moment, lambda _url: UNREACHABLE) == 0
    rows = LinkCheck.objects.values_list("status", "failures", "next_try")
    assert set(rows) == {("new", 0, moment + link_checks.LATER)}
    later = moment + link_checks.LATER
    answers = {"https://a0.test/": WORKS}
    assert link_checks.round_of_checks(later, lambda url: answers.get(url, UNREACHABLE)) == 3
    assert sorted(LinkCheck.objects.values_list("status", flat=True)) == ["shaky", "shaky", "works"]


# --- through the guarded client ---------------------------------------------------------------------------------------
class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = {"/gone": 404, "/ill": 500, "/closed": 403}.get(self.path, 200)
        body = b"x" * (400_000 if self.path == "/long" else 10)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Quiet."""


class Internet(httpcore.NetworkBackend):
    """Leads a public address to a server on this machine."""

    def __init__(self, port):
        self.port = port

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        stream = httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=timeout)
        inner = stream.get_extra_info
        stream.get_extra_info = lambda info: (host, port) if info == "server_addr" else inner(info)
        return stream


@pytest.fixture
def client_of_a_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Client(link_checks.LIMITS, resolve=lambda _h, _p: ["193.219.1.1"], network=Internet(server.server_port))
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "found"),
    [("/", WORKS), ("/gone", FAILS), ("/ill", Attempt(False, "500")), ("/closed", WORKS), ("/long", WORKS)],
)
def test_what_a_server_answers(client_of_a_server, path, found):
    assert link_checks.attempt(f"http://pavyzdys.lt{path}", client_of_a_server) == found


def test_an_address_inside_the_house_is_never_asked():
    inside = Client(link_checks.LIMITS, resolve=lambda _h, _p: ["127.0.0.1"])
    assert link_checks.attempt("http://pavyzdys.lt/", inside) == Attempt(False, "address")


# --- who is told ------------------------------------------------------------------------------------------------------
def test_the_coordinator_is_asked_to_mend_it_and_nobody_else_sees_it(client, cluster):
    person = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    LinkCheck.objects.create(url=cluster.website, host="saule.test", status="broken", problem="404", since=NOW)
    with override("en"):
        titles = [todo.title for todo in workspace.Desk(person, cluster).todos]
        assert "A link does not work: https://saule.test/" in titles
        other = f.AffiliationFactory(manager=True).person
        assert workspace.Desk(other).todos == []
        assert "does not work" not in client.get(reverse("cluster_detail", args=["saules"])).text


@pytest.mark.django_db
def test_the_jobs_gather_daily_and_try_nothing_in_a_demo(settings):
    f.ClusterFactory(website="https://saule.test/")
    assert jobs.gather_links(timestamp=0) == 1
    settings.DEMO = True
    assert jobs.check_links(timestamp=0) == 0
    assert LinkCheck.objects.get().status == "new"
