"""One turn: what an event changes in the rows of its chat, and what is to be said about it. Written, then spoken."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from uuid import uuid4

from bot.changes import UNKNOWN, Planner, reminded_after
from bot.chats import Chat, aligned, columns, open_draft, open_rhythm, seal_draft, seal_receipt, seal_rhythm
from bot.engine import Engine
from bot.genuine import Marks
from bot.keys import DraftKey, Keys
from bot.parcels import QUIETLY, Kind, Parcel, keyboard, message, with_key
from bot.plans import Given, Plan, today, version_after
from bot.reference import Code, seal_verifier
from bot.sealing import Sealer
from bot.store.chats import Draft
from bot.store.silence import grain
from bot.translate import Heard
from flows import notices, replies
from flows.certified import receipt_screen
from flows.codes import is_secret, pin
from flows.conversation import Conversation, Wishes
from flows.effects import (
    CallPerson,
    Certify,
    ChooseWord,
    Drop,
    Effect,
    Erase,
    Forget,
    Guard,
    Inform,
    Inquire,
    Keep,
    Lock,
    LookUp,
    Note,
    Play,
    Prefer,
    Prove,
    Quiet,
    Recover,
    Remind,
    Renew,
    Settle,
    Show,
    Submit,
    Take,
    Tell,
    Tidy,
    Toast,
    Vanish,
    Write,
)
from flows.events import Chose, Commanded, Event, FellSilent, Said
from flows.phrases import Phrase, Screen
from flows.reminders import NOTED
from flows.reminding.rhythm import Rhythm
from flows.rights import is_panic
from flows.step import Turn
from flows.wishes import cries_for_help
from ground.vault import KEY_BYTES, Unreadable, Vault

Facts = Callable[[str], Mapping[str, str]]
#: the hours of a chat: its lane, and what its row keeps sealed
RhythmOf = Callable[[str, object], Rhythm]

#: The update of a parcel that has no row, because saying it can be left out.
NO_UPDATE = -1
#: A pressed "Continue" of a locked draft: its key follows.
KEY_PRESS = "k:"
_KEY_LETTERS = 43
#: Ordinals of what is said in another chat than the update's (the phone a draft was taken from).
_ELSEWHERE = 900


class Turns:
    """Takes turns. Changes nothing itself: `turn`, `plan`, commit `write(…)`, then `settle` the chat."""

    def __init__(
        self,
        engine: Engine,
        keys: Keys,
        facts: Facts,
        languages: tuple[str, ...],
        sealer: Sealer,
        planner: Planner = Planner(365, UNKNOWN),  # noqa: B008  (it cannot be changed)
    ) -> None:
        self.engine = engine
        self._keys = keys
        self.facts = lru_cache(maxsize=32)(facts)
        self._languages = languages
        self._sealer = sealer
        self.marks = Marks(keys)
        self._planner = planner

    def stranger(self, lane: str, heard: Heard) -> Chat:
        """A chat we have no row of yet."""
        offered = heard.language.split("-")[0]
        language = offered if offered in self._languages else self._languages[0]
        return Chat(lane, heard.chat, language)

    # -- what happens ----------------------------------------------------------------------------------------------------

    def turn(self, chat: Chat, heard: Heard) -> Turn:
        """What the engine makes of the event."""
        at = heard.event.at
        if chat.conversation is None:
            lost = isinstance(heard.event, Chose) and _key_of(heard.event) is not None
            first = heard.event if isinstance(heard.event, Said) else None
            turn = self.engine.begin(uuid4().hex, chat.language, at, first=first)
            if chat.kept and _stops(heard.event):
                return replace(_led(turn, notices.QUIET), effects=(*_led(turn, notices.QUIET).effects, Quiet(True)))
            return _led(turn, notices.EXPIRED) if lost and chat.kept else turn
        wishes = Wishes(chat.reminded, chat.digest, chat.quiet)
        turn = self.engine.step(replace(chat.conversation, wishes=wishes), _without_key(heard.event))
        if any(isinstance(effect, Renew) for effect in turn.effects):
            return self.engine.begin(uuid4().hex, turn.conversation.language, at, language_known=True)
        return turn

    def unlock(self, chat: Chat, heard: Heard) -> bool:
        """Open a locked draft with the key in the button that was pressed; whether it did."""
        key = _key_of(heard.event) if isinstance(heard.event, Chose) else None
        if chat.locked is None or key is None:
            return False
        try:
            draft = open_draft(DraftKey(Vault(key), b""), chat.locked.id, chat.locked.body)
        except Unreadable:
            return False
        chat.conversation = aligned(draft, chat.receipt)
        chat.key = DraftKey.of(self._keys, chat.locked.id, key)
        chat.locked, chat.locking = None, True
        return True

    # -- what is written and said about it -------------------------------------------------------------------------------

    def plan(self, update_id: int, chat: Chat, heard: Heard, turn: Turn, given: Given | None = None) -> Plan:
        """The rows and messages of this turn."""
        given = given or Given()
        plan = self._plan(update_id, chat, heard, turn, given)
        facts = dict(self.facts(plan.conversation.language if plan.conversation else chat.language))
        if given.carried is not None:
            facts["draft_code"] = given.carried[0].shown
        if given.receipt is not None:
            facts["receipt"] = given.receipt
        for effect in turn.effects:
            if isinstance(effect, Submit):
                facts |= self._submit(plan, effect, heard.event.at)
        self._perform(plan, chat, heard, turn, facts)
        rests = isinstance(heard.event, FellSilent) and any(isinstance(effect, Lock) for effect in turn.effects)
        self._remind(plan, chat, heard, turn.effects, rests=rests)
        return plan

    def _remind(self, plan: Plan, chat: Chat, heard: Heard, effects: Sequence[Effect], *, rests: bool) -> None:
        """What the turn changes in what we say by ourselves."""
        about = plan.conversation.id if plan.conversation is not None else chat.id_of_conversation
        before = chat.conversation if plan.conversation is not None else None
        if rests or before is None or any(isinstance(effect, Submit) for effect in effects):
            known = self.engine.rhythm_of(before, self._planner.elsewhere) if before is not None else None
            if known is not None:
                plan.state["rhythm"] = seal_rhythm(self._keys, chat.lane, known)
        plan.state["reminded"], plan.state["digest"] = reminded_after(chat, effects)
        if about != chat.id_of_conversation and chat.id_of_conversation is not None:
            plan.state |= {"rhythm": None, "reminded": False, "digest": 0}  # one's wishes are about one request
        plan.changes = self._planner.of_turn(
            chat, heard.event, effects, about, rests=rests, rhythm=lambda: self.rhythm(chat.lane, plan.state["rhythm"])
        )

    def rhythm(self, lane: str, sealed: object) -> Rhythm:
        """The hours of a chat; when nothing is known, those that suit most places families are in."""
        return open_rhythm(self._keys, lane, sealed) if isinstance(sealed, bytes) else Rhythm(self._planner.elsewhere)

    def _plan(self, update_id: int, chat: Chat, heard: Heard, turn: Turn, given: Given) -> Plan:
        conversation, day = turn.conversation, today(heard.event.at)
        effects = {type(effect) for effect in turn.effects}
        state = self._state(chat, heard, conversation, day)
        if Vanish in effects:
            state |= {"conversation": None, "below": True, "touched": None, "rest": 2}
            plan = Plan(update_id, None, None, None, False, state, day, given=given, message=heard.message)
            plan.erased_conversation, plan.draft_over = chat.id_of_conversation, True
            return plan
        key = self._key(chat, conversation, renewed=Lock in effects)
        draft, whole = self._row(chat, conversation, key, Lock in effects, given, day)
        plan = Plan(update_id, conversation, key, draft, whole, state, day, given=given, message=heard.message)
        plan.draft_over = conversation.status != "open"
        old = chat.conversation
        if chat.id_of_conversation not in (None, conversation.id) and (old is None or old.status != "submitted"):
            plan.erased_conversation = chat.id_of_conversation
        return plan

    def _state(self, chat: Chat, heard: Heard, conversation: Conversation, day: int) -> dict[str, object]:
        timer = heard.event if isinstance(heard.event, FellSilent) else None
        return _as_it_was(chat, heard, day) | {
            "language": conversation.language,
            "conversation": conversation.id,
            "below": chat.below or heard.stands,
            "touched": chat.touched if timer and timer.short else None if timer else grain(heard.event.at.timestamp()),
            "rest": 0 if timer is None else 1 if timer.short else 2,
            "discreet": self.engine.is_discreet(conversation),
        }

    def _key(self, chat: Chat, conversation: Conversation, *, renewed: bool) -> DraftKey | None:
        """The draft's key: a new one when the draft is new, and when the old one has been or will be in a button.

        One that a code and a PIN open as well has to stay.
        """
        if conversation.status != "open":
            return None
        same = chat.conversation is not None and chat.conversation.id == conversation.id
        if chat.key is None or not same or ((chat.locking or renewed) and not chat.portable):
            return DraftKey.new(self._keys, conversation.id)
        return chat.key

    def _row(
        self, chat: Chat, conversation: Conversation, key: DraftKey | None, locks: bool, given: Given, day: int
    ) -> tuple[Draft, bool]:
        old = chat.conversation
        portable = given.carried is not None or (chat.portable and key is not None)
        sent = self.engine.as_sent(conversation) if conversation.adds else None
        if conversation.status != "open":
            sent = conversation
        draft = Draft(
            conversation.id,
            chat.lane,
            conversation.status,
            day,
            seal_draft(key, conversation) if key else None,
            key.wrapped if key else None,
            seal_receipt(self._keys, sent) if sent else None,
            locked=int(locks),
            portable=portable,
            erase_on=_days(conversation.erase_on),
        )
        whole = (
            old is None
            or old.status != conversation.status
            or old.revision != conversation.revision
            or key is not chat.key
            or conversation.status != "open"
            or locks
            or chat.locking
            or portable != chat.portable
            or given.brought is not None
        )
        return draft, whole

    def _submit(self, plan: Plan, effect: Submit, at: datetime) -> dict[str, str]:
        """Seal the report and, for the first, make its code; the code as the family sees it."""
        report = {**effect.report, "call_secret": self.marks.secret(effect.report["id"])}
        plan.report = self._sealer.seal(report, at, plan.given.sealed)
        plan.sent_files = tuple(file["id"] for file in effect.report["files"])
        if not effect.first:
            return {}
        code = Code.new()
        plan.reference = (code.selector, seal_verifier(self._keys, code))
        return {"code": code.shown}

    def _perform(self, plan: Plan, chat: Chat, heard: Heard, turn: Turn, facts: Mapping[str, str]) -> None:
        performing = _Performing(self, plan, chat, heard, facts)
        if chat.recording is not None and not performing.plays_again(turn.effects):
            performing.add("hush")
            plan.state["recording"] = None
        if chat.anchor is not None and any(isinstance(effect, Tidy) for effect in turn.effects):
            plan.state["below"] = False  # what stands below the anchor is about to go
        for effect in turn.effects:
            performing.perform(effect)
        if plan.given.brought is not None and plan.given.brought[0] and plan.conversation is not None:
            self._leave_behind(plan, plan.given.brought[0], plan.conversation)

    def _leave_behind(self, plan: Plan, lane: str, conversation: Conversation) -> None:
        """The phone a draft was taken from keeps one neutral line and no button."""
        content = self.say(Screen((notices.ALL_SAVED,)), conversation.language, conversation.tag)
        plan.elsewhere = [
            (lane, Parcel(plan.update_id, _ELSEWHERE, "show", content)),
            (lane, Parcel(plan.update_id, _ELSEWHERE + 1, "sweep", {})),
        ]

    def say(self, screen: Screen, language: str, tag: str, facts: Mapping[str, str] | None = None) -> dict[str, object]:
        """A screen as the Bot API's parameters."""
        return message(self.engine.speak(screen, language, facts or self.facts(language)), tag)

    def by_ourselves(self, update_id: int, chat: Chat, screen: Screen, on: date) -> tuple[str, Parcel]:
        """A message that nobody in this chat asked for: marked as ours, without a sound where others see the phone."""
        content = self.say(screen, chat.language, "")
        content["text"] = self.marks.stamp(str(content["text"]), chat, update_id, on)
        if chat.discreet:
            content[QUIETLY] = True
        return chat.lane, Parcel(update_id, _ELSEWHERE + 2, "tell", content)

    def seal_note(self, words: str) -> bytes:
        """Somebody's words, for the team alone."""
        return self._sealer.seal_file(words.encode())

    # -- a locked draft --------------------------------------------------------------------------------------------------

    def locked_out(self, update_id: int, chat: Chat, heard: Heard, answer: Screen | None = None) -> Plan:
        """Somebody writes or presses while the draft is locked: say how it opens, or this `answer`, and keep nothing."""
        assert chat.locked is not None  # noqa: S101
        event, day = heard.event, today(heard.event.at)
        if _begins_anew(event) or _is_panic(event):
            return self.give_up(update_id, chat, heard)
        plan = Plan(
            update_id, None, None, None, False, self._resting_state(chat, heard, day), day, message=heard.message
        )
        if isinstance(event, FellSilent):
            if chat.discreet:
                plan.parcels.append(Parcel(update_id, 0, "sweep", {}))
            self._remind(plan, chat, heard, (), rests=True)
            return plan
        screens = [notices.locked_away_screen()]
        effects: list[Effect] = []
        if isinstance(event, Said) and cries_for_help(event.text):
            plan.calls.append((0, "distress", ""))
            effects = [CallPerson("distress")]
            screens = [replies.distress_screen(None)]
        elif answer is not None:
            screens = [answer]
        elif _stops(event):
            effects = [Quiet(True)]
            screens = [Screen((notices.QUIET,))]
            plan.state["quiet"] = True
            plan.toast = self.engine.speak(Screen((NOTED,)), chat.language, self.facts(chat.language)).text
        elif isinstance(event, Commanded) and event.name == "person":
            plan.calls.append((0, "asked", ""))
            effects = [CallPerson("asked")]
            screens = [Screen((notices.PERSON_ASKED, notices.HUMAN_CONTACT))]
        elif (isinstance(event, Chose) and event.press == "xx") or (
            isinstance(event, Commanded) and event.name == "delete"
        ):
            screens = [notices.lost_screen()]
        if isinstance(event, Said) and (is_secret(event.text) or pin(event.text) is not None):
            plan.parcels.append(Parcel(update_id, 0, "forget", {}, target=event.message))
            plan.message = None
        for screen in screens:
            content = self.say(screen, chat.language, chat.locked.tag)
            plan.parcels.append(Parcel(update_id, len(plan.parcels), "tell", content))
        self._remind(plan, chat, heard, effects, rests=False)
        return plan

    def _resting_state(self, chat: Chat, heard: Heard, day: int) -> dict[str, object]:
        timer = isinstance(heard.event, FellSilent)
        return _as_it_was(chat, heard, day) | {
            "conversation": chat.locked.id if chat.locked else None,
            "below": True,
            "touched": None if timer else grain(heard.event.at.timestamp()),
            "rest": 2 if timer else 0,
        }

    @staticmethod
    def holds_key(event: Chose) -> bool:
        """Whether this is the "Continue" of a locked draft."""
        return _key_of(event) is not None

    def give_up(self, update_id: int, chat: Chat, heard: Heard) -> Plan:
        """The locked draft is given up: it is erased, and what was sent before it is what remains."""
        locked, receipt, at = chat.locked, chat.receipt, heard.event.at
        assert locked is not None  # noqa: S101
        if _is_panic(heard.event):
            over = Conversation(locked.id, chat.language, at, status="ended")
            return self.plan(update_id, chat, heard, Turn(over, (Vanish(),)))
        if receipt is not None and receipt.sent:
            shown = Show(notices.submitted_screen(receipt, notices.ADDITION_DELETED))
            turn = Turn(replace(receipt, status="submitted"), (shown,))
        else:
            turn = self.engine.begin(uuid4().hex, chat.language, at, language_known=True)
        plan = self.plan(update_id, chat, heard, turn)
        plan.draft_over = True
        return plan

    # -- saying it again -------------------------------------------------------------------------------------------------

    def again(self, chat: Chat, at: datetime) -> Parcel | None:
        """The current screen once more, in place; None when that would need a new message or nothing is open."""
        conversation = chat.conversation
        if chat.below or conversation is None or conversation.status != "open" or conversation.paused or chat.locking:
            return None
        turn = self.engine.step(conversation, Commanded("start", at))
        screens = [effect.screen for effect in turn.effects if isinstance(effect, Show)]
        if not screens:
            return None
        content = self.say(screens[-1], conversation.language, conversation.tag)
        return Parcel(NO_UPDATE, 0, "show", content)


class _Performing:
    """Turns the effects of one turn into parcels."""

    def __init__(self, turns: Turns, plan: Plan, chat: Chat, heard: Heard, facts: Mapping[str, str]) -> None:
        self._turns, self._plan, self._chat, self._heard, self._facts = turns, plan, chat, heard, facts
        conversation = plan.conversation
        self._tag = conversation.tag if conversation else ""
        self._language = conversation.language if conversation else chat.language
        self._settle: Settle | None = None
        self._locks = False

    def plays_again(self, effects: Sequence[Effect]) -> bool:
        """Whether the recording that stands in the chat still fits what is shown (or nothing is shown at all)."""
        played = [effect.question for effect in effects if isinstance(effect, Play)]
        return self._chat.recording in played or not any(isinstance(effect, Show) for effect in effects)

    def perform(self, effect: Effect) -> None:
        plan = self._plan
        match effect:
            case Show(screen):
                self._show(screen)
            case Settle():
                self._settle = effect
            case Lock():
                self._locks = True
            case Tell(screen):
                self.add("tell", self._say(screen))
                plan.state["below"] = True
            case Forget(number):
                self._forget(number)
            case Tidy():
                self.add("sweep")
            case Vanish():
                self.add("vanish")
            case Play(question, path):
                if self._chat.recording != question:
                    self.add("voice", {"path": path})
                    plan.state["recording"] = question
            case Toast(phrase):
                plan.toast = self._turns.engine.speak(Screen((phrase,)), self._language, self._facts).text
            case CallPerson(reason, times):
                plan.calls.append((len(plan.calls), reason, times))
            case Prefer(times):
                plan.times = times
            case Note(reason, words):
                plan.notes.append((reason, self._turns.seal_note(words)))
            case ChooseWord(number):
                plan.state["word"] = number
            case Certify(revision):
                self._certify(revision)
            case Quiet(on):
                plan.state["quiet"] = on
            case Drop(ids):
                plan.dropped_files = (*plan.dropped_files, *ids)
            case Erase():
                plan.draft_over = True
            case Submit() | Keep() | Renew() | Inquire() | Write() | Remind() | Inform():
                pass  # see Turns._submit, Given, Turns.turn, Turns._remind and bot.letters
            case Recover() | Take() | Prove() | Guard() | LookUp():
                pass  # see Answers

    def _show(self, screen: Screen) -> None:
        plan, chat = self._plan, self._chat
        if plan.state["residue"] == 1:
            screen = replace(screen, lines=(notices.STAYS, *screen.lines))
            plan.state["residue"] = 2
        starts = isinstance(self._heard.event, Commanded) and self._heard.event.name == "start"
        content, fresh = self._say(screen), plan.below or starts
        if self._locks and plan.key is not None:
            content = with_key(content, self._tag, plan.key.vault.key)
        if isinstance(self._heard.event, FellSilent):
            content = {**content, QUIETLY: True}
        self.add("lock" if self._locks else "show", content, fresh=fresh)
        if self._locks and plan.draft is not None:
            plan.parcels[-1].lock = (plan.draft.id, version_after(chat, plan.draft.id))
        plan.state["below"] = False
        if fresh and chat.conversation is not None:
            # The old anchor goes up in the chat: it keeps the way back to its answer, or no button at all.
            settled = self._settle.rows if self._settle is not None else ()
            rows = self._turns.engine.speak(Screen((), settled), self._language, self._facts).rows
            plan.parcels[-1].settles = keyboard(rows, self._tag)
        if starts and chat.anchor is not None and plan.state["discreet"]:
            # Whoever has cleared the chat on their own side cannot see the old anchor; on this side it is one too many.
            self.add("forget", target=chat.anchor)
        self._settle, self._locks = None, False

    def _certify(self, revision: int) -> None:
        conversation, receipt = self._plan.conversation, self._plan.given.receipt
        if conversation is None or receipt is None:
            return
        self.add("tell", self._say(receipt_screen(conversation, revision, discreet=bool(self._plan.state["discreet"]))))
        self.add("picture", {"receipt": receipt})
        self._plan.state["below"] = True

    def _forget(self, number: int) -> None:
        self.add("forget", target=number)
        if self._heard.message == number:
            self._plan.state["below"] = self._chat.below
            self._plan.message = None

    def _say(self, screen: Screen) -> dict[str, object]:
        return self._turns.say(screen, self._language, self._tag, self._facts)

    def add(
        self, kind: Kind, content: Mapping[str, object] | None = None, *, fresh: bool = False, target: int | None = None
    ) -> None:
        plan = self._plan
        plan.parcels.append(Parcel(plan.update_id, len(plan.parcels), kind, content or {}, fresh, target))


def _days(day: date | None) -> int | None:
    return None if day is None else (day - date(1970, 1, 1)).days


def _led(turn: Turn, phrase: Phrase) -> Turn:
    effects = tuple(
        Show(replace(effect.screen, lines=(phrase, *effect.screen.lines))) if isinstance(effect, Show) else effect
        for effect in turn.effects
    )
    return replace(turn, effects=effects)


def _as_it_was(chat: Chat, heard: Heard, day: int) -> dict[str, object]:
    """The columns of a chat's row, as they are when nothing was said but that somebody, or only a timer, was here."""
    timer = isinstance(heard.event, FellSilent)
    return columns(chat) | ({} if timer else {"reachable": True, "day": day})


def _key_of(event: Chose) -> bytes | None:
    """The key in a pressed "Continue" of a locked draft."""
    letters = event.press.removeprefix(KEY_PRESS)
    if letters == event.press or len(letters) != _KEY_LETTERS:
        return None
    try:
        key = base64.urlsafe_b64decode(f"{letters}=")
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _without_key(event: Event) -> Event:
    """The engine never sees a key: for it the button says "go on"."""
    return replace(event, press="g") if isinstance(event, Chose) and _key_of(event) is not None else event


def asks_how_it_stands(event: Event) -> bool:
    """Whether the family asks for news: that is answered also beside a locked draft."""
    if isinstance(event, Chose):
        return event.press == "st"
    return isinstance(event, Commanded) and event.name == "status"


def _stops(event: Event) -> bool:
    """The family wants no messages but answers."""
    return (isinstance(event, Chose) and event.press == "q") or (isinstance(event, Commanded) and event.name == "stop")


def _begins_anew(event: Event) -> bool:
    return isinstance(event, Chose) and event.press == "n"


def _is_panic(event: Event) -> bool:
    return isinstance(event, Said) and is_panic(event.text)
