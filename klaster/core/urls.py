"""How pages look, and pages for those who build the site."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.core import views

urlpatterns = [
    path(_("appearance/"), views.theme, name="theme"),
    path(_("letters/leave/<str:token>/"), views.leave_list, name="leave_list"),
    path("components/", views.components, name="components"),
    path("components/errors/<int:status>/", views.error_page, name="error_page"),
]
