"""The demo has every state of the board, and nothing of it counts."""

import pytest

from klaster.accounts.demo import create_demo_people
from klaster.directory.demo import load_demo_directory
from klaster.matchmaking import board_evidence
from klaster.matchmaking.board_evidence import Scope
from klaster.matchmaking.demo_board import load_demo_board
from klaster.matchmaking.models import BrokeredRequest, Interest, Posting

pytestmark = pytest.mark.django_db


def test_the_demo_shows_each_state_and_is_made_once():
    people = create_demo_people()
    load_demo_directory(people)
    assert load_demo_board(people) == Posting.objects.count() == 16
    assert load_demo_board(people) == 0
    assert set(Posting.objects.values_list("state", flat=True)) == {"published", "review", "returned"}
    assert set(Interest.objects.values_list("state", flat=True)) == {"sent", "talked"}
    assert set(BrokeredRequest.objects.values_list("state", flat=True)) == {"open", "taken"}
    assert all(figure.value == 0 for figure in board_evidence.evidence(Scope()))
