"""Works one update: what it means, its turn, its rows; three failures make it a dead letter."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from bot.chats import Chat, Hot, read_chat, read_conversation
from bot.failpoints import pass_by
from bot.hashing import Hashing
from bot.keys import Keys
from bot.lanes import Waiting
from bot.sender import Sender, backoff
from bot.store import chats, inbox, outbox
from bot.store.chats import Stale
from bot.store.store import Store
from bot.store.writer import StoreTrouble
from bot.translate import Heard, Malformed, Nothing, Reach, read_update
from bot.turns import Turns, settle

#: An update that failed so often is a dead letter.
TRIES = 3

log = structlog.get_logger()


class Worker:
    """`work` is what `Lanes` calls, one update of a chat at a time."""

    def __init__(self, store: Store, keys: Keys, turns: Turns, sender: Sender, hashing: Hashing) -> None:
        self._store = store
        self._keys = keys
        self._turns = turns
        self._sender = sender
        self._hashing = hashing
        self._hot = Hot()
        #: what was left out, by reason
        self.left_out: Counter[str] = Counter()
        self.worked = 0

    async def work(self, update: Waiting) -> None:
        """Until the update is done or dead. Trouble with the database is nobody's fault and is waited out."""
        tries, troubles, stale = update.tries, 0, False
        while tries < TRIES:
            try:
                if stale:
                    await self._reload(update.lane)
                stale = False
                await self._once(update)
            except StoreTrouble:
                troubles += 1
                await asyncio.sleep(backoff(troubles))
            except Stale:
                stale = True
            except Exception as error:
                tries += 1
                log.error("turn_failed", update=update.update_id, lane=update.lane, tries=tries, error=_name(error))
                await self._failed(update, tries)
                if not isinstance(error, Malformed):  # what cannot be read now cannot be read in a moment either
                    await asyncio.sleep(0.05 * tries)
            else:
                self.worked += 1
                return

    async def _once(self, update: Waiting) -> None:
        meaning = read_update(update.raw, datetime.now(UTC))
        match meaning:
            case Heard():
                await self._turn(update, meaning)
            case Reach():
                await self._reach(update, meaning)
            case Nothing(reason):
                self.left_out[reason] += 1
                await self._store.write(lambda connection: inbox.finish(connection, update.update_id))

    async def _turn(self, update: Waiting, heard: Heard) -> None:
        chat = await self.chat(update.lane) or self._turns.stranger(update.lane, heard)
        chat.busy += 1
        try:
            plan = self._turns.plan(update.update_id, chat, heard)
            pass_by("planned")
            if await self._store.write(self._turns.write(chat, plan)):
                pass_by("turned")
                settle(chat, plan)
                self._hot.put(chat)
                self._sender.put(chat, plan.parcels)
                if plan.reference is not None:
                    self._hashing.wake()
            if heard.callback is not None:
                self._sender.answer(heard.callback, plan.toast)
        finally:
            chat.busy -= 1

    async def _reach(self, update: Waiting, reach: Reach) -> None:
        """Blocked: what waits for the chat is dropped. Unblocked: it may be written to again."""

        def job(connection: Connection) -> None:
            if inbox.finish(connection, update.update_id):
                chats.reach(connection, update.lane, reachable=reach.reachable)
                if not reach.reachable:
                    outbox.drop(connection, update.lane)

        await self._store.write(job)
        chat = self._hot.get(update.lane)
        if chat is not None:
            chat.reachable = reach.reachable
        if not reach.reachable:
            self._sender.drop(update.lane)

    async def wake(self, since: int, most: int) -> int:
        """Show the current question once more, silently and in place, in chats active since that day; how many.

        Telegram keeps a pressed button for 150 seconds only: who pressed one while we were away sees a bot that does
        not react, until its screen changes.
        """
        rows = await self._store.write(lambda connection: chats.active(connection, since, most))
        woken = 0
        for row in rows:
            chat = self._hot.get(row.lane) or self._hot.put(read_chat(self._keys, row))
            parcel = self._turns.again(chat, datetime.now(UTC))
            if parcel is not None:
                self._sender.put(chat, [parcel])
                woken += 1
                await asyncio.sleep(0)
        return woken

    async def chat(self, lane: str) -> Chat | None:
        """The chat of a lane, from memory or from its row; None when we do not know it."""
        chat = self._hot.get(lane)
        if chat is None:
            row = await self._store.write(lambda connection: chats.load(connection, lane))
            if row is not None:
                chat = self._hot.put(read_chat(self._keys, row))
        return chat

    async def _reload(self, lane: str) -> None:
        chat = self._hot.get(lane)
        row = await self._store.write(lambda connection: chats.load(connection, lane))
        if chat is not None and row is not None:
            read_conversation(self._keys, row, chat)

    async def _failed(self, update: Waiting, tries: int) -> None:
        dead = tries >= TRIES
        try:
            await self._store.write(lambda connection: inbox.fail(connection, update.update_id, tries, dead=dead))
        except StoreTrouble:
            log.warning("try_not_counted", update=update.update_id)


def _name(error: BaseException) -> str:
    return type(error).__name__
