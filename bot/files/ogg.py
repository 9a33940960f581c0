"""Ogg files with one Opus or Vorbis recording, by their pages (RFC 3533, RFC 7845, Vorbis I), without decoding a sound."""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from bot.files.verdicts import Unfit, damaged

MAGIC = b"OggS"
_HEADER = struct.Struct("<4sBBqIIIB")
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_MOST_SEGMENTS = 255
#: How many packets come before the sound.
_OPUS, _VORBIS = 2, 3
#: Comment headers that say nothing: no vendor, no comments (and Vorbis' closing bit).
_SILENT = {_OPUS: b"OpusTags" + bytes(8), _VORBIS: b"\x03vorbis" + bytes(8) + b"\x01"}
#: Telegram's phones make a page of every packet: 50 a second, so many in more than two hours.
_MOST_PAGES = 400_000
_LONGEST_HEADER = 4 * 1024 * 1024
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class _Page(NamedTuple):
    """One page; `lacing` are the lengths of its segments, `body` begins where they do."""

    flags: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    start: int
    body: int
    end: int


def check(data: bytes) -> None:
    """`Unfit` when the pages do not make one whole recording."""
    pages = _pages(data)
    _headers(data, pages)
    last = deque(pages, maxlen=1)
    if not last:
        raise damaged("an Ogg file without sound")
    if last[0].lacing[-1:] == b"\xff":
        raise damaged("an Ogg file that breaks off")


def strip(data: bytes) -> bytes:
    """The same recording with an empty comment header, and without what follows its end."""
    pages = _pages(data)
    first, packets, sound = _headers(data, pages)
    head = [data[first.start : first.end]]
    for packet in (_SILENT[len(packets)], *packets[2:]):
        head += _paged(packet, first.serial, first.number + len(head))
    new = bytearray().join(head)
    for page in pages:
        new += _renumbered(data, page, len(head) - sound)
    return bytes(new)


def _pages(data: bytes) -> Iterator[_Page]:
    """All pages of the one stream, each with the right checksum; `Unfit` where they break."""
    at, number, serial, ended = 0, None, None, False
    for _ in range(_MOST_PAGES):
        if not data.startswith(MAGIC, at):
            break
        page = _page(data, at)
        if number is not None and (page.number, page.serial) != ((number + 1) % 2**32, serial):
            raise damaged("an Ogg file with a page missing, or with more than one stream")
        if (number is None) != bool(page.flags & _FIRST) or ended:
            raise damaged("an Ogg file with pages out of place")
        yield page
        number, serial, ended, at = page.number, page.serial, bool(page.flags & _LAST), page.end
    if number is None or (at < len(data) and MAGIC.startswith(data[at : at + 4])):
        raise damaged("an Ogg file that breaks off, or in too many pieces")


def _page(data: bytes, at: int) -> _Page:
    body = at + _HEADER.size
    if body > len(data):
        raise damaged("an Ogg file that breaks off")
    _, version, flags, granule, serial, number, checksum, segments = _HEADER.unpack_from(data, at)
    lacing = data[body : body + segments]
    body += segments
    end = body + sum(lacing)
    if version or len(lacing) < segments or end > len(data):
        raise damaged("an Ogg file that breaks off")
    if checksum != _checksum(data[at : at + 22] + bytes(4) + data[at + 26 : end]):
        raise damaged("an Ogg file with a wrong checksum")
    return _Page(flags, granule, serial, number, lacing, at, body, end)


def _headers(data: bytes, pages: Iterator[_Page]) -> tuple[_Page, list[bytes], int]:
    """The first page, the packets before the sound, and on how many pages they are; the sound is left in `pages`."""
    first = next(pages)
    wanted = _packets_before_sound(data, first)
    packets: list[bytes] = []
    packet = bytearray()
    for number, page in enumerate(chain((first,), pages), 1):
        at = page.body
        for length in page.lacing:
            if len(packets) == wanted:
                raise damaged("an Ogg file whose sound begins in the middle of a page")
            packet += data[at : at + length]
            at += length
            if length < _MOST_SEGMENTS:
                packets.append(bytes(packet))
                packet.clear()
        if len(packets) == wanted:
            return first, _expected(packets), number
        if len(packet) > _LONGEST_HEADER:
            break
    raise damaged("an Ogg file without sound")


def _packets_before_sound(data: bytes, first: _Page) -> int:
    if data.startswith(b"OpusHead", first.body):
        return _OPUS
    if data.startswith(b"\x01vorbis", first.body):
        return _VORBIS
    raise Unfit("kind", "an Ogg file of something else")


def _expected(packets: list[bytes]) -> list[bytes]:
    known = (b"OpusHead", b"OpusTags") if len(packets) == _OPUS else (b"\x01vorbis", b"\x03vorbis", b"\x05vorbis")
    if not all(packet.startswith(name) for packet, name in zip(packets, known, strict=True)):
        raise damaged("an Ogg file without its headers")
    return packets


def _paged(packet: bytes, serial: int, number: int) -> list[bytes]:
    """A packet on pages of its own."""
    lacing = b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,))
    pages: list[bytes] = []
    for at in range(0, len(lacing), _MOST_SEGMENTS):
        part = lacing[at : at + _MOST_SEGMENTS]
        ends = at + _MOST_SEGMENTS >= len(lacing)
        body = packet[at * 255 : at * 255 + sum(part)]
        flags = _CONTINUED if at else 0
        pages.append(_made(flags, 0 if ends else -1, serial, number + len(pages), part, body))
    return pages


def _renumbered(data: bytes, page: _Page, shift: int) -> bytes:
    if not shift:
        return data[page.start : page.end]
    body = data[page.body : page.end]
    return _made(page.flags, page.granule, page.serial, page.number + shift, page.lacing, body)


def _made(flags: int, granule: int, serial: int, number: int, lacing: bytes, body: bytes) -> bytes:
    def with_checksum(checksum: int) -> bytes:
        header = _HEADER.pack(MAGIC, 0, flags, granule, serial, number % 2**32, checksum, len(lacing))
        return header + lacing + body

    return with_checksum(_checksum(with_checksum(0)))


def _checksum(page: bytes) -> int:
    """Ogg's CRC-32 is zlib's with every bit the other way round, and neither end inverted."""
    mirrored = zlib.crc32(page.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRROR), "big")
