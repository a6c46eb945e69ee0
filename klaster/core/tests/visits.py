"""Addresses and people who are signed in, for tests of pages."""

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override


def url(name, *args, query="", language="en"):
    with override(language):
        return reverse(name, args=args) + query


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def browse_as(person, context, address):
    """A browser's context is this person's from now on, for the site at this address."""
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": signed_in(person).cookies[name].value, "url": address}])
