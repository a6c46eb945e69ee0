import re

import pytest
from django.core.cache import cache

from klaster.accounts.tests.clients import ProvenClient


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests():
    """allauth counts attempts in the cache, which a rolled back test would leave as it was: start from nothing."""
    cache.clear()


@pytest.fixture
def client():
    return ProvenClient()


@pytest.fixture
def links(send_letters):
    """The addresses in the letters that were sent to somebody, the latest first."""

    def found(to: str) -> list[str]:
        letters = [mail for mail in send_letters() if mail.to == [to]]
        return [re.sub(r"^https?://[^/]+", "", url) for mail in reversed(letters) for url in urls(mail.body)]

    return found


def urls(text: str) -> list[str]:
    return re.findall(r"https?://[^/\s]+/[^\s]+", text)
