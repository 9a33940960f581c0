"""Says what is in the outbox: in order within a chat, chats side by side, as fast as Telegram allows and no faster."""

from __future__ import annotations

import asyncio
import random
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection
from telegram import InputFile
from telegram.error import RetryAfter, TelegramError

from bot.api import Api
from bot.chats import Chat
from bot.failpoints import pass_by
from bot.pace import Bucket, Pace
from bot.parcels import ANCHORS, QUIETLY, Parcel
from bot.plans import today
from bot.prompts import play
from bot.receipts.picture import draw
from bot.refusals import Refusal, understand
from bot.store import chats, ledger, letters, outbox, reminders
from bot.store.rows import Sent
from bot.store.store import Store
from bot.store.writer import Job, StoreTrouble
from bot.transport import Unsent

#: First and longest wait after trouble with the network (seconds).
SOONEST, LATEST = 0.5, 60.0
#: Marks wait this long for others (seconds): a repeated edit or deletion is harmless, so these can be late.
MARK_AFTER = 0.02
#: Kinds that delete what the ledger knows.
_CLEANING = ("hush", "sweep", "vanish")
#: What is left of a message of ours that Telegram does not let us delete any more.
NOTHING_SAID = "—"
#: More courtesies than this under way at once, and the next ones are left out.
MOST_COURTESIES = 256

#: What an outbox row's end means for the reminder it said.
_BECAME = {"done": reminders.SAID, "dead": reminders.LOST, "dropped": reminders.DROPPED}

log = structlog.get_logger()


@dataclass(slots=True)
class _Lane:
    """What waits to be said in one chat."""

    chat: Chat
    queue: deque[Parcel]
    bucket: Bucket
    task: asyncio.Task[None] | None = None


@dataclass(slots=True)
class _Marks:
    """What became of parcels, to be committed together."""

    sent: list[Sent] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    #: conversations (id, version) whose key is in the family's button now
    locked: list[tuple[str, int]] = field(default_factory=list)
    #: letters of the team that are shown now, and in which message
    letters: list[tuple[str, int | None]] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        if self.sent:
            outbox.mark(connection, self.sent)
            said = {
                one.update_id - reminders.OF_REMINDERS: one
                for one in self.sent
                if one.update_id >= reminders.OF_REMINDERS
            }
            reminders.mark(connection, {id_: _BECAME[one.state] for id_, one in said.items()})
        if self.anchors:
            chats.anchor(connection, self.anchors.items())
        for conversation, version in self.locked:
            chats.locked(connection, conversation, version)
        if self.letters:
            letters.said(connection, self.letters, today())


class Sender:
    """One task per chat that has something to be said. Rows are the truth; what is here can be lost."""

    def __init__(
        self, api: Api, store: Store, pace: Pace, recordings: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._api = api
        self._store = store
        self._pace = pace
        #: where the form lies, and with it its recorded questions
        self._recordings = recordings
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._courtesies: set[asyncio.Task[None]] = set()
        self._marks = _Marks()
        #: where letters of the team stand, for those whose row cannot know it yet
        self._letters: OrderedDict[str, int] = OrderedDict()
        self._marking: asyncio.TimerHandle | None = None
        self._unmarked: set[asyncio.Task[None]] = set()
        self._closing = False
        self.pending = 0
        self.sent = 0
        #: messages in a row of which nobody knows whether they arrived
        self.doubtful = 0

    def put(self, chat: Chat, parcels: Sequence[Parcel]) -> None:
        """Say these after whatever waits for the chat already. Their rows are committed."""
        if not parcels:
            return
        lane = self._lanes.get(chat.lane)
        if lane is None:
            chat.bucket = chat.bucket or self._pace.of_chat()
            lane = self._lanes[chat.lane] = _Lane(chat, deque(), chat.bucket)
            chat.busy += 1
        lane.queue.extend(parcels)
        self.pending += len(parcels)
        if lane.task is None:
            lane.task = asyncio.create_task(self._work(lane))

    def answer(self, callback: str, toast: str) -> None:
        """Answer a pressed button, so that it stops spinning."""
        text = {"text": toast[:200]} if toast else {}
        self._be_courteous("answerCallbackQuery", {"callback_query_id": callback, **text})

    def _be_courteous(self, method: str, parameters: Mapping[str, Any]) -> None:
        """A call that helps and is not owed: made once, not when too many are under way, and never mind if it fails."""
        if len(self._courtesies) < MOST_COURTESIES:
            task = asyncio.create_task(self._try_once(method, parameters))
            self._courtesies.add(task)
            task.add_done_callback(self._courtesies.discard)

    def drop(self, lane_name: str) -> None:
        """The chat is gone: forget what waits for it (its rows are dropped by the caller)."""
        lane = self._lanes.get(lane_name)
        if lane is not None:
            self.pending -= len(lane.queue)
            lane.queue.clear()

    async def close(self, grace: float) -> None:
        """Let calls under way end for `grace` seconds, then commit what is known."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task] + list(self._courtesies)
        for lane in self._lanes.values():
            lane.queue.clear()
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._closing = True
        self._write_marks()
        if self._unmarked:
            await asyncio.wait(self._unmarked, timeout=grace)

    async def _work(self, lane: _Lane) -> None:
        try:
            while lane.queue:
                parcel, absorbed = take(lane.queue)
                self.pending -= 1 + len(absorbed)
                try:
                    await self._deliver(lane, parcel, absorbed)
                except Exception as error:
                    # A parcel that cannot even be put into a call: it must not hold up those behind it.
                    log.error("parcel_broken", update=parcel.update_id, error=type(error).__name__)
                    self._done(lane, parcel, absorbed, None, never=True)
        finally:
            lane.chat.busy -= 1
            del self._lanes[lane.chat.lane]

    async def _deliver(self, lane: _Lane, parcel: Parcel, absorbed: list[Parcel]) -> None:
        """Try until it is said, or can never be."""
        if parcel.kind in _CLEANING:
            await self._clean(lane, parcel)
            return
        if parcel.once_until is not None:
            await self._deliver_once(lane, parcel, parcel.once_until)
            return
        if parcel.lock is not None and parcel.lock[1] != lane.chat.version:
            self._done(lane, parcel, absorbed, None, superseded=True)  # the conversation went on meanwhile
            return
        failures = 0
        if parcel.target is None and parcel.letter is not None and parcel.letter in self._letters:
            parcel.target, parcel.fresh = (
                self._letters[parcel.letter],
                False,
            )  # opened twice before its row knew where it is
        while lane.chat.reachable:
            method, parameters = call_for(parcel, lane.chat)
            if method != "deleteMessage":
                await self._pace.turn(lane.bucket)
            try:
                result = await self._call(parcel, method, parameters)
            except TelegramError as error:
                failures += 1
                if not await self._refused(lane, parcel, error, failures):
                    self._done(lane, parcel, absorbed, None, never=understand(error) is Refusal.NEVER)
                    return
            else:
                pass_by("said")
                self._done(lane, parcel, absorbed, result)
                return
        self._gone(lane, parcel, absorbed)

    async def _deliver_once(self, lane: _Lane, parcel: Parcel, until: float) -> None:
        """Something said by ourselves: tried again only where it is certain that nothing arrived, and not too late."""
        failures = 0
        method, parameters = call_for(parcel, lane.chat)
        await self._pace.turn_in_chat(lane.bucket)
        while lane.chat.reachable and self._clock() < until:
            try:
                result = await self._api.call(method, parameters)
            except TelegramError as error:
                failures += 1
                refusal = understand(error)
                certain = refusal in (Refusal.LATER, Refusal.TOKEN, Refusal.UNREACHABLE) or isinstance(error, Unsent)
                self.doubtful += not certain
                if not certain or not await self._refused(lane, parcel, error, failures):
                    log.warning("said_perhaps", update=parcel.update_id, error=type(error).__name__)
                    self._done(lane, parcel, [], None, never=True)
                    return
            else:
                self.doubtful = 0
                pass_by("reminded")
                self._done(lane, parcel, [], result)
                return
        self._gone(lane, parcel, [])

    async def _call(self, parcel: Parcel, method: str, parameters: Mapping[str, Any]) -> Any:
        if parcel.kind == "picture":
            drawn = InputFile(draw(str(parcel.content["receipt"])), filename="receipt.png")
            return await self._api.call("sendPhoto", {"chat_id": parameters["chat_id"], "photo": drawn})
        if parcel.kind != "voice":
            return await self._api.call(method, parameters)
        try:
            path = self._recordings / str(parcel.content["path"])
            return await play(self._api, self._store, path, {"chat_id": parameters["chat_id"]})
        except OSError as error:
            log.error("recording_unreadable", error=type(error).__name__)
            return None

    async def _clean(self, lane: _Lane, parcel: Parcel) -> None:
        """Delete what stands in the chat, as far as the ledger knows and Telegram lets us; repeating it is harmless."""
        chat = lane.chat
        self._write_marks(at_once=True)
        await self._flushed()
        kinds = ("voice",) if parcel.kind == "hush" else None
        standing = await self._patiently(lambda connection: ledger.standing(connection, chat.lane, kinds))
        # What only says that something of the team's waits stays where the family can find it.
        kept = await self._patiently(lambda connection: letters.announced(connection, chat.lane))
        kept = kept if parcel.kind == "sweep" else set()
        keeps = {chat.anchor, *kept} if parcel.kind != "vanish" else set()
        stays = 0
        for message in (one for one in standing if one not in keeps):
            stays += not await self._deleted(lane, message)
            if not chat.reachable:
                self._gone(lane, parcel, [])
                return
        if stays:
            chat.residue = chat.residue or 1
            await self._patiently(lambda connection: chats.residue(connection, chat.lane))
        await self._patiently(lambda connection: _cleaned(connection, chat.lane, parcel, standing, keeps))
        if parcel.kind == "vanish":
            self._vanished(chat)
        elif not stays and not kept and not any(one.kind in ("tell", "letter") for one in lane.queue):
            chat.below = chat.below and chat.anchor is None
        self._done(lane, parcel, [], None)

    def _vanished(self, chat: Chat) -> None:
        if chat.conversation is None and chat.locked is None:
            chat.anchor, chat.kept = None, False

    async def _deleted(self, lane: _Lane, message: int) -> bool:
        """Whether this message is gone, or says nothing any more; False when Telegram lets us do neither."""
        failures = 0
        while lane.chat.reachable:
            try:
                await self._api.call("deleteMessage", {"chat_id": lane.chat.number, "message_id": message})
            except TelegramError as error:
                failures += 1
                refusal = understand(error)
                if refusal in (Refusal.ALREADY, Refusal.GONE):
                    return True
                if refusal in (Refusal.STAYS, Refusal.NEVER):
                    return await self._emptied(lane, message)
                await self._refused(lane, Parcel(0, 0, "forget", {}, target=message), error, failures)
            else:
                return True
        return False

    async def _emptied(self, lane: _Lane, message: int) -> bool:
        """Whether a message too old to be deleted is ours and now says nothing: our own can be edited at any age."""
        try:
            nothing = {"chat_id": lane.chat.number, "message_id": message, "text": NOTHING_SAID}
            await self._api.call("editMessageText", nothing)
        except TelegramError as error:
            return understand(error) is Refusal.ALREADY
        return True

    async def _patiently(self, job: Job[Any]) -> Any:
        troubles = 0
        while True:
            try:
                return await self._store.write(job)
            except StoreTrouble:
                troubles += 1
                await asyncio.sleep(backoff(troubles))

    async def _flushed(self) -> None:
        """Until everything said so far is noted."""
        while self._unmarked:
            await asyncio.wait(tuple(self._unmarked))

    async def _refused(self, lane: _Lane, parcel: Parcel, error: TelegramError, failures: int) -> bool:
        """Whether to try again, after a wait where one is due."""
        refusal = understand(error)
        match refusal:
            case Refusal.ALREADY:
                return False
            case Refusal.GONE:
                if parcel.kind not in (*ANCHORS, "letter") or (parcel.kind != "lock" and QUIETLY in parcel.content):
                    return False  # a neutral line that the family has deleted is not said again
                parcel.fresh = True
                return True
            case Refusal.STAYS:
                log.info("cannot_delete", lane=lane.chat.lane)
                lane.chat.below = True
                lane.chat.residue = lane.chat.residue or 1
                self._soon(partial(_stays, lane=lane.chat.lane))
                return False
            case Refusal.UNREACHABLE:
                await self._unreachable(lane)
                return True
            case Refusal.NEVER:
                log.error("message_refused", method=parcel.kind, update=parcel.update_id, ordinal=parcel.ordinal)
                return False
            case Refusal.LATER:
                assert isinstance(error, RetryAfter)  # noqa: S101
                asked: Any = error.retry_after
                seconds = float(asked.total_seconds())  # see PTB_TIMEDELTA in bot.api
                log.warning("asked_to_wait", lane=lane.chat.lane, retry_after=seconds)
                self._pace.asked_to_wait(lane.bucket, seconds)
                await asyncio.sleep(seconds)
                return True
            case Refusal.TOKEN:
                log.error("token_refused")
                await asyncio.sleep(LATEST)
                return True
        log.warning("telegram_trouble", error=type(error).__name__, tries=failures)
        await asyncio.sleep(backoff(failures))
        return True

    async def _unreachable(self, lane: _Lane) -> None:
        """Blocked or deactivated: drop what waits and stop, until the family writes again."""
        chat = lane.chat
        log.info("unreachable", lane=chat.lane)
        chat.reachable = False
        self.drop(chat.lane)

        def job(connection: Connection) -> None:
            chats.reach(connection, chat.lane, reachable=False)
            outbox.drop(connection, chat.lane)
            letters.unreachable(connection, chat.lane, today())

        self._soon(job)

    def _done(
        self,
        lane: _Lane,
        parcel: Parcel,
        absorbed: list[Parcel],
        result: Any,
        *,
        never: bool = False,
        superseded: bool = False,
    ) -> None:
        """It is said (or never will be): remember that, and where the anchor stands now."""
        chat = lane.chat
        message = result.get("message_id") if isinstance(result, dict) else None
        self.sent += 1
        for one in (parcel, *absorbed):
            self._marks.sent.append(
                Sent(one.update_id, one.ordinal, "dead" if never else "done", message if one is parcel else None)
            )
        if parcel.letter is not None and not never:
            self._marks.letters.append((parcel.letter, message))
            if message is not None:
                self._letters[parcel.letter] = message
            if len(self._letters) > MOST_COURTESIES:
                self._letters.popitem(last=False)
        if parcel.lock is not None and not never and not superseded:
            self._lock(chat, parcel.lock)
        anew = parcel.kind in ANCHORS and isinstance(message, int) and message != chat.anchor
        if anew and isinstance(message, int):
            self._settle(lane, parcel)
            chat.anchor = message
            self._marks.anchors[chat.lane] = message
        if anew or parcel.kind in ("tell", "voice", "picture", "lock", "letter"):
            self._write_marks(
                at_once=True
            )  # repeating these would be seen, and a key is not left here longer than need be
        elif self._marking is None:
            self._marking = asyncio.get_running_loop().call_later(MARK_AFTER, self._write_marks)

    def _lock(self, chat: Chat, lock: tuple[str, int]) -> None:
        """Telegram has confirmed that the key is in the button: it is erased here."""
        self._marks.locked.append(lock)
        chat.lock_away(*lock)

    def _settle(self, lane: _Lane, parcel: Parcel) -> None:
        """Leave the old anchor only the buttons it shall keep, when Telegram's limits leave room for that right now.

        If not, or if the call is lost, it keeps all its buttons; each still answers the question it stands under.
        """
        old = lane.chat.anchor
        if parcel.settles is not None and old is not None and self._pace.has_room(lane.bucket):
            parameters = {"chat_id": lane.chat.number, "message_id": old, "reply_markup": parcel.settles}
            self._be_courteous("editMessageReplyMarkup", parameters)

    def _gone(self, lane: _Lane, parcel: Parcel, absorbed: list[Parcel]) -> None:
        for one in (parcel, *absorbed):
            self._marks.sent.append(Sent(one.update_id, one.ordinal, "dropped"))
        self._write_marks()

    def _write_marks(self, *, at_once: bool = False) -> None:
        if self._marking is not None:
            self._marking.cancel()
            self._marking = None
        marks, self._marks = self._marks, _Marks()
        if marks.sent:
            self._soon(marks.write, at_once=at_once)

    def _soon(self, job: Job[None], *, at_once: bool = False) -> None:
        """Commit this, however long the database makes us wait; in company with other jobs unless `at_once`."""
        task = asyncio.create_task(self._commit(job, self._store.write if at_once else self._store.write_soon))
        self._unmarked.add(task)
        task.add_done_callback(self._unmarked.discard)

    async def _commit(self, job: Job[None], write: Callable[[Job[None]], Awaitable[None]]) -> None:
        troubles = 0
        while not await self._committed(job, write):
            troubles += 1
            await asyncio.sleep(backoff(troubles))

    async def _committed(self, job: Job[None], write: Callable[[Job[None]], Awaitable[None]]) -> bool:
        try:
            await write(job)
        except StoreTrouble as error:
            if not self._closing:
                return False
            # There is no more time: the rows stay new and are said again, which edits and deletions hide.
            log.error("marks_lost", error=str(error))
        return True

    async def _try_once(self, method: str, parameters: Mapping[str, Any]) -> None:
        try:
            await self._api.call(method, parameters)
        except TelegramError as error:
            log.debug("courtesy_lost", method=method, error=type(error).__name__)


def take(queue: deque[Parcel]) -> tuple[Parcel, list[Parcel]]:
    """The next parcel, and those it makes superfluous: of several shows of one anchor only the last is said."""
    first = queue.popleft()
    if first.kind not in ANCHORS:
        return first, []
    absorbed: list[Parcel] = []
    for later in _heirs(queue):
        later.fresh, later.settles = first.fresh, first.settles
        absorbed.append(first)
        first = later
    for parcel in absorbed[1:]:
        queue.remove(parcel)
    if absorbed:
        queue.remove(first)
    return first, absorbed


def _heirs(queue: Iterable[Parcel]) -> Iterable[Parcel]:
    """The shows that would edit the anchor before anything else is put below it."""
    for parcel in tuple(queue):
        if parcel.kind in ("tell", "voice", "picture", "letter", *_CLEANING) or (
            parcel.kind in ANCHORS and parcel.fresh
        ):
            return
        if parcel.kind in ANCHORS:
            yield parcel


def call_for(parcel: Parcel, chat: Chat) -> tuple[str, dict[str, Any]]:
    """The Bot API's method for a parcel and its parameters."""
    to: dict[str, Any] = {"chat_id": chat.number, **parcel.content}
    match parcel.kind:
        case "letter" if not parcel.fresh and parcel.target is not None:
            to.pop(QUIETLY, None)
            return "editMessageText", {**to, "message_id": parcel.target}
        case "forget":
            return "deleteMessage", {**to, "message_id": parcel.target}
        case "show" | "lock" if not parcel.fresh and chat.anchor is not None:
            to.pop(QUIETLY, None)
            return "editMessageText", {**to, "message_id": chat.anchor}
    if parcel.kind not in ("voice", "picture") and not to["reply_markup"]["inline_keyboard"]:
        del to["reply_markup"]
    return "sendMessage", to


def _cleaned(
    connection: Connection, lane: str, parcel: Parcel, standing: Sequence[int], keeps: set[int | None]
) -> None:
    """What was deleted, or cannot be, is struck from the ledger; a chat that vanished is forgotten."""
    ledger.strike(connection, lane, [one for one in standing if one not in keeps])
    if parcel.kind == "vanish":
        chats.vanish(connection, lane)


def _stays(connection: Connection, lane: str) -> None:
    chats.something_below(connection, lane)
    chats.residue(connection, lane)


def backoff(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling, with jitter so that chats do not come back together."""
    longest: float = min(LATEST, SOONEST * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311
