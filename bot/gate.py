"""The gate before every code and PIN, and before asking for news: who tried too often is not even looked at. See `bot.limits`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from bot.keys import Keys
from bot.limits import CHAT, CODE, DAY, HOUR, SLOW, STATUS, Limit, failed, is_open, taken_back
from bot.store import failures
from bot.store.store import Store

_Counted: TypeAlias = "tuple[str, Limit]"
_HOUR, _DAY, _SLOW = ("all/hour", HOUR), ("all/day", DAY), ("all/slow", SLOW)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries what."""

    counted: tuple[_Counted, ...] = field(repr=False)
    #: whether it counts among everybody's: a code can be guessed at from any chat, a PIN in its own chat only there
    from_anywhere: bool


@dataclass(frozen=True, slots=True)
class Try:
    """A try that is looked at; already counted as a failure."""

    counted: tuple[_Counted, ...] = field(repr=False)
    hour: int
    #: whether, if it is wrong, what is tried (the code, the PIN) is locked by it
    locks: bool


def at_code(lane: str, selector: str) -> Attempt:
    """A try of this chat on a code."""
    return Attempt(((f"chat/{lane}", CHAT), (f"code/{selector}", CODE)), True)


def at_home(lane: str) -> Attempt:
    """A try on a PIN in its own chat: whoever tries codes elsewhere cannot lock its family out here.

    Counted by the chat and not by the request, so that a chat that knows nothing any more is held up as one that does.
    """
    return Attempt(((f"chat/{lane}", CHAT), (f"pin/{lane}", CODE)), False)


def at_status(lane: str) -> Attempt:
    """This chat asks how it stands; counted alike whatever was sent from it, or whether anything was."""
    return Attempt(((f"status/{lane}", STATUS),), False)


class Gate:
    """Counts in the database, under fingerprints."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    async def enter(self, attempt: Attempt, at: datetime) -> Try | None:
        """None when there were too many failures; else a try, counted as one until `right` says otherwise."""
        named = self.named(attempt)
        hour = int(at.timestamp()) // 3600
        return await self._store.write(lambda connection: enter(connection, named, hour))

    async def asks(self, lane: str, at: datetime) -> int:
        """0 when this chat may ask now how it stands; else in how many minutes it may, 60 at most."""
        return 0 if await self.enter(at_status(lane), at) is not None else 60 - at.minute

    async def right(self, tried: Try) -> None:
        """It was no failure."""
        await self._store.write(lambda connection: leave(connection, tried))

    def named(self, attempt: Attempt) -> Attempt:
        """Under the fingerprints it is counted by."""
        counted = tuple((self._keys.tries.pseudonym(name), limit) for name, limit in attempt.counted)
        return replace(attempt, counted=counted)


def enter(connection: Connection, attempt: Attempt, hour: int) -> Try | None:
    """`Gate.enter` in a transaction."""
    counted = attempt.counted
    if not _all_open(connection, counted, hour):
        return None
    if attempt.from_anywhere:
        slow = not _all_open(connection, (_HOUR, _DAY), hour)
        if slow and not _all_open(connection, (_SLOW,), hour):
            return None
        counted = (*counted, _SLOW) if slow else (*counted, _HOUR, _DAY)
    locks = False
    for name, limit in counted:
        tally = failed(failures.find(connection, name), limit, hour)
        failures.put(connection, name, tally)
        locks = locks or (limit is CODE and not is_open(tally, hour))
    return Try(counted, hour, locks)


def leave(connection: Connection, tried: Try) -> None:
    """`Gate.right` in a transaction."""
    for name, limit in tried.counted:
        failures.put(connection, name, taken_back(failures.find(connection, name), limit, tried.hour))


def _all_open(connection: Connection, counted: Iterable[_Counted], hour: int) -> bool:
    return all(is_open(failures.find(connection, name), hour) for name, _ in counted)
