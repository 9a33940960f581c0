"""What happened in a chat, in the past tense. Every event carries its moment, because nothing here has a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from flows.meaning.meaning import Meaning
from flows.phrases import Phrase
from flows.standing import Request


@dataclass(frozen=True, slots=True)
class Said:
    """The family wrote a message."""

    text: str = field(repr=False)
    #: the message's id in the chat; an answer remembers it, so that editing the message changes the answer
    message: int
    at: datetime
    #: what Rasa takes the words for, when it was asked (`flows.step.listens`) and answered in time; advice only
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """The family edited an earlier message of theirs."""

    text: str = field(repr=False)
    message: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Chose:
    """The family pressed a button, perhaps an old one, perhaps of an earlier conversation (then the tag differs)."""

    tag: str
    press: str
    at: datetime


@dataclass(frozen=True, slots=True)
class File:
    """An attachment that was taken in: checked, its hidden details removed (or kept on purpose), sealed to the team."""

    #: 32 hex digits
    id: str
    kind: Literal["image", "audio", "document"]
    mime: str
    bytes: int
    #: of its content as sealed, hex
    sha256: str
    #: whether the hidden details were kept
    original: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """The family sent something that is not text: `photo`, `voice`, `document`, `sticker`, `contact`, `location`, …"""

    kind: str
    message: int
    at: datetime
    #: what came of it; None when it was not wanted (`flows.step.wanted`) or was refused
    file: File | None = None
    #: why it was not taken in: `kind`, `too_big`, `damaged`, `empty`, `not_fetched`
    refused: str | None = None
    #: the words under a picture
    caption: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Commanded:
    """The family sent a command: `start`, `language`, `help`, `person`, `pause`, `delete`, … (unknown ones too)."""

    name: str
    at: datetime
    #: the message's id in the chat; None when nobody wrote it
    message: int | None = None


@dataclass(frozen=True, slots=True)
class FellSilent:
    """Nothing was heard from the family for a while: `short` (half an hour), or long enough to lock a draft away."""

    at: datetime
    short: bool


@dataclass(frozen=True, slots=True)
class Recovered:
    """A draft was brought to this chat with its code and PIN. Comes to the conversation that was brought."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NotRecovered:
    """Code and PIN did not open a draft: `wrong`; `too_often` and it is not even tried today; `busy`, there is one here."""

    reason: Literal["wrong", "too_often", "busy"]
    at: datetime
    message: int | None = None


@dataclass(frozen=True, slots=True)
class LookedUp:
    """How the requests of this chat stand was looked up."""

    requests: tuple[Request, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AskedOften:
    """How the requests of this chat stand was not looked up: it asked many times. In so many minutes it may ask again."""

    minutes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """Code and PIN opened something sent: how it stands, and whether it could go on in this chat."""

    lines: tuple[Phrase, ...]
    movable: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What was opened goes on in this chat. Comes to the conversation that was brought."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NotTaken:
    """It cannot: `unsent`: something waits on the other phone; `busy`: something has begun here; `over`: too late."""

    reason: Literal["unsent", "busy", "over"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Proved:
    """The PIN was right; what it was asked for (`flows.guard.proves`) may be done."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NotProved:
    """The PIN was not right, or not tried at all because there were too many wrong ones."""

    reason: Literal["wrong", "too_often"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Guarded:
    """The PIN of what was sent is set, the second one is, or both were taken away."""

    kind: Literal["pin", "duress", "none"]
    at: datetime


@dataclass(frozen=True, slots=True)
class NotGuarded:
    """These digits cannot be what they were written for."""

    at: datetime


@dataclass(frozen=True, slots=True)
class WordKnown:
    """The word of this chat, as its messages show it; `chosen` when the family has just chosen it."""

    number: int
    shown: str
    chosen: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class CallWordsKnown:
    """The words for a call on this day; none when nothing was sent."""

    words: tuple[str, ...] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageChecked:
    """Whether a message is ours: the day on which we wrote it, None when we did not."""

    written_on: date | None
    at: datetime


Event: TypeAlias = (
    Said
    | Edited
    | Chose
    | Attached
    | Commanded
    | FellSilent
    | Recovered
    | NotRecovered
    | LookedUp
    | AskedOften
    | Opened
    | Taken
    | NotTaken
    | Proved
    | NotProved
    | Guarded
    | NotGuarded
    | WordKnown
    | CallWordsKnown
    | MessageChecked
)
