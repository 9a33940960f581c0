"""One turn: what an event changes in the rows of its chat, and what is to be said about it. Written, then spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from uuid import uuid4

from sqlalchemy import Connection

from bot.chats import Chat, seal_draft, seal_handle
from bot.engine import Engine
from bot.keys import DraftKey, Keys
from bot.parcels import Parcel, keyboard, message
from bot.reference import Code, seal_verifier
from bot.sealing import Sealer
from bot.store import chats, envelopes, inbox, outbox, references, tasks
from bot.store.rows import EnvelopeRow
from bot.translate import Heard
from flows.conversation import Conversation
from flows.effects import CallPerson, Erase, Forget, Renew, Settle, Show, Submit, Tell, Toast
from flows.events import Commanded
from flows.phrases import Screen
from flows.step import Turn

Facts = Callable[[str], Mapping[str, str]]

#: The update of a parcel that has no row, because saying it can be left out.
NO_UPDATE = -1


@dataclass(slots=True)
class Plan:
    """All a turn writes, in one transaction, and all it then says."""

    update_id: int
    conversation: Conversation
    #: under which key the draft is kept from now on
    key: DraftKey
    below: bool
    day: int
    parcels: list[Parcel] = field(default_factory=list)
    toast: str = ""
    report: EnvelopeRow | None = field(default=None, repr=False)
    #: the new reference: selector, sealed verifier
    reference: tuple[str, bytes] | None = field(default=None, repr=False)
    #: (ordinal, reason)
    calls: list[tuple[int, str]] = field(default_factory=list)


class Turns:
    """Takes turns. Changes nothing itself: `plan`, commit `write(…)`, then `settle` the chat."""

    def __init__(self, engine: Engine, keys: Keys, facts: Facts, languages: tuple[str, ...], sealer: Sealer) -> None:
        self._engine = engine
        self._keys = keys
        self._facts = lru_cache(maxsize=32)(facts)
        self._languages = languages
        self._sealer = sealer

    def stranger(self, lane: str, heard: Heard) -> Chat:
        """A chat we have no row of yet."""
        offered = heard.language.split("-")[0]
        language = offered if offered in self._languages else self._languages[0]
        return Chat(lane, heard.chat, language)

    def plan(self, update_id: int, chat: Chat, heard: Heard) -> Plan:
        """The turn of this event."""
        turn = self._turn(chat, heard)
        conversation, key = self._draft(chat, turn)
        plan = Plan(update_id, conversation, key, chat.below or heard.stands, today(heard.event.at))
        facts = self._facts(conversation.language)
        for effect in turn.effects:
            if isinstance(effect, Submit):
                facts = {**facts, "code": self._submit(plan, effect, heard.event.at)}
        self._perform(plan, chat, heard, turn, facts)
        return plan

    def _turn(self, chat: Chat, heard: Heard) -> Turn:
        at = heard.event.at
        if chat.conversation is None:
            return self._engine.begin(uuid4().hex, chat.language, at)
        turn = self._engine.step(chat.conversation, heard.event)
        if any(isinstance(effect, Renew) for effect in turn.effects):
            return self._engine.begin(uuid4().hex, turn.conversation.language, at, language_known=True)
        return turn

    def _submit(self, plan: Plan, effect: Submit, at: datetime) -> str:
        """Seal the report and make its code; the code as the family sees it."""
        code = Code.new()
        plan.report = self._sealer.seal(effect.report, at)
        plan.reference = (code.selector, seal_verifier(self._keys, code))
        return code.shown

    def _draft(self, chat: Chat, turn: Turn) -> tuple[Conversation, DraftKey]:
        """The conversation to keep and its key: a new key when it is new, and when the draft under the old one ends."""
        conversation = turn.conversation
        ends = any(isinstance(effect, Submit | Erase) for effect in turn.effects)
        if ends:
            conversation = replace(conversation, claims=())
        known = chat.conversation is not None and chat.conversation.id == conversation.id
        if ends or not known or chat.key is None:
            return conversation, DraftKey.new(self._keys, conversation.id)
        return conversation, chat.key

    def _perform(self, plan: Plan, chat: Chat, heard: Heard, turn: Turn, facts: Mapping[str, str]) -> None:
        settle: Settle | None = None
        tag, language = plan.conversation.tag, plan.conversation.language
        for effect in turn.effects:
            match effect:
                case Show(screen):
                    content = message(self._engine.speak(screen, language, facts), tag)
                    fresh = plan.below
                    _add(plan, "show", content, fresh=fresh)
                    plan.below = False
                    if fresh and chat.conversation is not None:
                        # The old anchor goes up in the chat: it keeps the way back to its answer, or no button at all.
                        settled = settle.rows if settle is not None else ()
                        rows = self._engine.speak(Screen((), settled), language, facts).rows
                        plan.parcels[-1].settles = keyboard(rows, tag)
                    settle = None
                case Settle():
                    settle = effect
                case Tell(screen):
                    _add(plan, "tell", message(self._engine.speak(screen, language, facts), tag))
                    plan.below = True
                case Forget(number):
                    _add(plan, "forget", {}, target=number)
                    if heard.stands and getattr(heard.event, "message", None) == number:
                        plan.below = chat.below
                case Toast(phrase):
                    plan.toast = self._engine.speak(Screen((phrase,)), language, facts).text
                case CallPerson(reason):
                    plan.calls.append((len(plan.calls), reason))
                case Submit() | Erase() | Renew():
                    pass  # see _submit, _draft and _turn

    def again(self, chat: Chat, at: datetime) -> Parcel | None:
        """The current screen once more, in place; None when that would need a new message or nothing is open."""
        conversation = chat.conversation
        if chat.below or conversation is None or conversation.status != "open" or conversation.paused:
            return None
        turn = self._engine.step(conversation, Commanded("start", at))
        screens = [effect.screen for effect in turn.effects if isinstance(effect, Show)]
        if not screens:
            return None
        facts = self._facts(conversation.language)
        content = message(self._engine.speak(screens[-1], conversation.language, facts), conversation.tag)
        return Parcel(NO_UPDATE, 0, "show", content)

    def write(self, chat: Chat, plan: Plan) -> Callable[[Connection], bool]:
        """The job that writes the turn. Its result is False when the update's turn was written before."""
        lane, draft = chat.lane, seal_draft(plan.key, plan.conversation)
        rows = [parcel.row(self._keys, lane) for parcel in plan.parcels]
        handle = None if chat.kept else seal_handle(self._keys, lane, chat.number)

        def job(connection: Connection) -> bool:
            if not inbox.finish(connection, plan.update_id):
                return False
            _write_conversation(connection, chat, plan, draft)
            _write_chat(connection, chat, plan, handle)
            if rows:
                outbox.put(connection, rows, plan.day)
            if plan.report is not None:
                _write_report(connection, plan, plan.report)
            for ordinal, reason in plan.calls:
                tasks.put(
                    connection,
                    update_id=plan.update_id,
                    ordinal=ordinal,
                    lane=lane,
                    conversation=plan.conversation.id,
                    reason=reason,
                    day=plan.day,
                )
            return True

        return job


def settle(chat: Chat, plan: Plan) -> None:
    """The turn is committed: the chat in memory is what its rows are."""
    old = chat.conversation
    chat.version = chat.version + 1 if old is not None and old.id == plan.conversation.id else 1
    chat.conversation, chat.key = plan.conversation, plan.key
    chat.language = plan.conversation.language
    chat.below, chat.reachable, chat.kept, chat.day = plan.below, True, True, plan.day


def today(at: datetime | None = None) -> int:
    """Days since 1970."""
    return int((at or datetime.now(UTC)).timestamp()) // 86_400


def _add(
    plan: Plan, kind: str, content: Mapping[str, object], *, fresh: bool = False, target: int | None = None
) -> None:
    plan.parcels.append(Parcel(plan.update_id, len(plan.parcels), kind, content, fresh, target))  # type: ignore[arg-type]


def _write_conversation(connection: Connection, chat: Chat, plan: Plan, draft: bytes) -> None:
    old, new = chat.conversation, plan.conversation
    if old is not None and old.id == new.id:
        key = None if plan.key is chat.key else plan.key.wrapped
        chats.save(connection, new.id, was=chat.version, status=new.status, body=draft, day=plan.day, key=key)
        return
    if old is not None:
        chats.erase(connection, old.id)
    chats.begin(connection, new.id, chat.lane, status=new.status, key=plan.key.wrapped, body=draft, day=plan.day)


def _write_chat(connection: Connection, chat: Chat, plan: Plan, handle: bytes | None) -> None:
    conversation = plan.conversation
    before = (chat.conversation and chat.conversation.id, chat.language, chat.below, chat.reachable, chat.day)
    after = (conversation.id, conversation.language, plan.below, True, plan.day)
    if handle is not None:
        chats.add(
            connection,
            lane=chat.lane,
            handle=handle,
            language=conversation.language,
            conversation=conversation.id,
            anchor=None,
            below=plan.below,
            reachable=True,
            day=plan.day,
        )
    elif before != after:
        chats.change(
            connection,
            chat.lane,
            language=conversation.language,
            conversation=conversation.id,
            below=plan.below,
            reachable=True,
            day=plan.day,
        )


def _write_report(connection: Connection, plan: Plan, report: EnvelopeRow) -> None:
    envelopes.put(connection, report)
    if plan.reference is not None:
        selector, unhashed = plan.reference
        references.put(connection, selector=selector, unhashed=unhashed, report=report.report, day=plan.day)
