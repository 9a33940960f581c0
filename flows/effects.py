"""What a turn asks the world to do, in the imperative. The shell writes each as a row before it does any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flows.phrases import Button, Phrase, Screen


@dataclass(frozen=True, slots=True)
class Show:
    """Show this screen as the chat's anchor: in place when nothing stands below it, else as a new message at the end."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class Settle:
    """If the anchor just answered stays in the chat above a new one, leave only these buttons under it."""

    rows: tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a message of its own that stays (the reference code). May hold `{code}`, which only the shell knows."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class Toast:
    """Answer the pressed button with a short line."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete the family's own message from the chat, now that it is saved."""

    message: int


@dataclass(frozen=True, slots=True)
class Submit:
    """Seal this report and queue it for the desk; erase the draft's key in the same transaction."""

    report: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase the draft and its key; nothing of it stays."""


@dataclass(frozen=True, slots=True)
class CallPerson:
    """Make a task for a person of the team; `reason` is one of our words, never the family's."""

    reason: str


@dataclass(frozen=True, slots=True)
class Renew:
    """Begin a new conversation in this chat, in the same language (`flows.step.begin`; the shell gives it an id)."""


Effect: TypeAlias = Show | Settle | Tell | Toast | Forget | Submit | Erase | CallPerson | Renew
