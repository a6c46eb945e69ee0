"""Addresses of events, one file a part."""

from django.urls import include, path

PARTS = ("organise", "registration", "messages", "door", "after", "calendar", "public")  # public has the widest ones

urlpatterns = [path("", include(f"klaster.events.urls.{part}")) for part in PARTS]
