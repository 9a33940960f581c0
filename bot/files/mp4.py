"""MP4 files with sound alone (M4A), by their boxes (ISO/IEC 14496-12), without decoding a sound.

What is taken out becomes a `free` box full of zeros, because the places of the sound are counted from the file's start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.files.verdicts import Unfit, damaged

_SOUND = b"soun"
#: Brands of still pictures (ISO/IEC 23008-12, AVIF).
_PICTURES = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
#: Per box, the boxes in it that playing needs; all others are taken out. What is not listed here is kept whole.
_NEEDED: dict[bytes, frozenset[bytes]] = {
    b"": frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"wide"}),
    b"moov": frozenset({b"mvhd", b"trak", b"mvex", b"iods"}),
    b"trak": frozenset({b"tkhd", b"mdia", b"edts"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"smhd", b"dinf", b"stbl"}),
    b"moof": frozenset({b"mfhd", b"traf"}),
}
_TIMED = frozenset({b"mvhd", b"tkhd", b"mdhd"})
#: In one box. Two hours of sound in pieces of a second are 14,400.
_MOST_BOXES = 20_000


class _Box(NamedTuple):
    """`data[start:end]` is the whole box, `data[body:end]` its content."""

    name: bytes
    start: int
    body: int
    end: int


def looks_like(data: bytes) -> bool:
    """Whether it begins as files of this family do, HEIC among them."""
    return data[4:8] == b"ftyp"


def check(data: bytes) -> None:
    """`Unfit` when it is not one whole recording: pictures and films are of the same family."""
    if data[8:12] in _PICTURES:
        raise Unfit("kind", "a picture of the HEIC family")
    top = {box.name: box for box in _boxes(data, 0, len(data))}
    moov = top.get(b"moov")
    if moov is None or b"mdat" not in top:
        raise damaged("an MP4 file that breaks off")
    tracks = [box for box in _boxes(data, moov.body, moov.end) if box.name == b"trak"]
    handlers = {_handler(data, track) for track in tracks}
    if not handlers:
        raise damaged("an MP4 file without a track")
    if handlers != {_SOUND}:
        raise Unfit("kind", "an MP4 file with more than sound")
    for _ in _unneeded(data, b"", 0, len(data)):
        pass


def strip(data: bytes) -> bytes:
    """The same recording without user data, metadata, names and times."""
    new = bytearray(data)
    for box in _unneeded(data, b"", 0, len(data)):
        match box.name:
            case name if name in _TIMED:
                version = data[box.body]
                new[box.body + 4 : box.body + (20 if version else 12)] = bytes(16 if version else 8)
            case b"hdlr":
                new[box.body + 24 : box.end] = bytes(max(0, box.end - box.body - 24))
            case _:
                new[box.start + 4 : box.start + 8] = b"free"
                new[box.body : box.end] = bytes(box.end - box.body)
    return bytes(new)


def _unneeded(data: bytes, inside: bytes, start: int, end: int) -> Iterator[_Box]:
    """Boxes to take out, and those to blank in part: times and the handler's name."""
    for box in _boxes(data, start, end):
        if box.name not in _NEEDED[inside]:
            yield box
        elif box.name in _TIMED or box.name == b"hdlr":
            if box.end - box.body < 24:
                raise damaged("an MP4 file with a box too short")
            yield box
        elif box.name in _NEEDED:
            yield from _unneeded(data, box.name, box.body, box.end)


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    """The boxes in this stretch, which they must fill; `Unfit` where they break."""
    for _ in range(_MOST_BOXES):
        if start == end:
            return
        size, name, body = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8], start + 8
        if size == 1:
            size, body = int.from_bytes(data[body : body + 8], "big"), body + 8
        elif size == 0 and end == len(data):
            size = end - start
        if size < body - start or start + size > end:
            raise damaged("an MP4 file that breaks off")
        yield _Box(name, start, body, start + size)
        start += size
    raise damaged("an MP4 file in too many pieces")


def _handler(data: bytes, track: _Box) -> bytes:
    for box in _boxes(data, track.body, track.end):
        if box.name == b"mdia":
            for inner in _boxes(data, box.body, box.end):
                if inner.name == b"hdlr":
                    return data[inner.body + 8 : inner.body + 12]
    raise damaged("an MP4 file with a track of nothing")
