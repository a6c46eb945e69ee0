"""The permission matrix of the organiser's desk of matchmaking: its addresses are for who runs the event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klaster.matchmaking import factories as f
from klaster.matchmaking.models import Matchmaking, MatchmakingImport, Phase, Placement, Run
from tests.matrix_rows import POST_ONLY, Row

if TYPE_CHECKING:
    from tests.test_permission_matrix import World

RUN_IT = "login 404 200 404 200 200"
RUN_IT_SEND = "login 404 ok 404 ok ok"


def its_matchmaking(world: World) -> Matchmaking:
    return Matchmaking.objects.filter(event=world.event).first() or f.MatchmakingFactory(event=world.event)


def of_the_event(world: World) -> list[Any]:
    its_matchmaking(world)
    return [world.event.slug]


def a_table(world: World) -> list[Any]:
    return [*of_the_event(world), "csv"]


def a_slot(world: World) -> list[Any]:
    return [world.event.slug, f.SlotFactory(matchmaking=its_matchmaking(world)).pk]


def a_table_of_the_hall(world: World) -> list[Any]:
    return [world.event.slug, f.TableFactory(matchmaking=its_matchmaking(world)).pk]


def a_participant(world: World) -> list[Any]:
    return [world.event.slug, f.ParticipantFactory(matchmaking=its_matchmaking(world), people=[]).pk]


def an_import(world: World) -> list[Any]:
    import_ = MatchmakingImport.objects.create(
        matchmaking=its_matchmaking(world), by=world.people["coordinator"], kind="wishes", file_name="wishes.csv"
    )
    return [world.event.slug, import_.pk]


def a_run(world: World) -> list[Any]:
    """Done, with a meeting that has a place."""
    matchmaking = its_matchmaking(world)
    Matchmaking.objects.filter(pk=matchmaking.pk).update(phase=Phase.PLANNING)
    run = f.RunFactory(matchmaking=matchmaking, is_checked=True, state=Run.State.DONE)
    Placement.objects.create(
        run=run, meeting=f.MeetingFactory(matchmaking=matchmaking), slot=f.SlotFactory(matchmaking=matchmaking)
    )
    return [world.event.slug, run.pk]


def a_placed_meeting(world: World) -> list[Any]:
    slug, run = a_run(world)
    return [slug, run, Placement.objects.get(run=run).meeting_id]


MATCH_DESK: dict[str, Row] = {
    "matchmaking_desk": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_settings": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_phase": Row(POST_ONLY, RUN_IT_SEND, args=of_the_event),
    "desk_remind": Row(POST_ONLY, RUN_IT_SEND, args=of_the_event),
    "desk_slots": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_slot_new": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_slot": Row(RUN_IT, RUN_IT_SEND, args=a_slot),
    "desk_tables": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_table": Row(RUN_IT, RUN_IT_SEND, args=a_table_of_the_hall),
    "desk_participants": Row(RUN_IT, args=of_the_event, query="?q=x&state=in&order=-name"),
    "desk_participants_export": Row(RUN_IT, args=a_table),
    "desk_participant": Row(RUN_IT, RUN_IT_SEND, args=a_participant),
    "desk_write": Row("login 404 404 404 404 404", "login 404 404 404 404 404", args=of_the_event),
    "desk_meetings": Row(RUN_IT, args=of_the_event, query="?q=x&state=sent"),
    "desk_meetings_export": Row(RUN_IT, args=a_table),
    "desk_add": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_ask": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_import": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_import_blank": Row(RUN_IT, args=lambda world: [*of_the_event(world), "wishes", "csv"]),
    # its sender's: the coordinator's here; the office does not see it
    "desk_import_check": Row("login 404 200 404 404 404", "login 404 ok 404 404 404", args=an_import),
    "desk_timetable": Row(RUN_IT, RUN_IT_SEND, args=of_the_event),
    "desk_unpublish": Row(POST_ONLY, RUN_IT_SEND, args=of_the_event),
    "desk_run": Row(RUN_IT, args=a_run),
    "desk_run_stop": Row(POST_ONLY, RUN_IT_SEND, args=a_run),
    "desk_run_export": Row(RUN_IT, args=lambda world: [*a_run(world), "csv"]),
    "desk_compare": Row("login 404 404 404 404 404", args=a_run),
    "desk_publish": Row(RUN_IT, RUN_IT_SEND, args=a_run),
    "desk_place": Row(RUN_IT, RUN_IT_SEND, args=a_placed_meeting),
    "desk_lock": Row(POST_ONLY, RUN_IT_SEND, args=a_placed_meeting),
}
