"""Telegram's flood limits: about one message a second to one chat, thirty a second over all."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.refusals import too_many

PER_CHAT = 1.0
OVERALL = 30.0


@dataclass(slots=True)
class _Bucket:
    rate: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until there is room for a message; 0 when there is."""
        self.level = min(self.rate, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.level) / self.rate)


@dataclass(slots=True)
class Floods:
    """Off unless `strict`. A refused message costs nothing, as long as the bot waits."""

    strict: bool
    clock: Callable[[], float] = time.monotonic
    _chats: dict[int, _Bucket] = field(default_factory=dict)
    _all: _Bucket = field(init=False)

    def __post_init__(self) -> None:
        self._all = _Bucket(OVERALL, OVERALL, self.clock())

    def allow(self, chat_id: int) -> None:
        """Count one message to this chat, or refuse it with 429."""
        if not self.strict:
            return
        now = self.clock()
        chat = self._chats.setdefault(chat_id, _Bucket(PER_CHAT, PER_CHAT, now))
        seconds = max(chat.wait(now), self._all.wait(now))
        if seconds:
            raise too_many(math.ceil(seconds))
        chat.level -= 1
        self._all.level -= 1
