from functools import partial

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from klaster.core import limits
from klaster.core.limits import RateLimited, limited, who_of
from klaster.core.models import RateCount
from klaster.core.tests.together import at_once, refused

NOON = 1_764_000_000


@pytest.mark.django_db
def test_the_limit_passes_and_the_next_one_waits_for_the_window():
    with time_machine.travel(NOON + 10, tick=False):
        assert [limits.hit("contact", "a", limit=3, per=60) for _turn in range(3)] == [2, 1, 0]
        with pytest.raises(RateLimited) as refusal:
            limits.hit("contact", "a", limit=3, per=60)
        assert limits.hit("contact", "b", limit=3, per=60) == 2
        assert limits.hit("search", "a", limit=3, per=60) == 2
    with time_machine.travel(NOON + 10 + refusal.value.retry_after, tick=False):
        assert limits.hit("contact", "a", limit=3, per=60) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("second", "passes"), [(-1, False), (0, True), (1, True)])
def test_a_window_ends_at_its_second(second, passes):
    end = NOON // 60 * 60 + 60
    with time_machine.travel(end - 5, tick=False):
        limits.hit("contact", "a", limit=1, per=60)
    with time_machine.travel(end + second, tick=False):
        if passes:
            assert limits.hit("contact", "a", limit=1, per=60) == 0
        else:
            with pytest.raises(RateLimited):
                limits.hit("contact", "a", limit=1, per=60)


@pytest.mark.django_db
def test_old_counts_are_forgotten_and_running_ones_kept():
    with time_machine.travel(NOON, tick=False):
        limits.hit("contact", "a", limit=1, per=60)
        limits.hit("export", "a", limit=1, per=3600)
    with time_machine.travel(NOON + 120, tick=False):
        assert limits.forget_old() == 1
    assert [count.scope for count in RateCount.objects.all()] == ["export"]


@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_exactly_the_limit_passes():
    use = partial(limits.hit, "registration", "a", limit=7, per=10**9)
    assert len(refused(at_once(*[use] * 40, refusals=RateLimited))) == 33
    assert RateCount.objects.get().count == 40


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "who"),
    [
        ("192.0.2.7", "", 0, "address 192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", 0, "address 192.0.2.7"),
        ("10.0.0.1", "198.51.100.1", 1, "address 198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", 1, "address 198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", 2, "address 198.51.100.1"),
        ("10.0.0.1", "", 1, "address 10.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "", 0, "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "", 0, "address 2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "", 0, "address 192.0.2.7"),
        ("10.0.0.1", "'; drop table", 1, "address unknown"),
    ],
)
def test_visitors_are_counted_by_address(settings, remote, forwarded, proxies, who):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, **extra)
    request.user = AnonymousUser()
    assert who_of(request) == who


def test_people_are_counted_as_people_and_view_as_counts_for_who_looks():
    user = get_user_model()
    request = RequestFactory().get("/")
    request.user = user(pk=12)
    assert who_of(request) == "person 12"
    request.actor = user(pk=3)
    assert who_of(request) == "person 3"


@pytest.mark.django_db
def test_showing_a_form_costs_nothing_and_sending_it_counts():
    @limited("contact", limit=1, per=3600)
    def view(_request):
        return HttpResponse("ok")

    def ask(method):
        request = getattr(RequestFactory(), method)("/")
        request.user = AnonymousUser()
        return view(request)

    for _turn in range(3):
        assert ask("get").content == b"ok"
    assert ask("post").content == b"ok"
    with pytest.raises(RateLimited):
        ask("post")
