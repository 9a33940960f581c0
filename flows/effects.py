"""What a turn asks the world to do, in the imperative. The shell writes each as a row before it does any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

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
class Play:
    """Send the recorded audio of the question just shown, unless it was the last one sent."""

    question: str
    #: beside the form's file
    path: str


@dataclass(frozen=True, slots=True)
class Submit:
    """Seal this and queue it for the desk; what was a draft until now loses its key in the same transaction."""

    report: Mapping[str, Any] = field(repr=False)

    @property
    def first(self) -> bool:
        """Whether it is the first of its request, which gets a reference code."""
        return bool(self.report["revision"] == 1)


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase the draft, its key, its attachments and every way to bring it back; nothing of it stays.

    After something was sent only the addition is erased: what the conversation knew when it was sent stays.
    """


@dataclass(frozen=True, slots=True)
class Drop:
    """Erase these attachments of the draft; the family took them back."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keep:
    """Make a code for this draft and wrap its key under code and PIN, so that it can be brought to another phone.

    The `Tell` that follows holds `{draft_code}`, which only the shell knows.
    """

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recover:
    """Look for what this code and PIN open.

    A draft is brought to this chat (`Recovered`); of what was sent it is told how it stands (`Opened`); or `NotRecovered`.
    """

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Take:
    """Bring what was just opened here with code and PIN to this chat (`Taken`, `NotTaken`)."""


@dataclass(frozen=True, slots=True)
class Prove:
    """See whether this is the PIN of what was sent (`Proved`, `NotProved`); the one for an emergency ends what the chat knows."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Guard:
    """Set the PIN of what was sent, the second one, or take both away (`Guarded`, `NotGuarded`)."""

    kind: Literal["pin", "duress", "none"]
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certify:
    """Tell the receipt of this sending, in words and as a picture (`flows.certified.receipt_screen`)."""

    revision: int


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look up what only the shell knows: the word of this chat (`WordKnown`), the words for a call today (`CallWordsKnown`),
    whether a message is ours (`MessageChecked`).
    """

    what: Literal["word", "call", "message"]
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ChooseWord:
    """From now on our messages to this chat carry this word of `flows.words` (`WordKnown`)."""

    number: int


@dataclass(frozen=True, slots=True)
class Note:
    """Make a task for a person of the team, with somebody's words sealed to the team."""

    reason: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tidy:
    """Delete every message of this chat that Telegram still lets us delete, but for the anchor."""


@dataclass(frozen=True, slots=True)
class Vanish:
    """Delete every message of this chat, the anchor too, and forget that there ever was a chat."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Move the draft's key out of the database into the `Continue` button of the screen that follows."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Write to this chat only when it writes first, or again also by ourselves."""

    on: bool


@dataclass(frozen=True, slots=True)
class Remind:
    """The family wishes to be reminded of what it leaves unfinished, or no longer."""

    on: bool


@dataclass(frozen=True, slots=True)
class Inform:
    """The family wishes a regular update every so many months; 0 none."""

    months: int


@dataclass(frozen=True, slots=True)
class CallPerson:
    """Make a task for a person of the team; `reason` is one of our words, never the family's."""

    reason: str
    #: when the family would like to be called: one of `flows.standing.TIMES`, empty when it has not said
    times: str = ""


@dataclass(frozen=True, slots=True)
class Prefer:
    """Note on the task just asked for when the family would like to be called (one of `flows.standing.TIMES`)."""

    times: str


@dataclass(frozen=True, slots=True)
class Inquire:
    """Look up how the requests of this chat stand (`LookedUp`)."""


@dataclass(frozen=True, slots=True)
class Write:
    """Begin a note to the team about what was sent: a letter of the family's own (`flows.asking`)."""


@dataclass(frozen=True, slots=True)
class Renew:
    """Begin a new conversation in this chat, in the same language (`flows.step.begin`; the shell gives it an id)."""


Effect: TypeAlias = (
    Show
    | Settle
    | Tell
    | Toast
    | Forget
    | Play
    | Submit
    | Erase
    | Drop
    | Keep
    | Recover
    | Take
    | Prove
    | Guard
    | Certify
    | LookUp
    | ChooseWord
    | Note
    | Tidy
    | Vanish
    | Lock
    | Quiet
    | Remind
    | Inform
    | CallPerson
    | Prefer
    | Inquire
    | Write
    | Renew
)
