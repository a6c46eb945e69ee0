"""What people need is forgotten 30 days after an event, who they were after three years: on the very second."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent
from klaster.events import factories as f
from klaster.events.actions import forgetting
from klaster.events.jobs import forget
from klaster.events.models import Answer

pytestmark = pytest.mark.django_db
SECOND = datetime.timedelta(seconds=1)
ENDS = datetime.datetime(2026, 3, 5, 16, tzinfo=datetime.UTC)


@pytest.fixture
def row():
    event = f.EventFactory(starts=ENDS - datetime.timedelta(hours=6), ends=ENDS)
    words = {"dietary": "be riešutų", "access_needs": "liftas", "phone": "1", "position": "direktorė", "reason": "r"}
    row = f.RegistrationFactory(event=event, person=UserFactory(), note="n", organisation_name="UAB", **words)
    for sensitive in (True, False):
        question = f.QuestionFactory(event=event, is_sensitive=sensitive)
        Answer.objects.create(registration=row, question=question, value="atsakymas")
    return row


@pytest.mark.parametrize(("delta", "gone"), [(-1, False), (0, True), (1, True)])
def test_needs_go_after_thirty_days(row, delta, gone):
    with time_machine.travel(ENDS + datetime.timedelta(days=30) + delta * SECOND, tick=False):
        assert forget(timestamp=0) == gone
        assert forget(timestamp=0) == 0
    row.refresh_from_db()
    assert (row.dietary == row.access_needs == "") is gone
    assert [answer.question.is_sensitive for answer in row.answers.order_by("-question__is_sensitive")] == (
        [False] if gone else [True, False]
    )
    assert row.name.startswith("Dalyvė")
    assert AuditEvent.objects.filter(action="forgot what people need", program="events.forget").count() == gone


@pytest.mark.parametrize(("delta", "gone"), [(-1, False), (0, True), (1, True)])
def test_names_go_after_three_years_and_the_counts_stay(row, delta, gone):
    with time_machine.travel(ENDS.replace(year=2029) + delta * SECOND, tick=False):
        forget(timestamp=0)
        assert forget(timestamp=0) == 0
    row.refresh_from_db()
    assert (row.person is None) is gone
    said = (row.name, row.email, row.phone, row.position, row.reason, row.note)
    assert (said == (forgetting.FORGOTTEN, "", "", "", "", "")) is gone
    assert row.answers.exists() is not gone
    assert (row.country.code, row.organisation_name, row.state) == ("LT", "UAB", "confirmed")


def test_an_event_to_come_keeps_all(row):
    with time_machine.travel(ENDS - 9 * SECOND, tick=False):
        assert forget(timestamp=0) == 0


def test_of_a_leap_day_the_day_before():
    moment = datetime.datetime(2028, 2, 29, 12, tzinfo=datetime.UTC)
    with time_machine.travel(moment, tick=False):
        assert forgetting.long_ago(3) == datetime.datetime(2025, 2, 28, 12, tzinfo=datetime.UTC)
    assert forgetting.long_ago(10).year == timezone.now().year - 10
