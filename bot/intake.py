"""Fetches updates from Telegram and commits them to the inbox before Telegram may forget them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import structlog
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.api import Api
from bot.failpoints import pass_by
from bot.keys import Keys
from bot.lanes import Lanes, Waiting
from bot.sender import backoff
from bot.store import inbox
from bot.store.rows import InboxRow
from bot.store.store import Store
from bot.store.writer import StoreTrouble
from bot.translate import chat_id, update_id
from bot.turns import today
from ground.complaints import Complaint
from ground.packing import pack, unpack
from ground.vault import Unreadable

#: Updates in one poll, the most Telegram gives.
LIMIT = 100
#: The lane of updates whose chat cannot be made out.
NOWHERE = "nowhere"

log = structlog.get_logger()


class Intake:
    """Long polling with raw updates. `room` says whether more may be fetched."""

    def __init__(
        self, api: Api, store: Store, keys: Keys, lanes: Lanes, room: Callable[[], bool], poll_seconds: int
    ) -> None:
        self._api = api
        self._store = store
        self._keys = keys
        self._lanes = lanes
        self._room = room
        self._seconds = poll_seconds
        self._lane_of = lru_cache(maxsize=8192)(keys.lane)
        #: what the next poll acknowledges; only ever the batch just committed, because ids may start anew
        self._offset: int | None = None
        self._welcome = False
        self.fetched = 0
        self.dropped = 0

    async def drain(self) -> int:
        """Queue what is committed and in no lane: from an earlier run, or revived by an operator; how many."""
        rows = await self._store.write(lambda connection: inbox.waiting(connection, 100_000))
        found = [self._opened(row) for row in rows if row.update_id not in self._lanes]
        self._lanes.put(found)
        return len(found)

    async def run(self) -> None:
        """Poll for ever; a Complaint when the token is refused at the very start."""
        failures = 0
        while True:
            while not self._room():  # noqa: ASYNC110  (it is about two counters; this is rare and may be late)
                await asyncio.sleep(0.05)
            try:
                batch = await self._api.poll(self._offset, self._seconds, LIMIT)
                self._welcome = True
                await self.take(batch)
                failures = 0
            except StoreTrouble as error:
                failures += 1
                log.error("inbox_trouble", error=str(error), tries=failures)
                await asyncio.sleep(backoff(failures))
            except TelegramError as error:
                failures += 1
                await self._trouble(error, failures)

    async def take(self, batch: Sequence[Any]) -> None:
        """Commit a batch to the inbox, queue it, and let the next poll acknowledge it."""
        if not batch:
            self._offset = None
            return
        known = [(number, raw) for raw in batch if (number := update_id(raw)) is not None]
        if len(known) < len(batch):
            log.error("updates_without_id", count=len(batch) - len(known))
        kept = [row for number, raw in known if (row := self._addressed(number, raw)) is not None]
        if kept:
            rows = [self.sealed(update) for update in kept]
            waiting = await self._store.write(lambda connection: inbox.keep(connection, rows, today()))
            pass_by("kept")
            self._lanes.put(update for update in kept if update.update_id in waiting)
        self.fetched += len(batch)
        if known:
            self._offset = known[-1][0] + 1

    def _addressed(self, number: int, raw: Any) -> Waiting | None:
        """The update with its lane; None for one of a group or a channel, which is dropped here."""
        chat = chat_id(raw)
        if chat == 0:
            self.dropped += 1
            return None
        return Waiting(number, NOWHERE if chat is None else self._lane_of(chat), raw)

    def sealed(self, update: Waiting) -> InboxRow:
        """The update as its row keeps it."""
        body = self._keys.inbox.seal(pack(update.raw), table="inbox", row=str(update.update_id), column="body")
        return InboxRow(update.update_id, update.lane, 0, body)

    def _opened(self, row: InboxRow) -> Waiting:
        raw: Any = {}
        try:
            if row.body is not None:
                place = str(row.update_id)
                raw = unpack(self._keys.inbox.open(row.body, table="inbox", row=place, column="body"))
        except Unreadable:
            raw = {"message": None}  # fails its tries and becomes a dead letter
        return Waiting(row.update_id, row.lane, raw, row.tries)

    async def _trouble(self, error: TelegramError, failures: int) -> None:
        match error:
            case InvalidToken() if not self._welcome:
                raise Complaint("Telegram does not know this bot token. Check it with @BotFather.") from None
            case InvalidToken():
                log.error("token_refused")
                await asyncio.sleep(30)
            case Conflict() if "webhook" in error.message.lower():
                log.warning("webhook_removed")
                await self._without_webhook()
            case Conflict():
                # Another process polls with our token: perhaps a second bot of ours, perhaps a thief's.
                log.error("somebody_else_polls", tries=failures)
                await asyncio.sleep(min(30.0, 2.0 * failures))
            case BadRequest():
                log.error("poll_refused")
                self._offset = None
                await asyncio.sleep(backoff(failures))
            case _:
                log.warning("telegram_trouble", error=type(error).__name__, tries=failures)
                await asyncio.sleep(backoff(failures))

    async def _without_webhook(self) -> None:
        try:
            await self._api.call("deleteWebhook", {})
        except TelegramError as error:
            log.warning("telegram_trouble", error=type(error).__name__)
            await asyncio.sleep(5)
