"""Rows that people put in order, by their `position`."""

from __future__ import annotations

from typing import Any

from django.db import models


def end(rows: Any) -> int:
    """The place after the last of these."""
    return (rows.aggregate(last=models.Max("position"))["last"] or 0) + 1


def move(rows: Any, row: models.Model, step: int) -> None:
    """A row up (-1) or down (1) among these, and no further than the first and the last place."""
    order = list(rows.order_by("position", "pk"))
    at = order.index(row)
    order.insert(max(at + step, 0), order.pop(at))
    for position, each in enumerate(order):
        each.position = position
    rows.model._default_manager.bulk_update(order, ["position"])
