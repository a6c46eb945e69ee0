"""Fixtures of tests that cross apps, and the order of the longest."""

import pytest


@pytest.fixture
def production_environment() -> dict[str, str]:
    """The variables of docs/operate.md, as a small installation sets them."""
    return {
        "KLASTER_MODE": "production",
        "SECRET_KEY": "aVeryLongSecretKeyForTheTestsThatNobodyUses!9876543210-xyz",
        "ALLOWED_HOSTS": "klaster.example",
        "SITE_URL": "https://klaster.example",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "EMAIL_HOST": "mail.example",
        "DEFAULT_FROM_EMAIL": "office@klaster.example",
        "MEDIA_ROOT": "/var/lib/klaster/media",
        "TRUSTED_PROXY_COUNT": "1",
    }


@pytest.hookimpl(trylast=True)  # after those that sort by database and by browser
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One walk through every page goes first and the others stay last: two cores share the longest tests there are."""
    walk = next((item for item in items if item.path.name == "test_every_page_in_a_browser.py"), None)
    if walk:
        items.remove(walk)
        items.insert(0, walk)
