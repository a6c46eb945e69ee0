"""Scheduled publishing: not a second early, once, and one bad page holds up no other."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from klaster.newsroom import factories as f
from klaster.newsroom.jobs import keep_schedule
from klaster.newsroom.models import ArticlePage

pytestmark = pytest.mark.usefixtures("site")
MOMENT = datetime.datetime(2027, 3, 28, 1, 0, tzinfo=datetime.UTC)  # the night the clocks go forward in Vilnius


def scheduled(moment=MOMENT, **fields):
    page = f.article(publish=False, **fields)
    page.go_live_at = moment
    page.save_revision().publish()  # what the office's "Schedule to publish" does
    return page


def is_live(page):
    return ArticlePage.objects.get(pk=page.pk).live


@pytest.mark.parametrize(("seconds", "live"), [(-1, False), (0, True), (1, True)])
def test_page_goes_public_when_its_time_comes(seconds, live):
    with time_machine.travel(MOMENT - datetime.timedelta(days=1), tick=False):
        page = scheduled()
        assert not is_live(page)
    with time_machine.travel(MOMENT + datetime.timedelta(seconds=seconds), tick=False):
        assert keep_schedule(0)["published"] == int(live)
        assert is_live(page) == live


def test_what_was_published_is_not_published_again(client):
    with time_machine.travel(MOMENT - datetime.timedelta(days=1), tick=False):
        page = scheduled()
    with time_machine.travel(MOMENT, tick=False):
        assert keep_schedule(0) == {"published": 1, "taken_back": 0}
        assert keep_schedule(0) == {"published": 0, "taken_back": 0}
        assert client.get(page.get_url()).status_code == 200


def test_page_is_taken_back_after_its_last_moment(client):
    page = f.article()
    page.expire_at = MOMENT
    page.save_revision().publish()
    with time_machine.travel(MOMENT, tick=False):
        assert keep_schedule(0)["taken_back"] == 0
    with time_machine.travel(MOMENT + datetime.timedelta(seconds=1), tick=False):
        assert keep_schedule(0)["taken_back"] == 1
    assert client.get(page.get_url()).status_code == 404


def test_a_page_that_cannot_be_published_holds_up_no_other():
    with time_machine.travel(MOMENT - datetime.timedelta(days=1), tick=False):
        bad, good = scheduled(MOMENT - datetime.timedelta(hours=1)), scheduled()
        revision = bad.get_latest_revision()
        revision.content["summary"] = None  # as if a later migration had made it necessary
        revision.save(update_fields=["content"])
    with time_machine.travel(MOMENT, tick=False):
        assert keep_schedule(0) == {"published": 1, "taken_back": 0}
    assert (is_live(bad), is_live(good)) == (False, True)


def test_cancelled_schedule_is_not_kept():
    with time_machine.travel(MOMENT - datetime.timedelta(days=1), tick=False):
        page = scheduled()
        revision = page.get_latest_revision()
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"])
    with time_machine.travel(MOMENT + datetime.timedelta(hours=1), tick=False):
        assert keep_schedule(0) == {"published": 0, "taken_back": 0}
        assert timezone.now() > MOMENT
    assert not is_live(page)
