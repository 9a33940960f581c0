"""Letters in the families' chats: brought, opened, answered, each step one transaction (`flows.asking` decides what a step is).

A letter has a message of its own beside the chat's anchor, so a draft that is open or locked is not touched by it. Its row is the
truth; a message repeated after a crash is found by the row's `message` and edited, and one too many is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from bot.api import Api
from bot.bringing import Bringing
from bot.chats import Chat, columns, open_receipt, seal_clock, seal_receipt
from bot.files.receiving import Received, receive
from bot.genuine import Marks
from bot.keys import Keys
from bot.parcels import QUIETLY, Parcel, message
from bot.plans import Given, Plan, today
from bot.sealed_letters import open_sealed, seal_answers, seal_letter
from bot.sealing import Sealer
from bot.store import chats, files, letters, references, reminders, signals
from bot.store.letters import LetterRow
from bot.store.reminders import Planned, first, minute
from bot.store.silence import grain
from bot.store.store import Store
from bot.translate import Heard
from bot.turns import Facts, RhythmOf
from bot.unlinking import forgets
from flows import asking
from flows.asking import LetterState, Reply
from flows.codes import pin
from flows.conversation import Conversation, Sent
from flows.effects import CallPerson, Drop, Forget, Show, Submit, Toast
from flows.events import Attached, Chose, Edited, FellSilent, File, Said
from flows.guard import NOT_A_PIN
from flows.languages import speak
from flows.letters import Letter
from flows.letters.moments import moment_of
from flows.phrases import Screen
from flows.presses import read_press
from flows.questions import Flow
from flows.rights import is_panic
from flows.screens import SAVED

log = structlog.get_logger()

#: The ordinal of what is said before everything else of a turn.
_FIRST = -1
#: In these states what the family writes is for the letter.
_HEARS = ("open", "proof")


class Letters:
    """Plans the turns that are about a letter. Like `Turns` it changes nothing itself."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        form: Flow,
        facts: Facts,
        sealer: Sealer,
        api: Api,
        rhythm: RhythmOf,
        bringing: Bringing,
    ) -> None:
        self._store = store
        self._bringing = bringing
        self._marks = Marks(keys)
        self._rhythm = rhythm
        self._keys = keys
        self._form = form
        self._facts = facts
        self._sealer = sealer
        self._api = api

    # -- a letter comes --------------------------------------------------------------------------------------------------

    async def arrive(self, update_id: int, chat: Chat, number: int, at: datetime) -> Plan | None:
        """Announce it, without a word of what it says; None when there is nothing to do any more."""
        row = await self._store.write(lambda connection: letters.numbered(connection, number))
        if row is not None and row.state == "revoked":
            return self._taken_back(update_id, chat, row, at)
        if row is None or row.state != "new":
            return None
        plan, day = _untouched(update_id, chat, at), today(at)
        if chat.quiet or not chat.reachable:
            kind = "letter_held" if chat.reachable else "letter_unreachable"
            plan.also.append(lambda connection: letters.change(connection, row.id, "held"))
            plan.also.append(lambda connection: signals.put(connection, kind, row.report, row.id, day))
            return plan
        plan.also.append(lambda connection: letters.change(connection, row.id, "waiting"))
        if row.kind == "question":
            later = self._later(chat, row.id, at)
            if later is not None:
                plan.also.append(lambda connection: reminders.put(connection, chat.lane, later))
        elif row.kind == "message":
            self._remind(plan, chat, open_sealed(self._keys, row), at)
        plan.also.append(lambda connection: chats.something_below(connection, chat.lane))
        plan.afterwards.append(_stands_below)
        content = self._announced(update_id, chat, row, at)
        plan.parcels.append(Parcel(update_id, 0, "letter", content, fresh=True, letter=row.id))
        return plan

    def _announced(self, update_id: int, chat: Chat, row: LetterRow, at: datetime) -> dict[str, object]:
        """That something waits, without a word of what it says; nobody asked for this message, so it carries our mark."""
        content = self._say(asking.announcement(), chat.language, row.tag)
        return {**content, "text": self._marks.stamp(str(content["text"]), chat, update_id, at.date()), QUIETLY: True}

    def _later(self, chat: Chat, letter: str, at: datetime) -> Planned | None:
        """The first reminder of a question; its own announcement is what comes at once."""
        now = minute(at)
        return first("question", letter, base=now, now=now, rhythm=self._rhythm(chat.lane, chat.rhythm), step=1)

    def _remind(self, plan: Plan, chat: Chat, letter: Letter, at: datetime) -> None:
        """Plan the reminders of the appointment that a letter sets, if it sets one."""
        moment = moment_of(letter.values)
        if moment is None:
            return
        rhythm = self._rhythm(chat.lane, chat.rhythm)
        base, now = minute(moment), minute(at)
        clock = seal_clock(self._keys, letter.id, letter.values["zone"])
        plan.also.append(
            lambda connection: reminders.plan(
                connection, chat.lane, "appointment", letter.id, base=base, now=now, rhythm=rhythm, clock=clock
            )
        )

    def _taken_back(self, update_id: int, chat: Chat, row: LetterRow, at: datetime) -> Plan:
        plan = _untouched(update_id, chat, at)
        chat.answers = None  # it may have been the one that was open
        if row.message is not None:
            content = {**self._say(asking.over_screen(), chat.language, row.tag), QUIETLY: True}
            plan.parcels.append(Parcel(update_id, 0, "letter", content, target=row.message, letter=row.id))
        return plan

    # -- the family and a letter -----------------------------------------------------------------------------------------

    async def plan(self, update_id: int, chat: Chat, heard: Heard) -> Plan | None:
        """The plan of a turn about a letter; None when what was heard is about something else."""
        event = heard.event
        if isinstance(event, Chose):
            tag = _letter_of(event)
            return await self._pressed(update_id, chat, heard, tag) if tag else None
        if isinstance(event, Said | Attached) and not (isinstance(event, Said) and is_panic(event.text)):
            row = await self._open(chat)
            if row is not None and self._hears(row, event):
                return await self._take(update_id, chat, heard, row)
        return None

    def _hears(self, row: LetterRow, event: Said | Attached) -> bool:
        """Whether what is written or sent while a letter is open, or asks for the PIN, is for it."""
        if row.state == "proof":
            return isinstance(event, Said) and not asking.is_no_pin(event.text)
        return not (isinstance(event, Said) and asking.is_for_the_chat(open_sealed(self._keys, row), event.text))

    async def set_aside(self, plan: Plan, chat: Chat, heard: Heard) -> None:
        """The family turned to something else, or fell silent: an open letter waits again, and keeps nothing unsent."""
        event = heard.event
        stays = isinstance(event, Edited) or (isinstance(event, FellSilent) and event.short and not chat.discreet)
        if isinstance(event, Said) and is_panic(event.text):
            day = plan.day
            plan.also.append(lambda connection: letters.forget_chat(connection, chat.lane, day))
            plan.afterwards.append(lambda here: setattr(here, "answers", False))
            return
        row = None if stays else await self._open(chat)
        if row is not None:
            self._put_away(plan, chat, row, event.at)

    def _put_away(self, plan: Plan, chat: Chat, row: LetterRow, at: datetime) -> None:
        letter = open_sealed(self._keys, row)
        reply = asking.put_away(letter)
        plan.dropped_files = (
            *plan.dropped_files,
            *(id_ for one in reply.effects if isinstance(one, Drop) for id_ in one.files),
        )
        if reply.state == "dropped":
            self._drop(plan, row)
        else:
            plan.also.append(lambda connection: letters.change(connection, row.id, "waiting"))
            if row.message is not None:
                content = self._announced(plan.update_id, chat, row, at)
                parcel = Parcel(plan.update_id, _FIRST, "letter", content, target=row.message, letter=row.id)
                plan.parcels.insert(0, parcel)
        plan.afterwards.append(_answers_nothing)

    @staticmethod
    def _drop(plan: Plan, row: LetterRow) -> None:
        """A note that is not sent leaves nothing."""
        plan.also.append(lambda connection: letters.change(connection, row.id, "revoked"))
        if row.message is not None:
            plan.parcels.insert(0, Parcel(plan.update_id, _FIRST, "forget", {}, target=row.message))

    async def begin_note(self, update_id: int, chat: Chat, heard: Heard, sent: Conversation) -> Plan:
        """The family writes to the team: a letter of its own, open at once."""
        plan, at = _turned(update_id, chat, heard), heard.event.at
        open_ = await self._open(chat)
        letter = Letter(uuid4().hex, sent.id, "note")
        if open_ is not None:
            self._put_away(plan, chat, open_, heard.event.at)
        body, day = seal_letter(self._keys, letter), today(at)

        def begin(connection: Connection) -> None:
            values = {"id_": letter.id, "report": letter.report, "lane": chat.lane, "kind": "note"}
            letters.put(connection, **values, body=body, day=day, state="open")

        plan.also.append(begin)
        screen = asking.first_screen(self._form, letter, chat.language, at)
        content = self._say(screen, chat.language, letter.tag)
        plan.parcels.append(Parcel(update_id, 0, "letter", content, fresh=True, letter=letter.id))
        plan.state["below"] = True
        plan.afterwards.append(_answers)
        return plan

    async def _pressed(self, update_id: int, chat: Chat, heard: Heard, tag: str) -> Plan:
        row = await self._store.write(lambda connection: letters.tagged(connection, chat.lane, tag))
        event = heard.event
        assert isinstance(event, Chose)  # noqa: S101
        if row is None or row.state not in letters.LIVE:
            return self._over(_turned(update_id, chat, heard), chat, heard, row, tag)
        if row.state != "open":
            event = replace(event, press="g") if event.press.startswith("l:") else event
        return await self._take(update_id, chat, replace(heard, event=event), row)

    def _over(self, plan: Plan, chat: Chat, heard: Heard, row: LetterRow | None, tag: str) -> Plan:
        """A button of a letter that is answered, read or taken back."""
        under = heard.under if heard.under != chat.anchor else None
        plan.toast = speak(Screen((SAVED,)), chat.language, self._facts(chat.language)).text
        if under is None or (row is not None and row.state == "answered" and row.message == under):
            return plan
        if row is not None and (row.state == "read" or row.message not in (None, under)):
            plan.parcels.append(Parcel(plan.update_id, 0, "forget", {}, target=under))
            return plan
        content = self._say(asking.over_screen(), chat.language, tag)
        plan.parcels.append(Parcel(plan.update_id, 0, "letter", content, target=under))
        return plan

    async def _take(self, update_id: int, chat: Chat, heard: Heard, row: LetterRow) -> Plan:
        """One step of a letter."""
        letter = open_sealed(self._keys, row)
        home, guarded = await self._store.write(lambda connection: _home(connection, row))
        plan = _turned(update_id, chat, heard)
        if guarded and row.state != "open":
            return await self._behind_pin(plan, chat, heard, row, home)
        if home is None:  # the request was erased here while its letter was open
            return self._over(plan, chat, heard, None, row.tag)
        sent = replace(open_receipt(self._keys, row.report, home[1]), language=chat.language)
        received: Received | None = None
        if isinstance(heard.event, Attached):
            heard, received = await self._receive(letter, chat, heard)
        await self._put_others_away(plan, chat, row, heard.event.at)
        zones = self._rhythm(chat.lane, chat.rhythm).zones
        opens = not isinstance(heard.event, Chose) or heard.event.press in ("g", "")
        if row.state != "open" and opens:
            reply = asking.open_letter(self._form, letter, chat.language, heard.event.at, zones)
        else:
            reply = asking.take(self._form, letter, heard.event, sent, discreet=chat.discreet, zones=zones)
        self._remind_of_held(plan, chat, row, letter, heard.event.at)
        return await self._planned(plan, chat, heard, row, reply, sent, received)

    def _remind_of_held(self, plan: Plan, chat: Chat, row: LetterRow, letter: Letter, at: datetime) -> None:
        """Nothing was planned while a letter could not be announced: it is when the letter is first asked for."""
        if row.state == "held" and not chat.quiet:
            self._remind(plan, chat, letter, at)

    async def _put_others_away(self, plan: Plan, chat: Chat, row: LetterRow, at: datetime) -> None:
        other = await self._open(chat)
        if other is not None and other.id != row.id:
            self._put_away(plan, chat, other, at)

    async def _behind_pin(
        self, plan: Plan, chat: Chat, heard: Heard, row: LetterRow, home: tuple[str, bytes] | None
    ) -> Plan:
        """The letter is about something that has a PIN: ask for it in the letter's own message, then go on.

        Whatever lies beside, a locked draft too, is not touched by it; what is written leaves the chat.
        """
        event, letter = heard.event, open_sealed(self._keys, row)
        await self._put_others_away(plan, chat, row, event.at)
        self._remind_of_held(plan, chat, row, letter, event.at)
        if isinstance(event, Chose) and event.press == "p":
            return await self._planned(plan, chat, heard, row, asking.put_away(letter), None, None)
        if not isinstance(event, Said):
            return await self._asks(plan, chat, heard, row, asking.proof_screen())
        gone, written = Forget(event.message), pin(event.text)
        if written is None:
            return await self._asks(plan, chat, heard, row, asking.proof_screen(NOT_A_PIN), gone)
        verdict = await self._bringing.prove(chat, row.report or None, written, event.at)
        if verdict == "right" and home is not None:
            sent = replace(open_receipt(self._keys, row.report, home[1]), language=chat.language)
            zones = self._rhythm(chat.lane, chat.rhythm).zones
            opened = asking.open_letter(self._form, letter, chat.language, event.at, zones)
            reply = replace(opened, effects=(gone, *opened.effects))
            return await self._planned(plan, chat, heard, row, reply, sent, None)
        reason = "too_often" if verdict == "too_often" else "wrong"
        # What is said is the same; the letter waits then for whoever brings it back with code and PIN.
        state: LetterState = "waiting" if verdict == "duress" else "proof"
        plan = await self._asks(plan, chat, heard, row, asking.not_proved_screen(reason), gone, state=state)
        if verdict == "duress":
            forgets(plan, self._keys, chat, row.report, event.at)
        return plan

    async def _asks(
        self,
        plan: Plan,
        chat: Chat,
        heard: Heard,
        row: LetterRow,
        screen: Screen,
        *gone: Forget,
        state: LetterState = "proof",
    ) -> Plan:
        reply = Reply(open_sealed(self._keys, row).emptied(), state, (*gone, Show(screen)))
        return await self._planned(plan, chat, heard, row, reply, None, None)

    async def _planned(
        self,
        plan: Plan,
        chat: Chat,
        heard: Heard,
        row: LetterRow,
        reply: Reply,
        sent: Conversation | None,
        received: Received | None,
    ) -> Plan:
        answers = seal_answers(self._keys, reply.letter)
        if reply.state == "dropped":
            self._drop(plan, row)
        else:
            plan.also.append(lambda connection: letters.change(connection, row.id, reply.state, answers))
        plan.afterwards.append(_answers if reply.state in _HEARS else _answers_nothing)
        if received is not None:
            day = plan.day
            plan.also.append(lambda connection: files.put(connection, received.row, conversation=row.id, day=day))
        detail = ""
        for effect in reply.effects:
            match effect:
                case Show(screen):
                    self._show(plan, chat, heard, row, screen)
                case Forget(number):
                    plan.parcels.append(Parcel(plan.update_id, len(plan.parcels), "forget", {}, target=number))
                    if heard.message == number:
                        plan.state["below"], plan.message = chat.below, None
                case Drop(ids):
                    plan.dropped_files = (*plan.dropped_files, *ids)
                case Toast(phrase):
                    plan.toast = speak(Screen((phrase,)), chat.language, self._facts(chat.language)).text
                case CallPerson(reason, times):
                    plan.about, detail = row.report, times
                    plan.calls.append((len(plan.calls), reason, times))
                case Submit(report) if sent is not None:
                    await self._submit(plan, report, sent, heard.event.at)
                    detail = str(report["revision"])
        if reply.state in ("answered", "read") and row.kind != "note":
            kind, day = f"letter_{reply.state}", plan.day
            plan.also.append(lambda connection: signals.put(connection, kind, row.report, row.id, day, detail))
        return plan

    def _show(self, plan: Plan, chat: Chat, heard: Heard, row: LetterRow, screen: Screen) -> None:
        """In the letter's own message; in a new one when it has none, and a copy of it left by a crash goes."""
        under = heard.under if heard.under != chat.anchor else None
        target = row.message if row.message is not None else under
        content = self._say(screen, chat.language, row.tag)
        parcel = Parcel(
            plan.update_id, len(plan.parcels), "letter", content, fresh=target is None, target=target, letter=row.id
        )
        plan.parcels.append(parcel)
        if target is None:
            plan.state["below"] = True
        elif under is not None and under != target:
            plan.parcels.append(Parcel(plan.update_id, len(plan.parcels), "forget", {}, target=under))

    async def _submit(self, plan: Plan, report: Mapping[str, object], sent: Conversation, at: datetime) -> None:
        """Seal the answer as the next revision; only the receipt learns of it, whatever draft lies beside."""
        told: list[Mapping[str, str]] = list(report["files"])  # type: ignore[call-overload]
        ids = [file["id"] for file in told]
        travels = await self._store.write(lambda connection: files.of(connection, ids)) if ids else []
        plan.report, plan.sent_files = self._sealer.seal(report, at, travels), tuple(ids)
        kind = "note" if report["kind"] == "note" else "answer"
        number = sent.revision + 1
        after = replace(sent, revision=number, sent=(*sent.sent, Sent(number, kind, at)))  # type: ignore[arg-type]
        receipt = seal_receipt(self._keys, after)
        plan.also.append(lambda connection: chats.receive(connection, after.id, receipt))

        def remember(chat: Chat) -> None:
            if chat.receipt is None or chat.receipt.id != after.id:
                return
            chat.receipt = after
            here = chat.conversation
            if here is not None and here.id == after.id:
                chat.conversation = replace(here, revision=after.revision, sent=after.sent)

        plan.afterwards.append(remember)

    async def _open(self, chat: Chat) -> LetterRow | None:
        """The letter that what the family writes goes to."""
        if chat.answers is False:
            return None
        rows = await self._store.write(lambda connection: letters.live(connection, chat.lane))
        found = next((row for row in rows if row.state in _HEARS), None)
        chat.answers = found is not None
        return found

    async def _receive(self, letter: Letter, chat: Chat, heard: Heard) -> tuple[Heard, Received | None]:
        event = heard.event
        if not isinstance(event, Attached) or heard.media is None:
            return heard, None
        wanted = asking.asks_for(self._form, letter, chat.language, event.kind, event.at)
        if wanted is None:
            return heard, None
        keep = wanted.keep_original
        got = await receive(
            self._api, self._sealer, heard.media.file_id, announced_size=heard.media.size, keep_original=keep
        )
        if not isinstance(got, Received):
            return replace(heard, event=replace(event, refused=got.reason)), None
        file = File(got.id, got.kind, got.mime, got.bytes, got.sha256, original=got.original)
        return replace(heard, event=replace(event, file=file)), got

    def _say(self, screen: Screen, language: str, tag: str) -> dict[str, object]:
        return message(speak(screen, language, self._facts(language)), tag)


def _home(connection: Connection, row: LetterRow) -> tuple[tuple[str, bytes] | None, bool]:
    """Where the request of a letter is, and whether its PIN comes before the letter. One of no request asks for ever."""
    if not row.report:
        return None, True
    return chats.home(connection, row.report), row.kind != "note" and references.guarded(connection, row.report)


def _letter_of(event: Chose) -> str | None:
    """The tag of the letter a button is of, or names; None for any other button."""
    if event.tag.startswith("L"):
        return event.tag
    pressed = read_press(event.press)
    return pressed.word if pressed is not None and pressed.verb == "l" else None


def _state(chat: Chat) -> dict[str, object]:
    now = {"below": chat.below, "touched": chat.touched, "conversation": chat.id_of_conversation, "rest": 0}
    return columns(chat) | now


def _untouched(update_id: int, chat: Chat, at: datetime) -> Plan:
    """A plan that says something and leaves the chat's row as it is: the family was not here."""
    return Plan(update_id, None, None, None, False, _state(chat), today(at), given=Given())


def _turned(update_id: int, chat: Chat, heard: Heard) -> Plan:
    """A plan of a turn of the family's, whatever conversation lies beside."""
    at = heard.event.at
    state = _state(chat) | {
        "reachable": True,
        "day": today(at),
        "below": chat.below or heard.stands,
        "touched": grain(at.timestamp()),
    }
    return Plan(update_id, None, None, None, False, state, today(at), message=heard.message)


def _stands_below(chat: Chat) -> None:
    chat.below = True


def _answers(chat: Chat) -> None:
    chat.answers = True


def _answers_nothing(chat: Chat) -> None:
    chat.answers = False
