"""How fast we may speak: token buckets for one chat and for all together, and pauses Telegram asks for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

#: Which part of the pace of all is for what nobody waits for, at most.
UNASKED = 14 / 15


class Bucket:
    """`rate` tokens a second, at most `burst` at once. `take` waits its turn; turns are in the order of asking."""

    __slots__ = ("_burst", "_rate", "_spent_until")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        #: the moment (monotonic) at which the tokens given out so far will have been earned
        self._spent_until = 0.0

    def reserve(self, now: float) -> float:
        """Take the next token; how many seconds to wait for it."""
        start = max(self._spent_until, now - self._burst / self._rate)
        self._spent_until = start + 1 / self._rate
        return max(0.0, self._spent_until - now)

    def is_free(self, now: float) -> bool:
        """Whether the next token would come without a wait."""
        return max(self._spent_until, now - self._burst / self._rate) + 1 / self._rate <= now

    def lacks(self, now: float, tokens: float) -> float:
        """Seconds until so many tokens lie ready (at most as many as it holds); 0 when they do. Takes none."""
        earned = min(tokens, self._burst) / self._rate
        return max(0.0, self._spent_until + earned - now)

    def pause(self, until: float) -> None:
        """No token before this moment (monotonic)."""
        self._spent_until = max(self._spent_until, until)


class Pace:
    """The limits of all chats together."""

    def __init__(
        self, per_second: float, per_chat: float, chat_burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = clock
        self._all = Bucket(per_second, max(1.0, per_second))
        #: what nobody waits for: one after the other, and a little slower than all may be together
        self._unasked = Bucket(per_second * UNASKED, 1.0)
        self._ready = per_second / 3
        self._per_chat = per_chat
        self._chat_burst = chat_burst
        self._asked_at = 0.0

    def of_chat(self) -> Bucket:
        """A chat's own bucket."""
        return Bucket(self._per_chat, self._chat_burst)

    async def turn(self, chat: Bucket) -> None:
        """Wait until one more message may go to this chat."""
        await self.turn_in_chat(chat)
        if (wait := self._all.reserve(self._now())) > 0:
            await asyncio.sleep(wait)

    async def turn_in_chat(self, chat: Bucket) -> None:
        """Wait until this chat may get one more; for what has a turn among all already."""
        if (wait := chat.reserve(self._now())) > 0:
            await asyncio.sleep(wait)

    async def unasked_turn(self) -> None:
        """Wait for a turn among all for something nobody waits for: answers go first, and find room at once."""
        if (wait := self._unasked.reserve(self._now())) > 0:
            await asyncio.sleep(wait)
        while (wait := self._all.lacks(self._now(), self._ready)) > 0:  # noqa: ASYNC110  (others take tokens meanwhile)
            await asyncio.sleep(wait)
        self._all.reserve(self._now())

    def has_room(self, chat: Bucket) -> bool:
        """Take a turn for something that is not owed, if that needs no wait; False when it would."""
        now = self._now()
        if not (chat.is_free(now) and self._all.is_free(now)):
            return False
        chat.reserve(now)
        self._all.reserve(now)
        return True

    def asked_to_wait(self, chat: Bucket, seconds: float) -> None:
        """Telegram said 429: this chat pauses; when it says so to several within a moment, all do."""
        now = self._now()
        chat.pause(now + seconds)
        if now - self._asked_at < 1.0:
            self._all.pause(now + min(seconds, 30.0))
        self._asked_at = now
