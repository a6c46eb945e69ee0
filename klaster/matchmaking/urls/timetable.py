"""Making, comparing, editing and publishing the timetable."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
