"""Fixtures of tests that cross apps."""

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
