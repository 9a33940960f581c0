"""What happened in a chat, in the past tense. Every event carries its moment, because nothing here has a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Said:
    """The family wrote a message."""

    text: str = field(repr=False)
    #: the message's id in the chat; an answer remembers it, so that editing the message changes the answer
    message: int
    at: datetime


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
class Attached:
    """The family sent something that is not text: `photo`, `voice`, `document`, `sticker`, `contact`, `location`, …"""

    kind: str
    message: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Commanded:
    """The family sent a command: `start`, `language`, `help`, `person`, `pause`, `delete`, … (unknown ones too)."""

    name: str
    at: datetime


Event: TypeAlias = Said | Edited | Chose | Attached | Commanded
