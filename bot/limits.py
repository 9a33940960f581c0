"""How often a wrong code or PIN may be tried: by one chat, on one code, by everybody together; and how often a chat may ask how
it stands. Pure; hours are the only clock.

A try is counted as wrong before it is looked at and taken back when it was right, so that a thousand at once cannot pass
together. What was right forgives nothing else: who owns one code must not be able to wipe out failures on another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limit:
    """After `most` failures nothing is looked at for `pause` hours.

    With `doubles` failures count together until there has been none for `hours`, and each pause is twice the last one; else
    they count by periods of `hours`.
    """

    most: int
    hours: int
    pause: int
    doubles: bool = True


#: A chat: one hour, then two, four, …
CHAT = Limit(5, 1, 1)
#: A code, or the PIN of a request in its own chat: a day, then two, four, …
CODE = Limit(5, 24, 24)
#: Everybody together: beyond these there is slow mode for as long as they hold.
HOUR = Limit(200, 1, 1, doubles=False)
DAY = Limit(220, 24, 24, doubles=False)
#: Everybody together in slow mode.
SLOW = Limit(4, 1, 1, doubles=False)

#: A chat that asks how it stands: generous for somebody who asks again and again, too little for a script; until the hour ends.
STATUS = Limit(30, 1, 1, doubles=False)

#: A pause is forgotten, and the next one is the first again, after so many hours without a failure.
FORGOTTEN = 60 * 24


@dataclass(frozen=True, slots=True)
class Tally:
    """Failures of somebody. Hours since 1970: the row must not tell who tried what at which minute."""

    #: of the first failure of a period, or of the last one
    since: int = 0
    count: int = 0
    #: the first hour in which tries are looked at again
    until: int = 0
    #: how many pauses there were
    level: int = 0


def is_open(tally: Tally, now: int) -> bool:
    """Whether a try is looked at in this hour."""
    return tally.until <= now


def failed(tally: Tally, limit: Limit, now: int) -> Tally:
    """With one more failure."""
    if now - tally.since > FORGOTTEN and tally.until <= now:
        tally = Tally()
    over = now - tally.since > limit.hours if limit.doubles else now - tally.since >= limit.hours
    count = 1 if over or not tally.count else tally.count + 1
    since = now if limit.doubles or count == 1 else tally.since
    if count < limit.most:
        return replace(tally, since=since, count=count)
    if not limit.doubles:
        return Tally(since, 0, since + limit.pause, 0)
    # One hour more, because the present one has begun already.
    return Tally(since, 0, now + 1 + limit.pause * 2 ** min(tally.level, 16), tally.level + 1)


def taken_back(tally: Tally, limit: Limit, now: int) -> Tally:
    """Without the last failure, which was none."""
    if tally.count:
        return replace(tally, count=tally.count - 1)
    if tally.until > now:
        return replace(tally, count=limit.most - 1, until=now, level=max(0, tally.level - 1))
    return tally
