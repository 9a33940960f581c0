"""An appointment as a caseworker writes it: a call or a visit, its day, its hour and the clock that is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from desk.sayings import UNDER_WAY, Saying
from flows.letters.moments import moment_of, values_of
from flows.merge import merged
from flows.reading.display import city_of
from flows.reminding.clocks import clocks, happens_once, moment_at
from flows.reminding.zones import zones_of

#: How it is held -> the text that sets it, and the text that changes an earlier one to it.
CHANNELS: Mapping[str, tuple[str, str]] = {
    "call": ("appointment_call", "moved_call"),
    "visit": ("appointment_visit", "moved_visit"),
}
#: The text that calls one off.
OFF = "appointment_off"
#: Clocks that are offered beside the family's own: where most families and most teams are.
OFTEN = (
    "Asia/Damascus",
    "Asia/Beirut",
    "Asia/Amman",
    "Asia/Baghdad",
    "Europe/Istanbul",
    "Africa/Cairo",
    "Asia/Riyadh",
    "Europe/Berlin",
    "Europe/London",
)
#: Further ahead than this it is a slip of the year.
FARTHEST = timedelta(days=366)
_COUNTRY = "enquirer.country"
#: Marks of direction that a keyboard may put around numbers.
_MARKS = re.compile("[\u200e\u200f\u061c\u2066-\u2069]")
#: `\d` and `int` know the digits of every script.
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written in the form: the letter's template, values and words; or else what is wrong, in one of our words."""

    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    words: str = field(default="", repr=False)
    problem: str = ""


def read(given: Mapping[str, str], now: datetime, *, moves: bool) -> Written:
    """The appointment in a form's fields; `moves`: it takes the place of an earlier one."""
    names = CHANNELS.get(given.get("channel", ""))
    day, at, clock = _day(given.get("day", "")), _time(given.get("time", "")), given.get("clock", "")
    words = " ".join(given.get("words", "").split())
    if names is None:
        return Written(problem="channel")
    if day is None:
        return Written(problem="day")
    if at is None:
        return Written(problem="time")
    if clock not in clocks():
        return Written(problem="clock")
    wall = datetime.combine(day, at)
    if not happens_once(wall, clock):
        return Written(problem="clock_change")
    moment = moment_at(wall, clock)
    if moment <= now:
        return Written(problem="past")
    if moment - now > FARTHEST:
        return Written(problem="far")
    if given["channel"] == "visit" and not words:
        return Written(problem="place")
    return Written(names[moves], values_of(wall, clock), words)


def family_clocks(known: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The clocks the family lives by, from the country it says it is in; none where it has not said, as the bot has it."""
    for claim in merged(known)["enquirer"]["claims"]:
        code = str((claim["value"] or {}).get("code") or "")[:2].upper()
        if claim.get("field") == _COUNTRY and code:
            return zones_of(code, ())
    return ()


def offered(own: Sequence[str], language: str) -> list[tuple[str, str]]:
    """The clocks to choose from, the family's first: (zone, its city in the console's language)."""
    zones = (*own, *(zone for zone in OFTEN if zone not in own))
    return [(zone, city_of(zone, language)) for zone in zones]


def can_change(saying: Saying, said: Sequence[Saying], now: datetime) -> bool:
    """Whether it is an appointment that stands: at the families' side, still to come, not moved or called off."""
    moment = moment_of(saying.body.get("values", {}))
    if moment is None or moment <= now or saying.state not in (*UNDER_WAY, "read"):
        return False
    return not any(one.body.get("replaces") == saying.id and one.state != "refused" for one in said)


def channel_of(saying: Saying) -> str:
    """How it is held; a call where it is no appointment."""
    return next((name for name, texts in CHANNELS.items() if saying.body.get("template") in texts), "call")


def as_written(saying: Saying) -> dict[str, str]:
    """The fields of the form that would write this appointment once more."""
    day, _, at = str(saying.body["values"]["at"]).partition("T")
    clock, words = str(saying.body["values"]["zone"]), str(saying.body["words"])
    return {
        "channel": channel_of(saying),
        "day": day,
        "time": at,
        "clock": clock,
        "words": words,
        "replaces": saying.id,
    }


def now_of(seconds: int) -> datetime:
    """Seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(_MARKS.sub("", text).strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _time(text: str) -> time | None:
    found = _TIME.fullmatch(_MARKS.sub("", text).strip())
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None
