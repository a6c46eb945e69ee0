"""Pages for those who build the site."""

from django.urls import path

from klaster.core import views

urlpatterns = [
    path("components/", views.components, name="components"),
    path("components/errors/<int:status>/", views.error_page, name="error_page"),
]
