"""What participants of a matchmaking event do: profile, finding others, asking, answering."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
