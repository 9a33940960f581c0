"""JSON as it goes over the wire: compact, and ASCII only, as Telegram writes it."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

#: Escaping everything beyond ASCII also lets a lone surrogate of an injected update pass.
encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def utf16(text: str) -> int:
    """The length in UTF-16 code units, in which Telegram counts; raises UnicodeEncodeError on a lone surrogate."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
