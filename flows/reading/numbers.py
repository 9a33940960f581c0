"""Whole and decimal numbers, in the digits of any script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flows.reading.words import tidy

_INTEGER = re.compile(r"[+-]?\d{1,15}")
_DECIMAL = re.compile(r"[+-]?\d{1,15}([.,٫]\d{1,9})?")


def read_integer(words: str, _: str, __: datetime) -> Mapping[str, Any] | None:
    """`{"type": "number"}` for a whole number standing alone."""
    plain = tidy(words)
    return {"type": "number", "number": int(plain)} if _INTEGER.fullmatch(plain) else None


def read_decimal(words: str, _: str, __: datetime) -> Mapping[str, Any] | None:
    """`{"type": "number"}` for a number standing alone; comma, point and the Arabic decimal sign are the same."""
    plain = tidy(words)
    if not _DECIMAL.fullmatch(plain):
        return None
    return {"type": "number", "number": float(plain.replace(",", ".").replace("٫", "."))}
