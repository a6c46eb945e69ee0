"""Coordinators keep their clusters: what they may, what nobody loses, what stays recorded."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Notice
from klaster.core.tests.visits import url
from klaster.directory import actions, edit_forms
from klaster.directory import factories as f
from klaster.directory.models import Achievement, Cluster, ClusterMembership, Opening, Organisation, Statement
from klaster.directory.models.organisations import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
both = f.both


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"), founded="2014")


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__name="Rasa Rasaitė").person


def typed(form):
    """What a browser would post of a form that nobody touched."""
    data = {}
    for field in form:
        value = field.value()
        if hasattr(field.field.widget, "widgets"):
            for number, part in enumerate(value if isinstance(value, list) else field.field.widget.decompress(value)):
                data[f"{field.html_name}{field.field.widget.widgets_names[number]}"] = part
        elif isinstance(value, (list, tuple)) and field.name != "aliases":
            data[field.html_name] = [getattr(each, "pk", each) for each in value]
        elif value not in (None, False) and field.name != "logo":
            data[field.html_name] = "on" if value is True else str(value)
    return data


def form_of(client, address):
    return client.get(address).context["form"]


def test_coordinator_changes_the_page_and_the_facts_become_statements(client, cluster, coordinator):
    Cluster.objects.filter(pk=cluster.pk).update(website="https://sena.pavyzdys.test/")
    kind = f.FactKindFactory(code="website", is_field=True)
    old = f.StatementFactory(
        cluster=cluster, kind=kind, number=None, text=both("sena", "old"), is_shown=True, source=f.SourceFactory()
    )
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    new = "https://nauja.pavyzdys.test/"
    data = typed(form_of(client, address)) | {"website": new, "summary_en": "Power of the sun.", "is_true_today": "on"}
    response = client.post(address, data)
    assert response.status_code == 302, response.context["form"].errors
    cluster.refresh_from_db()
    assert (cluster.website, cluster.summary["en"], cluster.checked_on) == (new, "Power of the sun.", today())
    own = Statement.objects.get(cluster=cluster, is_shown=True)
    assert (own.text["en"], own.text["lt"], own.source.key) == (new, new, "own-data")
    assert own.as_of == today().isoformat()
    old.refresh_from_db()
    assert not old.is_shown  # and still there: sources differ, side by side
    event = AuditEvent.objects.get(action="changed", object_pk=str(cluster.pk))
    assert event.actor_id == coordinator.pk
    assert (event.before["website"], event.after["website"]) == ("https://sena.pavyzdys.test/", new)
    assert "Sources differ" in client.get(url("cluster_detail", "saules")).text


def test_form_that_changes_nothing_writes_nothing(client, cluster, coordinator):
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    before = Cluster.objects.get(pk=cluster.pk).updated_at
    assert client.post(address, typed(form_of(client, address))).status_code == 302
    assert Cluster.objects.get(pk=cluster.pk).updated_at == before
    assert not AuditEvent.objects.filter(object_pk=str(cluster.pk)).exists()


def test_who_saves_second_is_told_and_loses_nothing(client, cluster, coordinator):
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    data = typed(form_of(client, address))
    other = f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__name="Jonas Jonaitis").person
    fresh = Cluster.objects.get(pk=cluster.pk)
    actions.change_cluster(
        fresh, by=other, version=actions.version_of(fresh), values={"summary": both("Jono.", "By Jonas.")}
    )
    late = client.post(address, data | {"summary_en": "By Rasa.", "website": "https://pavyzdys.test/"})
    assert late.status_code == 409
    assert "Jonas Jonaitis" in late.text
    assert "By Jonas." in late.text  # what stands there now
    assert "By Rasa." in late.text  # what was typed
    assert Cluster.objects.get(pk=cluster.pk).summary["en"] == "By Jonas."
    again = client.post(address, typed(late.context["form"]))
    assert again.status_code == 302
    assert Cluster.objects.get(pk=cluster.pk).summary["en"] == "By Rasa."


PARTS = [
    (
        f.OpeningFactory,
        "opening_edit",
        actions.save_opening,
        {"kind": "partner", "is_public": "on"},
        "partner for a pro",
    ),
    (f.AchievementFactory, "achievement_edit", actions.save_achievement, {"happened": "2019"}, "2019"),
]


@pytest.mark.parametrize(("factory", "page", "save", "more", "stands"), PARTS)
def test_who_saves_an_opening_or_achievement_second_is_told_and_loses_nothing(
    client, cluster, coordinator, factory, page, save, more, stands
):
    row = factory(cluster=cluster, title=both("Sena", "Old"))
    client.force_login(coordinator)
    address = url(page, "saules", row.pk)
    data = typed(form_of(client, address))
    other = f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__name="Jonas Jonaitis").person
    theirs = more | {"title": both("Jono", "Jonas's")}
    save(type(row)(pk=row.pk, cluster=cluster), by=other, version=actions.version_of(row), values=theirs)
    name = next(iter(theirs))
    late = client.post(address, data | {"title_en": "Rasa's", name: {"kind": "supplier", "happened": "2020"}[name]})
    assert late.status_code == 409
    said = late.text.partition("Somebody has changed this meanwhile.")[2].partition("Save again")[0]
    assert "Jonas Jonaitis" in said
    assert "Jonas&#x27;s" in said
    assert stands in said
    assert "Rasa&#x27;s" in late.text
    row.refresh_from_db()
    assert row.title["en"] == "Jonas's"
    assert client.post(address, typed(late.context["form"])).status_code == 302
    row.refresh_from_db()
    assert row.title["en"] == "Rasa's"


@pytest.mark.parametrize(("factory", "page", "save", "more", "stands"), PARTS)
def test_a_form_without_its_version_saves_nothing(client, cluster, coordinator, factory, page, save, more, stands):
    row = factory(cluster=cluster, title=both("Sena", "Old"))
    client.force_login(coordinator)
    address = url(page, "saules", row.pk)
    data = typed(form_of(client, address)) | {"title_en": "New"}
    del data["version"]
    assert client.post(address, data).status_code == 422
    with pytest.raises(actions.ChangedMeanwhile):
        save(type(row)(pk=row.pk, cluster=cluster), by=coordinator, values={"title": both("Nauja", "New")})
    row.refresh_from_db()
    assert row.title["en"] == "Old"


def test_an_achievement_deleted_meanwhile_is_not_there(cluster, coordinator):
    gone = f.AchievementFactory(cluster=cluster)
    pk, version = gone.pk, actions.version_of(gone)
    actions.delete_achievement(gone, by=coordinator)
    with pytest.raises(Achievement.DoesNotExist):
        actions.save_achievement(Achievement(pk=pk, cluster=cluster), by=coordinator, version=version, values={})


def test_errors_keep_what_was_typed(client, cluster, coordinator):
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    data = typed(form_of(client, address)) | {"founded": "long ago", "summary_en": "Kept text"}
    response = client.post(address, data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["founded"]
    assert "Kept text" in response.text
    assert "long ago" in response.text


@pytest.mark.parametrize("action", ["cluster_edit", "cluster_members", "member_new", "opening_new", "achievement_new"])
def test_pages_of_coordinators_open_to_them_and_the_office_only(client, cluster, coordinator, action):
    address = url(action, "saules")
    assert client.get(address).status_code == 302
    other = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    representative = f.AffiliationFactory(organisation=cluster.coordinator).person
    for person, status in [
        (other, 403),
        (representative, 403),
        (coordinator, 200),
        (UserFactory(secretariat=True), 200),
    ]:
        client.force_login(person)
        assert client.get(address).status_code == status


def test_actions_ask_for_the_right_themselves(cluster):
    stranger = UserFactory()
    version = actions.version_of(cluster)
    with pytest.raises(PermissionDenied):
        actions.change_cluster(cluster, by=stranger, version=version, values={"founded": "2000"})
    with pytest.raises(PermissionDenied):
        actions.add_member(cluster, f.OrganisationFactory(), by=stranger, values={})
    with pytest.raises(PermissionDenied):
        actions.end_membership(f.ClusterMembershipFactory(cluster=cluster), by=stranger, left=today())
    with pytest.raises(PermissionDenied):
        actions.save_opening(Opening(cluster=cluster), by=stranger, values={"title": both("a", "a")})
    with pytest.raises(PermissionDenied):
        actions.save_achievement(Achievement(cluster=cluster), by=stranger, values={"title": both("a", "a")})
    assert not AuditEvent.objects.filter(actor_id=stranger.pk).exists()


# --- members ---------------------------------------------------------------------------------------------------------
def test_named_member_waits_until_the_organisation_confirms(client, cluster, coordinator):
    organisation = f.OrganisationFactory(slug="imone", name=both("Įmonė", "Firm"))
    manager = f.AffiliationFactory(organisation=organisation, manager=True).person
    client.force_login(coordinator)
    found = client.get(url("cluster_members", "saules") + "?q=firm")
    assert url("member_add", "saules", "imone") in found.text
    assert (
        client.post(url("member_add", "saules", "imone"), {"kind": "member", "joined": "2020-01-01"}).status_code == 302
    )
    (membership,) = ClusterMembership.objects.filter(organisation=organisation)
    assert not membership.is_confirmed
    assert organisation not in Organisation.objects.kept_by(coordinator)  # naming gives no right over its page
    assert not coordinator.has_perm("directory.change_organisation", organisation)
    assert "Firm" not in client.get(url("cluster_detail", "saules")).text
    assert Notice.objects.get(person=manager).topic == "directory.membership"
    client.force_login(f.AffiliationFactory(organisation=f.OrganisationFactory(), manager=True).person)
    assert client.post(url("membership_confirm", membership.pk)).status_code == 404
    client.force_login(manager)
    assert "Solar Cluster names Firm as a member" in client.get(url("my")).text
    assert client.post(url("membership_confirm", membership.pk)).status_code == 302
    client.logout()
    assert "Firm" in client.get(url("cluster_detail", "saules")).text
    assert coordinator.has_perm("directory.change_organisation", organisation)


def test_refused_membership_is_gone_and_recorded(client, cluster, coordinator):
    organisation = f.OrganisationFactory()
    manager = f.AffiliationFactory(organisation=organisation, manager=True).person
    membership = actions.add_member(cluster, organisation, by=coordinator, values={"kind": "member"})
    client.force_login(manager)
    assert client.post(url("membership_reject", membership.pk)).status_code == 302
    assert not ClusterMembership.objects.filter(pk=membership.pk).exists()
    assert AuditEvent.objects.filter(action="membership rejected", actor_id=manager.pk).count() == 1
    with pytest.raises(ValidationError):
        actions.reject_membership(f.ClusterMembershipFactory(organisation=organisation), by=manager)


def test_office_names_members_at_once(cluster):
    membership = actions.add_member(cluster, f.OrganisationFactory(), by=UserFactory(secretariat=True), values={})
    assert membership.is_confirmed


def test_nobody_is_named_twice_at_a_time(client, cluster, coordinator):
    member = f.ClusterMembershipFactory(cluster=cluster, organisation__slug="imone")
    client.force_login(coordinator)
    response = client.post(url("member_add", "saules", "imone"), {"kind": "member"})
    assert response.status_code == 422
    assert ClusterMembership.objects.filter(organisation=member.organisation).count() == 1


def test_membership_ends_with_its_day_and_stays(client, cluster, coordinator):
    membership = f.ClusterMembershipFactory(cluster=cluster, joined=datetime.date(2015, 1, 1))
    client.force_login(coordinator)
    address = url("member_end", "saules", membership.pk)
    assert client.post(address, {"left": "2014-01-01"}, follow=True).status_code == 200
    membership.refresh_from_db()
    assert membership.left is None  # it cannot end before it began
    assert client.post(address, {"left": "2020-06-30"}).status_code == 302
    membership.refresh_from_db()
    assert membership.left == datetime.date(2020, 6, 30)
    assert client.post(address, {"left": "2021-06-30"}).status_code == 302
    membership.refresh_from_db()
    assert membership.left == datetime.date(2020, 6, 30)  # the second time changes nothing
    other = f.ClusterMembershipFactory()
    assert client.post(url("member_end", "saules", other.pk), {"left": "2020-06-30"}).status_code == 404


def new_organisation(**more):
    return {
        "organisation-name_en": "Amber Works",
        "organisation-name_lt": "Gintaro dirbtuvės",
        "organisation-kind": "small",
        "organisation-country": "LT",
        "membership-kind": "member",
        "membership-joined": "2024-01-01",
        **more,
    }


def test_new_organisation_gets_a_page_and_its_place(client, cluster, coordinator):
    client.force_login(coordinator)
    address = url("member_new", "saules")
    response = client.post(address, new_organisation())
    assert response.status_code == 302, response.context["form"].errors
    organisation = Organisation.objects.get(slug="amber-works")
    assert organisation.is_published
    assert organisation in Organisation.objects.kept_by(coordinator)
    assert client.get(url("organisation_detail", "amber-works")).status_code == 200
    second = client.post(address, new_organisation(**{"organisation-name_en": "Amber Works Ltd"}))
    assert second.status_code == 422  # nearly the same name: is it this one?
    assert url("member_add", "saules", "amber-works") in second.text
    sure = client.post(address, new_organisation(sure="1"))
    assert sure.status_code == 302
    assert Organisation.objects.filter(slug="amber-works-2").exists()


def test_legal_code_that_is_known_is_refused_at_its_field(client, cluster, coordinator):
    f.OrganisationFactory(legal_code="123456789", country="LT")
    client.force_login(coordinator)
    response = client.post(url("member_new", "saules"), new_organisation(**{"organisation-legal_code": "123 456 789"}))
    assert response.status_code == 422
    assert "legal_code" in str(response.context["form"].errors.as_json())
    wrong = client.post(url("member_new", "saules"), new_organisation(**{"organisation-legal_code": "12"}))
    assert wrong.status_code == 422
    unknown = client.post(url("member_new", "saules"), new_organisation(**{"organisation-nace": "99.99.99"}))
    assert list(unknown.context["form"].errors) == ["nace"]


# --- openings, achievements ------------------------------------------------------------------------------------------
def test_opening_from_draft_to_closed(client, cluster, coordinator):
    client.force_login(coordinator)
    data = {"kind": "partner", "title_en": "Laboratory sought", "conditions_en": "Near Kaunas"}
    assert client.post(url("opening_new", "saules"), data).status_code == 302
    opening = Opening.objects.get()
    assert (opening.status, opening.kind, opening in Opening.objects.listed()) == ("draft", "partner", False)
    data["version"] = actions.version_of(opening)
    assert client.post(url("opening_edit", "saules", opening.pk), data | {"is_public": "on"}).status_code == 302
    assert opening in Opening.objects.listed()
    past = client.post(url("opening_edit", "saules", opening.pk), data | {"until": "2020-01-01"})
    assert list(past.context["form"].errors) == ["until"]
    assert client.post(url("opening_close", "saules", opening.pk)).status_code == 302
    assert opening not in Opening.objects.listed()
    assert [event.action for event in AuditEvent.objects.of(opening).order_by("id")] == ["added", "changed", "closed"]
    assert client.get(url("opening_close", "saules", opening.pk)).status_code == 405


def test_achievement_is_added_changed_and_deleted(client, cluster, coordinator):
    client.force_login(coordinator)
    assert client.post(url("achievement_new", "saules"), {"title_en": "A prize", "happened": "2020"}).status_code == 302
    achievement = Achievement.objects.get()
    assert (achievement.source.key, achievement.as_of) == ("own-data", today().isoformat())
    address = url("achievement_edit", "saules", achievement.pk)
    version = {"version": actions.version_of(achievement)}
    wrong = client.post(address, version | {"title_en": "A prize", "happened": "2020-13"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["happened"])
    assert client.post(address, version | {"title_en": "A big prize", "happened": "2020-12"}).status_code == 302
    assert Achievement.objects.get().title["en"] == "A big prize"
    assert client.post(url("achievement_delete", "saules", achievement.pk)).status_code == 302
    assert not Achievement.objects.exists()
    assert client.post(url("achievement_delete", "saules", achievement.pk)).status_code == 404


def test_nothing_of_another_cluster_is_reached_through_ones_own(client, cluster, coordinator):
    client.force_login(coordinator)
    opening, achievement = f.OpeningFactory(), f.AchievementFactory()
    for name, row in [("opening_edit", opening), ("achievement_edit", achievement)]:
        assert client.get(url(name, "saules", row.pk)).status_code == 404
    for name, row in [("opening_close", opening), ("achievement_delete", achievement)]:
        assert client.post(url(name, "saules", row.pk)).status_code == 404


def test_logo_is_judged_by_its_content(client, cluster, coordinator):
    client.force_login(coordinator)
    address = url("cluster_edit", "saules")
    evil = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", content_type="image/png")
    response = client.post(address, typed(form_of(client, address)) | {"logo": evil})
    assert list(response.context["form"].errors) == ["logo"]


def test_counties_are_offered_by_country_the_own_one_first_and_by_the_alphabet():
    for code, country, name in (
        ("LT02Z", "LT", {"lt": "Šiaulių apskritis"}), ("LT02Y", "LT", {"lt": "Tauragės apskritis"}),
        ("LT02X", "LT", {"lt": "Utenos apskritis"}), ("LT02W", "LT", {"lt": "Alytaus apskritis"}),
        ("LV00Z", "LV", {"lv": "Rīga"}), ("BE00Z", "BE", {"und": "Arr. Antwerpen"}), ("LT0", "LT", {"lt": "Lietuva"}),
    ):  # fmt: skip
        f.RegionFactory(code=code, country=country, name=name, level=len(code) - 2)
    with override("lt"):
        choices = list(edit_forms.OrganisationForm().fields["region"].choices)
    assert choices == [
        ("", "nenurodyta"),
        ("Lietuva", [("LT02W", "Alytaus apskritis"), ("LT02Z", "Šiaulių apskritis"), ("LT02Y", "Tauragės apskritis"),
                     ("LT02X", "Utenos apskritis")]),
        ("Belgija", [("BE00Z", "Arr. Antwerpen")]),
        ("Latvija", [("LV00Z", "Rīga")]),
    ]  # fmt: skip


def test_own_country_is_offered_first(settings):
    codes = [code for code, _name in edit_forms.OrganisationForm().fields["country"].choices]
    assert codes[:2] == ["", settings.COUNTRY]


def test_languages_to_write_in_follow_the_alphabet_of_the_reader():
    with override("lt"):
        names = [name for _code, name in edit_forms.language_choices()]
    assert names[:5] == ["Anglų", "Lietuvių", "Airių", "Bulgarų", "Čekų"]
    assert names[-1] == "Vokiečių"


def test_office_is_led_from_my_pages_to_the_office(client):
    client.force_login(UserFactory(secretariat=True))
    assert reverse("wagtailadmin_home") in client.get(url("my")).content.decode().partition("<main")[2]
    client.force_login(UserFactory())
    main = client.get(url("my")).content.decode().partition("<main")[2]
    assert reverse("wagtailadmin_home") not in main
    assert url("cluster_list") in main


def test_my_pages_list_what_one_keeps(client, cluster, coordinator):
    client.force_login(coordinator)
    page = client.get(url("my")).text
    for name, entry in [("cluster_edit", cluster), ("organisation_edit", cluster.coordinator)]:
        assert url(name, entry.slug) in page
    client.force_login(UserFactory())
    assert "You do not act for an organisation yet" in client.get(url("my")).text


def test_languages_to_write_in_begin_with_those_of_the_site():
    with override("en"):
        codes = [code for code, _name in edit_forms.language_choices()]
    assert codes[:2] == ["en", "lt"]
    assert len(codes) == len(set(codes))
