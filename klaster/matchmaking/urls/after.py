"""After the meetings: what was held, outcomes, figures."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
