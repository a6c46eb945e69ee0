"""The tool that kills processes at every statement finds an act that leaves something half done, and no other."""

import pytest
from django.db import transaction

from klaster.core.models import LeftList
from klaster.core.tests import crashes

pytestmark = pytest.mark.django_db(transaction=True)
WHO = ("person 1", "person 2", "person 3")


@transaction.atomic
def whole():
    for who in WHO:
        LeftList.objects.get_or_create(list_name="crash 1", who=who)


def in_parts():
    """The fault that the tool has to find: each row is committed by itself."""
    for who in WHO:
        LeftList.objects.get_or_create(list_name="crash 1", who=who)


def left():
    return sorted(LeftList.objects.values_list("who", flat=True))


def killed(act):
    kept = crashes.Kept(LeftList)
    return crashes.at_every_statement(act, state=left, reset=kept.restore)


def test_one_transaction_leaves_the_old_state_or_the_new():
    report = killed(whole)
    assert report.between == []
    assert report.new == 1  # killed after COMMIT was answered
    assert report.old == report.points - 1 >= 6


def test_an_act_in_parts_is_found():
    report = killed(in_parts)
    assert report.between
    assert report.old > 0
