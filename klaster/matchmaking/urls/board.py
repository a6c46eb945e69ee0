"""The standing board: offers and needs, interest, saved searches."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
