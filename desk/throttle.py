"""Too many wrong passphrases: counted per name and per address, forgotten after a quarter of an hour."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW = 15 * 60
PER_NAME = 10
PER_ADDRESS = 30
#: Forget the oldest names beyond this many, so that nobody fills our memory with made-up ones.
_REMEMBERED = 10_000


@dataclass(slots=True)
class Throttle:
    """Counts tries in memory. A name that nobody has is counted like any other."""

    now: Callable[[], int]
    _tries: dict[str, deque[int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self, name: str, address: str) -> bool:
        """Whether one more try is allowed; counts it."""
        with self._lock:
            by_name, by_address = self._recent(f"name {name.casefold()}"), self._recent(f"address {address}")
            if len(by_name) >= PER_NAME or len(by_address) >= PER_ADDRESS:
                return False
            by_name.append(self.now())
            by_address.append(self.now())
            return True

    def forgive(self, name: str) -> None:
        """It was the right passphrase: this name's tries no longer count."""
        with self._lock:
            self._tries.pop(f"name {name.casefold()}", None)

    def _recent(self, key: str) -> deque[int]:
        tries = self._tries.pop(key, None) or deque()
        while tries and tries[0] <= self.now() - WINDOW:
            tries.popleft()
        self._tries[key] = tries  # moved to the end: the newest
        if len(self._tries) > _REMEMBERED:
            del self._tries[next(iter(self._tries))]
        return tries
