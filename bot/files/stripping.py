"""Hidden details taken out of a file: where and when it was made, with what, by whom. What is seen or heard stays."""

from __future__ import annotations

from collections.abc import Callable

from bot.files import jpeg, mp3, mp4, ogg, pdf, png
from bot.files.kinds import JPEG, MP3, MP4, OGG, PDF, PNG

_STRIPPERS: dict[str, Callable[[bytes], bytes]] = {
    JPEG.mime: jpeg.strip,
    PNG.mime: png.strip,
    PDF.mime: pdf.strip,
    OGG.mime: ogg.strip,
    MP4.mime: mp4.strip,
    MP3.mime: mp3.strip,
}


def strip(data: bytes, mime: str) -> bytes:
    """The file without hidden details. `data` must be of that kind (`bot.files.kinds.kind_of`); `Unfit` when a PDF
    turns out to be unreadable. Pictures and sound are not decoded: their bytes stay as they are."""
    return _STRIPPERS[mime](data)
