"""JPEG files by their segments (ITU-T T.81, annex B), without decoding a pixel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.files.orientation import UPRIGHT, only_orientation, read_orientation
from bot.files.verdicts import MOST_PIXELS, Unfit, damaged

MAGIC = b"\xff\xd8\xff"
_START, _END = b"\xff\xd8", 0xD9
_SCAN, _HUFFMAN, _QUANTIZATION = 0xDA, 0xC4, 0xDB
#: Baseline, extended, progressive: what browsers show. The other frames (lossless, hierarchical, arithmetic) they don't.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {_HUFFMAN, 0xC8, 0xCC}
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
#: Application segments and comments; all others are needed for decoding.
_TALK = frozenset(range(0xE0, 0xF0)) | {0xFE}
#: Markers without a length, which have no place between segments.
_BARE = frozenset({0x00, 0x01, 0xD8}) | frozenset(range(0xD0, 0xD8))
#: A progressive picture of a few kilobytes with thousands of scans keeps a viewer busy for minutes.
_MOST_SCANS = 100
_MOST_SEGMENTS = 5000
_FILL = re.compile(rb"\xff+")
#: What ends a scan: a marker that is neither a stuffed zero nor a restart.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


class _Segment(NamedTuple):
    """`data[start:end]` is the marker with its length and payload, for a scan also what follows up to the next marker."""

    marker: int
    start: int
    payload: int
    end: int


def check(data: bytes) -> None:
    """`Unfit` when the segments do not make one whole picture."""
    seen: set[int] = set()
    scans = 0
    for number, segment in enumerate(_segments(data)):
        seen.add(segment.marker)
        if number > _MOST_SEGMENTS or segment.marker in _OTHER_FRAMES:
            raise damaged("a JPEG no browser shows")
        if segment.marker in _FRAMES:
            _check_frame(data, segment)
        elif segment.marker == _SCAN:
            scans += 1
            if not (seen & _FRAMES and _QUANTIZATION in seen and _HUFFMAN in seen) or scans > _MOST_SCANS:
                raise damaged("a JPEG with scans out of place")
    if not scans:
        raise damaged("a JPEG without a picture")


def strip(data: bytes) -> bytes:
    """The same picture without Exif (but for its orientation), XMP, comments, thumbnails and what follows its end."""
    orientation = UPRIGHT
    kept: list[bytes] = []
    for segment in _segments(data):
        payload = data[segment.payload : segment.end] if segment.marker in _TALK else b""
        if segment.marker == _APP1 and payload.startswith(b"Exif\0\0") and orientation == UPRIGHT:
            orientation = read_orientation(payload[6:])
        kept.append(_needed(segment.marker, payload) if segment.marker in _TALK else data[segment.start : segment.end])
    kept = [segment for segment in kept if segment]
    if orientation != UPRIGHT:
        after_jfif = 1 if kept[0].startswith(b"\xff\xe0") else 0
        kept.insert(after_jfif, _segment(_APP1, b"Exif\0\0" + only_orientation(orientation)))
    return _START + b"".join(kept)


def _segments(data: bytes) -> Iterator[_Segment]:
    """From the first after the start to the end marker; `Unfit` where they break."""
    at = 2
    while True:
        fill = _FILL.match(data, at)
        if fill is None or fill.end() >= len(data):
            raise damaged("a JPEG that breaks off")
        start, marker = fill.end() - 1, data[fill.end()]
        if marker == _END:
            yield _Segment(marker, start, start + 2, start + 2)
            return
        at = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if marker in _BARE or at < start + 4 or at > len(data):
            raise damaged("a JPEG that breaks off")
        if marker == _SCAN:
            found = _AFTER_SCAN.search(data, at)
            at = found.start() if found else len(data)
        yield _Segment(marker, start, start + 4, at)


def _check_frame(data: bytes, segment: _Segment) -> None:
    payload = data[segment.payload : segment.end]
    if len(payload) < 6 or payload[0] != 8 or payload[5] not in (1, 3, 4) or len(payload) != 6 + 3 * payload[5]:
        raise damaged("a JPEG frame no browser shows")
    height, width = int.from_bytes(payload[1:3], "big"), int.from_bytes(payload[3:5], "big")
    if not height or not width:
        raise damaged("a JPEG without a size")
    if height * width > MOST_PIXELS:
        raise Unfit("too_big", "more pixels than we take")


def _needed(marker: int, payload: bytes) -> bytes:
    """What decoding needs of an application segment; nothing of the others."""
    if marker == _APP0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
        return _segment(marker, payload[:12] + b"\0\0")  # without its thumbnail
    if marker == _APP2 and payload.startswith(b"ICC_PROFILE\0"):
        return _segment(marker, payload)
    if marker == _APP14 and payload.startswith(b"Adobe") and len(payload) >= 12:
        return _segment(marker, payload[:12])
    return b""


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload
