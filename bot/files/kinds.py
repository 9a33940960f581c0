"""What a file is, by its bytes alone: the sender's name and type for it are never asked."""

from __future__ import annotations

from collections.abc import Callable

from bot.files import jpeg, mp3, mp4, ogg, pdf, png, polyglots
from bot.files.verdicts import MOST_BYTES, Kind, Refused, Unfit

_Check = Callable[[bytes], None]
JPEG, PNG, PDF = Kind("image", "image/jpeg"), Kind("image", "image/png"), Kind("document", "application/pdf")
OGG, MP4, MP3 = Kind("audio", "audio/ogg"), Kind("audio", "audio/mp4"), Kind("audio", "audio/mpeg")


def kind_of(data: bytes) -> Kind | Refused:
    """What it is; or refused as `empty`, `too_big`, `kind` (anything not listed here, WebP and HEIC among it), `damaged`."""
    if not data:
        return Refused("empty")
    if len(data) > MOST_BYTES:
        return Refused("too_big")
    recognised = _recognised(data)
    if recognised is None:
        return Refused("kind")
    kind, check = recognised
    try:
        check(data)
        polyglots.check(data, kind.mime)
    except Unfit as unfit:
        return Refused(unfit.reason)
    return kind


def _recognised(data: bytes) -> tuple[Kind, _Check] | None:
    if data.startswith(jpeg.MAGIC):
        return JPEG, jpeg.check
    if data.startswith(png.MAGIC):
        return PNG, png.check
    if data.startswith(pdf.MAGIC):
        return PDF, pdf.check
    if data.startswith(ogg.MAGIC):
        return OGG, ogg.check
    if mp4.looks_like(data):
        return MP4, mp4.check
    if mp3.looks_like(data):
        return MP3, mp3.check
    return None
