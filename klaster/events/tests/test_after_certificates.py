"""Certificates of attendance: who gets one, what it says, who may see it, what its check tells."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import pdf, privacy
from klaster.core.tests.together import at_once
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.events import certificates, letters
from klaster.events import factories as f
from klaster.events.actions import certificates as actions
from klaster.events.models import Certificate, RegistrationState, Session, State

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def held(**fields):
    starts = f.in_days(-2)
    return f.EventFactory(state=State.HELD, starts=starts, ends=starts + 8 * HOUR, **fields)


@pytest.fixture
def event():
    return held(cluster=ClusterFactory())


@pytest.fixture
def organiser(event):
    return AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person


def came(event, **fields):
    return f.AttendanceFactory(registration__event=event, **fields).registration


def test_those_who_were_there_get_one_and_only_one(event, organiser):
    there, also = came(event), came(event)
    f.RegistrationFactory(event=event)  # did not come
    f.AttendanceFactory(registration__event=event, undone_at=timezone.now())  # by mistake
    came(event, registration__state=RegistrationState.CANCELLED)
    came(held())  # elsewhere
    assert actions.issue(event, by=organiser) == 2
    assert actions.issue(event, by=organiser) == 0
    rows = list(event.certificates.all())
    assert [(row.registration, row.number) for row in rows] == [(there, 1), (also, 2)]
    late = came(event)
    assert actions.issue(event, by=organiser) == 1
    assert certificates.of(late).number == 3


def test_none_is_issued_before_the_end(organiser):
    event = f.EventFactory()
    came(event)
    with pytest.raises(ValidationError):
        actions.issue(event, by=organiser)


def test_hours_are_those_of_the_sessions_and_what_overlaps_counts_once(event, organiser):
    there = came(event)
    starts = event.starts
    for begin, end, kind in [(0, 2, "talk"), (1, 3, "workshop"), (4, 5, "talk"), (3, 4, "pause")]:
        session = f.SessionFactory(event=event, starts=starts + begin * HOUR, ends=starts + end * HOUR, kind=kind)
        f.AttendanceFactory(registration=there, session=session)
    f.SessionFactory(event=event)
    actions.issue(event, by=organiser)
    certificate = certificates.of(there)
    assert (certificate.minutes, certificate.hours, len(certificate.sessions)) == (240, 4, 4)


def test_without_sessions_no_hours_are_made_up(event, organiser):
    there = came(event)
    actions.issue(event, by=organiser)
    assert certificates.of(there).hours is None
    assert certificates.together([Session(kind="talk")]) is None


def test_a_withdrawn_one_says_why_and_is_issued_again_only_when_asked(event, organiser):
    there = came(event)
    actions.issue(event, by=organiser)
    first = certificates.of(there)
    with pytest.raises(ValidationError):
        actions.withdraw(first, by=organiser, reason=" ")
    there.name = "Vardenė Pavardenė"
    there.save()
    second = actions.withdraw(first, by=organiser, reason="Klaida varde", again=True)
    assert (second.number, second.name) == (2, "Vardenė Pavardenė")
    with pytest.raises(ValidationError):
        actions.withdraw(first, by=organiser, reason="Dar kartą")
    actions.withdraw(second, by=organiser, reason="Nedalyvavo")
    assert actions.issue(event, by=organiser) == 0
    assert certificates.of(there) is None
    assert certificates.link(there) is None


def test_the_database_keeps_numbers_and_holders_apart(event):
    one = f.CertificateFactory(registration__event=event, number=1)
    for fields in ({"number": 1}, {"registration": one.registration, "number": 2}, {"number": 3, "reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            f.CertificateFactory(**{"registration__event": event, **fields})


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_give_each_person_one():
    event, office = held(), UserFactory(secretariat=True)
    for _each in range(5):
        came(event)
    at_once(*[lambda: actions.issue(event, by=office)] * 3)
    assert sorted(event.certificates.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


# --- who sees it ------------------------------------------------------------------------------------------------------
def asked(client, address, person=None):
    if person:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(address)


def test_the_pdf_is_for_its_holder_and_who_runs_the_event(client, event, organiser):
    person = UserFactory()
    mine = f.CertificateFactory(registration__event=event, registration__person=person)
    other = f.CertificateFactory(registration__event=event, number=99)
    f.CertificateFactory(registration__person=UserFactory(), number=98)
    address, others = (reverse("certificate_pdf", args=[each.code]) for each in (mine, other))
    assert asked(client, address).status_code == 302
    for who, answers in [(person, (200, 404)), (organiser, (200, 200)), (UserFactory(), (404, 404))]:
        client.logout()
        assert asked(client, address, who).status_code == answers[0]
        assert client.get(others).status_code == answers[1]


def test_a_signed_link_opens_ones_own_and_nobody_elses(client, event):
    mine = f.CertificateFactory(registration__event=event)
    f.CertificateFactory(registration__event=event, number=99, name="Kita Kitaitė")
    token = mine.registration.link_token()
    page = client.get(reverse("certificate_by_link", args=[token])).content.decode()
    assert mine.name in page
    assert "Kitaitė" not in page
    answer = client.get(reverse("certificate_file", args=[token]))
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    for bad in (token[:-1], "x", f"{mine.registration.pk}.{mine.registration.code}"):
        assert client.get(reverse("certificate_file", args=[bad])).status_code == 404
    with override("en"):
        assert certificates.link(mine.registration) == f"http://localhost:8000/lt/pazymejimai/mano/{token}/"


def test_a_machine_without_pango_says_so(client, monkeypatch):
    def missing(*args, **kwargs):
        raise pdf.PdfUnavailable

    monkeypatch.setattr(pdf, "make", missing)
    certificate = f.CertificateFactory()
    answer = client.get(reverse("certificate_file", args=[certificate.registration.link_token()]))
    assert answer.status_code == 503


# --- what the check tells ---------------------------------------------------------------------------------------------
def test_the_check_names_the_holder_only_to_who_knows_the_name(client, event, in_english):
    certificate = f.CertificateFactory(registration__event=event, name="Živilė Šermukšnytė", organisation="UAB „Zqx“")
    address = reverse("certificate_check", args=[certificate.code])
    page = client.get(address).content.decode()
    for words in ("This certificate is valid", str(event.title), "Ž. Š.", certificate.shown_number):
        assert words in page
    wrong = client.post(address, {"name": "Petras Petraitis"}).content.decode()
    assert "not issued to this name" in wrong
    for text in (page, wrong):
        assert "Šermukšnytė" not in text
        assert "Zqx" not in text
    for typed in ("Živilė Šermukšnytė", "sermuksnyte  zivile", "ŽIVILĖ ŠERMUKŠNYTĖ"):
        assert "Živilė Šermukšnytė" in client.post(address, {"name": typed}).content.decode()
    assert client.post(address, {"name": ""}).status_code == 200


def test_the_check_says_withdrawn_and_why(client, in_english):
    certificate = f.CertificateFactory(withdrawn_at=timezone.now(), reason="Issued by mistake")
    page = client.get(reverse("certificate_check", args=[certificate.code])).content.decode()
    assert "not valid any more" in page
    assert "Issued by mistake" in page
    assert client.get(reverse("certificate_file", args=[certificate.registration.link_token()])).status_code == 404


def test_codes_are_typed_as_they_are_read(client):
    certificate = f.CertificateFactory()
    answer = client.get(reverse("certificate_find"), {"code": certificate.shown_code.lower()})
    assert answer["Location"] == reverse("certificate_check", args=[certificate.code])
    assert client.get(reverse("certificate_find"), {"code": "nėra"}).status_code == 200
    assert client.get(reverse("certificate_check", args=["NONE"])).status_code == 404


def test_names_are_not_tried_out(client):
    address = reverse("certificate_check", args=[f.CertificateFactory().code])
    answers = [client.post(address, {"name": f"Vardas {n}"}).status_code for n in range(21)]
    assert answers == [200] * 20 + [429]


# --- the desk ---------------------------------------------------------------------------------------------------------
def test_the_desk_issues_and_withdraws(client, event, organiser, django_assert_max_num_queries):
    for _each in range(3):
        came(event)
    address = reverse("event_certificates", args=[event.slug])
    assert "3" in asked(client, address, organiser).content.decode()
    assert client.post(address).status_code == 302
    with django_assert_max_num_queries(30):
        page = client.get(address).content.decode()
    assert f"{event.pk}-003" in page
    certificate = event.certificates.first()
    withdraw = reverse("certificate_withdraw", args=[event.slug, certificate.pk])
    assert client.post(withdraw, {"reason": ""}).status_code == 200
    assert client.post(withdraw, {"reason": "Klaida", "again": "on"}).status_code == 302
    assert [row.number for row in event.certificates.valid()] == [2, 3, 4]
    assert client.get(withdraw).status_code == 404


def test_one_organiser_does_not_reach_into_another_event(client, event, organiser):
    sibling = f.CertificateFactory()
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    withdraw = reverse("certificate_withdraw", args=[event.slug, sibling.pk])
    assert client.post(withdraw, {"reason": "x"}).status_code == 404
    assert client.post(reverse("event_certificates", args=[sibling.event.slug])).status_code == 404


# --- forgetting -------------------------------------------------------------------------------------------------------
def test_an_erased_person_leaves_a_certificate_without_a_name(client, in_english):
    person = UserFactory()
    certificate = f.CertificateFactory(registration__person=person)
    privacy.erase(person)
    certificate.refresh_from_db()
    assert certificate.name == ""
    page = client.get(reverse("certificate_check", args=[certificate.code])).content.decode()
    assert "is valid" in page
    assert "forgotten" in page
    assert client.get(reverse("certificate_file", args=[certificate.registration.link_token()])).status_code == 404
    event = certificate.event
    Certificate.objects.all().delete()
    f.AttendanceFactory(registration=certificate.registration)
    with time_machine.travel(event.ends + HOUR):
        assert actions.issue(event, by=UserFactory(secretariat=True)) == 0


def test_names_go_after_ten_years():
    old = f.CertificateFactory(issued_at=timezone.now() - datetime.timedelta(days=3654))
    new = f.CertificateFactory(issued_at=timezone.now() - datetime.timedelta(days=3640))
    assert actions.forget_names() == 1
    assert [row.name for row in Certificate.objects.order_by("pk")] == ["", new.name]
    assert Certificate.objects.get(pk=old.pk).is_valid


def test_the_letter_of_thanks_leads_to_the_certificate(event):
    certificate = f.CertificateFactory(registration__event=event)
    none = f.RegistrationFactory(event=event)
    assert letters.values_of(certificate.registration, ["certificate"]) == {
        "certificate": certificates.link(certificate.registration, "lt")
    }
    assert letters.values_of(none, ["certificate"]) == {"certificate": ""}


def test_initials_are_letters_only():
    assert (
        f.CertificateFactory.build(registration=None, event=None, name="Ona de Vėjauskaitė (Žaibas)").initials
        == "O. d. V."
    )
