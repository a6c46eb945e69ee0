"""Addresses of partner search and matchmaking, one file a part."""

from django.urls import include, path

PARTS = ("brokering", "board", "participants", "organise", "timetable", "live", "after")

urlpatterns = [path("", include(f"klaster.matchmaking.urls.{part}")) for part in PARTS]
