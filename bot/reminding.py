"""Says what is due by itself: reminders and broadcasts, one engine and one set of rules for both.

Rows are the truth. What is due is leased by one instance, asked for in its chat's own lane, taken in a transaction of its
own, and only then said. Whatever happens after that transaction, it is not said again: a reminder lost is better than two.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.chats import Chat, open_clock, open_rhythm
from bot.failpoints import pass_by
from bot.keys import Keys
from bot.lanes import Lanes, Waiting
from bot.pace import Pace
from bot.parcels import QUIETLY, Parcel
from bot.progress import news_since
from bot.sender import Sender
from bot.store import broadcasts, chats, letters, outbox, reminders, tasks
from bot.store.reminders import OF_REMINDERS, Due, Planned, first, minute, moment
from bot.store.store import Store
from bot.turns import Turns
from bot.worker import Now, Worker
from flows.letters.moments import as_read
from flows.phrases import Phrase
from flows.reminders import News, reminder_screen
from flows.reminding.clocks import agreed, by
from flows.reminding.deciding import Drop, Later, Standing, decide, due
from flows.reminding.kinds import DIGEST_EVERY, KINDS, NOTICE
from flows.reminding.rhythm import Rhythm
from ground.vault import Unreadable

#: Taken from the rows at once, and no more than twice as many under way.
BATCH = 60
#: With more messages than this waiting at the sender, nothing is added that nobody waits for.
MOST_WAITING = 1000
#: After so many messages in a row of which nobody knows whether they arrived, we wait for the next round.
DOUBTS = 3
#: What was taken is said within so many seconds, or not at all.
PATIENCE = 300.0
#: A step that is no message: a task for a person.
_ASKS_A_PERSON = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules over rows. `elsewhere`: the time zones that count where a country is not known."""

    keys: Keys
    elsewhere: tuple[str, ...]

    def lease(self, connection: Connection, now: int, limit: int) -> tuple[list[Due], Counter[str], int]:
        """Take what is due. What is to go is given back; what must wait or is over is dealt with: (those, reasons, how many)."""
        reasons: Counter[str] = Counter()
        leased = reminders.lease(connection, now, limit)
        ready = [one for one in leased if self._goes(connection, one, now, reasons)]
        return ready, reasons, len(leased)

    def take(self, connection: Connection, id_: int, now: int) -> Due | None:
        """Ask the rules once more, and note that it is said from here on; None when it is not (yet) to be said."""
        reminders.alone(connection, id_)
        found = reminders.read(connection, [id_], now)
        if not found or not self._goes(connection, found[0], now, Counter()):
            return None
        one = found[0]
        if not reminders.take(connection, id_, now):
            return None
        self._plan_next(connection, one, now)
        return one

    def news(self, connection: Connection, one: Due) -> News:
        """What a regular update has to say: what has come since the last one that arrived, or else since it was wished for."""
        if one.kind != "digest":
            return "nothing"
        last = reminders.last_said(connection, one.lane, one.kind)
        if last is None and not reminders.was_tried(connection, one.lane, one.kind, one.id):
            last = one.base
        return news_since(connection, self.keys, one.lane, None if last is None else moment(last).date())

    def rhythm(self, lane: str, sealed: bytes | None) -> Rhythm:
        """The hours of a chat."""
        return Rhythm(self.elsewhere) if sealed is None else open_rhythm(self.keys, lane, sealed)

    def _goes(self, connection: Connection, one: Due, now: int, reasons: Counter[str]) -> bool:
        if one.step == _ASKS_A_PERSON:
            self._call_person(connection, one, now)
            return False
        if one.kind == "appointment" and letters.is_leaving(connection, one.about):
            reasons["erasing"] += 1
            reminders.drop(connection, one.id)
            return False
        kind = KINDS[one.kind]
        match decide(kind, self._standing(one), moment(now)):
            case Later(at):
                reasons["later"] += 1
                reminders.move(connection, one.id, max(minute(at), now + 1))
                return False
            case Drop(reason):
                reasons[reason] += 1
                reminders.drop(connection, one.id)
                if reason in ("late", "past", "no_hours"):
                    self._plan_next(connection, one, now)
                elif reason == "answered":
                    again = first(one.kind, one.about, base=one.day * 1440, now=now, rhythm=self._hours(one))
                    _plan(connection, one.lane, again)
                return False
        return True

    def _standing(self, one: Due) -> Standing:
        return Standing(
            self._hours(one),
            due=moment(one.due),
            base=moment(one.base),
            step=one.step,
            quiet=one.quiet,
            reachable=one.reachable,
            agreed=one.reminded,
            held=None if one.held is None else moment(one.held * 1440),
            heard=moment(one.day * 1440),
            written=[moment(at) for at in one.written],
        )

    def _hours(self, one: Due) -> Rhythm:
        return self.rhythm(one.lane, one.rhythm)

    def _plan_next(self, connection: Connection, one: Due, now: int) -> None:
        """The next step, the next round, or a person."""
        if one.broadcast is not None:
            return
        kind, rhythm = KINDS[one.kind], self._hours(one)
        if one.step + 1 < len(kind.steps):
            step = one.step + 1
            following = first(one.kind, one.about, base=one.base, now=now, rhythm=rhythm, step=step, clock=one.clock)
            _plan(connection, one.lane, following)
        elif kind.repeats:
            months = one.digest if one.kind == "digest" else 0
            every = DIGEST_EVERY[months] if months else kind.steps[-1]
            base = one.base + int(every.total_seconds() // 60)
            at = due(kind, 0, moment(base), rhythm, moment(now), every)
            _plan(connection, one.lane, Planned(one.kind, one.about, base, minute(at)))
        elif kind.then is not None:
            at = moment(one.base) + kind.then[0]
            planned = Planned(one.kind, one.about, one.base, max(minute(at), now + 1440), _ASKS_A_PERSON)
            _plan(connection, one.lane, planned)

    def _call_person(self, connection: Connection, one: Due, now: int) -> None:
        then = KINDS[one.kind].then
        reminders.drop(connection, one.id)
        if then is not None:
            tasks.put(
                connection,
                update_id=OF_REMINDERS + one.id,
                ordinal=0,
                lane=one.lane,
                conversation=one.about,
                reason=then[1],
                day=now // 1440,
            )


def _plan(connection: Connection, lane: str, planned: Planned | None) -> None:
    if planned is not None:
        reminders.put(connection, lane, planned)


class Reminding:
    """`work_off` says what is due; `say` is one of it, called by its chat's lane."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        worker: Worker,
        turns: Turns,
        sender: Sender,
        pace: Pace,
        now: Now,
        time_zone: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._rules = rules
        self._worker = worker
        self._turns = turns
        self._sender = sender
        self._pace = pace
        self._now = now
        self._time_zone = time_zone
        self._clock = clock
        #: set by the house, because lanes call back
        self.lanes: Lanes | None = None
        self._working = False
        self._left_out: Counter[str] = Counter()

    def take_left_out(self) -> dict[str, int]:
        """How many were moved or dropped since the last call, by reason."""
        found = dict(self._left_out)
        self._left_out.clear()
        return found

    async def work_off(self) -> int:
        """Everything that is due now; how many were handed on to be said."""
        if self._working or self.lanes is None:
            return 0
        self._working, count = True, 0
        try:
            while True:
                now = self._minute()
                ready, reasons, leased = await self._store.write(lambda c, now=now: self._rules.lease(c, now, BATCH))  # type: ignore[misc]
                self._left_out += reasons
                pass_by("leased")
                for one in ready:
                    while self._sender.pending > MOST_WAITING:  # noqa: ASYNC110  (rare, and may be late)
                        await asyncio.sleep(0.5)
                    if self._sender.doubtful >= DOUBTS:
                        self._sender.doubtful = DOUBTS - 1  # the next round tries one
                        return count
                    await self._pace.unasked_turn()
                    number = OF_REMINDERS + one.id
                    self.lanes.put([Waiting(number, one.lane, {"update_id": number})])
                    count += 1
                if leased < BATCH:
                    return count
        finally:
            self._working = False

    async def say(self, update: Waiting) -> None:
        """Take one and say it; its chat's lane calls this, so that no turn of the chat is under way."""
        chat = await self._worker.chat(update.lane)
        id_, now = update.update_id - OF_REMINDERS, self._minute()
        if chat is None:
            await self._store.write(lambda connection: reminders.drop(connection, id_))
            return
        chat.busy += 1
        try:
            taken = await self._store.write(lambda connection: self._take(connection, id_, now))
            if taken is None:
                return
            pass_by("taken")
            one, texts, news = taken
            chat.below = True
            self._sender.put(chat, [self._parcel(chat, one, texts, news)])
        finally:
            chat.busy -= 1

    def _take(self, connection: Connection, id_: int, now: int) -> tuple[Due, Mapping[str, str], News] | None:
        one = self._rules.take(connection, id_, now)
        if one is None:
            return None
        news = self._rules.news(connection, one)
        texts = {} if one.broadcast is None else broadcasts.texts(connection, one.broadcast)
        outbox.put_once(connection, OF_REMINDERS + id_, one.lane, now // 1440)
        chats.something_below(connection, one.lane)
        return one, texts, news

    def _parcel(self, chat: Chat, one: Due, texts: Mapping[str, str], news: News) -> Parcel:
        above = chat.locked is not None and chat.anchor is not None
        on, at = self._when(one)
        screen = reminder_screen(one.kind, on=on, at=at, above=above, news=news)
        content: dict[str, Any] = self._turns.say(screen, chat.language, (chat.id_of_conversation or "")[:6])
        if texts:
            content["text"] = texts.get(chat.language) or texts["en"]
        words, now = str(content["text"]), datetime.fromtimestamp(self._clock(), UTC)
        content["text"] = self._turns.marks.stamp(words, chat, OF_REMINDERS + one.id, now.date())
        content["protect_content"] = True
        if not KINDS[one.kind].aloud:
            content[QUIETLY] = True
        if above and one.kind in ("unfinished", "erasure_near"):
            content["reply_parameters"] = {"message_id": chat.anchor, "allow_sending_without_reply": True}
        return Parcel(OF_REMINDERS + one.id, 0, "tell", content, once_until=self._clock() + PATIENCE)

    def _when(self, one: Due) -> tuple[date | None, str | Phrase | None]:
        """The day and the hour that a message speaks of, as the family reads them; no hour where no clock is known for it."""
        if one.kind == "erasure_near":
            return (moment(one.base) + NOTICE).date(), None
        if one.kind != "appointment":
            return None, None
        try:
            zones = self._rules.rhythm(one.lane, one.rhythm).zones
        except Unreadable:
            zones = (self._time_zone,)
        if one.clock is not None:
            with suppress(Unreadable):
                return as_read(moment(one.base), open_clock(self._rules.keys, one.about, one.clock), zones)
        return agreed(moment(one.base), zones) or (by(moment(one.base), zones[0])[0], None)

    def _minute(self) -> int:
        return int(self._now() // 60)
