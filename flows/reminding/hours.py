"""When a family may be written to: by its own clock, later on Fridays, shorter in Ramadan, never on days that hurt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hijridate import Gregorian

from flows.reminding.rhythm import Rhythm, week_of

USUAL = (time(10), time(20))
RAMADAN = (time(11), time(17))
FRIDAY_FROM = time(14)
_FRIDAY = 4
#: (month, day): Mother's Day in the region, the International Day of the Disappeared.
HURTING = frozenset({(3, 21), (8, 30)})
_RAMADAN_MONTH = 9
#: Hijri (month, day) of the two Eids. The moon may be seen a day sooner or later than the tables say.
_EIDS = frozenset({(10, 1), (10, 2), (10, 3), (12, 10), (12, 11), (12, 12), (12, 13)})
_A_DAY = timedelta(days=1)
#: What is begun needs time to get through before the hours are over.
ROOM = timedelta(minutes=10)
#: Somewhere in so many days there is a good hour, or there is none at all.
_FAR = 120


@lru_cache(maxsize=4096)
def _hijri(day: date) -> tuple[int, int]:
    found = Gregorian.fromdate(day).to_hijri()
    return found.month, found.day


def is_eid(day: date) -> bool:
    """Whether it is an Eid, or may be one where the moon was seen a day sooner or later."""
    return any(_hijri(day + shift * _A_DAY) in _EIDS for shift in (-1, 0, 1))


def is_ramadan(day: date) -> bool:
    """Whether it is Ramadan, or may be."""
    return any(_hijri(day + shift * _A_DAY)[0] == _RAMADAN_MONTH for shift in (-1, 0, 1))


@lru_cache(maxsize=16384)
def window(day: date) -> tuple[time, time] | None:
    """From when to when, local time, on a day; None on a day that hurts everybody."""
    if (day.month, day.day) in HURTING or is_eid(day):
        return None
    opens, closes = RAMADAN if is_ramadan(day) else USUAL
    return (max(opens, FRIDAY_FROM), closes) if day.weekday() == _FRIDAY else (opens, closes)


def is_open(moment: datetime, rhythm: Rhythm) -> bool:
    """Whether this family may be written to at this moment."""
    return next_open(moment, rhythm) == moment


def next_open(moment: datetime, rhythm: Rhythm) -> datetime | None:
    """The earliest moment from this one on at which it is a good hour by every clock of the rhythm; None when there is none.

    Moments are aware, results are UTC. A wall clock put forward or back changes nothing: windows are asked for by day.
    """
    here = moment.astimezone(UTC)
    end = here + _FAR * _A_DAY
    while here < end:
        later = max(_next_in(here, zone, rhythm.weeks) for zone in rhythm.zones)
        if later == here:
            return here
        here = later
    return None


def last_open(moment: datetime, rhythm: Rhythm, not_before: datetime) -> datetime | None:
    """The last good hour up to this moment, looked for by quarters of an hour; None when there is none from `not_before` on."""
    here = moment.astimezone(UTC)
    while here >= not_before:
        if is_open(here, rhythm):
            return here
        here -= timedelta(minutes=15)
    return None


def _next_in(moment: datetime, name: str, weeks: frozenset[int]) -> datetime:
    zone = ZoneInfo(name)
    for opens, closes in _windows(moment, zone, weeks):
        if moment < closes:
            return max(moment, opens)
    return moment + _FAR * _A_DAY


def _windows(moment: datetime, zone: ZoneInfo, weeks: frozenset[int]) -> Iterator[tuple[datetime, datetime]]:
    day = moment.astimezone(zone).date()
    for _ in range(_FAR):
        found = None if week_of(day) in weeks else window(day)
        if found is not None:
            yield _at(day, found[0], zone), _at(day, found[1], zone) - ROOM
        day += _A_DAY


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)
