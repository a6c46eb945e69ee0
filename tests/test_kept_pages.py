"""Kept pages from both sides: nobody gets another's page, and everybody the newest."""

import datetime
import threading
import time

import pytest
from django.contrib.messages import add_message
from django.db import connection, connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core import freshness, kept_pages
from klaster.core.kept_pages import KeptPagesMiddleware
from klaster.directory import factories as f
from klaster.directory.models import Cluster

pytestmark = pytest.mark.django_db(transaction=True)
both = f.both


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    store = kept_pages.Store(10_000_000)
    monkeypatch.setattr(kept_pages, "store", store)
    yield store
    freshness.close()


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="vejo-klasteris", name=both("Vėjo klasteris", "Wind cluster"))


def sign_in(client: Client, **traits):
    person = UserFactory(**traits)
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return person


def asked(count, client, address, **extra):
    """The answer, which took so many questions to the database by Django."""
    with count(0):
        return client.get(address, **extra)


# --- what is kept ---------------------------------------------------------------------------------


def test_second_visitor_gets_the_page_of_the_first_without_a_question(client, cluster, django_assert_num_queries):
    first = client.get(cluster.get_absolute_url())
    second = asked(django_assert_num_queries, Client(), cluster.get_absolute_url())
    assert second.content == first.content
    assert dict(second.items()) == dict(first.items())
    assert second["Cache-Control"] == "no-cache"
    assert second["Content-Security-Policy"].startswith("default-src 'self'")
    assert second["X-Frame-Options"] == "DENY"


def test_browser_that_has_it_is_told_so(client, cluster, django_assert_num_queries):
    tag = client.get(cluster.get_absolute_url())["ETag"]
    again = asked(
        django_assert_num_queries, client, cluster.get_absolute_url(), headers={"if-none-match": f'"x", {tag}'}
    )
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert "Cookie" in again["Vary"]
    assert (
        asked(
            django_assert_num_queries, client, cluster.get_absolute_url(), headers={"if-none-match": '"x"'}
        ).status_code
        == 200
    )


def test_head_says_how_long_the_page_is_and_keeps_none_itself(client, cluster, kept):
    assert client.head(cluster.get_absolute_url()).status_code == 200
    assert len(kept.plain) == 0
    page = client.get(cluster.get_absolute_url())
    head = client.head(cluster.get_absolute_url())
    assert (head.content, head["Content-Length"]) == (b"", str(len(page.content)))
    contact = client.head(reverse("cluster_contact", args=[cluster.slug]))
    assert (contact.status_code, contact.content) == (200, b"")
    assert int(contact["Content-Length"]) > 1000


def test_same_question_in_another_order_is_the_same(client, cluster, kept):
    address = reverse("cluster_list")
    one = client.get(f"{address}?country=LT&valid=1&country=LV").content
    assert client.get(f"{address}?valid=1&country=LT&country=LV").content == one
    assert len(kept.queried) == 1
    client.get(f"{address}?valid=1&country=LV&country=LT")
    assert len(kept.queried) == 2


# --- never one person's page to another -----------------------------------------------------------


def test_who_is_signed_in_neither_leaves_nor_gets_a_kept_page(client, cluster, kept):
    person = sign_in(client, name="Ona Išgalvotoji")
    own = client.get(cluster.get_absolute_url())
    assert len(kept.plain) == 0
    assert own["Cache-Control"] == "private, no-store"
    visitor = Client().get(cluster.get_absolute_url())
    assert reverse("account_logout") in own.text
    assert reverse("account_logout") not in visitor.text
    assert len(kept.plain) == 1
    assert reverse("account_logout") in client.get(cluster.get_absolute_url()).text
    other = Client()
    sign_in(other, name="Jonas Išgalvotasis")
    assert str(person) not in other.get(cluster.get_absolute_url()).text


def test_visitor_after_signing_out_sees_the_page_of_visitors(client, cluster):
    visitor = Client().get(cluster.get_absolute_url())
    sign_in(client)
    tag = client.get(cluster.get_absolute_url()).get("ETag")
    assert tag is None
    client.post(reverse("account_logout"))
    client.cookies.clear()
    assert client.get(cluster.get_absolute_url()).content == visitor.content


def test_draft_is_shown_to_its_keeper_and_to_nobody_after(client, cluster, kept):
    draft = f.ClusterFactory(slug="juodrastis", status="draft")
    keeper = f.AffiliationFactory(organisation=draft.coordinator, manager=True).person
    client.force_login(keeper, "django.contrib.auth.backends.ModelBackend")
    assert client.get(draft.get_absolute_url()).status_code == 200
    assert Client().get(draft.get_absolute_url()).status_code == 404
    assert len(kept.plain) == 0, "an error is not kept either"


def test_looking_through_anothers_eyes_keeps_nothing(client, cluster, kept, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    sign_in(client, secretariat=True)
    person = UserFactory()
    client.post(reverse("view_as_start", args=[person.pk]), {"reason": "Padeda rasti mygtuką"})
    assert str(person.name) in client.get(cluster.get_absolute_url()).text
    assert client.get(cluster.get_absolute_url()).status_code == 200
    assert len(kept.plain) == 0


def test_each_language_and_part_has_a_page_of_its_own(client, cluster):
    lithuanian, english = "/lt/klasteriai/", "/en/clusters/"
    whole = {address: client.get(address).text for address in (lithuanian, english)}
    part = client.get(english, headers={"hx-request": "true"}).text
    assert 'lang="lt"' in whole[lithuanian]
    assert 'lang="en"' in whole[english]
    assert "<html" not in part
    for address in (lithuanian, english):
        assert client.get(address, headers={"accept-language": "de, fr"}).text == whole[address]
    assert client.get(english, headers={"hx-request": "true"}).text == part
    back = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert "<html" in client.get(english, headers=back).text


def test_each_theme_has_a_page_of_its_own(client, cluster, kept, django_assert_num_queries):
    address = cluster.get_absolute_url()
    plain, dark = client.get(address), client.get(address, headers={"cookie": "theme=dark"})
    assert 'data-theme="dark"' in dark.text
    assert "data-theme" not in plain.text
    assert dark["Cache-Control"] == "private, no-cache"
    assert asked(django_assert_num_queries, client, address).content == plain.content
    for cookie in ("theme=dark", "a=b; theme=dark"):
        again = asked(django_assert_num_queries, client, address, headers={"cookie": cookie})
        assert again.content == dark.content
    unknown = asked(django_assert_num_queries, client, address, headers={"cookie": "theme=<b>; not_theme=dark"})
    assert unknown.content == plain.content
    assert len(kept.plain) == 2


def test_form_with_a_token_is_never_kept_and_can_be_sent(cluster, kept):
    address = reverse("cluster_contact", args=[cluster.slug])
    visitor, other = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    Client().get(cluster.get_absolute_url())
    first, second = visitor.get(address), other.get(address)
    assert len(kept.plain) == 1, "the cluster's page alone"
    tokens = [page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0] for page in (first, second)]
    assert tokens[0] != tokens[1]
    assert visitor.post(address, {"csrfmiddlewaretoken": tokens[0]}).status_code in (200, 302, 422)
    assert visitor.get(cluster.get_absolute_url())["ETag"], "the token's cookie changes no page without a form"


def test_link_to_sign_in_leads_back_to_the_page_it_stands_on(client, cluster):
    for address in (cluster.get_absolute_url(), reverse("cluster_list") + "?country=LT"):
        for _ in range(2):
            page = client.get(address).text
            if "next=" in page:
                assert cluster.slug in page.split("next=")[1][:200] or "country" in page.split("next=")[1][:200]


def answer(request, view, kept):
    """What the middleware says to a view of our own; the number of pages kept after it."""
    request.session = type("Session", (), {"accessed": False, "modified": False, "is_empty": lambda self: True})()
    KeptPagesMiddleware(view)(request)
    return len(kept.plain) + len(kept.queried)


def with_cookie(request):
    response = HttpResponse("x")
    response.set_cookie("a", "b")
    return response


def with_token(request):
    return HttpResponse(get_token(request))


def with_session(request):
    request.session.accessed = request.session.modified = True
    return HttpResponse("x")


def with_message(request):
    request._messages = type("Storage", (), {"added_new": False, "used": False})()
    request._messages.add = lambda *args: setattr(request._messages, "added_new", True)
    add_message(request, 20, "Sveiki")
    return HttpResponse("x")


def with_nonce(request):
    return HttpResponse("x", headers={"Content-Security-Policy": "script-src 'nonce-abc'"})


@pytest.mark.parametrize(
    "view",
    [
        with_cookie, with_token, with_session, with_message, with_nonce,
        lambda request: HttpResponse(request.COOKIES.get("colour", "")),
        lambda request: HttpResponse(request.COOKIES.get("size", "")),  # even where there is none: others may have it
        lambda request: HttpResponse(str([*request.COOKIES.items()])),
        lambda request: HttpResponse(str("size" in request.COOKIES)),
        lambda request: HttpResponse("x", headers={"Vary": "Accept-Language"}),
        lambda request: HttpResponse("x", headers={"Vary": "*"}),
        lambda request: HttpResponse("x", headers={"Cache-Control": "private"}),
        lambda request: HttpResponse("x", headers={"Content-Disposition": "attachment"}),
        lambda request: HttpResponse("x", content_type="text/csv"),
        lambda request: HttpResponse("x", status=404),
        lambda request: HttpResponse(status=302, headers={"Location": "/lt/"}),
        lambda request: HttpResponse("x" * 400_001),
        lambda request: StreamingHttpResponse(["x"]),
    ],
)  # fmt: skip
def test_answer_that_is_somebodys_is_not_kept(view, kept):
    request = RequestFactory().get("/lt/puslapis/", headers={"cookie": "colour=red"})
    assert answer(request, view, kept) == 0


@pytest.mark.parametrize(
    "extra",
    [
        {"headers": {"cookie": "sessionid=abc"}}, {"headers": {"cookie": "a=b; messages=abc"}},
        {"headers": {"authorization": "Bearer x"}}, {"headers": {"range": "bytes=0-1"}},
        {"QUERY_STRING": "q=" + "a" * 400}, {"QUERY_STRING": "&".join(f"a{n}=1" for n in range(40))},
    ],
)  # fmt: skip
def test_request_that_may_be_somebodys_gets_and_leaves_nothing(extra, kept):
    view = lambda request: HttpResponse("x")  # noqa: E731
    assert answer(RequestFactory().get("/lt/puslapis/", **extra), view, kept) == 0
    assert answer(RequestFactory().get("/office/"), view, kept) == 0
    assert answer(RequestFactory().post("/lt/puslapis/"), view, kept) == 0
    assert answer(RequestFactory().get("/lt/puslapis/"), view, kept) == 1


def test_cookie_of_another_part_of_the_site_does_no_harm(client, cluster, django_assert_num_queries):
    page = client.get(cluster.get_absolute_url(), headers={"cookie": "_pk_id=17; a=b"})
    again = asked(django_assert_num_queries, Client(), cluster.get_absolute_url(), headers={"cookie": "_pk_id=18"})
    assert again.content == page.content


def test_flood_of_queries_pushes_out_no_page_without_one(client, cluster, kept, monkeypatch):
    monkeypatch.setattr(kept_pages, "store", small := kept_pages.Store(400_000))
    client.get(cluster.get_absolute_url())
    for number in range(30):
        client.get(f"{reverse('cluster_list')}?made_up={number}")
    assert small.queried.size <= 100_000
    assert len(small.plain) == 1
    assert len(small.queried) < 30


# --- fresh at once --------------------------------------------------------------------------------


def seen(address):
    return Client().get(address).text


def test_changed_cluster_is_seen_in_the_very_next_request(cluster):
    address = cluster.get_absolute_url()
    assert "Vėjo klasteris" in seen(address)
    cluster.name = both("Saulės klasteris", "Sun cluster")
    cluster.save()
    assert "Saulės klasteris" in seen(address)
    Cluster.objects.filter(pk=cluster.pk).update(name=both("Bangų klasteris", "Wave cluster"))
    assert "Bangų klasteris" in seen(address)
    with connection.cursor() as cursor:  # as somebody would by hand
        cursor.execute('update directory_cluster set name = \'{"lt": "Lietaus klasteris"}\'')
    assert "Lietaus klasteris" in seen(address)
    cluster.status = "hidden"
    cluster.save()
    assert Client().get(address).status_code == 404


def test_change_of_another_process_is_seen(cluster, kept):
    """Two stores stand for two processes; each has kept the page."""
    address, stores = cluster.get_absolute_url(), [kept, kept_pages.Store(10_000_000)]
    for store in stores:
        kept_pages.store = store
        seen(address)
    cluster.name = both("Saulės klasteris", "Sun cluster")
    cluster.save()
    for store in stores:
        kept_pages.store = store
        assert "Saulės klasteris" in seen(address)
    kept_pages.store = kept


def test_change_counts_when_it_is_committed_and_not_before(cluster):
    before = freshness.current()
    with transaction.atomic():
        cluster.save()
        assert freshness.current() == before
    assert freshness.current() != before
    after = freshness.current()
    with transaction.atomic():
        cluster.save()
        transaction.set_rollback(True)
    assert freshness.current() == after, "what was rolled back has changed nothing"


def test_page_begun_before_a_change_is_not_kept_after_it(cluster, kept):
    def view(request):
        name = str(Cluster.objects.get(pk=cluster.pk).name)
        cluster.name = both("Saulės klasteris", "Sun cluster")
        cluster.save()
        return HttpResponse(name)

    KeptPagesMiddleware(view)(RequestFactory().get("/lt/x/"))
    later = KeptPagesMiddleware(lambda request: HttpResponse("anew"))(RequestFactory().get("/lt/x/"))
    assert later.content == b"anew"


def test_long_transactions_do_not_wait_for_each_other(cluster):
    """Two imports at once: the second changes and commits while the first is still open."""
    other = f.ClusterFactory()
    done = threading.Event()

    def change_other():
        try:
            other.save()
            done.set()
        finally:
            connections.close_all()

    with transaction.atomic():
        cluster.save()
        thread = threading.Thread(target=change_other)
        thread.start()
        assert done.wait(5)
    thread.join()


def test_what_no_public_page_shows_keeps_the_pages(cluster, client):
    before = freshness.current()
    sign_in(client)  # a session, a last sign-in
    assert client.get(reverse("account")).status_code == 200
    f.ContactMessageFactory(cluster=cluster)
    person = UserFactory()
    made = freshness.current()
    person.save(update_fields=["last_login"])
    assert freshness.current() == made
    person.name = "Kita Pavardė"
    person.save(update_fields=["name"])
    assert freshness.current() != made
    assert before is not None


def test_every_table_of_the_sites_apps_is_watched_or_says_why_not():
    with connection.cursor() as cursor:
        cursor.execute("select tgrelid::regclass::text from pg_trigger where tgname = %s", [freshness.TRIGGER])
        with_trigger = {table for (table,) in cursor.fetchall()}
    assert with_trigger == {table for table, _columns in freshness.watched()}
    assert {"directory_cluster", "newsroom_articlepage", "pages_menulink", "wagtailcore_page"} <= with_trigger
    assert not {"directory_contactmessage", "newsroom_rendition", "core_letter", "django_session"} & with_trigger


def test_emptied_table_is_a_change(cluster):
    before = freshness.current()
    with connection.cursor() as cursor:
        cursor.execute("truncate directory_achievement cascade")
    assert freshness.current() != before


def at(monkeypatch, *moment):
    """Let it be that time, in UTC."""
    now = datetime.datetime(*moment, tzinfo=datetime.UTC).timestamp()
    monkeypatch.setattr(time, "time", lambda: now)


def test_day_ends_at_midnight_of_the_network(monkeypatch):
    at(monkeypatch, 2026, 11, 22, 12)
    end = freshness.end_of_day()
    assert datetime.datetime.fromtimestamp(end, datetime.UTC) == datetime.datetime(
        2026, 11, 22, 22, tzinfo=datetime.UTC
    )
    at(monkeypatch, 2026, 11, 22, 21, 59, 59)
    assert freshness.end_of_day() == end, "midnight in Vilnius is at ten in winter"
    at(monkeypatch, 2026, 11, 22, 22)
    assert freshness.end_of_day() == end + 86_400
    at(monkeypatch, 2026, 3, 28, 23)
    assert freshness.end_of_day() - datetime.datetime(2026, 3, 28, 22, tzinfo=datetime.UTC).timestamp() == 23 * 3600


def test_page_of_yesterday_is_made_anew(cluster, monkeypatch):
    calls = []
    view = lambda request: calls.append(1) or HttpResponse("x")  # noqa: E731
    ask = lambda: KeptPagesMiddleware(view)(RequestFactory().get("/lt/x/"))  # noqa: E731
    at(monkeypatch, 2026, 11, 22, 21, 59)
    ask(), ask()
    assert len(calls) == 1
    at(monkeypatch, 2026, 11, 22, 22)
    ask(), ask()
    assert len(calls) == 2


def test_without_an_answer_of_the_database_pages_are_made_anew(cluster, monkeypatch):
    assert seen(cluster.get_absolute_url())
    monkeypatch.setattr(freshness, "current", lambda: None)
    assert "Vėjo klasteris" in seen(cluster.get_absolute_url())


def test_connection_that_was_cut_is_made_anew(cluster):
    before = freshness.current()
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )
    assert freshness.current() == before


def test_frame_is_worked_out_once_until_something_changes(
    cluster, settings, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(kept_pages, "store", kept_pages.Store(0))
    settings.KEPT_PAGES_MB = 1
    address = cluster.get_absolute_url()
    seen(address)
    for page in (address, reverse("cluster_list"), reverse("organisation_list"), reverse("network_list")):
        seen(page)
        with django_assert_max_num_queries(12):
            seen(page)
    f.NetworkFactory(is_home=True, name=both("Išgalvotas tinklas", "Invented network"))
    assert "Išgalvotas tinklas" in seen(address), "the name of the site, at the head of each page"


def test_what_is_remembered_is_forgotten_with_a_change(cluster, settings):
    settings.KEPT_PAGES_MB = 1
    calls = []
    ask = lambda: freshness.remembered("frame", lambda: calls.append(1) or len(calls))  # noqa: E731
    assert [ask(), ask()] == [1, 1]
    cluster.save()
    assert [ask(), ask()] == [2, 2]
    settings.KEPT_PAGES_MB = 0
    assert ask() == 3
