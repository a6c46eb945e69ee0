"""Long forms keep what is typed: for its writer alone, never over another window's words, never public."""

import datetime

import pytest
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent
from klaster.directory import actions, jobs
from klaster.directory import factories as f
from klaster.directory.models import ChangeRequest, FormDraft, Opening
from klaster.directory.tests.test_editing import form_of, typed, url
from klaster.directory.views.drafts import EACH_MINUTE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
both = f.both


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"), founded="2014")


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__language="en").person


@pytest.fixture
def writer(client, coordinator):
    client.force_login(coordinator)
    return client


def opened(client, address):
    """What a window has in its form: the fields, and what it says of itself."""
    answer = client.get(address)
    window = answer.context["keeping"].window
    return typed(answer.context["form"]) | {"draft-window": window.name, "draft-seen": window.seen}


def keep(client, form, row, data, **changed):
    return client.post(url("draft_keep", form, row.pk), data | changed)


def test_what_is_typed_is_kept_for_its_writer_and_shown_again_as_it_was(writer, cluster):
    address = url("cluster_edit", "saules")
    window = opened(writer, address)
    answer = keep(writer, "cluster", cluster, window, summary_en="Half a sent", founded="not a year", main_sector="")
    assert answer.status_code == 200
    draft = FormDraft.objects.get()
    assert f"Draft saved at {timezone.localtime(draft.saved_at):%H:%M}" in " ".join(answer.text.split())
    assert "csrfmiddlewaretoken" not in draft.typed
    page = writer.get(address)
    assert "This is what you typed and have not sent." in page.text
    form = page.context["form"]
    assert (form["summary"].value(), form["founded"].value()) == (["", "Half a sent"], "not a year")
    assert page.text.startswith("\n") or "Error:" not in page.text
    assert not form.errors, "what is wrong is said when it is sent"
    cluster.refresh_from_db()
    assert (cluster.founded, cluster.summary.get("en")) != ("not a year", "Half a sent")
    assert not ChangeRequest.objects.exists()
    assert not AuditEvent.objects.exists()


def test_sending_the_form_ends_the_draft_and_what_comes_late_is_not_kept(writer, cluster):
    address = url("cluster_edit", "saules")
    window = opened(writer, address)
    keep(writer, "cluster", cluster, window, summary_en="Power of")
    window = opened(writer, address)
    sent = writer.post(address, window | {"summary_en": "Power of the sun."})
    assert sent.status_code == 302
    cluster.refresh_from_db()
    assert cluster.summary["en"] == "Power of the sun."
    keep(writer, "cluster", cluster, window, summary_en="Power of the")
    assert not FormDraft.objects.unsent().exists()
    assert FormDraft.objects.get().typed == {}
    assert "have not sent" not in writer.get(address).text
    later = opened(writer, address)
    assert keep(writer, "cluster", cluster, later, summary_en="Next").status_code == 200
    assert FormDraft.objects.unsent().count() == 1


def test_a_refused_form_goes_on_keeping(writer, cluster):
    address = url("cluster_edit", "saules")
    window = opened(writer, address)
    keep(writer, "cluster", cluster, window, founded="soon")
    refused = writer.post(address, window | {"founded": "soon"})
    assert refused.status_code == 422
    assert refused.context["keeping"].window.name == window["draft-window"]
    assert FormDraft.objects.unsent().count() == 1
    assert keep(writer, "cluster", cluster, window, founded="2015").status_code == 200


def test_two_windows_never_write_over_each_other_unasked(writer, cluster):
    address = url("cluster_edit", "saules")
    one, other = opened(writer, address), opened(writer, address)
    assert keep(writer, "cluster", cluster, one, summary_en="one").status_code == 200
    assert keep(writer, "cluster", cluster, one, summary_en="one and more").status_code == 200
    refused = keep(writer, "cluster", cluster, other, summary_en="other")
    assert refused.status_code == 409
    assert "You write into this form in another window, too." in refused.text
    assert FormDraft.objects.get().typed["summary_en"] == ["one and more"]
    assert keep(writer, "cluster", cluster, other, summary_en="other", over="1").status_code == 200
    assert FormDraft.objects.get().typed["summary_en"] == ["other"]
    assert keep(writer, "cluster", cluster, one, summary_en="one again").status_code == 409
    third = opened(writer, address)
    assert third["summary_en"] == "other"
    assert keep(writer, "cluster", cluster, third, summary_en="third").status_code == 200, "began with it"


def test_sending_in_one_window_leaves_what_another_has_kept(writer, cluster):
    address = url("cluster_edit", "saules")
    one, other = opened(writer, address), opened(writer, address)
    keep(writer, "cluster", cluster, other, summary_en="unsent words")
    assert writer.post(address, one | {"summary_en": "sent words"}).status_code == 302
    again = opened(writer, address)
    assert again["summary_en"] == "unsent words"
    compared = writer.post(address, again)
    assert compared.status_code == 409, "the page was changed after this draft was begun"
    assert "sent words" in compared.text


def test_somebody_else_changed_the_page_meanwhile_and_both_values_are_seen(writer, cluster):
    address = url("cluster_edit", "saules")
    window = opened(writer, address)
    keep(writer, "cluster", cluster, window, summary_en="mine")
    secretary = UserFactory(secretariat=True)
    actions.change_cluster(
        cluster, by=secretary, version=actions.version_of(cluster), values={"summary": both("", "theirs")}
    )
    compared = writer.post(address, opened(writer, address))
    assert compared.status_code == 409
    assert [each["name"] for each in compared.context["differing"]] == ["summary"]


@pytest.mark.parametrize("part", ["opening", "achievement"])
def test_openings_and_achievements_new_and_old(writer, cluster, part):
    row = {"opening": f.OpeningFactory, "achievement": f.AchievementFactory}[part](cluster=cluster)
    for form, kept, address in [
        (part, row, url(f"{part}_edit", "saules", row.pk)),
        (f"{part}-new", cluster, url(f"{part}_new", "saules")),
    ]:
        window = opened(writer, address)
        assert keep(writer, form, kept, window, title_en="Half a ti").status_code == 200
        again = writer.get(address)
        assert again.context["form"]["title"].value()[1] == "Half a ti"
        assert "Draft saved on" in again.text
    assert FormDraft.objects.count() == 2
    assert type(row).objects.count() == 1


def test_a_new_opening_that_was_sent_leaves_an_empty_form(writer, cluster):
    address = url("opening_new", "saules")
    window = opened(writer, address)
    keep(writer, "opening-new", cluster, window, title_en="We seek")
    words = {"title_lt": "Ieškome", "title_en": "We seek", "conditions_lt": "Noras", "conditions_en": "A wish"}
    assert writer.post(address, opened(writer, address) | words).status_code == 302
    assert Opening.objects.count() == 1
    assert not FormDraft.objects.unsent().exists()
    assert "Draft saved on" not in writer.get(address).text


def test_others_find_no_such_form_and_see_no_draft(client, writer, cluster, coordinator):
    opening = f.OpeningFactory(cluster=cluster)
    window = opened(writer, url("cluster_edit", "saules"))
    keep(writer, "cluster", cluster, window, summary_en="secret words")
    stranger = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    colleague = f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    secretary = UserFactory(secretariat=True)
    client.force_login(stranger)
    for form, row in (
        ("cluster", cluster),
        ("opening", opening),
        ("opening-new", cluster),
        ("achievement-new", cluster),
    ):
        assert keep(client, form, row, window).status_code == 404
        assert client.post(url("draft_discard", form, row.pk)).status_code == 404
    assert client.post(url("draft_keep", "moon", 1)).status_code == 404
    assert client.post(url("draft_keep", "cluster", 10**25)).status_code == 404
    for person in (colleague, secretary):
        client.force_login(person)
        assert "secret words" not in client.get(url("cluster_edit", "saules")).text
        assert not FormDraft.objects.visible_to(person).exists()
    client.logout()
    assert client.post(url("draft_keep", "cluster", cluster.pk), window).status_code == 302
    assert FormDraft.objects.get().person == coordinator


def test_whoever_looks_as_the_coordinator_sees_no_draft(client, writer, cluster, coordinator):
    keep(writer, "cluster", cluster, opened(writer, url("cluster_edit", "saules")), summary_en="secret words")
    client.force_login(UserFactory(secretariat=True))
    assert client.post(url("view_as_start", coordinator.pk), {"reason": "help"}).status_code == 302
    page = client.get(url("cluster_edit", "saules"))
    assert page.status_code == 200
    assert "secret words" not in page.text


def test_a_draft_is_thrown_away(writer, cluster):
    address = url("cluster_edit", "saules")
    keep(writer, "cluster", cluster, opened(writer, address), summary_en="no")
    answer = writer.post(url("draft_discard", "cluster", cluster.pk))
    assert answer.url == address
    assert not FormDraft.objects.exists()
    assert "The draft is gone." in writer.get(address).text


def test_it_saves_only_so_often_and_only_so_much(writer, cluster):
    window = opened(writer, url("cluster_edit", "saules"))
    assert keep(writer, "cluster", cluster, window, summary_en="a\x00b").status_code == 200
    assert FormDraft.objects.get().typed["summary_en"] == ["ab"]
    long = keep(writer, "cluster", cluster, window, summary_en="a" * 250_000)
    assert long.status_code == 413
    assert "too long to be kept" in long.text
    assert FormDraft.objects.get().typed["summary_en"] == ["ab"]
    answers = [keep(writer, "cluster", cluster, window).status_code for _save in range(EACH_MINUTE)]
    assert answers[-3:] == [200, 429, 429]


def test_the_workspace_leads_back_to_what_was_not_sent(writer, cluster):
    keep(writer, "opening-new", cluster, opened(writer, url("opening_new", "saules")), title_en="We")
    page = writer.get(url("my")).text
    assert url("opening_new", "saules") in page
    assert "You have not sent what you typed" in page


def test_old_drafts_are_forgotten(writer, cluster, coordinator):
    day = datetime.timedelta(days=1)
    for form, days, is_sent in (("a", 89, False), ("b", 91, False), ("c", 2, True), ("d", 0, True)):
        FormDraft.objects.create(
            person=coordinator, form=form, row=1, is_sent=is_sent, saved_at=timezone.now() - days * day
        )
    jobs.forget_drafts(0)
    assert set(FormDraft.objects.values_list("form", flat=True)) == {"a", "d"}


def test_the_buttons_work_as_before_without_what_a_script_adds(writer, cluster):
    address = url("cluster_edit", "saules")
    answer = writer.post(address, typed(form_of(writer, address)) | {"summary_en": "By the button.", "do": "draft"})
    assert answer.status_code == 302
    assert ChangeRequest.objects.drafts().count() == 1


# --- entries that are united ------------------------------------------------------------------------------------------
@pytest.fixture
def office():
    return UserFactory(secretariat=True)


@pytest.fixture
def gone(cluster):
    """The same cluster once more, kept by the same organisation."""
    return f.ClusterFactory(slug="saule", name=both("Saulė", "The Sun"), coordinator=cluster.coordinator)


def test_a_draft_goes_along_with_the_entry_and_back(writer, coordinator, office, cluster, gone):
    window = opened(writer, url("cluster_edit", "saule"))
    keep(writer, "cluster", gone, window, summary_en="The light of day")
    keep(writer, "opening-new", gone, {"draft-window": "w"}, title_en="Wanted")
    merge = actions.merge(cluster, gone, by=office)
    assert set(FormDraft.objects.values_list("form", "row")) == {("cluster", cluster.pk), ("opening-new", cluster.pk)}
    assert not coordinator.notices.exists()
    page = writer.get(url("cluster_edit", "saule"), follow=True)
    assert page.redirect_chain == [(url("cluster_edit", "saules"), 301)]
    assert page.context["form"]["summary"].value()[1] == "The light of day"
    assert keep(writer, "cluster", gone, window, summary_en="The light of days").status_code == 200, "the open window"
    assert FormDraft.objects.get(form="cluster").typed["summary_en"] == ["The light of days"]
    sent = writer.post(url("cluster_edit", "saule"), window | {"summary_en": "The light of two days"})
    assert (sent.status_code, sent["Location"]) == (307, url("cluster_edit", "saules"))
    assert writer.post(sent["Location"], window).status_code == 409, "compared with the entry that stays"
    actions.undo_merge(merge, by=office)
    assert FormDraft.objects.get(form="cluster").row == gone.pk


def test_whose_draft_cannot_go_along_is_told_with_the_words(writer, coordinator, office, cluster, gone):
    foreign = f.AffiliationFactory(organisation=f.OrganisationFactory(), manager=True, person__language="en").person
    other = f.ClusterFactory(
        slug="kitas", name=both("Kitas", "Another"), coordinator=foreign.affiliations.get().organisation
    )
    keep(writer, "cluster", cluster, opened(writer, url("cluster_edit", "saules")), summary_en="Both of them")
    keep(
        writer,
        "cluster",
        gone,
        opened(writer, url("cluster_edit", "saule")),
        summary_en="The light of day",
        founded="1",
    )
    actions.merge(cluster, gone, by=office)
    notice = coordinator.notices.get()
    assert (notice.topic, "The Sun" in notice.subject, "The light of day" in notice.body) == (
        "directory.unsent",
        True,
        True,
    )
    assert "Both of them" not in notice.body
    actions.merge(other, cluster, by=office)
    assert coordinator.notices.count() == 2, "the other cluster is somebody else's"
    assert "Both of them" in coordinator.notices.first().body
    assert not foreign.notices.exists()
