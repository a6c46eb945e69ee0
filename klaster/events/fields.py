"""Fields that events need."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


@cache
def known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def validate_zone(name: str) -> None:
    if name not in known_zones():
        raise ValidationError(_("There is no time zone %(name)s."), params={"name": name}, code="zone")


def default_zone() -> str:
    return settings.TIME_ZONE


class TimeZoneField(models.CharField):
    """Name of a time zone of the IANA database; the network's by default."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"max_length": 64, "default": default_zone, **kwargs})
        self.validators.append(validate_zone)  # type: ignore[attr-defined]
