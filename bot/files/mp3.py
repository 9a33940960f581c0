"""MP3 files by their frames (ISO/IEC 11172-3 and 13818-3, layer III), without decoding a sound."""

from __future__ import annotations

from functools import lru_cache

from bot.files.verdicts import Unfit, damaged

_TAG_V2 = b"ID3"
#: What may follow the last frame: tags, which are cut off.
_TAGS_BEHIND = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"3DI")
_BITRATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MOST_TAGS = 10
_FEWEST_FRAMES = 3
_LONGEST_FRAME = 1441


def looks_like(data: bytes) -> bool:
    """Whether it begins as an MP3 file does."""
    return data.startswith(_TAG_V2) or _frame_length(data[:3]) > 0


def check(data: bytes) -> None:
    """`Unfit` when the frames do not make one whole recording."""
    start = _first_frame(data)
    if not data.startswith(b"\xff", start) or not _frame_length(data[start : start + 3]):
        raise Unfit("kind", "a tag in front of something else")
    end, frames = _frames(data, start)
    if frames < _FEWEST_FRAMES or frames < _promised(data, start):
        raise damaged("an MP3 file that breaks off")
    behind = data[end:]
    if len(behind) > _LONGEST_FRAME and behind.strip(b"\0") and not behind.startswith(_TAGS_BEHIND):
        raise damaged("an MP3 file with something else in it")


def strip(data: bytes) -> bytes:
    """The same recording without the tags in front and behind."""
    start = _first_frame(data)
    return data[start : _frames(data, start)[0]]


def _first_frame(data: bytes) -> int:
    """Where the tags in front end."""
    at = 0
    for _ in range(_MOST_TAGS):
        if not data.startswith(_TAG_V2, at):
            break
        size = data[at + 6 : at + 10]
        if len(size) < 4 or max(size) > 127:
            raise damaged("an MP3 file whose tag breaks off")
        footer = 10 if data[at + 5] & 0x10 else 0
        at += 10 + footer + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    return len(data) - len(data[at:].lstrip(b"\0"))  # padding of a tag that says less than its length


def _frames(data: bytes, start: int) -> tuple[int, int]:
    """Where the last whole frame ends, and how many there are."""
    at, count = start, 0
    while length := _frame_length(data[at : at + 3]):
        if at + length > len(data):
            break
        at += length
        count += 1
    return at, count


@lru_cache(maxsize=4096)
def _frame_length(header: bytes) -> int:
    """Bytes of the frame that begins so; 0 when it is no frame of layer III with a length."""
    if len(header) < 3 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version = header[1] >> 3 & 3
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    kilobits = (_BITRATES_1 if version == 3 else _BITRATES_2)[bitrate]
    return (144_000 if version == 3 else 72_000) * kilobits // _RATES[version][rate] + (header[2] >> 1 & 1)


def _promised(data: bytes, start: int) -> int:
    """How many frames a Xing header promises, itself not counted; 0 without one."""
    frame = data[start : start + 200]
    for name in (b"Xing", b"Info"):
        at = frame.find(name)
        if at > 0 and frame[at + 7] & 1:
            return int.from_bytes(frame[at + 8 : at + 12], "big")
    return 0
