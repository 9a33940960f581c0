"""A meaning: what a message is taken for, how surely, and what else it might be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Meaning:
    """The likeliest intent with its confidence (0 to 1), all candidates, likeliest first, and who says so.

    It holds no word of the message, so its `repr` may be logged.
    """

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    by: Literal["rule", "nlu"]


def by_rule(intent: str) -> Meaning:
    """The meaning of words on a list: certain."""
    return Meaning(intent, 1.0, ((intent, 1.0),), "rule")
