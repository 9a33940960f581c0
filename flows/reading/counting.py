"""Numbers said in words, put together: "two thousand and thirteen", "خمسة وعشرين", "bîst û pênc", "quatre-vingt-cinq"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: languages that say the unit before the ten
_UNIT_FIRST = frozenset({"ar", "de"})
#: beyond this nothing that we ask is counted
_LIMIT = 999_999


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in words: `digits` is how many it was typed with, 0 for one said in words."""

    value: float
    digits: int = 0
    #: "5th", "15."
    ordinal: bool = False
    #: an Arabic particle is written to it (بال12)
    leans: bool = False


def composed(parts: Sequence[Number], joined: bool, language: str) -> Number | None:
    """Two numbers said one after the other as one, or None when they do not make one. `joined`: "and" stands between."""
    first, second = parts[0].value, parts[-1].value
    if first != int(first) or second != int(second) or second < 1:
        return None
    total = _together(int(first), int(second), joined, language)
    return None if total is None or total > _LIMIT else Number(total)


def _together(first: int, second: int, joined: bool, language: str) -> int | None:
    if second in (100, 1000) and not joined:
        tail = first % 1000
        if second == 1000 and 1 <= first < 1000:
            return first * 1000
        if second == 100 and 1 <= tail < 20:
            return first - tail + tail * 100
        return None
    if language in _UNIT_FIRST and joined and 1 <= first % 100 <= 9 and second % 10 == 0 and 20 <= second <= 90:
        return first + second
    if language == "fr" and first % 100 in (60, 80) and second < 20:
        return first + second
    if language == "fr" and first == 4 and second == 20:
        return 80
    if language == "en" and not joined and first in (19, 20) and 10 <= second <= 99:
        return first * 100 + second
    if first >= 20 and second < _room(first):
        return first + second
    if language in ("tr", "ku") and first == 10 and second < 10 and not joined:
        return first + second
    return None


def _room(number: int) -> int:
    """The smallest amount that may not be added any more: twenty takes units, a hundred takes up to 99."""
    for size in (1000, 100, 10):
        if number % size == 0:
            return size
    return 0
