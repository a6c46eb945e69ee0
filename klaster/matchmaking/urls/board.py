"""The standing board: offers and needs, interest, saved searches."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import board, postings

# Addresses of postings end in a year (see actions.postings.free_slug), so that none is one of the words below.
urlpatterns = [
    path(_("partner-search/"), board.posting_list, name="posting_list"),
    path(_("partner-search.<table:ending>"), board.posting_export, name="posting_export"),
    path(_("partner-search/feed.atom"), board.posting_feed, name="posting_feed"),
    path(_("partner-search/my/"), postings.my_postings, name="my_postings"),
    path(_("partner-search/new/"), postings.posting_new, name="posting_new"),
    path(_("partner-search/<slug:slug>/"), board.posting_detail, name="posting_detail"),
    path(_("partner-search/<slug:slug>/edit/"), postings.posting_edit, name="posting_edit"),
    path(_("partner-search/<slug:slug>/step/"), postings.posting_act, name="posting_act"),
]
