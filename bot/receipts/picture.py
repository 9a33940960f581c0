"""A receipt as a picture that any telephone reads (a QR code), and the other way round."""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any

import segno

from ground.complaints import Complaint

#: Pixels to a module: large enough to survive Telegram's compression and an old camera.
_SCALE = 8
_BORDER = 4


def draw(receipt: str) -> bytes:
    """The picture as PNG. Level M: a seventh of it may be hidden."""
    picture = io.BytesIO()
    segno.make(receipt, error="m", micro=False).save(picture, kind="png", scale=_SCALE, border=_BORDER)
    return picture.getvalue()


def read_picture(path: Path) -> str:
    """What the codes in a picture say, one to a line; empty when there is none. A Complaint when it cannot be looked at.

    The bot itself reads no pictures, so the library for it is only there where it was installed for this.
    """
    try:
        reader: Any = importlib.import_module("zxingcpp")
        images: Any = importlib.import_module("PIL.Image")
    except ImportError:
        raise Complaint(
            "Reading a receipt from a picture needs two more packages: `pip install zxing-cpp pillow`. "
            "Or give the receipt as text."
        ) from None
    try:
        with images.open(path) as image:
            found = reader.read_barcodes(image.convert("L"))
    except OSError:
        raise Complaint(f"The picture {path} cannot be read. Give the receipt as text.") from None
    return "\n".join(one.text for one in found)
