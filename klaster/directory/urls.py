"""The public directory, and the pages on which coordinators keep it. Words in addresses are in the page's language."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from klaster.directory.views import (
    clusters,
    contact,
    editing,
    members,
    networks,
    openings,
    organisations,
    own_tables,
    programmes,
    search,
    sectors,
)

urlpatterns = [
    path(_("clusters/"), clusters.cluster_list, name="cluster_list"),
    path(_("clusters.<table:ending>"), clusters.cluster_export, name="cluster_export"),
    path(_("clusters/<slug:slug>/"), clusters.cluster_detail, name="cluster_detail"),
    path(_("clusters/<slug:slug>/contact/"), contact.cluster_contact, name="cluster_contact"),
    path(_("clusters/<slug:slug>/contact/sent/"), contact.cluster_contact_sent, name="cluster_contact_sent"),
    path(_("clusters/<slug:slug>/messages/"), contact.cluster_messages, name="cluster_messages"),
    path(_("clusters/<slug:slug>/edit/"), editing.cluster_edit, name="cluster_edit"),
    path(_("clusters/<slug:slug>/members/"), members.cluster_members, name="cluster_members"),
    path(_("clusters/<slug:slug>/members/new/"), members.member_new, name="member_new"),
    path(_("clusters/<slug:slug>/members/add/<slug:organisation>/"), members.member_add, name="member_add"),
    path(_("clusters/<slug:slug>/members/<int:pk>/end/"), members.member_end, name="member_end"),
    path(_("clusters/<slug:slug>/members.<table:ending>"), own_tables.member_export, name="member_export"),
    path(_("clusters/<slug:slug>/messages.<table:ending>"), own_tables.message_export, name="message_export"),
    path(_("clusters/<slug:slug>/openings/new/"), editing.opening_new, name="opening_new"),
    path(_("clusters/<slug:slug>/openings/<int:pk>/"), editing.opening_edit, name="opening_edit"),
    path(_("clusters/<slug:slug>/openings/<int:pk>/close/"), editing.opening_close, name="opening_close"),
    path(_("clusters/<slug:slug>/achievements/new/"), editing.achievement_new, name="achievement_new"),
    path(_("clusters/<slug:slug>/achievements/<int:pk>/"), editing.achievement_edit, name="achievement_edit"),
    path(
        _("clusters/<slug:slug>/achievements/<int:pk>/delete/"), editing.achievement_delete, name="achievement_delete"
    ),
    path(_("my/"), members.my, name="my"),
    path(_("my/memberships/<int:pk>/confirm/"), members.membership_confirm, name="membership_confirm"),
    path(_("my/memberships/<int:pk>/refuse/"), members.membership_reject, name="membership_reject"),
    path(_("organisations.<table:ending>"), organisations.organisation_export, name="organisation_export"),
    path(_("organisations/"), organisations.organisation_list, name="organisation_list"),
    path(_("organisations/<slug:slug>/"), organisations.organisation_detail, name="organisation_detail"),
    path(_("organisations/<slug:slug>/edit/"), editing.organisation_edit, name="organisation_edit"),
    path(_("networks.<table:ending>"), networks.network_export, name="network_export"),
    path(_("networks/"), networks.network_list, name="network_list"),
    path(_("networks/<slug:slug>/"), networks.network_detail, name="network_detail"),
    path(_("sectors/"), sectors.sector_list, name="sector_list"),
    path(_("sectors/<slug:slug>/"), sectors.sector_detail, name="sector_detail"),
    path(_("openings.<table:ending>"), openings.opening_export, name="opening_export"),
    path(_("openings/"), openings.opening_list, name="opening_list"),
    path(_("programmes.<table:ending>"), programmes.programme_export, name="programme_export"),
    path(_("programmes/"), programmes.programme_list, name="programme_list"),
    path(_("programmes/<slug:slug>/"), programmes.programme_detail, name="programme_detail"),
    path(_("search/"), search.search, name="search"),
    path(_("search/suggest/"), search.search_suggest, name="search_suggest"),
]
