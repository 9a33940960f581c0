"""Works one update: what it means, its turn, its rows; three failures make it a dead letter."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeAlias

import structlog
from sqlalchemy import Connection

from bot.answers import Answers, Planned
from bot.api import Api
from bot.chats import Chat, Hot, open_receipt, read_chat, read_conversation
from bot.failpoints import pass_by
from bot.files.receiving import Received, receive
from bot.gate import Gate
from bot.hashing import Hashing
from bot.keepsakes import make
from bot.keys import Keys
from bot.lanes import Waiting
from bot.letters import Letters
from bot.nlu.client import Understanding
from bot.parcels import Parcel
from bot.plans import Given, Plan, settle, today, written
from bot.progress import request_of, requests_of
from bot.sealing import Sealer
from bot.sender import Sender, backoff
from bot.store import chats, envelopes, files, inbox, letters, outbox, references
from bot.store.chats import Stale
from bot.store.store import Store
from bot.store.writer import StoreTrouble
from bot.translate import Came, Heard, Malformed, Nothing, Reach, read_update
from bot.turns import Turns
from flows import guard
from flows.effects import Certify, Inquire, Keep, Submit, Write
from flows.events import AskedOften, Attached, Chose, Event, FellSilent, File, LookedUp, Said
from flows.phrases import Phrase, Screen
from flows.presses import read_press
from flows.standing import NEWS_BY_A_PERSON, Request, asked_often_screen, progress_line, status_screen
from flows.step import Turn

#: Seconds since 1970.
Now: TypeAlias = "Callable[[], float]"
#: A conversation's tag: the beginning of its id.
_TAG = 6
#: An update that failed so often is a dead letter.
TRIES = 3

log = structlog.get_logger()


class Worker:
    """`work` is what `Lanes` calls, one update of a chat at a time."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        turns: Turns,
        sender: Sender,
        hashing: Hashing,
        api: Api,
        sealer: Sealer,
        clock: Now,
        understanding: Understanding,
    ) -> None:
        self._store = store
        self._keys = keys
        self._turns = turns
        self._sender = sender
        self._hashing = hashing
        self._api = api
        self._sealer = sealer
        self._now = clock
        self._understanding = understanding
        self._gate = Gate(store, keys)
        self._answers = Answers(store, keys, turns, self.chat, self._inquired, self._public, self._stood)
        form, bringing = turns.engine.form, self._answers.bringing
        self._letters = Letters(store, keys, form, turns.facts, sealer, api, turns.rhythm, bringing)
        #: how our own messages are marked, and known again
        self.marks = turns.marks
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
        meaning = read_update(update.raw, datetime.fromtimestamp(self._now(), UTC))
        match meaning:
            case Heard():
                await self._turn(update, meaning)
            case Came():
                await self._arrive(update, meaning)
            case Reach():
                await self._reach(update, meaning)
            case Nothing(reason):
                self.left_out[reason] += 1
                await self._store.write(lambda connection: inbox.finish(connection, update.update_id))

    async def _turn(self, update: Waiting, heard: Heard) -> None:
        chat = await self.chat(update.lane)
        if isinstance(heard.event, FellSilent) and (
            chat is None or not chat.reachable or chat.touched != heard.touched
        ):
            await self._store.write(lambda connection: inbox.finish(connection, update.update_id))
            return
        chat = chat or self._turns.stranger(update.lane, heard)
        chat.busy += 1
        try:
            await self._take(update, chat, heard)
        finally:
            chat.busy -= 1

    async def _arrive(self, update: Waiting, came: Came) -> None:
        """A letter of the team's is to be brought to this chat."""
        chat = await self.chat(update.lane)
        at = datetime.fromtimestamp(self._now(), UTC)
        plan = await self._letters.arrive(update.update_id, chat, came.letter, at) if chat is not None else None
        if chat is None or plan is None:
            await self._store.write(lambda connection: inbox.finish(connection, update.update_id))
            return
        pass_by("planned")
        await self._commit(update, chat, plan, chat)

    async def _take(self, update: Waiting, chat: Chat, heard: Heard) -> None:
        plan, as_if = await self._plan(update.update_id, chat, heard)
        pass_by("planned")
        await self._commit(update, chat, plan, as_if)
        if heard.callback is not None:
            self._sender.answer(heard.callback, plan.toast)

    async def _commit(self, update: Waiting, chat: Chat, plan: Plan, as_if: Chat) -> None:
        if await self._store.write(written(self._keys, as_if, plan)):
            pass_by("turned")
            settle(chat, plan)
            self._hot.put(chat)
            self._sender.put(chat, plan.parcels)
            for lane in plan.elsewhere_changed:
                self._hot.drop(lane)
            for lane, parcel in plan.elsewhere:
                await self._say_elsewhere(lane, parcel)
            if plan.reference is not None:
                self._hashing.wake()

    async def _plan(self, update_id: int, chat: Chat, heard: Heard) -> Planned:
        """The turn's plan, and the chat it is planned for (another than it is while a draft is brought here)."""
        of_letter = await self._letters.plan(update_id, chat, heard) if chat.kept else None
        if of_letter is not None:
            return of_letter, chat
        plan, as_if = await self._of_conversation(update_id, chat, heard)
        await self._letters.set_aside(plan, chat, heard)
        return plan, as_if

    async def _of_conversation(self, update_id: int, chat: Chat, heard: Heard) -> Planned:
        if chat.locked is not None and not self._turns.unlock(chat, heard):
            return await self._answers.beside_locked(update_id, chat, heard)
        await self._refresh(chat, heard)
        heard, received = await self._receive(chat, await self._understand(chat, heard))
        turn = self._turns.turn(chat, heard)
        turn = await self._inquired(chat, turn, heard.event.at)
        if any(isinstance(effect, Write) for effect in turn.effects):
            return await self._letters.begin_note(update_id, chat, heard, turn.conversation), chat
        answered = await self._answers.answer(update_id, chat, heard, turn)
        if answered is not None:
            return answered
        return self._turns.plan(update_id, chat, heard, turn, await self._prepare(chat, turn, received)), chat

    async def _refresh(self, chat: Chat, heard: Heard) -> None:
        """What the conversation knows only from rows: what the team has fetched, and another request whose button it is."""
        event, open_ = heard.event, chat.conversation
        if isinstance(event, Chose) and open_ is not None and event.tag != open_.tag and open_.status != "open":
            await self._turn_to(chat, event.tag)
        conversation = chat.conversation
        if conversation is not None and conversation.sent:
            handed, waiting, has_pin = await self._store.write(
                lambda connection: _known(connection, conversation.id, chat.lane)
            )
            under = _under(chat.opened, conversation.tag, event)
            chat.opened = (conversation.tag, under) if under else ("", "")
            guarded = has_pin and not under
            known = replace(conversation, handed=handed, waiting=waiting, has_pin=has_pin, guarded=guarded)
            chat.conversation = known

    async def _turn_to(self, chat: Chat, tag: str) -> None:
        """A button of something this chat has sent before: that is what is talked about now."""
        if not (len(tag) == _TAG and tag.isalnum()):
            return
        found = await self._store.write(lambda connection: chats.sent_of(connection, chat.lane, tag))
        if found is not None:
            id_, version, receipt = found
            chat.forget_conversation()
            chat.conversation = chat.receipt = open_receipt(self._keys, id_, receipt)
            chat.version = version

    async def _understand(self, chat: Chat, heard: Heard) -> Heard:
        """Ask Rasa what words may mean where that is worth the wait (`BUDGET` at most); its answer is advice to the turn."""
        event, conversation = heard.event, chat.conversation
        if not isinstance(event, Said) or conversation is None or not self._understanding.awake:
            return heard
        if not self._turns.engine.listens(conversation, event.text, event.at):
            return heard
        return replace(heard, event=replace(event, meaning=await self._understanding.meaning(event.text)))

    async def _requests(self, chat: Chat, proved: str) -> tuple[Request, ...]:
        """How everything sent from this chat stands; of what has a PIN only the report it was just written for."""
        return await self._store.write(lambda connection: requests_of(connection, self._keys, chat.lane, proved))

    async def _stood(self, chat: Chat, proved: str, at: datetime) -> Screen:
        """The answer to "is there any news?" beside a locked draft."""
        minutes = await self._gate.asks(chat.lane, at)
        return asked_often_screen(minutes) if minutes else status_screen(await self._requests(chat, proved), at)

    async def _inquired(self, chat: Chat, turn: Turn, at: datetime) -> Turn:
        """The turn, with what it asks to know about the chat's requests."""
        if not any(isinstance(effect, Inquire) for effect in turn.effects):
            return turn
        minutes, proved = (
            await self._gate.asks(chat.lane, at),
            "" if turn.conversation.guarded else turn.conversation.id,
        )
        looked = AskedOften(minutes, at) if minutes else LookedUp(await self._requests(chat, proved), at)
        after = self._turns.engine.step(turn.conversation, looked)
        before = tuple(effect for effect in turn.effects if not isinstance(effect, Inquire))
        return replace(after, effects=(*before, *after.effects))

    async def _public(self, report: str, at: datetime) -> tuple[Phrase, ...]:
        """How a request stands, for somebody who opened it with code and PIN."""
        found = await self._store.write(lambda connection: request_of(connection, self._keys, report))
        return (progress_line(found, at.date()), NEWS_BY_A_PERSON) if found else ()

    async def _receive(self, chat: Chat, heard: Heard) -> tuple[Heard, Received | None]:
        """Fetch and seal an attachment that has a place in the conversation."""
        event, conversation = heard.event, chat.conversation
        if not isinstance(event, Attached) or heard.media is None or conversation is None:
            return heard, None
        wanted = self._turns.engine.wants(conversation, event.kind, event.at)
        if wanted is None:
            return heard, None
        media, keep = heard.media, wanted.keep_original
        got = await receive(self._api, self._sealer, media.file_id, announced_size=media.size, keep_original=keep)
        if not isinstance(got, Received):
            return replace(heard, event=replace(event, refused=got.reason)), None
        file = File(got.id, got.kind, got.mime, got.bytes, got.sha256, original=got.original)
        return replace(heard, event=replace(event, file=file)), got

    async def _prepare(self, chat: Chat, turn: Turn, received: Received | None) -> Given:
        """What a turn needs before it can be planned."""
        given = Given(received=received)
        for effect in turn.effects:
            if isinstance(effect, Submit) and effect.report["files"]:
                ids = [file["id"] for file in effect.report["files"]]
                sealed = await self._store.write(lambda connection, ids=ids: files.of(connection, ids))  # type: ignore[misc]
                given = replace(given, sealed=tuple(sealed))
            if isinstance(effect, Certify):
                found = await self._store.write(
                    lambda connection, of=effect.revision: envelopes.find(connection, turn.conversation.id, of)  # type: ignore[misc]
                )
                given = replace(given, receipt=self._sealer.receipt(found.manifest) if found else None)
            if isinstance(effect, Keep) and chat.key is not None:
                given = replace(given, carried=await make(self._keys, turn.conversation.id, chat.key, effect.pin))
        return given

    async def _say_elsewhere(self, lane: str, parcel: Parcel) -> None:
        self._hot.drop(lane)
        other = await self.chat(lane)
        if other is not None:
            self._sender.put(other, [parcel])

    async def _reach(self, update: Waiting, reach: Reach) -> None:
        """Blocked: what waits for the chat is dropped. Unblocked: it may be written to again."""

        def job(connection: Connection) -> None:
            if inbox.finish(connection, update.update_id):
                chats.reach(connection, update.lane, reachable=reach.reachable)
                if not reach.reachable:
                    outbox.drop(connection, update.lane)
                    letters.unreachable(connection, update.lane, today())

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
            parcel = self._turns.again(chat, datetime.fromtimestamp(self._now(), UTC))
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

    def forget(self, lane: str) -> None:
        """The rows of this chat were changed behind its back: read them next time."""
        self._hot.drop(lane)

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


def _known(
    connection: Connection, report: str, lane: str
) -> tuple[tuple[tuple[int, date], ...], tuple[str, ...], bool]:
    """What only rows know of a request: what the team has fetched; the letters that wait in its chat; whether it has a PIN."""
    waiting = [row.tag for row in letters.live(connection, lane) if row.report and row.kind != "note"]
    return tuple(envelopes.handed(connection, report)), tuple(waiting), references.guarded(connection, report)


def _under(opened: tuple[str, str], tag: str, event: Event) -> str:
    """The verb of a pressed button that is under the screen the PIN was just written for; empty when it is another."""
    pressed = read_press(event.press) if isinstance(event, Chose) and event.tag == tag == opened[0] else None
    return pressed.verb if pressed is not None and guard.stands_under(opened[1], pressed.verb) else ""


def _name(error: BaseException) -> str:
    return type(error).__name__
