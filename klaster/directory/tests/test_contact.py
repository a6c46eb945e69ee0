"""Writing to a coordinator: who gets it, in which language, and what robots and impatient people achieve."""

import time
import uuid

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.core.tests.together import at_once, during
from klaster.core.tests.visits import url
from klaster.directory import actions, forms
from klaster.directory import factories as f
from klaster.directory.models import ContactMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
both = f.both
SECRET = "slaptas-adresas@pavyzdys.test"


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"))


@pytest.fixture
def coordinator(cluster):
    affiliation = f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__language="lt")
    return affiliation.person


def ticket(cluster, *, age=60, once=None):
    """What a form shown `age` seconds ago carries."""
    with time_machine.travel(_now() - age, tick=False):
        return signing.dumps([cluster.pk, str(once or uuid.uuid4()), int(_now())], salt=forms.SALT)


def _now():
    return time.time()


def message(cluster, **more):
    return {
        "name": "Ona Onaitė", "email": "ona@pavyzdys.test", "organisation": "UAB „Ona“",
        "body": "Sveiki,\n\nnorėtume susitikti.", "homepage": "", "ticket": ticket(cluster), **more,
    }  # fmt: skip


def send(client, cluster, query="", **more):
    return client.post(url("cluster_contact", cluster.slug, query=query), message(cluster, **more))


def test_coordinator_gets_a_letter_in_the_own_language_and_answers_go_to_the_sender(
    client, cluster, coordinator, send_letters
):
    response = send(client, cluster)
    assert (response.status_code, response["Location"]) == (302, url("cluster_contact_sent", "saules"))
    (mail,) = send_letters()
    assert mail.to == [coordinator.email]
    assert mail.reply_to == ["ona@pavyzdys.test"]
    assert "Saulės klasteris" in mail.subject
    assert "> norėtume susitikti." in mail.body
    kept = ContactMessage.objects.get()
    assert (kept.name, kept.sender, kept.language, kept.opening) == ("Ona Onaitė", None, "en", None)
    notice = Notice.objects.get(person=coordinator)
    with override("lt"):
        assert notice.url == reverse("cluster_messages", args=["saules"])
    event = AuditEvent.objects.get(action="message sent")
    assert "Ona" not in f"{event.object_text} {event.before} {event.after}"


def test_opening_stands_in_the_letter_and_closed_ones_are_not_there(client, cluster, coordinator, send_letters):
    opening = f.OpeningFactory(cluster=cluster, title=both("Ieškoma laboratorija", "Laboratory sought"))
    page = client.get(url("cluster_contact", "saules", query=f"?opening={opening.pk}"))
    assert "Laboratory sought" in page.text
    send(client, cluster, query=f"?opening={opening.pk}")
    assert ContactMessage.objects.get().opening == opening
    assert "Ieškoma laboratorija" in send_letters()[0].body
    opening.status = "hidden"
    opening.save()
    foreign = f.OpeningFactory()
    for number in (opening.pk, foreign.pk, "x", "9" * 30, "٣"):
        assert client.get(url("cluster_contact", "saules", query=f"?opening={number}")).status_code == 404


def test_address_of_the_cluster_gets_it_once_and_nobody_reads_it_on_a_page(client, cluster, coordinator, send_letters):
    cluster.contact_email, cluster.languages = SECRET, ["en"]
    cluster.save()
    f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__email=SECRET.upper())
    send(client, cluster)
    assert sorted(mail.to[0].lower() for mail in send_letters()) == sorted([coordinator.email, SECRET])
    for page in ("cluster_detail", "cluster_contact", "cluster_contact_sent"):
        text = client.get(url(page, "saules")).text
        assert SECRET not in text.lower()
        assert coordinator.email not in text
        assert "mailto:" not in text


def test_without_a_keeper_the_office_gets_it_and_the_page_says_so(client, cluster, send_letters):
    secretary = UserFactory(secretariat=True, language="en")
    page = client.get(url("cluster_contact", "saules"))
    assert "network's office" in page.text
    send(client, cluster)
    (mail,) = send_letters()
    assert mail.to == [secretary.email]
    assert "the network's office gets this one" in mail.body


def test_without_anybody_the_address_of_the_site_gets_it(client, cluster, settings, send_letters):
    settings.OFFICE_EMAIL = "biuras@pavyzdys.test"
    send(client, cluster)
    assert [mail.to for mail in send_letters()] == [["biuras@pavyzdys.test"]]


def test_same_form_sends_one_message(client, cluster, coordinator):
    once = ticket(cluster)
    for _time in range(3):
        assert send(client, cluster, ticket=once).status_code == 302
    assert ContactMessage.objects.count() == 1
    assert Letter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_send_one_message(cluster, coordinator):
    once = uuid.uuid4()

    def click():
        row = ContactMessage(name="Ona", email="ona@pavyzdys.test", body="Sveiki")
        return actions.send_message(row, by=None, once=once, cluster=cluster).pk

    sent = at_once(click, click, refusals=())
    assert len(set(sent)) == ContactMessage.objects.count() == Letter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gone", ["cluster", "opening"])
def test_what_is_hidden_while_a_message_is_sent_gets_none(client, cluster, coordinator, gone):
    opening = f.OpeningFactory(cluster=cluster)
    hidden = {"cluster": cluster, "opening": opening}[gone]
    rows = type(hidden).objects.filter(pk=hidden.pk)
    answer = during(
        lambda: rows.select_for_update().get(),
        lambda: send(client, cluster, query=f"?opening={opening.pk}").status_code,
        lambda: rows.update(status="hidden"),
    )
    assert answer == 404
    assert not ContactMessage.objects.exists()
    assert not Letter.objects.exists()


def test_robot_that_fills_what_nobody_sees_is_thanked_and_ignored(client, cluster, coordinator):
    response = send(client, cluster, homepage="https://spam.test/")
    assert (response.status_code, response["Location"]) == (302, url("cluster_contact_sent", "saules"))
    assert not ContactMessage.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (lambda cluster: {"ticket": ticket(cluster, age=1)}, "very quick"),
        (lambda cluster: {"ticket": ticket(cluster, age=25 * 3600)}, "open for too long"),
        (lambda cluster: {"ticket": "forged"}, "open for too long"),
        (lambda cluster: {"ticket": ""}, "open for too long"),
        (lambda cluster: {"ticket": ticket(f.ClusterFactory())}, "another page"),
        (lambda cluster: {"body": "http://a.test http://b.test www.c.test"}, "leave out links"),
        (lambda cluster: {"email": "not an address"}, "valid email"),
        (lambda cluster: {"email": "ona@pavyzdys.test\nBcc: x@y.test"}, "valid email"),
        (lambda cluster: {"body": ""}, "required"),
        (lambda cluster: {"body": "x" * 4001}, "4000"),
        (lambda cluster: {"name": "O\x00na"}, "Null characters"),
    ],
)
def test_what_is_refused_keeps_the_text_and_can_be_sent_again(client, cluster, coordinator, more, said):
    response = send(client, cluster, **({"body": "Mano tekstas"} | more(cluster)))
    assert response.status_code == 422
    assert said in response.text
    assert not ContactMessage.objects.exists()
    if "body" not in more(cluster):
        assert "Mano tekstas" in response.text
    if "ticket" in more(cluster) and "very quick" not in said:  # the form that comes back carries a ticket that holds
        form = response.context["form"]
        with time_machine.travel(_now() + 30):
            again = send(client, cluster, ticket=form["ticket"].value())
        assert again.status_code == 302


def test_sixth_message_in_an_hour_waits_with_its_text(client, cluster, coordinator):
    for _message in range(5):
        assert send(client, cluster).status_code == 302
    refused = send(client, cluster, body="Šeštas laiškas")
    assert refused.status_code == 429
    assert "Šeštas laiškas" in refused.text
    assert ContactMessage.objects.count() == 5
    client.force_login(UserFactory())  # somebody else at the same address
    assert send(client, cluster).status_code == 302
    with time_machine.travel(_now() + 3700):
        client.logout()
        assert send(client, cluster).status_code == 302


def test_refused_forms_do_not_count(client, cluster, coordinator):
    for _try in range(9):
        assert send(client, cluster, email="x").status_code == 422
    assert send(client, cluster).status_code == 302


def test_draft_cannot_be_written_to(client, cluster):
    cluster.status = "draft"
    cluster.save()
    assert client.get(url("cluster_contact", "saules")).status_code == 404
    assert send(client, cluster).status_code == 404


def test_person_signed_in_need_not_write_the_name(client, cluster):
    client.force_login(UserFactory(name="Ona Onaitė", email="ona@pavyzdys.test"))
    page = client.get(url("cluster_contact", "saules")).text
    assert 'value="Ona Onaitė"' in page
    assert 'value="ona@pavyzdys.test"' in page


def test_messages_are_read_by_the_coordinator_and_the_office_only(client, cluster, coordinator):
    f.ContactMessageFactory(cluster=cluster, body="<b>Labas</b>", sender=(sender := UserFactory()))
    f.ContactMessageFactory(body="Kitam")
    address = url("cluster_messages", "saules")
    assert client.get(address).status_code == 302
    other = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    for person, status in [(other, 404), (sender, 404), (coordinator, 200), (UserFactory(secretariat=True), 200)]:
        client.force_login(person)
        page = client.get(address)
        assert page.status_code == status
    assert "&lt;b&gt;Labas&lt;/b&gt;" in page.text
    assert "Kitam" not in page.text
