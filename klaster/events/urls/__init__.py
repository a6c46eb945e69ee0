"""Addresses of events, one file a part."""

from django.urls import include, path

PARTS = (
    "organise", "registration", "messages", "door", "after", "calendar", "registrations", "public",
)  # fmt: skip
# "public" is last: it has the widest addresses.

urlpatterns = [path("", include(f"klaster.events.urls.{part}")) for part in PARTS]
