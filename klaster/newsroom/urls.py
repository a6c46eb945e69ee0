"""Pages about who writes. News itself are pages of the editors."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.newsroom import views

urlpatterns = [
    path(_("people/authors/"), views.authors, name="authors"),
    path(_("people/authors/<int:pk>/dismiss/"), views.author_dismiss, name="author_dismiss"),
]
