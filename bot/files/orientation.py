"""The one hidden detail of a picture that is kept: which way up it is shown (Exif 2.32, tag 0x0112)."""

from __future__ import annotations

import struct

UPRIGHT = 1
_TAG = 0x0112
_SHORT = 3
_ENTRY = 12


def read_orientation(tiff: bytes) -> int:
    """1 to 8 from the TIFF block of an Exif segment; 1 (upright) when it says nothing that can be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, at)
        for number in range(entries):
            tag, kind, count, value = struct.unpack_from(order + "HHIH", tiff, at + 2 + number * _ENTRY)
            if (tag, kind, count) == (_TAG, _SHORT, 1):
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


def only_orientation(orientation: int) -> bytes:
    """A TIFF block that says this and nothing else."""
    return struct.pack(">2sHI H HHIHH I", b"MM", 42, 8, 1, _TAG, _SHORT, 1, orientation, 0, 0)
