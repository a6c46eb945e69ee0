"""Addresses and people who are signed in, for tests of pages."""

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
