"""The gate before every code and PIN: who tried too often is not even looked at. See `bot.limits`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from bot.keys import Keys
from bot.limits import CHAT, CODE, DAY, HOUR, SLOW, Limit, failed, is_open, taken_back
from bot.store import failures
from bot.store.store import Store

_Counted: TypeAlias = "tuple[str, Limit]"
_HOUR, _DAY, _SLOW = ("all/hour", HOUR), ("all/day", DAY), ("all/slow", SLOW)


@dataclass(frozen=True, slots=True)
class Try:
    """A try that is looked at; already counted as a failure."""

    counted: tuple[_Counted, ...] = field(repr=False)
    hour: int
    #: whether, if it is wrong, what is tried (the code, the PIN) is locked by it
    locks: bool


def at_code(lane: str, selector: str) -> tuple[_Counted, ...]:
    """A try of this chat on a code."""
    return ((f"chat/{lane}", CHAT), (f"code/{selector}", CODE))


def at_home(lane: str, report: str) -> tuple[_Counted, ...]:
    """A try on the PIN of a request in its own chat: whoever tries it elsewhere cannot lock its family out here."""
    return ((f"chat/{lane}", CHAT), (f"pin/{report}", CODE))


class Gate:
    """Counts in the database, under fingerprints."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    async def enter(self, whom: Sequence[_Counted], at: datetime) -> Try | None:
        """None when there were too many failures; else a try, counted as one until `right` says otherwise."""
        hour = int(at.timestamp()) // 3600
        return await self._store.write(lambda connection: enter(connection, self._named(whom), hour))

    async def right(self, tried: Try) -> None:
        """It was no failure."""
        await self._store.write(lambda connection: leave(connection, tried))

    def _named(self, whom: Iterable[_Counted]) -> tuple[_Counted, ...]:
        return tuple((self._keys.tries.pseudonym(name), limit) for name, limit in whom)


def enter(connection: Connection, whom: tuple[_Counted, ...], hour: int) -> Try | None:
    """`Gate.enter` in a transaction."""
    if not all(is_open(failures.find(connection, name), hour) for name, _ in whom):
        return None
    counted = (*whom, _HOUR, _DAY)
    if not all(is_open(failures.find(connection, name), hour) for name, _ in (_HOUR, _DAY)):
        if not is_open(failures.find(connection, _SLOW[0]), hour):
            return None
        counted = (*whom, _SLOW)
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
