"""A moment as a family reads it: the day and the hour by its own clocks, or by one that is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def clocks() -> frozenset[str]:
    """The IANA zones that are named after a place: what an appointment may be set by."""
    return frozenset(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))


def agreed(moment: datetime, zones: Sequence[str]) -> tuple[date, str] | None:
    """The day and the hour (14:30) of a moment where every clock of the family says the same; None where they differ."""
    walls = {moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in zones}
    if len(walls) != 1:
        return None
    [wall] = walls
    return wall.date(), f"{wall:%H:%M}"


def by(moment: datetime, zone: str) -> tuple[date, str]:
    """The day and the hour of a moment by one clock."""
    wall = moment.astimezone(ZoneInfo(zone))
    return wall.date(), f"{wall:%H:%M}"


def happens_once(wall: datetime, zone: str) -> bool:
    """Whether a naive wall clock time is one moment there: when clocks are put forward one is missing, when back it is two."""
    clock = ZoneInfo(zone)
    first, second = wall.replace(tzinfo=clock, fold=0), wall.replace(tzinfo=clock, fold=1)
    return first.utcoffset() == second.utcoffset()


def moment_at(wall: datetime, zone: str) -> datetime:
    """The aware moment of a naive wall clock time."""
    return wall.replace(tzinfo=ZoneInfo(zone))
