"""The permission matrix of events: rows of the same kind as tests/permission_matrix.py, a block for each part.

`world.event` is an open event of the cluster whose coordinator is the third of the six people; `world.registration` is
a confirmed one of somebody else, without an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klaster.events import factories as f
from klaster.events import survey
from klaster.events.factories import (
    CalendarKeyFactory,
    MailingFactory,
    QuestionFactory,
    RegistrationImportFactory,
    SeriesFactory,
)
from tests.matrix_rows import (
    KEEPERS_ANSWER,
    NONE_OF_MINE,
    OWN,
    POST_ONLY,
    PUBLIC,
    SENDABLE,
    SIGNED_IN,
    Row,
)

if TYPE_CHECKING:
    from tests.test_permission_matrix import World

READ_ONLY_FOR_ALL = "405 405 405 405 405 405"
ORGANISERS = "login 404 200 404 200 200"
ORGANISERS_SEND = "login 404 ok 404 ok ok"


def its_event(world: World) -> list[Any]:
    return [world.event.slug]


def its_series(world: World) -> list[Any]:
    return [SeriesFactory().slug]


def link_of_its_registration(world: World) -> list[Any]:
    return [world.registration.link_token()]


def its_registration(world: World) -> list[Any]:
    return [world.event.slug, world.registration.pk]


def its_table(world: World) -> list[Any]:
    return [world.event.slug, "csv"]


def figure_of_its_registrations(world: World) -> list[Any]:
    return [world.event.slug, "by_day", "csv"]


def import_of_people(world: World) -> list[Any]:
    """The coordinator's own; nobody else sees it, the office neither."""
    return [world.event.slug, RegistrationImportFactory(event=world.event, by=world.people["coordinator"]).pk]


def a_calendar(world: World) -> list[Any]:
    return [CalendarKeyFactory().token()]


def its_part(world: World) -> list[Any]:
    return [world.event.slug, "room", f.RoomFactory(event=world.event).pk]


def its_session(world: World) -> list[Any]:
    return [world.event.slug, f.SessionFactory(event=world.event).pk]


def no_print_of_its_event(world: World) -> list[Any]:
    return [world.event.slug, 1]


def its_link(world: World) -> list[Any]:
    return [world.registration.link_token()]


def its_certificate(world: World) -> list[Any]:
    return [world.event.slug, f.CertificateFactory(registration=world.registration).pk]


def code_of_its_certificate(world: World) -> list[Any]:
    return [f.CertificateFactory(registration=world.registration).code]


def link_to_its_certificate(world: World) -> list[Any]:
    return [f.CertificateFactory(registration=world.registration).registration.link_token()]


def link_to_its_survey(world: World) -> list[Any]:
    return [survey.token(f.SurveyFactory(event=world.event), world.registration)]


def its_survey(world: World) -> list[Any]:
    return its_survey_question(world)[:1]


def its_survey_question(world: World) -> list[Any]:
    asked = f.SurveyFactory(event=world.event, opened_at=None, closes_on=None)
    return [world.event.slug, f.SurveyQuestionFactory(survey=asked).pk]


def its_photo(world: World) -> list[Any]:
    return [world.event.slug, f.PhotoFactory(event=world.event).pk]


def its_letter(world: World) -> list[Any]:
    return [world.event.slug, "confirmed"]


def its_mailing(world: World) -> list[Any]:
    return [world.event.slug, MailingFactory(event=world.event).pk]


def of_a_series(world: World) -> list[Any]:
    world.event.series = SeriesFactory()
    world.event.save()
    return [world.event.slug]


def its_member(world: World) -> list[Any]:
    return [world.event.slug, f.TeamMemberFactory(event=world.event).pk]


def own_series(world: World) -> list[Any]:
    return [SeriesFactory(cluster=world.cluster).slug]


def a_new_question(world: World) -> list[Any]:
    return [world.event.slug, "question"]


def a_question(world: World) -> list[Any]:
    return [world.event.slug, "question", QuestionFactory(event=world.event).pk]


EVENTS = {
    # public
    "event_list": Row(PUBLIC),
    "event_feed": Row(PUBLIC),
    "event_export": Row(PUBLIC, args=lambda world: ["csv"]),
    "event_detail": Row(PUBLIC, args=its_event),
    "series_detail": Row(PUBLIC, args=lambda world: [world.series.slug]),
    # the organiser's desk
    "my_events": Row("login 404 200 200 200 200"),
    "my_evidence": Row("login 404 200 200 200 200"),
    "my_evidence_file": Row("login 404 200 200 200 200", args=lambda _world: ["csv"]),
    "event_new": Row("login 403 200 200 200 200", post="login 403 ok ok ok ok"),
    "event_desk": Row(ORGANISERS, args=its_event),
    "event_edit": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_event),
    "event_state": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_event),
    "event_copy": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_event),
    "event_team": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_event),
    "team_member": Row("login 405 405 405 405 405", post=ORGANISERS_SEND, args=its_member),
    "series_new": Row("login 403 200 200 200 200", post="login 403 ok ok ok ok"),
    "series_edit": Row(ORGANISERS, post=ORGANISERS_SEND, args=own_series),
    "series_date": Row("login 405 405 405 405 405", post=ORGANISERS_SEND, args=own_series),
    "event_agenda_edit": Row(ORGANISERS, args=its_event),
    "part_new": Row(ORGANISERS, post=ORGANISERS_SEND, args=lambda world: [world.event.slug, "room"]),
    "part_edit": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_part),
    "part_delete": Row(POST_ONLY, "login 404 ok 404 404 404", args=its_part),  # it is gone then
    "part_move": Row("login 405 405 405 405 405", post=ORGANISERS_SEND, args=its_part),
    "session_move": Row("login 405 405 405 405 405", post=ORGANISERS_SEND, args=its_session),
    "material_file": Row("404 404 404 404 404 404", args=lambda world: [world.event.slug, 1], is_open=True),
    "event_delete": Row("login 405 405 405 405 405", post=ORGANISERS_SEND, args=its_event),
    # letters
    "event_messages": Row(ORGANISERS, args=its_event),
    "event_letter_times": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_event),
    "event_letter_text": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_letter),
    "event_mailing_new": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_event),
    "event_invitation_new": Row(ORGANISERS, post=ORGANISERS_SEND, args=of_a_series),
    "event_mailing": Row(ORGANISERS, args=its_mailing),
    "event_mailing_edit": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_mailing),
    "event_mailing_do": Row(POST_ONLY, post=ORGANISERS_SEND, args=its_mailing),
    "event_outbox": Row(ORGANISERS, args=its_event),
    "event_outbox_again": Row(POST_ONLY, post=ORGANISERS_SEND, args=its_event),
    "registration_online": Row(PUBLIC, args=link_of_its_registration),
    # calendars
    "event_ics": Row(PUBLIC, args=its_event),
    "events_ics": Row(PUBLIC),
    "series_ics": Row(PUBLIC, args=its_series),
    "registration_ics": Row(PUBLIC, args=link_of_its_registration),
    "my_calendar": Row(SIGNED_IN),
    "my_calendar_renew": Row(POST_ONLY, OWN),
    "my_calendar_ics": Row(PUBLIC, args=a_calendar),
    # at the door
    "event_door": Row(ORGANISERS, args=its_event),
    "event_check_in": Row(POST_ONLY, KEEPERS_ANSWER, args=its_event),
    "event_check_in_undo": Row(POST_ONLY, NONE_OF_MINE, args=its_event),
    "event_door_people": Row(ORGANISERS, args=its_event),
    "event_door_sync": Row(POST_ONLY, KEEPERS_ANSWER, args=its_event),
    "event_door_worker": Row(ORGANISERS, args=its_event),
    "event_door_late": Row(ORGANISERS, KEEPERS_ANSWER, args=its_event),
    "event_door_counters": Row(ORGANISERS, args=its_event),
    "event_badges": Row(ORGANISERS, KEEPERS_ANSWER, args=its_event),
    "event_badge_print": Row(NONE_OF_MINE, args=no_print_of_its_event),
    "event_badge_file": Row(NONE_OF_MINE, args=no_print_of_its_event),
    # registering; a signed link opens one registration to whoever holds it
    "event_register": Row(PUBLIC, SENDABLE, args=its_event),
    "event_registered": Row(PUBLIC, args=its_event),
    "registration_detail": Row(PUBLIC, args=link_of_its_registration),
    "registration_change": Row(PUBLIC, SENDABLE, args=link_of_its_registration),
    "registration_accept": Row(READ_ONLY_FOR_ALL, SENDABLE, args=link_of_its_registration),
    "registration_cancel": Row(READ_ONLY_FOR_ALL, SENDABLE, args=link_of_its_registration),
    "my_registrations": Row(SIGNED_IN),
    # after the event
    "certificate_find": Row(PUBLIC),
    "certificate_check": Row(PUBLIC, PUBLIC, args=code_of_its_certificate),
    "certificate_by_link": Row(PUBLIC, args=link_to_its_certificate),
    "certificate_file": Row(PUBLIC, args=link_to_its_certificate),
    "certificate_pdf": Row(ORGANISERS, args=code_of_its_certificate),
    "survey": Row(PUBLIC, PUBLIC, args=link_to_its_survey),
    "event_after": Row(ORGANISERS, args=its_event),
    "event_certificates": Row(ORGANISERS, ORGANISERS_SEND, args=its_event),
    "certificate_withdraw": Row(ORGANISERS, ORGANISERS_SEND, args=its_certificate),
    "event_survey": Row(ORGANISERS, ORGANISERS_SEND, args=its_survey),
    "survey_open": Row(POST_ONLY, ORGANISERS_SEND, args=its_survey),
    "survey_close": Row(POST_ONLY, ORGANISERS_SEND, args=its_survey),
    "survey_remove": Row(POST_ONLY, "login 404 302 404 404 404", args=its_survey),
    "survey_question_new": Row(ORGANISERS, ORGANISERS_SEND, args=its_survey),
    "survey_question": Row(ORGANISERS, ORGANISERS_SEND, args=its_survey_question),
    "survey_question_move": Row(POST_ONLY, ORGANISERS_SEND, args=its_survey_question),
    "survey_question_delete": Row(POST_ONLY, "login 404 302 404 404 404", args=its_survey_question),
    "survey_results": Row(ORGANISERS, ORGANISERS_SEND, args=its_survey),
    "survey_export": Row(ORGANISERS, args=lambda world: [*its_survey(world), "csv"]),
    "event_photos": Row(ORGANISERS, ORGANISERS_SEND, args=its_event),
    "event_photo": Row(ORGANISERS, ORGANISERS_SEND, args=its_photo),
    "event_photo_move": Row(POST_ONLY, ORGANISERS_SEND, args=its_photo),
    "event_photo_delete": Row(POST_ONLY, "login 404 302 404 404 404", args=its_photo),
    "event_report": Row(ORGANISERS, args=its_event),
    "event_report_file": Row(ORGANISERS, args=lambda world: [world.event.slug, "xlsx"]),
    "event_form_edit": Row(ORGANISERS, args=its_event),
    "event_form_preview": Row(ORGANISERS, args=its_event),
    "event_draw": Row(POST_ONLY, ORGANISERS_SEND, args=its_event),
    "form_part_new": Row(ORGANISERS, ORGANISERS_SEND, args=a_new_question),
    "form_part_edit": Row(ORGANISERS, ORGANISERS_SEND, args=a_question),
    "form_part_delete": Row(POST_ONLY, "login 404 ok 404 404 404", args=a_question),  # it is gone then
    "form_part_move": Row(POST_ONLY, ORGANISERS_SEND, args=a_question),
    # the table of registrations
    "event_registrations": Row(ORGANISERS, args=its_event, query="?q=x&state=confirmed&order=-name"),
    "registration_export": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_table),
    "registration_columns_choose": Row("login 405 405 405 405 405", post=ORGANISERS_SEND, args=its_event),
    "registrations_decide": Row("login 405 405 405 405 405", post=ORGANISERS_SEND, args=its_event),
    "registration_edit": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_registration),
    "registration_data": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_registration),
    "event_statistics": Row(ORGANISERS, args=its_event),
    "statistics_export": Row(ORGANISERS, args=figure_of_its_registrations),
    "registration_import": Row(ORGANISERS, post=ORGANISERS_SEND, args=its_event),
    "registration_import_blank": Row(ORGANISERS, args=its_table),
    "registration_import_check": Row("login 404 200 404 404 404", "login 404 ok 404 404 404", args=import_of_people),
}
