"""The quality of the data, as the office watches it: checks, each with its rows and where they are mended.

Later parts add checks of their own when they are ready (`AppConfig.ready`), so that nothing here imports them:

    quality.add(Anything())                              # a Check: see `check`
"""

from klaster.directory.quality.asking import Duplicates, JoinRequestsOpen
from klaster.directory.quality.check import Check, Finding, Kind, Option
from klaster.directory.quality.checks import BrokenLinks, Incomplete, LabelsEnding, Stale

__all__ = ["Check", "Finding", "Kind", "Option", "add", "checks", "named"]

_checks: list[Check] = [JoinRequestsOpen(), LabelsEnding(), BrokenLinks(), Stale(), Incomplete(), Duplicates()]


def add(check: Check) -> None:
    if check.code not in [each.code for each in _checks]:
        _checks.append(check)


def checks() -> list[Check]:
    return list(_checks)


def named(code: str) -> Check | None:
    return next((check for check in _checks if check.code == code), None)
