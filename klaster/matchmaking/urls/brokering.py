"""Requests a coordinator brokers, and what partner search was worth."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.views import board_evidence, brokering

urlpatterns = [
    path(_("partner-search/requests/"), brokering.brokered_list, name="brokered_list"),
    path(_("partner-search/requests/new/"), brokering.brokered_new, name="brokered_new"),
    path(_("partner-search/requests/<int:pk>/"), brokering.brokered_detail, name="brokered_detail"),
    path(_("partner-search/requests/<int:pk>/edit/"), brokering.brokered_edit, name="brokered_edit"),
    path(_("partner-search/requests/<int:pk>/step/"), brokering.brokered_act, name="brokered_act"),
    path(_("partner-search/requests/<int:pk>/candidates/"), brokering.candidate_add, name="candidate_add"),
    path(
        _("partner-search/requests/<int:pk>/candidates/<int:candidate_pk>/"), brokering.candidate_act,
        name="candidate_act",
    ),
    path(_("partner-search/figures/"), board_evidence.board_figures, name="board_evidence"),
    path(_("partner-search/figures.<table:ending>"), board_evidence.board_figures_export, name="board_evidence_export"),
]  # fmt: skip
