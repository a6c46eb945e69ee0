"""Every address of the site × who asks × what is answered. A URL that is missing here fails the suite.

Six answers stand for six people, in this order: a visitor, a member of an organisation, the coordinator of the cluster
in question, the coordinator of another cluster, the secretariat, a superuser. An answer is

    200, 302, 403, 404, 405 …   the status
    login                       sent to the sign-in page
    ok                          not refused: 2xx, 302 elsewhere, or 400 and 422 for the empty form the test posts
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klaster.core import lists
from tests.event_matrix import EVENTS
from tests.match_desk_matrix import MATCH_DESK
from tests.match_matrix import MATCHMAKING
from tests.matrix_rows import (
    CONFIRM_FIRST,
    GONE,
    KEEPERS,
    KEEPERS_ANSWER,
    KEEPERS_ONLY,
    KEEPERS_SEND,
    NONE_OF_MINE,
    OFFICE,
    OFFICE_ABOUT_PEOPLE,
    OWN,
    POST_ONLY,
    PUBLIC,
    READ_ONLY,
    SENDABLE,
    SIGNED_IN,
    Row,
)

if TYPE_CHECKING:
    from tests.test_permission_matrix import World


def somebody(world: World) -> list[Any]:
    return [world.people["member"].pk]


def a_list(world: World) -> list[Any]:
    return [lists.url("events.series 1", "ona@example.org", "en").split("/")[-2]]


def csv(world: World) -> list[Any]:
    return ["csv"]


def its_request(world: World) -> list[Any]:
    return [world.cluster.slug, world.join_request.pk]


def its_cluster(world: World) -> list[Any]:
    return [world.cluster.slug]


def its_change(world: World) -> list[Any]:
    return [world.change.pk]


# An import is its sender's: the coordinator's here, who is let through; the office does not see it.
OWN_IMPORT = "login 404 ok 404 404 404"
OWN_IMPORT_SENDS = "login 404 ok 404 404 404"

MATRIX: dict[str, Row] = {
    **EVENTS,
    **MATCHMAKING,
    **MATCH_DESK,
    # alive, ready, for those who build pages
    "healthz": Row(PUBLIC, "405 405 405 405 405 405"),
    "readyz": Row("503 503 503 503 503 503"),
    "security_txt": Row(PUBLIC, "405 405 405 405 405 405"),
    "media": Row(GONE, args=lambda world: ["no-such-file.png"]),
    "components": Row(PUBLIC),
    "leave_list": Row(PUBLIC, SENDABLE, args=a_list),
    "theme": Row("405 405 405 405 405 405", SENDABLE),
    "error_page": Row(GONE, args=lambda world: [418]),
    # one's own account
    "account": Row(SIGNED_IN, OWN),
    "notices": Row(SIGNED_IN, READ_ONLY),
    "notices_read": Row(POST_ONLY, OWN),
    "notice_open": Row(POST_ONLY, NONE_OF_MINE, args=somebody),
    "channels": Row(SIGNED_IN, OWN),
    "usersessions_list": Row(SIGNED_IN, OWN),
    "session_end": Row(POST_ONLY, NONE_OF_MINE, args=lambda world: [0]),
    "my_data": Row(SIGNED_IN, READ_ONLY),
    "my_data_export": Row(POST_ONLY, CONFIRM_FIRST),
    "my_data_erase": Row(CONFIRM_FIRST, CONFIRM_FIRST),
    "account_inactive": Row(PUBLIC),
    "account_reauthenticate": Row(SIGNED_IN, OWN),
    "mfa_reauthenticate": Row(CONFIRM_FIRST, CONFIRM_FIRST),
    "mfa_reauthenticate_webauthn": Row(CONFIRM_FIRST, CONFIRM_FIRST),
    "account_email": Row(SIGNED_IN, OWN),
    "account_email_verification_sent": Row(PUBLIC),
    "account_confirm_email": Row(PUBLIC, GONE, args=lambda world: ["no-such-key"]),
    "account_change_password": Row(SIGNED_IN, OWN),
    "account_set_password": Row(CONFIRM_FIRST, CONFIRM_FIRST),
    "account_reset_password": Row(PUBLIC, PUBLIC),
    "account_reset_password_done": Row(PUBLIC),
    "account_reset_password_from_key": Row(PUBLIC, PUBLIC, args=lambda world: ["1", "no-such-key"]),
    "account_reset_password_from_key_done": Row(PUBLIC),
    "mfa_index": Row(SIGNED_IN),
    "mfa_activate_totp": Row(CONFIRM_FIRST, CONFIRM_FIRST),
    "mfa_deactivate_totp": Row(NONE_OF_MINE, NONE_OF_MINE),
    "mfa_view_recovery_codes": Row(NONE_OF_MINE),
    "mfa_generate_recovery_codes": Row(CONFIRM_FIRST, CONFIRM_FIRST),
    "mfa_download_recovery_codes": Row(NONE_OF_MINE),
    "mfa_list_webauthn": Row(SIGNED_IN),
    "mfa_add_webauthn": Row(CONFIRM_FIRST, CONFIRM_FIRST),
    "mfa_edit_webauthn": Row(CONFIRM_FIRST, CONFIRM_FIRST, args=somebody),
    "mfa_remove_webauthn": Row(CONFIRM_FIRST, CONFIRM_FIRST, args=somebody),
    "what_we_keep": Row(PUBLIC),
    # signing in
    "account_login": Row("200 302 302 302 302 302", "200 302 302 302 302 302"),
    "mfa_authenticate": Row(CONFIRM_FIRST, is_open=True),
    "mfa_login_webauthn": Row(CONFIRM_FIRST, is_open=True),
    "account_logout": Row("302 200 200 200 200 200", "302 302 302 302 302 302"),
    "account_signup": Row("200 302 302 302 302 302", "200 302 302 302 302 302"),
    "invitation": Row(GONE, GONE, args=lambda world: ["no-such-token"]),
    # people, for the office
    "people": Row(OFFICE),
    "people_export": Row(OFFICE, READ_ONLY, args=csv),
    "invitation_export": Row(SIGNED_IN, READ_ONLY, args=csv),
    "person": Row(OFFICE, args=somebody),
    "person_deactivate": Row(POST_ONLY, OFFICE_ABOUT_PEOPLE, args=somebody),
    "person_reactivate": Row(POST_ONLY, OFFICE_ABOUT_PEOPLE, args=somebody),
    "person_end_sessions": Row(POST_ONLY, OFFICE_ABOUT_PEOPLE, args=somebody),
    "person_dismiss": Row(POST_ONLY, OFFICE_ABOUT_PEOPLE, args=somebody),
    "view_as_start": Row(POST_ONLY, OFFICE_ABOUT_PEOPLE, args=somebody),
    "view_as_stop": Row(POST_ONLY, CONFIRM_FIRST),
    "invitations": Row(SIGNED_IN),
    "invite_secretary": Row(OFFICE, OFFICE),
    "invitation_withdraw": Row(POST_ONLY, NONE_OF_MINE, args=somebody),
    "authors": Row(OFFICE, OFFICE),
    "author_dismiss": Row(POST_ONLY, OFFICE_ABOUT_PEOPLE.replace("404", "403"), args=somebody),
    # the directory
    "favicon": Row("302 302 302 302 302 302", is_open=True),
    "robots": Row(PUBLIC),
    "sitemap": Row(PUBLIC),
    "sitemap_section": Row(PUBLIC, args=lambda world: ["clusters"]),
    "cluster_list": Row(PUBLIC),
    "cluster_export": Row(PUBLIC, args=csv),
    "organisation_export": Row(PUBLIC, args=csv),
    "opening_export": Row(PUBLIC, args=csv),
    "network_export": Row(PUBLIC, args=csv),
    "programme_export": Row(PUBLIC, args=csv),
    "member_export": Row(KEEPERS, READ_ONLY, args=lambda world: [world.cluster.slug, "csv"]),
    "message_export": Row(KEEPERS_ONLY, READ_ONLY, args=lambda world: [world.cluster.slug, "csv"]),
    "cluster_detail": Row(PUBLIC, args=its_cluster),
    "cluster_contact": Row(PUBLIC, SENDABLE, args=its_cluster),
    "cluster_contact_sent": Row(PUBLIC, args=its_cluster),
    "cluster_messages": Row(KEEPERS_ONLY, args=its_cluster),
    "cluster_history": Row(KEEPERS, READ_ONLY, args=its_cluster),
    "cluster_eccp": Row(KEEPERS, READ_ONLY, args=its_cluster),
    "cluster_eccp_json": Row(KEEPERS, READ_ONLY, args=its_cluster),
    "cluster_eccp_table": Row(KEEPERS, READ_ONLY, args=lambda world: [world.cluster.slug, "csv"]),
    "cluster_join": Row(PUBLIC, SENDABLE, args=its_cluster),
    "cluster_join_sent": Row(PUBLIC, args=its_cluster),
    "join_requests": Row(KEEPERS_ONLY, READ_ONLY, args=its_cluster),
    "join_request": Row(KEEPERS_ONLY, READ_ONLY, args=its_request),
    "join_accept": Row(POST_ONLY, KEEPERS_ANSWER, args=its_request),
    "join_decline": Row(POST_ONLY, KEEPERS_ANSWER, args=its_request),
    "join_ask": Row(POST_ONLY, KEEPERS_ANSWER, args=its_request),
    "join_status": Row(GONE, args=lambda world: ["no-such-ticket"]),  # the link in a letter, tested with requests
    "join_reply": Row("405 405 405 405 405 405", GONE, args=lambda world: ["no-such-ticket"]),
    "join_withdraw": Row("405 405 405 405 405 405", GONE, args=lambda world: ["no-such-ticket"]),
    "cluster_edit": Row(KEEPERS, KEEPERS_SEND, args=its_cluster),
    "cluster_members": Row(KEEPERS, READ_ONLY, args=its_cluster),
    "member_add": Row(KEEPERS, KEEPERS_SEND, args=lambda world: [world.cluster.slug, world.other.coordinator.slug]),
    "import_list": Row(SIGNED_IN, READ_ONLY),
    "import_members": Row(KEEPERS, KEEPERS_SEND, args=its_cluster),
    "import_organisations": Row(OFFICE, "login 403 403 403 ok ok"),
    "import_blank": Row(SIGNED_IN, READ_ONLY, args=lambda world: ["members", "csv"]),
    **{
        name: Row(OWN_IMPORT, post, args=lambda world: [world.imported.pk])
        for name, post in {
            "import_detail": READ_ONLY,
            "import_columns": OWN_IMPORT_SENDS,
            "import_check": OWN_IMPORT_SENDS,
        }.items()
    },
    **{
        name: Row(POST_ONLY, OWN_IMPORT_SENDS, args=lambda world: [world.imported.pk])
        for name in ("import_read", "import_undo", "import_discard")
    },
    "member_new": Row(KEEPERS, KEEPERS_SEND, args=its_cluster),
    "member_invite": Row(KEEPERS, KEEPERS_SEND, args=its_cluster),
    "member_edit": Row(KEEPERS, KEEPERS_SEND, args=lambda world: [world.cluster.slug, world.membership.pk]),
    "organisation_people": Row(
        "login 403 200 403 200 200", READ_ONLY, args=lambda world: [world.cluster.coordinator.slug]
    ),
    "colleague_invite": Row(KEEPERS, KEEPERS_SEND, args=lambda world: [world.cluster.coordinator.slug]),
    "affiliation_end": Row(
        # of a colleague: the first who may ends it, the others come too late
        POST_ONLY,
        "login 404 302 404 404 404",
        args=lambda world: [world.colleague.pk],
    ),
    "member_end": Row(POST_ONLY, KEEPERS_SEND, args=lambda world: [world.cluster.slug, world.membership.pk]),
    "messages_open": Row(POST_ONLY, "login 404 302 404 302 302", args=its_cluster),
    "cluster_openings": Row(KEEPERS, READ_ONLY, args=its_cluster),
    "opening_extend": Row(POST_ONLY, KEEPERS_SEND, args=lambda world: [world.cluster.slug, world.opening.pk]),
    "cluster_achievements": Row(KEEPERS, READ_ONLY, args=its_cluster),
    "draft_keep": Row(POST_ONLY, KEEPERS_ANSWER, args=lambda world: ["cluster", world.cluster.pk]),
    "draft_discard": Row(POST_ONLY, KEEPERS_ANSWER, args=lambda world: ["cluster", world.cluster.pk]),
    "section_confirm": Row(POST_ONLY, KEEPERS_SEND, args=lambda world: [world.cluster.slug, "sectors"]),
    "section_unconfirm": Row(POST_ONLY, KEEPERS_SEND, args=lambda world: [world.cluster.slug, "sectors"]),
    "opening_new": Row(KEEPERS, KEEPERS_SEND, args=its_cluster),
    "opening_edit": Row(KEEPERS, KEEPERS_SEND, args=lambda world: [world.cluster.slug, world.opening.pk]),
    "opening_close": Row(POST_ONLY, KEEPERS_SEND, args=lambda world: [world.cluster.slug, world.opening.pk]),
    "achievement_new": Row(KEEPERS, KEEPERS_SEND, args=its_cluster),
    "achievement_edit": Row(KEEPERS, KEEPERS_SEND, args=lambda world: [world.cluster.slug, world.achievement.pk]),
    "achievement_delete": Row(
        # the first who may deletes it, the others come too late
        POST_ONLY,
        "login 403 302 403 404 404",
        args=lambda world: [world.cluster.slug, world.achievement.pk],
    ),
    "duplicate_list": Row(OFFICE, READ_ONLY),
    "duplicate_look": Row(POST_ONLY, "login 403 403 403 302 302"),
    "duplicate_decide": Row(POST_ONLY, "login 403 403 403 404 404", args=lambda world: [0]),
    "merge_list": Row(OFFICE, READ_ONLY),
    "merge_undo": Row(POST_ONLY, "login 403 403 403 404 404", args=lambda world: [0]),
    "merge_entries": Row(
        # an empty form has not seen the two as they are
        OFFICE,
        "login 403 403 403 409 409",
        args=lambda world: ["cluster", world.cluster.slug, world.other.slug],
    ),
    "change_list": Row(SIGNED_IN, READ_ONLY),
    "change_detail": Row(KEEPERS_ONLY, READ_ONLY, args=its_change),
    "change_preview": Row(KEEPERS_ONLY, READ_ONLY, args=its_change),
    "change_decide": Row(POST_ONLY, "login 404 403 404 ok ok", args=its_change),
    # its author may, and the others come too late or have no right
    "change_withdraw": Row(POST_ONLY, "login 404 302 404 403 403", args=its_change),
    "my": Row(SIGNED_IN, READ_ONLY),
    "membership_confirm": Row(POST_ONLY, NONE_OF_MINE, args=lambda world: [world.membership.pk]),
    "membership_reject": Row(POST_ONLY, NONE_OF_MINE, args=lambda world: [world.membership.pk]),
    "organisation_edit": Row(KEEPERS, KEEPERS_SEND, args=lambda world: [world.organisation.slug]),
    "organisation_list": Row(PUBLIC),
    "organisation_detail": Row(PUBLIC, args=lambda world: [world.organisation.slug]),
    "network_list": Row(PUBLIC),
    "network_detail": Row(PUBLIC, args=lambda world: [world.network.slug]),
    "quality_overview": Row(OFFICE, READ_ONLY),
    "quality_list": Row(OFFICE, READ_ONLY, args=lambda world: ["stale"]),
    "quality_export": Row(OFFICE, READ_ONLY, args=lambda world: ["stale", "csv"]),
    "figure_list": Row(PUBLIC),
    "figure_export": Row(PUBLIC, args=lambda world: ["members_by_kind", "csv"]),
    "sector_list": Row(PUBLIC),
    "sector_detail": Row(PUBLIC, args=lambda world: [world.sector.slug["en"]]),
    "opening_list": Row(PUBLIC),
    "programme_list": Row(PUBLIC),
    "programme_detail": Row(PUBLIC, args=lambda world: [world.programme.slug]),
    "search": Row(PUBLIC),
    "search_export": Row(PUBLIC, args=csv),
    "search_suggest": Row(PUBLIC),
}

# Families of addresses that one rule closes or opens: the office (walked below), documents, pages of editors.
FAMILIES = ("office/", "documents/")
PAGES = "wagtail_serve"  # Wagtail's pages are public or restricted by Wagtail; tested in klaster/pages
