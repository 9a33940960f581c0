"""Telegram's flood limits: about one message a second to one chat, thirty a second over all."""

from __future__ import annotations

import math
import time
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
        """Seconds until a message may go; 0 takes it out of the bucket."""
        self.level = min(self.rate, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.rate


@dataclass(slots=True)
class Floods:
    """Off unless `strict`. A refused message costs nothing, as long as the bot waits."""

    strict: bool
    _chats: dict[int, _Bucket] = field(default_factory=dict)
    _all: _Bucket = field(default_factory=lambda: _Bucket(OVERALL, OVERALL, time.monotonic()))

    def allow(self, chat_id: int) -> None:
        """Count one message to this chat, or refuse it with 429."""
        if not self.strict:
            return
        now = time.monotonic()
        chat = self._chats.setdefault(chat_id, _Bucket(PER_CHAT, PER_CHAT, now))
        seconds = chat.wait(now) or self._all.wait(now)
        if seconds:
            raise too_many(max(1, math.ceil(seconds)))
