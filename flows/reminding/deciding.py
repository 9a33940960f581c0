"""What becomes of a reminder that is due: it goes now, waits, or is dropped. One pure function holds every rule of etiquette."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from flows.reminding.hours import last_open, next_open
from flows.reminding.kinds import APART, IN, MOST, SILENCE, TOO_LATE, Kind
from flows.reminding.rhythm import Rhythm

Reason = Literal["quiet", "unreachable", "not_agreed", "late", "past", "silence", "answered", "no_hours"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules ask about a chat and a reminder. Moments are aware."""

    rhythm: Rhythm
    due: datetime
    base: datetime
    step: int
    quiet: bool = False
    reachable: bool = True
    agreed: bool = False
    #: until then a person of the team has the word
    held: datetime | None = None
    #: when the family was last heard
    heard: datetime | None = None
    #: when we wrote by ourselves, in the last year, appointments left out
    written: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """Now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not before then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """Never."""

    reason: Reason


Decision: TypeAlias = Send | Later | Drop


def decide(kind: Kind, standing: Standing, now: datetime) -> Decision:
    """What becomes of it at this moment."""
    if (reason := _never(kind, standing, now)) is not None:
        return Drop(reason)
    earliest = max([now, *_waits(kind, standing)])
    at = next_open(earliest, standing.rhythm)
    if at is None or (kind.before and at >= standing.base):
        return Drop("no_hours")
    return Send() if at <= now else Later(at)


def _never(kind: Kind, standing: Standing, now: datetime) -> Reason | None:
    heard = standing.heard
    if standing.quiet:
        return "quiet"
    if not standing.reachable:
        return "unreachable"
    if kind.agreed and not standing.agreed:
        return "not_agreed"
    if now - standing.due > TOO_LATE:
        return "late"
    if kind.before and now >= standing.base:
        return "past"
    if heard is not None and not kind.after_silence and now - heard > SILENCE:
        return "silence"
    if kind.since_heard and standing.step > 0 and heard is not None and heard > standing.base + kind.steps[0]:
        return "answered"
    return None


def _waits(kind: Kind, standing: Standing) -> list[datetime]:
    """The moments that must have come."""
    waits = [standing.held] if standing.held is not None and not kind.before else []
    if kind.since_heard and standing.step == 0 and standing.heard is not None:
        waits.append(standing.heard + kind.steps[0])
    written = sorted(standing.written)
    if kind.capped and written:
        waits.append(written[-1] + APART)
        if len(written) >= MOST:
            waits.append(written[-MOST] + IN)
    return waits


def due(
    kind: Kind, step: int, base: datetime, rhythm: Rhythm, now: datetime, every: timedelta | None = None
) -> datetime:
    """When a step of a reminder is due: at a good hour, never before `now`. `every`: the step of a digest."""
    wanted = base + (every or kind.steps[step])
    if kind.before:
        return last_open(wanted, rhythm, max(now, wanted - timedelta(days=7))) or max(now, wanted)
    earliest = max(wanted, now)
    return next_open(earliest, rhythm) or earliest
