"""One scripted family at its phone: it does what its script says, and remembers what its report must therefore say."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.attachments import Sent
from bench.sandbox import Sandbox
from bench.stage import Shown
from flows.questions import Flow

#: How long a family waits for what its script expects next (seconds).
PATIENCE = 60.0
#: From the number of a family's chat to that of its second phone's.
OTHER_PHONE = 1_000_000
_KEY = "k:"
#: Verbs of buttons that stand under the question they ask.
_ASKING = frozenset("cstdr")

Value = Mapping[str, Any]


class Unexpected(Exception):  # noqa: N818
    """The bot did not show what the script expects; says what was awaited, in our words."""


@dataclass(slots=True)
class Told:
    """What the report must say about one question of one holder."""

    status: str
    value: Value | None = field(default=None, repr=False)
    raw: str | None = field(default=None, repr=False)
    files: tuple[Sent, ...] = ()
    derived: bool = False


@dataclass
class Household:
    """A family, its phone, and its script's memory."""

    place: Sandbox
    flow: Flow
    number: int
    persona: str
    language: str
    discreet: bool
    rng: random.Random
    chat: int
    #: every button is pressed twice
    twice: bool = False
    #: (holder, question) -> what the report must say
    told: dict[tuple[str, str], Told] = field(default_factory=dict, repr=False)
    #: (purpose, recipient) -> granted, denied, later
    consents: dict[tuple[str, str | None], str] = field(default_factory=dict)
    #: everything that was sent to the team, corrected answers' files too
    files: list[Sent] = field(default_factory=list, repr=False)
    persons: int = 1
    #: how many revisions must have been sent, and the kind of the newest
    revisions: int = 0
    kind: str = "report"
    #: every word of the family's, to be looked for where none may be
    words: set[str] = field(default_factory=set, repr=False)
    #: chats this family has used and left
    left: list[int] = field(default_factory=list)
    gestures: int = 0
    _screen: dict[int, dict[str, Any]] = field(default_factory=dict, repr=False)
    _bell: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    # -- what the phone shows --------------------------------------------------------------------------------------------

    def hear(self, shown: Shown) -> None:
        """A message of the bot, new or edited."""
        if shown.chat == self.chat:
            self._screen[shown.message["message_id"]] = shown.message
            self._bell.set()

    def lose(self, chat: int, messages: Sequence[int]) -> None:
        """Messages that left the chat."""
        if chat == self.chat:
            for message in messages:
                self._screen.pop(message, None)
            self._bell.set()

    @property
    def anchor(self) -> dict[str, Any] | None:
        """The newest message with buttons."""
        return next(
            (self._screen[key] for key in sorted(self._screen, reverse=True) if _presses(self._screen[key])), None
        )

    def asks(self, question: str) -> bool:
        return any(
            press[:1] in _ASKING and press[1:2] == ":" and press.split(":")[1] == question
            for press in _presses(self.anchor)
        )

    def offers(self, *presses: str) -> bool:
        return set(presses) <= _presses(self.anchor).keys()

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until the phone shows it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    self._bell.clear()
                    await self._bell.wait()
        except TimeoutError:
            shown = sorted(press.partition(_KEY)[0] or _KEY for press in _presses(self.anchor))
            raise Unexpected(f"awaited {what}, saw {' '.join(shown)[:200]}") from None

    async def until_asked(self, question: str) -> None:
        await self.until(f"the question {question}", lambda: self.asks(question))

    async def until_offered(self, *presses: str) -> None:
        await self.until(f"the button {' '.join(presses)}", lambda: self.offers(*presses))

    def texts(self) -> list[str]:
        """Everything the bot's messages say."""
        return [message["text"] for message in self._screen.values()]

    def change_phone(self) -> None:
        """Take up another phone."""
        self.left.append(self.chat)
        self.chat += OTHER_PHONE
        self._screen.clear()

    # -- what a family does ----------------------------------------------------------------------------------------------

    async def arrive(self) -> None:
        """A new phone presses Start."""
        phone = {"do": "phone", "chat_id": self.chat, "name": f"Family {self.number}", "language_code": self.language}
        await self.place.do(phone, {"do": "start", "chat_id": self.chat})
        self.gestures += 1

    async def say(self, text: str) -> int:
        """Write; the message's id."""
        if not text.startswith("/"):
            self.words.add(text)
        [sent] = await self.place.do({"do": "say", "chat_id": self.chat, "text": text})
        self.gestures += 1
        message = int(sent["message_id"])
        if self.twice and not self.discreet and not text.startswith("/"):
            await self.edit(message, text)
        return message

    async def edit(self, message: int, text: str) -> None:
        """Edit an own message."""
        self.words.add(text)
        await self.place.do({"do": "edit", "chat_id": self.chat, "message_id": message, "text": text})
        self.gestures += 1

    async def press(self, press: str, times: int | None = None) -> None:
        """Press a button of the anchor, at once as often as this family presses, or so many times."""
        await self.until_offered(press)
        anchor = self.anchor
        assert anchor is not None
        await self._tap(anchor["message_id"], _presses(anchor)[press], times or (2 if self.twice else 1))

    async def press_stale(self, press: str) -> None:
        """Press a button that stood under the anchor before: a phone that was slow to show what is new."""
        anchor = self.anchor
        assert anchor is not None
        tag = next(iter(_presses(anchor).values())).partition(".")[0]
        await self._tap(anchor["message_id"], f"{tag}.{press}", 1)

    async def press_above(self, press: str) -> None:
        """Press a button of a message above the anchor."""

        def above() -> list[int]:
            return [key for key, message in self._screen.items() if press in _presses(message)]

        await self.until(f"an old button {press}", lambda: bool(above()))
        message = above()[-1]
        await self._tap(message, _presses(self._screen[message])[press], 1)

    async def press_continue(self) -> None:
        """Press the button that holds the key of a locked draft."""
        await self.until("a locked draft", lambda: any(press.startswith(_KEY) for press in _presses(self.anchor)))
        anchor = self.anchor
        assert anchor is not None
        await self._tap(anchor["message_id"], next(iter(_presses(anchor).values())), 1)

    async def _tap(self, message: int, data: str, times: int) -> None:
        tap = {"do": "tap", "chat_id": self.chat, "message_id": message, "data": data, "force": True}
        await self.place.do(*[tap] * times)
        self.gestures += times

    async def send(self, kind: str, *files: tuple[str, bytes], caption: str = "") -> None:
        """Send files; several are an album."""
        await self.place.upload(self.chat, kind, *files, caption=caption)
        self.gestures += len(files)

    # -- what a family answers, and what the report must say of it -------------------------------------------------------

    async def pick(self, question: str, code: str) -> None:
        await self.until_asked(question)
        await self.press(f"c:{question}:{code}")
        self.tell(question, Told("answered", self.choice(question, code)))

    async def leave(self, question: str, status: str) -> None:
        """Leave it open: `unknown`, `refused` or `deferred`."""
        await self.until_asked(question)
        await self.press(f"s:{question}:{status}")
        self.tell(question, Told(status))

    async def write(self, question: str, words: str, value: Value | None = None) -> int:
        """Answer in words; without a value they are kept as text."""
        await self.until_asked(question)
        message = await self.say(words)
        self.tell(question, Told("answered", value or {"type": "text", "text": words}, words))
        return message

    async def name(self, question: str, words: str) -> int:
        return await self.write(question, words, name_value(words))

    async def mumble(self, question: str, *words: str) -> None:
        """Words that mean nothing here, until they are kept for a person."""
        await self.until_asked(question)
        for line in words:
            await self.say(line)
        self.tell(question, Told("needs_human", None, words[-1]))

    async def tick(self, question: str, *codes: str) -> None:
        """Tick several, then Done. Pressed twice a tick is gone again: who sees that presses once more."""
        await self.until_asked(question)
        for code in codes:
            await self.press(f"t:{question}:{code}", times=3 if self.twice else 1)
        await self.press(f"d:{question}")
        known = self.flow.question(question)
        assert known is not None
        chosen = [choice for choice in known.choices if choice.name in codes]
        labels = [choice.label.msgid for choice in chosen]
        self.tell(
            question, Told("answered", {"type": "choices", "codes": [one.name for one in chosen], "labels": labels})
        )

    async def speak(self, question: str, voice: Sent) -> None:
        """A voice message in place of words."""
        await self.until_asked(question)
        await self.send("voice", (voice.name, voice.body))
        self.tell(question, Told("needs_human", files=(voice,)))

    async def consent(self, question: str, code: str) -> None:
        await self.until_asked(question)
        await self.press(f"c:{question}:{code}")
        known = self.flow.question(question)
        assert known is not None
        answer = {"yes": "granted", "no": "denied"}.get(code, "later")
        self.consents[(known.field.split(".")[1], known.recipient)] = answer

    async def setup(self, question: str, code: str) -> None:
        """A question about the conversation, of which the report says nothing."""
        await self.until_asked(question)
        await self.press(f"c:{question}:{code}")

    def choice(self, question: str, code: str) -> Value:
        """What a report holds of a choice, by the words of the form."""
        known = self.flow.question(question)
        assert known is not None
        choice = known.choice(code)
        assert choice is not None
        label = choice.label.msgid
        if known.reads in ("place", "country"):
            return {"type": "place", "text": label, "code": code, "name": label}
        return {"type": "choice", "code": code, "label": label}

    def tell(self, question: str, told: Told) -> None:
        known = self.flow.question(question)
        assert known is not None
        if known.about in ("consent", "setup") or known.adds:
            return  # a consent left open is none; whether there is one more person is seen by the persons
        holder = {"event": "event-1", "enquirer": "enquirer"}.get(known.about, f"person-{known.instance}")
        self.told[(holder, known.base)] = told
        self.files += told.files

    def follows(self, person: int, question: str, text: str | None) -> None:
        """Something the form computes from the answers; None when nothing follows any more."""
        self.told.pop((f"person-{person}", question), None)
        if text is not None:
            value = {"type": "text", "text": text}
            self.told[(f"person-{person}", question)] = Told("answered", value, derived=True)


def name_value(words: str) -> Value:
    """What a report holds of a plain name of a scripted family."""
    script = "Arab" if any("\u0600" <= sign <= "\u06ff" for sign in words) else "Latn"
    return {"type": "name", "full": words, "parts": words.split(), "kunya": None, "script": script}


def _presses(message: Mapping[str, Any] | None) -> dict[str, str]:
    """The buttons of a message: what each presses -> its data."""
    if message is None:
        return {}
    data = [button.get("callback_data", "") for row in message["keyboard"] for button in row]
    return {one.partition(".")[2]: one for one in data if one}
