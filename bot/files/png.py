"""PNG files by their chunks (ISO/IEC 15948, W3C PNG third edition), without decoding a pixel."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from bot.files.orientation import UPRIGHT, only_orientation, read_orientation
from bot.files.verdicts import MOST_PIXELS, Unfit, damaged

MAGIC = b"\x89PNG\r\n\x1a\n"
#: Chunks that carry the picture, and those that say how its colours are meant. Texts, times, Exif, animation: out.
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_KEPT = _CRITICAL | {
    b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs",
}  # fmt: skip
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE = 3
#: Encoders write pieces of 4 KiB and more; so many tiny ones are made to keep a reader busy.
_MOST_CHUNKS = 20_000
#: A colour profile is compressed, and expands in the viewer.
_MOST_PROFILE = 4 * 1024 * 1024


class _Chunk(NamedTuple):
    """`data[start:end]` is the whole chunk, `data[body:end - 4]` its content."""

    name: bytes
    start: int
    body: int
    end: int


def check(data: bytes) -> None:
    """`Unfit` when the chunks do not make one whole picture."""
    names: list[bytes] = []
    for chunk in _chunks(data):
        names.append(chunk.name)
        if len(names) == 1:
            _check_header(data, chunk)
        if not chunk.name[0] & 0x20 and chunk.name not in _CRITICAL:
            raise damaged("a PNG with a critical chunk nobody knows")
        if chunk.name == b"iCCP" and chunk.end - chunk.body > _MOST_PROFILE:
            raise damaged("a PNG with an endless colour profile")
    first = names.index(b"IDAT") if b"IDAT" in names else -1
    pieces = names.count(b"IDAT")
    if first < 0 or names.count(b"IHDR") != 1 or set(names[first : first + pieces]) != {b"IDAT"}:
        raise damaged("a PNG whose picture is not in one piece")
    if data[len(MAGIC) + 17] == _PALETTE and b"PLTE" not in names[:first]:
        raise damaged("a PNG without its palette")


def strip(data: bytes) -> bytes:
    """The same picture without texts, times, Exif (but for its orientation) and what follows its end."""
    kept: list[bytes] = [MAGIC]
    for chunk in _chunks(data):
        if chunk.name in _KEPT:
            kept.append(data[chunk.start : chunk.end])
        elif chunk.name == b"eXIf":
            orientation = read_orientation(data[chunk.body : chunk.end - 4])
            if orientation != UPRIGHT:
                kept.append(_chunk(b"eXIf", only_orientation(orientation)))
    return b"".join(kept)


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """From the header to the end chunk, each with the right checksum; `Unfit` where they break."""
    view = memoryview(data)
    at = len(MAGIC)
    for _ in range(_MOST_CHUNKS):
        body = at + 8
        end = body + int.from_bytes(data[at : at + 4], "big") + 4
        name = data[at + 4 : body]
        if end > len(data) or len(name) != 4 or not name.isalpha():
            raise damaged("a PNG that breaks off")
        if zlib.crc32(view[at + 4 : end - 4]).to_bytes(4, "big") != view[end - 4 : end]:
            raise damaged("a PNG with a wrong checksum")
        yield _Chunk(name, at, body, end)
        if name == b"IEND":
            return
        at = end
    raise damaged("a PNG in too many pieces")


def _check_header(data: bytes, chunk: _Chunk) -> None:
    if chunk.name != b"IHDR" or chunk.end - chunk.body != 17:
        raise damaged("a PNG without a header")
    width, height, depth, colour, packing, filtering, lacing = struct.unpack_from(">IIBBBBB", data, chunk.body)
    if not 0 < width < 2**31 or not 0 < height < 2**31 or depth not in _DEPTHS.get(colour, ()):
        raise damaged("a PNG header nobody knows")
    if packing or filtering or lacing > 1:
        raise damaged("a PNG header nobody knows")
    if width * height > MOST_PIXELS:
        raise Unfit("too_big", "more pixels than we take")


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
