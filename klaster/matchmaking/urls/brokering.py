"""Requests a coordinator brokers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
