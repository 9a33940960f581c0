"""Troubles on order: the next calls of the bot fail in the way a test asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["429", "500", "502", "timeout", "reset", "garbage"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(slots=True)
class Fault:
    """Hits the next `times` calls of `method` (any method when None; a poll only when named).

    `after` lets the call take effect first and spoils only its answer: the bot cannot know that it was heard.
    `seconds` is retry_after of a 429, and how long a timeout holds the line.
    """

    kind: str
    method: str | None = None
    times: int = 1
    seconds: int = 1
    after: bool = False


class Faults:
    """Those still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self.coming: list[Fault] = []

    def strike(self, method: str) -> Fault | None:
        """The fault for this call, used up by one."""
        for fault in self.coming:
            if fault.method == method.lower() or (fault.method is None and method.lower() != "getupdates"):
                fault.times -= 1
                if fault.times <= 0:
                    self.coming.remove(fault)
                return fault
        return None
