"""The sandbox's own clock, which can be moved ahead so that reminders, the 24 h and the 48 h limits can be seen."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """Wall time plus `ahead` seconds."""

    ahead: float = 0.0

    def now(self) -> int:
        """Seconds since 1970, whole, as Telegram dates messages."""
        return int(time.time() + self.ahead)
