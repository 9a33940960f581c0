"""Codes and PINs as people type them: digits of any script, with anything between. Nothing here knows a right one."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from stdnum.iso7064 import mod_97_10

#: selector, verifier, check digits
CODE_DIGITS = 16
PIN_DIGITS = 6
#: Unicode categories that may stand between digits: spaces, dashes, invisible direction marks.
_BETWEEN = ("Zs", "Pd", "Cf", "Cc")


def digits(words: str) -> str | None:
    """The digits of what somebody typed, as Western ones; None when there is anything else than digits and gaps."""
    found = ""
    for sign in unicodedata.normalize("NFKC", words):
        value = unicodedata.decimal(sign, None)
        if value is not None:
            found += str(value)
        elif unicodedata.category(sign) not in _BETWEEN:
            return None
    return found


def all_digits(words: str) -> str:
    """Every digit of what somebody typed, whatever stands between: for words that were asked for as a code."""
    values = (unicodedata.decimal(sign, None) for sign in unicodedata.normalize("NFKC", words))
    return "".join(str(value) for value in values if value is not None)


def is_code(number: str) -> bool:
    """Whether these Western digits are a code without a slip in it."""
    return len(number) == CODE_DIGITS and bool(mod_97_10.is_valid(number))


def is_secret(words: str) -> bool:
    """Whether somebody typed a code, or a code and a PIN, and nothing else: it must not stay in a chat."""
    found = digits(words) if len(words) < 4 * (CODE_DIGITS + PIN_DIGITS) else None
    return found is not None and len(found) in (CODE_DIGITS, CODE_DIGITS + PIN_DIGITS) and is_code(found[:CODE_DIGITS])


def pin(words: str) -> str | None:
    """The PIN somebody typed; None when it is none."""
    found = digits(words)
    return found if found is not None and len(found) == PIN_DIGITS else None


def is_weak(number: str) -> bool:
    """Rows, repetitions, and what ends or begins like a year of birth: what is tried first."""
    steps = {int(after) - int(before) for before, after in pairwise(number)}
    repeats = len(set(number)) <= 2 or number[:3] == number[3:]
    return repeats or steps in ({1}, {-1}) or "19" in (number[:2], number[2:4]) or "20" in (number[:2], number[2:4])
