"""The office wears the colours of the site."""

import pytest


@pytest.mark.django_db
def test_the_office_has_our_styles_and_our_symbol(client, django_user_model, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    client.force_login(django_user_model.objects.create_superuser("ona@example.org", "x" * 12))
    html = client.get("/office/").content.decode()
    assert '<link rel="stylesheet" href="/static/core/css/office.css">' in html
    assert 'src="/static/core/symbol-light.svg" alt="Klaster"' in html
