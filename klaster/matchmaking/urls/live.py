"""The day itself: my day, booking, moving, the plan of tables, papers, calendars."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
