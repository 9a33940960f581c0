"""A circuit breaker: what has failed again and again is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row, for `rest` seconds; then one try decides."""

    def __init__(self, failures: int = 5, rest: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures = failures
        self._rest = rest
        self._clock = clock
        self._failed = 0
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Whether nothing is to be tried now."""
        return self._clock() < self._until

    def succeeded(self) -> None:
        self._failed = 0

    def failed(self) -> bool:
        """Count a failure; True when it opens the breaker."""
        self._failed += 1
        if self._failed < self._failures:
            return False
        # One more failure after the rest, and it opens again at once.
        self._failed = self._failures - 1
        self._until = self._clock() + self._rest
        return True
