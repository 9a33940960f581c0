"""A part of a file for a browser that asks for one: some play a recording only so, all need it to jump within one."""

from __future__ import annotations

import re

from starlette.responses import Response

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)


def answer(content: bytes, asked: str | None, media_type: str, headers: dict[str, str]) -> Response:
    """The whole content, or the one range asked for (RFC 9110, 14); anything else asked for is ignored, as it may be."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    bounds = _bounds(asked or "", len(content))
    if bounds is None:
        return Response(content, media_type=media_type, headers=headers)
    start, end = bounds
    if start >= end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
    return Response(content[start:end], 206, media_type=media_type, headers=headers)


def _bounds(asked: str, length: int) -> tuple[int, int] | None:
    """Start, and end beyond the last byte; None when it is not one simple range."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        return max(0, length - int(last)), length
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, length) if last else length
