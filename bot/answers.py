"""What a turn asks and only the shell can tell: what a code and a PIN open, whether a PIN is right, whether a message is ours.

The answer is an event of its own, which the engine takes at once; both together are one plan.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from bot import pins
from bot.bringing import Bringing, Brought, OpenedReport, Refused
from bot.chats import Chat, open_draft, open_receipt
from bot.genuine import Marks
from bot.keys import DraftKey, Keys
from bot.plans import Given, Plan
from bot.progress import guarded_of
from bot.store import chats, references
from bot.store.chats import Home
from bot.store.store import Store
from bot.translate import Heard
from bot.turns import Turns, asks_how_it_stands
from bot.unlinking import forgets, is_over
from flows import guard, notices
from flows.codes import pin
from flows.conversation import Asking, Conversation
from flows.effects import ChooseWord, Effect, Forget, Guard, LookUp, Prove, Recover, Take
from flows.events import (
    CallWordsKnown,
    Chose,
    Event,
    Guarded,
    MessageChecked,
    NotGuarded,
    NotProved,
    NotRecovered,
    NotTaken,
    Opened,
    Proved,
    Recovered,
    Said,
    Taken,
    WordKnown,
)
from flows.phrases import Phrase, Screen
from flows.step import Turn

#: A plan, and the chat it is planned for (another than it is while something is brought here).
Planned: TypeAlias = "tuple[Plan, Chat]"
Standing: TypeAlias = "Callable[[str, datetime], Awaitable[tuple[Phrase, ...]]]"

#: How long what a code and a PIN opened can be taken to the chat it was opened in. Kept in memory only.
OPEN_FOR = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ASKS = (Recover, Take, Prove, Guard, LookUp, ChooseWord)


@dataclass(slots=True)
class Answers:
    """Answers the effects in `_ASKS`. Each chat's turns come one after the other."""

    store: Store
    keys: Keys
    turns: Turns
    #: the chat of a lane
    chat_of: Callable[[str], Awaitable[Chat | None]]
    #: the turn with what it asks to know about the chat's requests
    inquired: Callable[[Chat, Turn, datetime], Awaitable[Turn]]
    #: how a report stands, as its family may be told
    standing: Standing
    #: how everything of the chat stands, as it is shown; of what has a PIN only the report it was written for (empty: none)
    stood: Callable[[Chat, str, datetime], Awaitable[Screen]]
    bringing: Bringing = field(init=False)
    marks: Marks = field(init=False)
    _opened: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.bringing = Bringing(self.store, self.keys, self.turns.engine)
        self.marks = self.turns.marks

    async def answer(self, update_id: int, chat: Chat, heard: Heard, turn: Turn) -> Planned | None:
        """The plan of a turn that asks something; None when it asks nothing of this kind."""
        asked = next((effect for effect in turn.effects if isinstance(effect, _ASKS)), None)
        if asked is None:
            return None
        said = tuple(effect for effect in turn.effects if effect is not asked)
        now = _Now(update_id, chat, heard, turn.conversation, said)
        match asked:
            case Recover(digits):
                return await self._bring(now, digits)
            case Take():
                return await self._take(now)
            case Prove(pin):
                return await self._prove(now, pin)
            case Guard(kind, pin):
                return await self._guard(now, Guard(kind, pin))
            case LookUp():
                return self._follow(now, self._looked_up(now, asked))
            case ChooseWord(number):
                shown = self.marks.word(replace(chat, word=number, language=turn.conversation.language))
                return self._follow(replace(now, said=(*said, asked)), WordKnown(number, shown, True, now.at))
        return None

    # -- codes and PINs --------------------------------------------------------------------------------------------------

    async def _bring(self, now: _Now, digits: str) -> Planned:
        outcome = await self.bringing.bring(now.chat, digits, now.at)
        match outcome:
            case Brought():
                return self._here(now, outcome)
            case OpenedReport(report):
                return await self._open(now, report)
        plan, chat = self._follow(now, NotRecovered(outcome.reason, now.at))
        await self._tell_owner(now.update_id, chat, plan, outcome, now.at, now.conversation.asking)
        return plan, chat

    def _here(self, now: _Now, draft: Brought) -> Planned:
        """The draft is brought here."""
        as_if = replace(
            now.chat,
            conversation=draft.conversation,
            key=DraftKey.of(self.keys, draft.conversation.id, draft.key),
            version=draft.version,
            portable=True,
            locked=None,
            locking=False,
        )
        return self._moved(now, as_if, Recovered(now.at), (draft.lane, draft.version))

    async def _open(self, now: _Now, report: str) -> Planned:
        """How it stands, and the offer to go on with it here."""
        home = await self.store.write(lambda connection: chats.home_of(connection, report))
        lines = await self.standing(report, now.at)
        movable = home is not None and home.lane != now.chat.lane
        self._opened = {lane: kept for lane, kept in self._opened.items() if kept[1] >= now.at}
        if movable:
            self._opened[now.chat.lane] = (report, now.at + OPEN_FOR)
        return self._follow(now, Opened(lines, movable, now.at))

    async def _take(self, now: _Now) -> Planned:
        report, until = self._opened.pop(now.chat.lane, ("", _EPOCH))
        home = await self.store.write(lambda connection: chats.home_of(connection, report))
        if home is None or now.at > until:
            return self._follow(now, NotTaken("over", now.at))
        if self.bringing.is_busy(now.chat, now.at):
            return self._follow(now, NotTaken("busy", now.at))
        if home.body is not None and home.key is None:
            return self._follow(now, NotTaken("unsent", now.at))
        as_if = self._as_if_home(now.chat, report, home)
        planned = self._moved(now, as_if, Taken(now.at), (home.lane, home.version))
        owner = await self.chat_of(home.lane) if home.lane else None
        if owner is not None:
            self._tell(now.update_id, planned[0], owner, guard.TAKEN_AWAY, now.at)
        return planned

    def _as_if_home(self, chat: Chat, report: str, home: Home) -> Chat:
        """The chat as it were if the report had been sent from it."""
        receipt = open_receipt(self.keys, report, home.receipt)
        as_if = replace(
            chat, conversation=receipt, receipt=receipt, key=None, version=home.version, locked=None, locking=False
        )
        as_if.portable = home.portable
        if home.body is not None and home.key is not None:
            as_if.key = DraftKey.unwrap(self.keys, report, home.key)
            as_if.conversation = open_draft(as_if.key, report, home.body)
        return as_if

    def _moved(self, now: _Now, as_if: Chat, event: Event, where: tuple[str, int]) -> Planned:
        assert as_if.conversation is not None  # noqa: S101
        moved = self.turns.engine.step(as_if.conversation, event)
        turn = replace(moved, effects=(*now.said, *moved.effects))
        plan = self.turns.plan(now.update_id, as_if, now.heard, turn, Given(brought=where))
        left = now.chat
        has_sent = left.receipt is not None and bool(left.receipt.sent)
        if left.id_of_conversation not in (None, as_if.conversation.id) and not has_sent:
            plan.erased_conversation = left.id_of_conversation
        plan.elsewhere_changed = (where[0],)
        return plan, as_if

    async def _prove(self, now: _Now, pin: str) -> Planned:
        report = now.conversation.id if now.conversation.sent else None
        verdict = await self.bringing.prove(now.chat, report, pin, now.at)
        if verdict == "right":
            opened = (now.conversation.tag, guard.proves(now.conversation.asking) or "")
            planned = await self._went_on(now, Proved(now.at))
            planned[0].afterwards.append(lambda chat: setattr(chat, "opened", opened))
            return planned
        plan, chat = self._follow(now, NotProved("too_often" if verdict == "too_often" else "wrong", now.at))
        if verdict == "duress" and report is not None:
            forgets(plan, self.keys, chat, report, now.at, now.conversation.asking)
        return plan, chat

    # -- beside a locked draft -------------------------------------------------------------------------------------------

    async def beside_locked(self, update_id: int, chat: Chat, heard: Heard) -> Planned:
        """What is answered while a draft is locked away: to a code, to a PIN, to who asks how it stands, to anything else.

        A second PIN does what it does anywhere: it is answered as a wrong one, and nobody here knows anything from then on.
        """
        event = heard.event
        if isinstance(event, Chose) and is_over(chat) and self.turns.holds_key(event):
            return self.turns.give_up(update_id, chat, heard), chat
        if isinstance(event, Said) and self.bringing.looks_right(event.text):
            return await self._bring_beside(update_id, chat, heard, event.text)
        written = pin(event.text) if isinstance(event, Said) else None
        if written is not None:
            return await self._prove_beside(update_id, chat, heard, written)
        if not asks_how_it_stands(event):
            return self.turns.locked_out(update_id, chat, heard), chat
        report = await self.store.write(lambda connection: guarded_of(connection, chat))
        if report is not None or is_over(chat):
            return self.turns.locked_out(update_id, chat, heard, guard.pin_screen()), chat
        return await self._stands_beside(update_id, chat, heard, "")

    async def _bring_beside(self, update_id: int, chat: Chat, heard: Heard, words: str) -> Planned:
        outcome = await self.bringing.bring(chat, words, heard.event.at)
        match outcome:
            case Brought():
                forget = (Forget(heard.message),) if heard.message is not None else ()
                return self._here(_Now(update_id, chat, heard, outcome.conversation, forget), outcome)
            case OpenedReport(report):
                lines = await self.standing(report, heard.event.at)
                return self.turns.locked_out(update_id, chat, heard, guard.opened_screen(lines, movable=False)), chat
        line = notices.CODE_TOO_OFTEN if outcome.reason == "too_often" else notices.CODE_WRONG
        plan = self.turns.locked_out(update_id, chat, heard, notices.locked_away_screen(line))
        await self._tell_owner(update_id, chat, plan, outcome, heard.event.at)
        return plan, chat

    async def _prove_beside(self, update_id: int, chat: Chat, heard: Heard, written: str) -> Planned:
        at = heard.event.at
        report = await self.store.write(lambda connection: guarded_of(connection, chat))
        verdict = await self.bringing.prove(chat, report, written, at)
        if verdict == "right" and report is not None:
            return await self._stands_beside(update_id, chat, heard, report)
        line = notices.CODE_TOO_OFTEN if verdict == "too_often" else guard.NOTHING_FOUND
        plan = self.turns.locked_out(update_id, chat, heard, notices.locked_away_screen(line))
        if verdict == "duress" and report is not None:
            forgets(plan, self.keys, chat, report, at)
        return plan, chat

    async def _stands_beside(self, update_id: int, chat: Chat, heard: Heard, proved: str) -> Planned:
        screen = await self.stood(chat, proved, heard.event.at)
        return self.turns.locked_out(update_id, chat, heard, screen), chat

    # -- going on --------------------------------------------------------------------------------------------------------

    async def _went_on(self, now: _Now, event: Event) -> Planned:
        """The engine goes on, and may ask once more."""
        further = self.turns.engine.step(now.conversation, event)
        turn = replace(further, effects=(*now.said, *further.effects))
        turn = await self.inquired(now.chat, turn, now.at)
        again = await self.answer(now.update_id, now.chat, now.heard, turn)
        return again or (self.turns.plan(now.update_id, now.chat, now.heard, turn), now.chat)

    async def _guard(self, now: _Now, wish: Guard) -> Planned:
        report = now.conversation.id
        new: tuple[str | None, str | None] = (None, None)
        if wish.kind == "duress":
            reference = await self.store.write(lambda connection: references.of(connection, report))
            made = await pins.with_duress(self.keys, report, reference, wish.pin) if reference else None
            if made is None:
                return self._follow(now, NotGuarded(now.at))
            new = (made.pin, made.duress)
        elif wish.kind == "pin":
            fresh = await pins.make(self.keys, report, wish.pin)
            new = (fresh.pin, fresh.duress)
        plan, chat = self._follow(now, Guarded(wish.kind, now.at))
        plan.pins = (report, *new)
        return plan, chat

    # -- marks -----------------------------------------------------------------------------------------------------------

    def _looked_up(self, now: _Now, asked: LookUp) -> Event:
        chat = replace(now.chat, language=now.conversation.language)
        match asked.what:
            case "word":
                return WordKnown(self.marks.number(chat), self.marks.word(chat), False, now.at)
            case "call":
                sent = now.conversation.sent
                words = self.marks.call_words(now.conversation.id, now.at.date(), chat.language) if sent else ()
                return CallWordsKnown(words, now.at)
        return MessageChecked(self.marks.written_on(asked.text, chat), now.at)

    # -- both ------------------------------------------------------------------------------------------------------------

    def _follow(self, now: _Now, event: Event) -> Planned:
        followed = self.turns.engine.step(now.conversation, event)
        turn = replace(followed, effects=(*now.said, *followed.effects))
        return self.turns.plan(now.update_id, now.chat, now.heard, turn), now.chat

    async def _tell_owner(
        self, update_id: int, chat: Chat, plan: Plan, refused: Refused, at: datetime, asking: Asking | None = None
    ) -> None:
        """What was tried too often is said in the chat that it belongs to; after an emergency there is none any more."""
        report = refused.unlinks or refused.locked
        home = await self.store.write(lambda connection: chats.home_of(connection, report)) if report else None
        if home is None or report is None or not home.lane:
            return
        if refused.unlinks is not None:
            if home.lane == chat.lane:
                forgets(plan, self.keys, chat, report, at, asking)
            else:
                plan.unlinks, plan.elsewhere_changed = report, (home.lane,)
            return
        owner = await self.chat_of(home.lane) if home.lane != chat.lane else None
        if owner is not None:
            self._tell(update_id, plan, owner, guard.TRIED_OFTEN, at)

    def _tell(self, update_id: int, plan: Plan, owner: Chat, phrase: Phrase, at: datetime) -> None:
        if not owner.quiet and owner.reachable:
            plan.elsewhere.append(self.turns.by_ourselves(update_id, owner, Screen((phrase,)), at.date()))


@dataclass(frozen=True, slots=True)
class _Now:
    """The turn that asked."""

    update_id: int
    chat: Chat
    heard: Heard
    conversation: Conversation
    #: what it does besides asking
    said: tuple[Effect, ...]

    @property
    def at(self) -> datetime:
        return self.heard.event.at
