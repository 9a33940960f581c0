"""The queue of updates that wait for the bot, with the offsets, the redelivery and the one poller of Telegram."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.sandbox.refusals import CONFLICT, Refusal
from bot.sandbox.wire import Json, encode

#: Telegram keeps unconfirmed updates for a day.
KEPT_SECONDS = 24 * 3600
LONGEST_POLL = 50
#: The kinds that are left out unless asked for by name.
ASKED_FOR = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_ID = 700_000_001
#: An offset may lie this far beyond the last update.
FUTURE = 10


@dataclass(slots=True)
class Pending:
    """An update on its way; `body` is its JSON, made once."""

    date: int
    body: str
    delivered: int = 0


class Updates:
    """Confirmed below the offset of the next poll, redelivered until then, dropped after a day."""

    def __init__(self) -> None:
        self.pending: dict[int, Pending] = {}
        self.next_id = FIRST_ID
        self.allowed: list[str] = []
        self.queued = self.confirmed = self.delivered = self.redelivered = self.dropped = self.conflicts = 0
        self._poller: asyncio.Future[None] | None = None

    def wants(self, kind: str) -> bool:
        """Whether the bot's `allowed_updates` let this kind in."""
        return kind in self.allowed if self.allowed else kind not in ASKED_FOR

    def add(self, update_id: int, date: int, update: Json) -> None:
        """Queue an update and wake the poller. Ids out of order are put in order."""
        disorder = bool(self.pending) and update_id < next(reversed(self.pending))
        self.pending[update_id] = Pending(date, encode(update))
        if disorder:
            self.pending = dict(sorted(self.pending.items()))
        self.next_id = max(self.next_id, update_id + 1)
        self.queued += 1
        self._ring(self._poller)

    @staticmethod
    def _ring(poller: asyncio.Future[None] | None) -> None:
        if poller and not poller.done():
            poller.set_result(None)

    def confirmable(self, offset: int) -> list[int]:
        """The ids that a poll with this offset confirms; a negative one keeps the last `-offset` only.

        One too far ahead confirms nothing, and the poll starts at the head of the queue: Telegram does the same.
        """
        if offset < 0:
            return list(self.pending)[:offset]
        if offset > self.next_id + FUTURE:
            return []
        ids = []
        for update_id in self.pending:
            if update_id >= offset:
                break
            ids.append(update_id)
        return ids

    def outdated(self, now: int) -> list[int]:
        """The ids of updates older than a day."""
        ids = []
        for update_id, pending in self.pending.items():
            if pending.date >= now - KEPT_SECONDS:
                break
            ids.append(update_id)
        return ids

    def forget(self, ids: list[int]) -> None:
        for update_id in ids:
            self.pending.pop(update_id, None)

    def take(self, limit: int) -> str:
        """The next updates as the `result` of getUpdates; they stay queued."""
        bodies: list[str] = []
        for pending in self.pending.values():
            if len(bodies) == limit:
                break
            if pending.delivered:
                self.redelivered += 1
            pending.delivered += 1
            bodies.append(pending.body)
        self.delivered += len(bodies)
        return "[" + ",".join(bodies) + "]"

    def take_over(self) -> None:
        """A new poll ends the one that waits, with 409, as Telegram does."""
        if self._poller and not self._poller.done():
            self.conflicts += 1
            self._poller.set_exception(Refusal(409, CONFLICT))

    async def wait(self, seconds: float, hung_up: asyncio.Future[Any]) -> None:
        """Until an update comes, the time is up, or the bot has hung up."""
        loop = asyncio.get_running_loop()
        poller = self._poller = loop.create_future()
        hung_up.add_done_callback(lambda _: self._ring(poller))
        alarm = loop.call_later(min(seconds, LONGEST_POLL), self._ring, poller)
        try:
            await poller
        finally:
            alarm.cancel()
            if self._poller is poller:
                self._poller = None

    def close(self) -> None:
        """Let the waiting poll end empty-handed."""
        self._ring(self._poller)
