"""The standing board: offers and needs, interest, saved searches."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import board, interests, postings, searches

# Addresses of postings end in a year (see actions.postings.free_slug), so that none is one of the words below.
urlpatterns = [
    path(_("partner-search/"), board.posting_list, name="posting_list"),
    path(_("partner-search.<table:ending>"), board.posting_export, name="posting_export"),
    path(_("partner-search/feed.atom"), board.posting_feed, name="posting_feed"),
    path(_("partner-search/my/"), postings.my_postings, name="my_postings"),
    path(_("partner-search/new/"), postings.posting_new, name="posting_new"),
    path(_("partner-search/messages/"), interests.my_interests, name="my_interests"),
    path(_("partner-search/messages/<int:pk>/"), interests.interest_detail, name="interest_detail"),
    path(_("partner-search/messages/<int:pk>/step/"), interests.interest_act, name="interest_act"),
    path(_("partner-search/outcome/<str:token>/"), interests.outcome, name="outcome"),
    path(_("partner-search/searches/"), searches.saved_searches, name="saved_searches"),
    path(_("partner-search/searches/new/"), searches.saved_search_new, name="saved_search_new"),
    path(_("partner-search/searches/<int:pk>/step/"), searches.saved_search_act, name="saved_search_act"),
    path(_("partner-search/<slug:slug>/"), board.posting_detail, name="posting_detail"),
    path(_("partner-search/<slug:slug>/edit/"), postings.posting_edit, name="posting_edit"),
    path(_("partner-search/<slug:slug>/step/"), postings.posting_act, name="posting_act"),
    path(_("partner-search/<slug:slug>/interest/"), interests.interest_new, name="interest_new"),
]
