"""JSON as bytes, quickly (orjson), and without ever failing on what a phone can send.

orjson refuses halves of surrogate pairs, numbers beyond 64 bits and deep nesting; then the standard library does it,
and such a half becomes a question mark.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def pack(value: Any) -> bytes:
    """The JSON values as bytes; `unpack` gives equal ones back (whole numbers beyond 64 bits as floats)."""
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def unpack(packed: bytes) -> Any:
    """The JSON values; ValueError or RecursionError when it is not JSON."""
    try:
        return orjson.loads(packed)
    except orjson.JSONDecodeError:
        return json.loads(packed)
