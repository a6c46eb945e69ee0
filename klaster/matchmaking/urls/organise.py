"""The organiser's pages of matchmaking: settings, times, tables, participants, requests, files."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
