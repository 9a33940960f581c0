"""The load driver: N families, each answering as soon as it sees the next question, and the figures of a timed window.

What a family says to what it sees is a *script*: a generator that yields what to do (`Say`, `Tap`, or None for "wait
for another message") and is sent what the bot shows next. It returns at the end of a conversation and raises
`Unexpected` at a wrong reply. One script per bot is all that the driver needs to know of it.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from statistics import quantiles
from typing import Any, Protocol

import psutil

from bench.stage import Shown

#: A reply that takes longer is counted as missing, and the family starts again.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Say:
    """Type this."""

    text: str


@dataclass(frozen=True, slots=True)
class Tap:
    """Press the first button whose label or callback data begins like this; without it, the k-th button."""

    start: str = ""
    k: int = 0

    def data(self, shown: Shown) -> str:
        matching = [
            data for label, data in shown.buttons if label.startswith(self.start) or data.startswith(self.start)
        ]
        if len(matching) <= self.k:
            raise Unexpected(f"no button {self.start!r} #{self.k} under {shown.text[:60]!r}")
        return matching[self.k]


class Unexpected(Exception):  # noqa: N818  (it is a finding, not a fault of the driver)
    """The bot showed something else than the script expects."""


Script = Generator[Say | Tap | None, Shown, None]


class Place(Protocol):
    """Where families and a bot meet: `Stage` (Bot API), `RestChannel` (Rasa), `Sandbox` (our own server)."""

    heard: Callable[[Shown], None]

    async def open(self) -> str:
        """Make the place; give back its address (of the Bot API, or to start Rasa at)."""

    async def ready(self) -> float:
        """Wait for the bot's first sign of life; its moment on the monotonic clock."""

    async def close(self) -> None: ...

    def say(self, chat: int, text: str) -> None: ...

    def tap(self, shown: Shown, data: str) -> None: ...


class Load:
    """All families at one place."""

    def __init__(self, place: Place, script: Callable[[], Script], chats: int) -> None:
        self._place = place
        self._script = script
        self._next_chat = itertools.count(1001)
        self._families = {chat: _Family(chat) for chat in itertools.islice(self._next_chat, chats)}
        self.seconds: list[float] = []
        self.conversations = 0
        self.errors: Counter[str] = Counter()
        place.heard = self._heard

    async def run(self, warm_up: float, window: float, process: psutil.Process) -> dict[str, Any]:
        """Warm up, then measure; both in seconds."""
        for family in [*self._families.values()]:
            self._begin(family)
        watch = asyncio.create_task(self._watch())
        await asyncio.sleep(warm_up)
        warm_up_errors = sum(self.errors.values())
        self.seconds, self.conversations = [], 0
        self.errors.clear()
        itself = psutil.Process()
        cpu, own, began = _cpu(process), sum(itself.cpu_times()[:2]), time.monotonic()
        await asyncio.sleep(window)
        lasted, burnt = time.monotonic() - began, _cpu(process) - cpu
        driver = round(100 * (sum(itself.cpu_times()[:2]) - own) / lasted)
        watch.cancel()
        self._place.heard = lambda shown: None
        beside = {"rss_mib": rss(process), "driver_cpu_percent": driver, "warm_up_errors": warm_up_errors}
        return self._figures(lasted, burnt) | beside

    def _figures(self, lasted: float, burnt: float) -> dict[str, Any]:
        answers = len(self.seconds)
        cuts = [1000 * cut for cut in quantiles(self.seconds, n=100, method="inclusive")] if answers > 1 else [0.0] * 99
        return {
            "updates_per_second": round(answers / lasted, 1),
            "p50_ms": round(cuts[49], 1),
            "p95_ms": round(cuts[94], 1),
            "p99_ms": round(cuts[98], 1),
            "cpu_us_per_update": round(1e6 * burnt / answers) if answers else None,
            "cpu_percent": round(100 * burnt / lasted),
            "conversations": self.conversations,
            "errors": dict(self.errors),
        }

    def _begin(self, family: _Family) -> None:
        """A new conversation is another family in another chat, as a family makes one report."""
        del self._families[family.chat]
        family.chat = next(self._next_chat)
        self._families[family.chat] = family
        family.script = self._script()
        self._act(family, next(family.script), None)

    def _act(self, family: _Family, act: Say | Tap | None, shown: Shown | None) -> None:
        family.since = time.perf_counter()
        match act:
            case Say(text):
                self._place.say(family.chat, text)
            case Tap() if shown is not None:
                self._place.tap(shown, act.data(shown))

    def _heard(self, shown: Shown) -> None:
        family = self._families.get(shown.chat)
        if family is None or family.script is None:
            return
        try:
            act = family.script.send(shown)
            if act is None:
                return
            self.seconds.append(time.perf_counter() - family.since)
            self._act(family, act, shown)
        except StopIteration:
            self.seconds.append(time.perf_counter() - family.since)
            self.conversations += 1
            self._begin(family)
        except Unexpected as wrong:
            self.errors[str(wrong)] += 1
            self._begin(family)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(1)
            late = time.perf_counter() - PATIENCE
            for family in [*self._families.values()]:
                if family.since < late:
                    self.errors["no reply"] += 1
                    self._begin(family)


@dataclass(slots=True)
class _Family:
    chat: int
    script: Script | None = None
    since: float = 0.0


def family_tree(process: psutil.Process) -> Iterator[psutil.Process]:
    yield process
    yield from process.children(recursive=True)


def _cpu(process: psutil.Process) -> float:
    return sum(sum(member.cpu_times()[:2]) for member in family_tree(process))


def rss(process: psutil.Process) -> float:
    return round(sum(member.memory_info().rss for member in family_tree(process)) / 2**20, 1)
