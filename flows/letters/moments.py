"""The moment a letter speaks of: a wall clock time and the clock it is set by, as a caseworker chose them.

The clock is kept beside the hour, so that what was agreed stays true when a country changes its clocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from flows.phrases import Phrase, Shown, Value, day
from flows.reminding import clocks
from flows.screens import N_

#: The values of a letter that hold one: `2026-12-03T14:30` and `Europe/Berlin`.
NAMES = frozenset({"at", "zone"})
_FORM = "%Y-%m-%dT%H:%M"

BY_A_CLOCK = N_("{time} ({city} time)")


def values_of(wall: datetime, zone: str) -> dict[str, str]:
    """A naive wall clock time and its clock, as a letter's values."""
    return {"at": wall.strftime(_FORM), "zone": zone}


def moment_of(values: Mapping[str, str]) -> datetime | None:
    """The moment in UTC; None when the values hold none that there is exactly once."""
    zone, wall = values.get("zone", ""), _wall(values.get("at", ""))
    if wall is None or zone not in clocks.clocks() or not clocks.happens_once(wall, zone):
        return None
    return clocks.moment_at(wall, zone).astimezone(UTC)


def day_of(values: Mapping[str, str], zones: Sequence[str]) -> date | None:
    """The day as the family reads it; None as in `moment_of`."""
    moment = moment_of(values)
    return None if moment is None else as_read(moment, values["zone"], zones)[0]


def spoken_of(values: Mapping[str, str], zones: Sequence[str]) -> dict[str, Value]:
    """`day` and `time` as `as_read` has them."""
    moment = moment_of(values)
    if moment is None:  # it was checked before it was sent
        raise ValueError("no such moment")
    on, at = as_read(moment, values["zone"], zones)
    return {"day": day(on), "time": at}


def as_read(moment: datetime, chosen: str, zones: Sequence[str]) -> tuple[date, str | Phrase]:
    """Day and hour by the family's clocks; where these differ, or none are known, by the chosen one, which is named then."""
    if (own := clocks.agreed(moment, zones)) is not None:
        return own
    on, at = clocks.by(moment, chosen)
    return on, replace(BY_A_CLOCK, values={"time": at, "city": Shown({"type": "clock", "zone": chosen})})


def _wall(text: object) -> datetime | None:
    try:
        wall = datetime.strptime(text, _FORM) if isinstance(text, str) else None  # noqa: DTZ007  (its clock stands beside it)
    except ValueError:
        return None
    return wall if wall is not None and wall.strftime(_FORM) == text else None
