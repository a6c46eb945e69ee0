"""Registering through the site, and one's own registration by its link."""

import datetime
import uuid

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateUsed

from klaster.accounts.factories import UserFactory
from klaster.core.models import Letter, RateCount
from klaster.directory.factories import AffiliationFactory, ClusterMembershipFactory
from klaster.events import factories as f
from klaster.events.actions import registration as actions
from klaster.events.actions.registration import Guest
from klaster.events.forms.registration import ticket_for
from klaster.events.models import Answer, Registration, SessionChoice
from klaster.events.models import RegistrationState as S

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HOUR = datetime.timedelta(hours=1)


def form_of(event, **fields):
    return {
        "ticket": ticket_for(event), "name": "Ona Onaitė", "email": "ona@example.org", "country": "LT",
        "colleagues-TOTAL_FORMS": "0", "colleagues-INITIAL_FORMS": "0", **fields,
    }  # fmt: skip


def send(client, event, **fields):
    return client.post(reverse("event_register", args=[event.slug]), form_of(event, **fields))


def errors(response):
    form, colleagues = response.context["form"], response.context["colleagues"]
    return {**form.errors, **{f"{n}-{k}": v for n, each in enumerate(colleagues.errors) for k, v in each.items()}}


def at_once(event, **fields):
    row = Registration(name="Jonas", email=f"{uuid.uuid4().hex}@example.org", language="en", **fields)
    return actions.register(event, [Guest(row)], by=None, once=uuid.uuid4()).rows[0]


def link(row, name="registration_detail"):
    return reverse(name, args=[row.link_token()])


# --- registering ----------------------------------------------------------------------------------------------------
def test_a_visitor_registers_with_colleagues_and_answers(client):
    event = f.EventFactory(most_together=3, mode="both")
    press = f.CategoryFactory(event=event)
    workshop = f.SessionFactory(event=event, capacity=2)
    asked = {
        "line": "Kava", "text": "Ilgas\ntekstas", "yes_no": "no", "one": "Žalia", "several": ["Žalia", "Balta"],
        "number": "3,5", "day": "2027-03-01", "consent": "on",
    }  # fmt: skip
    options = [{"lt": "Žalia", "en": "Green"}, {"lt": "Balta", "en": "White"}]
    rows = {kind: f.QuestionFactory(event=event, kind=kind, is_required=True, options=options) for kind in asked}
    given = {f"question_{rows[kind].pk}": value for kind, value in asked.items()}
    response = send(
        client, event, **given, category=press.pk, sessions=[workshop.pk], dietary="vegetarė", is_online="on",
        **{"colleagues-TOTAL_FORMS": "2", "colleagues-0-name": "Petras", "colleagues-0-category": press.pk},
        together="yes",
    )  # fmt: skip
    assert response.status_code == 302, errors(response)
    assert response["Location"].endswith("/register/sent/")
    lead, colleague = event.registrations.order_by("number")
    assert (lead.name, lead.dietary, lead.is_online, lead.language) == ("Ona Onaitė", "vegetarė", True, "en")
    assert (colleague.name, colleague.booked_by, colleague.email, colleague.country.code) == ("Petras", lead, "", "LT")
    kept = {answer.question.kind: answer.value for answer in Answer.objects.filter(registration=lead)}
    assert kept == {**asked, "yes_no": False, "number": 3.5, "consent": True}
    assert SessionChoice.objects.get().registration == lead
    assert b"Green, White" in client.get(link(lead)).content
    assert client.get(response["Location"]).status_code == 200


def test_a_rush_asks_little_of_the_database(client, django_assert_max_num_queries):
    """Each statement under the lock of the event is waited for by everybody else who presses."""
    event = f.EventFactory(capacity=1)
    for number in range(2):
        send(client, event, email=f"n{number}@example.org")
    with django_assert_max_num_queries(22):
        assert send(client, event).status_code == 302
    assert event.registrations.count() == 3


def test_a_second_press_of_the_same_form_registers_once(client):
    event = f.EventFactory()
    form = form_of(event)
    for _press in range(2):
        assert client.post(reverse("event_register", args=[event.slug]), form).status_code == 302
    assert (event.registrations.count(), Letter.objects.count()) == (1, 1)


def test_the_answer_does_not_tell_who_is_registered(client):
    event = f.EventFactory()
    first, second = send(client, event), send(client, event, name="Smalsuolis", email="ONA@example.org")
    other = send(client, event, email="kita@example.org")
    assert {response["Location"] for response in (first, second, other)} == {first["Location"]}
    assert event.registrations.count() == 2
    assert Letter.objects.filter(purpose="events.already", address="ona@example.org").count() == 1
    assert event.registrations.order_by("number").first().name == "Ona Onaitė"


NOT_GOOD = [
    ({"name": ""}, "name"),
    ({"name": "On\x00a"}, "name"),
    ({"name": "x" * 1_000_000}, "name"),
    ({"email": "ona"}, "email"),
    ({"email": "a" * 250 + "@example.org"}, "email"),
    ({"email": "ona@example.org\r\nBcc: a@example.org"}, "email"),
    ({"email": "<ona@example.org>"}, "email"),
    ({"country": "XX"}, "country"),
    ({"country": ""}, "country"),
    ({"dietary": "y" * 301}, "dietary"),
    ({"ticket": "nonsense"}, "__all__"),
    ({"ticket": ""}, "__all__"),
    ({"sessions": ["1 or 1=1"]}, "sessions"),
    ({"question": "four"}, "question"),
    ({"colleagues-TOTAL_FORMS": "1", "colleagues-0-name": "J", "colleagues-0-email": "jonas"}, "0-email"),
    ({"colleagues-TOTAL_FORMS": "1", "colleagues-0-email": "jonas@example.org"}, "0-name"),
    ({"colleagues-TOTAL_FORMS": "2", "colleagues-0-name": "A", "colleagues-0-email": "a@example.org",
      "colleagues-1-name": "B", "colleagues-1-email": "A@example.org"}, "1-email"),
    ({"email": "one@example.org", "colleagues-TOTAL_FORMS": "1", "colleagues-0-name": "A",
      "colleagues-0-email": "ONE@example.org"}, "0-email"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "field"), NOT_GOOD)
def test_what_is_not_good_is_said_at_the_field_and_nothing_is_lost(client, given, field):
    event = f.EventFactory()
    f.SessionFactory(event=event, capacity=2)
    question = f.QuestionFactory(event=event, kind="number")
    given = {f"question_{question.pk}" if name == "question" else name: value for name, value in given.items()}
    response = send(client, event, phone="+370 600 00000", **given)
    assert response.status_code == 422
    assert set(errors(response)) == {f"question_{question.pk}" if field == "question" else field}
    assert b"+370 600 00000" in response.content
    assert not event.registrations.exists()


@pytest.mark.parametrize("total", ["-1", "x", "", "100000000", "1\x00"])
def test_a_broken_number_of_rows_is_no_fault_of_ours(client, total):
    event = f.EventFactory(most_together=2)
    assert send(client, event, **{"colleagues-TOTAL_FORMS": total}).status_code in (302, 422)
    assert send(client, event, **{"colleagues-TOTAL_FORMS": total, "more": "1"}).status_code == 200


def test_questions_of_a_category_are_demanded_of_it_only(client):
    event = f.EventFactory()
    press, guest = f.CategoryFactory(event=event), f.CategoryFactory(event=event)
    question = f.QuestionFactory(event=event, is_required=True)
    question.categories.add(press)
    name = f"question_{question.pk}"
    assert set(errors(send(client, event, category=press.pk))) == {name}
    assert send(client, event, category=guest.pk, **{name: "not asked"}).status_code == 302
    assert not Answer.objects.exists()
    hidden = f.CategoryFactory(event=event, is_offered=False)
    assert "category" in errors(send(client, event, email="b@example.org", category=hidden.pk))


def test_a_question_of_a_category_says_of_whom_it_is_required_and_is_not_called_optional(client):
    event = f.EventFactory()
    press = f.CategoryFactory(event=event, name=f.both("Spauda", "Press"))
    question = f.QuestionFactory(event=event, is_required=True)
    question.categories.add(press)
    page = client.get(reverse("event_register", args=[event.slug]))
    assertContains(page, "To be answered by: Press.")
    assertNotContains(page, f"{question.label}\n  <span")


def test_rows_for_colleagues_come_and_go_without_script_and_keep_what_was_typed(client):
    event = f.EventFactory()
    page = send(client, event, more="1", name="Ona", email="broken")
    assert (page.status_code, len(page.context["colleagues"].forms)) == (200, 1)
    assert not page.context["form"].errors
    assert b'value="broken"' in page.content
    rows = {"colleagues-TOTAL_FORMS": "2", "colleagues-0-name": "Petras", "colleagues-1-name": "Jonas"}
    page = send(client, event, less="0", **rows)
    assert [form["name"].value() for form in page.context["colleagues"].forms] == ["Jonas"]
    assert not event.registrations.exists()


def test_who_fills_the_hidden_field_is_a_robot(client):
    event = f.EventFactory()
    assert send(client, event, homepage="http://example.org").status_code == 302
    assert not event.registrations.exists()


def test_so_many_an_hour_and_then_the_text_stays(client):
    event = f.EventFactory()
    for number in range(20):
        assert send(client, event, email=f"a{number}@example.org").status_code == 302
    refused = send(client, event, email="one-more@example.org")
    assert refused.status_code == 429
    assert b"one-more@example.org" in refused.content
    assert event.registrations.count() == 20
    assert RateCount.objects.filter(scope="register").exists()


@pytest.mark.parametrize(("delta", "taken"), [(-1, True), (0, False), (1, False)])
def test_a_form_sent_after_the_end_is_late_and_says_so(client, delta, taken):
    event = f.EventFactory(closes_at=timezone.now() + 3 * HOUR)
    with time_machine.travel(event.closes_at + datetime.timedelta(seconds=delta), tick=False):
        response = send(client, event)
        assert response.status_code == (302 if taken else 422)
        if not taken:
            assert b"Registration is closed" in response.content
            assert b"ona@example.org" in response.content
            assert b"Registration is closed" in client.get(reverse("event_register", args=[event.slug])).content
    assert event.registrations.count() == taken


def test_who_is_signed_in_finds_the_form_filled_and_counts_as_member(client):
    member = ClusterMembershipFactory()
    person = AffiliationFactory(organisation=member.organisation).person
    event = f.EventFactory()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("event_register", args=[event.slug]))
    assert page.context["form"]["email"].value() == person.email
    response = send(client, event, email=person.email, name=person.name, acts_for=member.organisation.pk)
    row = event.registrations.get()
    assert (row.person, row.organisation, row.is_member) == (person, member.organisation, True)
    assert response["Location"] == link(row)
    again = send(client, event, email=person.email)
    assert (again["Location"], event.registrations.count()) == (link(row), 1)
    page = client.get(reverse("event_register", args=[event.slug]))
    assert not page.context["form"]["email"].value()
    boss = send(client, event, email="boss@example.org", name="Vadovė", acts_for=member.organisation.pk)
    assert boss["Location"].endswith("/register/sent/")
    assert event.registrations.get(email="boss@example.org").person is None
    assert list(client.get(reverse("my_registrations")).context["page"]) == [row]
    stranger = send(client, event, email="s@example.org", acts_for=f.OrganisationFactory().pk)
    assert "acts_for" in errors(stranger)


def test_terms_must_be_agreed_to(client):
    event = f.EventFactory(terms={"lt": "Sąlygos", "en": "Conditions"})
    assert set(errors(send(client, event))) == {"terms"}
    assert send(client, event, terms="on").status_code == 302


def test_a_draft_has_no_form(client):
    assert client.get(reverse("event_register", args=[f.EventFactory(state="draft").slug])).status_code == 404


# --- one's own ------------------------------------------------------------------------------------------------------
def test_a_link_opens_one_registration_and_a_wrong_one_nothing(client):
    row = at_once(f.EventFactory())
    assert client.get(link(row)).status_code == 200
    token = row.link_token()
    signed = signing.Signer(salt="other").sign(f"{row.pk}.{row.code}").replace(":", "~")
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), signed, "x", f"{row.pk}.{row.code}"):
        assert client.get(reverse("registration_detail", args=[wrong])).status_code == 404
    Registration.objects.filter(pk=row.pk).update(code="AAAAAAAAAA")
    assert client.get(reverse("registration_detail", args=[token])).status_code == 404


def test_an_offered_place_is_taken_by_the_link(client):
    event = f.EventFactory(capacity=1)
    first, second = at_once(event), at_once(event)
    waits = client.get(link(second)).content.decode()
    assert "You are number 1 on the waiting list." in waits
    assert "in the order of registration" in waits
    client.post(link(first, "registration_cancel"), {"reason": "il\x00l"})
    assert Registration.objects.get(pk=first.pk).reason == "ill"
    assert "Take the place" in client.get(link(second)).content.decode()
    client.post(link(second, "registration_accept"))
    second.refresh_from_db()
    assert second.state == S.CONFIRMED
    assert "No place is offered" in client.post(link(first, "registration_accept"), follow=True).content.decode()


def test_colleagues_are_cancelled_by_who_brought_them_and_nobody_else(client):
    event = f.EventFactory()
    rows = actions.register(
        event, [Guest(Registration(name=n, email=e)) for n, e in [("Ona", "a@example.org"), ("Petras", "")]],
        by=None, once=uuid.uuid4(),
    ).rows  # fmt: skip
    stranger = at_once(event)
    cancel = link(stranger, "registration_cancel")
    for asked in (rows[1].pk, "x", "9" * 30, stranger.pk):
        assert client.post(cancel, {"colleague": asked}).status_code == 404
    client.post(link(rows[0], "registration_cancel"), {"colleague": rows[1].pk})
    assert [row.state for row in event.registrations.order_by("number")] == [S.CONFIRMED, S.CANCELLED, S.CONFIRMED]


def test_a_registration_is_changed_until_the_term(client):
    event = f.EventFactory(change_until=timezone.now() + HOUR)
    question = f.QuestionFactory(event=event)
    row = at_once(event, country="LT")
    name = f"question_{question.pk}"
    page = link(row, "registration_change")
    response = client.post(page, {"name": "Jonas Naujas", "country": "LV", name: "Taip"})
    assert response["Location"] == link(row)
    row.refresh_from_db()
    assert (row.name, row.country.code, row.answers.get().value) == ("Jonas Naujas", "LV", "Taip")
    assert client.get(page).context["form"][name].value() == "Taip"
    assert client.post(page, {"name": "", "country": "LV"}).status_code == 422
    with time_machine.travel(event.change_until, tick=False):
        assert client.post(page, {"name": "Per vėlai", "country": "LV"}).status_code == 302
    row.refresh_from_db()
    assert row.name == "Jonas Naujas"


def test_reading_changes_nothing_and_asks_the_same_for_many(client, django_assert_num_queries):
    person = UserFactory()
    rows = [f.RegistrationFactory(person=person) for _ in range(4)]
    before = list(Registration.objects.order_by("pk").values())
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    for row in rows:
        client.get(link(row))
        client.get(link(row, "registration_accept"))
        client.get(link(row, "registration_cancel"))
    assert list(Registration.objects.order_by("pk").values()) == before
    asked = []
    for _round in range(2):
        with django_assert_num_queries(100, exact=False) as found:
            assert client.get(reverse("my_registrations")).status_code == 200
        asked.append(len(found))
        Registration.objects.filter(pk__in=[row.pk for row in rows[1:]]).delete()
    assert asked[0] == asked[1]


def test_the_list_of_ones_own_stands_in_the_workspace(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assertTemplateUsed(client.get(reverse("my_registrations")), "directory/parts/workspace_side.html")


@pytest.mark.parametrize(
    ("state", "words"), [("cancelled", "The event is cancelled."), ("postponed", "The event is postponed.")]
)
def test_who_has_a_place_at_an_event_that_is_off_reads_that_it_is(client, state, words):
    event = f.EventFactory(state=state)
    row = f.RegistrationFactory(event=event)
    page = client.get(link(row))
    assertContains(page, words)
    assertNotContains(page, "You have a place.")
    assert ("I cannot come" in page.text) is (state == "postponed")
    assertContains(client.get(reverse("event_register", args=[event.slug])), f"This event is {state}.")


def test_who_waited_for_an_event_that_is_over_can_do_nothing_more(client):
    row = f.RegistrationFactory(event=f.EventFactory(state="held", starts=f.in_days(-3)), state=S.WAITING)
    page = client.get(link(row))
    assertContains(page, "This event is over.")
    assertNotContains(page, "waiting list.")
    assertNotContains(page, "I cannot come")


def test_the_next_of_ones_events_stands_first_and_what_is_over_last(client):
    person = UserFactory()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    rows = [f.RegistrationFactory(person=person, event=f.EventFactory(starts=f.in_days(n))) for n in (-9, 40, -3, 5)]
    shown = [row.pk for row in client.get(reverse("my_registrations")).context["page"]]
    assert shown == [rows[3].pk, rows[1].pk, rows[2].pk, rows[0].pk]


def test_who_takes_part_in_nothing_is_led_to_the_events(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assertContains(client.get(reverse("my_registrations")), "See the events")
