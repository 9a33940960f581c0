"""What the bot did: its last calls, and how often it did what."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from bot.sandbox.wire import Json

#: How many calls are remembered for the inspector.
REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One Bot API call. `refused` is the reason Telegram would give."""

    at: int
    method: str
    values: Json
    code: int = 200
    refused: str | None = None

    def shown(self) -> Json:
        return {
            "at": self.at,
            "method": self.method,
            "values": self.values,
            "code": self.code,
            "refused": self.refused,
        }


class Tally:
    """Counters since the start of the process."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=REMEMBERED)
        self.by_method: Counter[str] = Counter()
        self.by_code: Counter[int] = Counter()
        #: messages equal in text and keyboard to the one just before them in their chat: likely sent twice
        self.repeated_messages = 0

    def note(self, call: Call) -> None:
        self.by_method[call.method] += 1
        self.by_code[call.code] += 1
        self.calls.append(call)
