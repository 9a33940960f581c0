"""Sixty-four plain words in six languages: what a family knows our messages by, and what is said at the beginning of a call.

The list is data (`flows/data/words.tsv`): things of house, garden and weather, one line each, the same thing in every language.
Nothing of war, prison, family or faith is in it, because it stands on phones that others read.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from functools import cache
from pathlib import Path

LIST = Path(__file__).parent / "data" / "words.tsv"
#: of them; a word is six bits
COUNT = 64
#: of a call: the caller says the first ones, the family the last
CALLERS, FAMILYS = 2, 1
#: bytes of a request's secret
SECRET_BYTES = 16


def word(number: int, language: str) -> str:
    """A word by its number (0 to 63); in English where the list lacks the language."""
    words = _lists()
    return words.get(language, words["en"])[number % COUNT]


def of_the_day(secret: bytes, day: date, language: str) -> tuple[str, ...]:
    """The words of a day (UTC) from a request's secret: both sides of a call make them alone, and get the same ones."""
    mac = hmac.new(secret, f"wasl-call|{day.isoformat()}".encode(), hashlib.sha256).digest()
    return tuple(word(byte, language) for byte in mac[: CALLERS + FAMILYS])


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    lines = [line.split("\t") for line in LIST.read_text(encoding="utf-8").splitlines()]
    return {column[0]: column[1:] for column in zip(*lines, strict=True)}
