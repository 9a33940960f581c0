"""Pictures, recordings and papers that a scripted family sends: no two alike, with hidden details that must not arrive."""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

#: What a phone writes into a file without being asked: a place, a device, an author.
HIDDEN = b"Qarqashandi33N"
_SIDE = 24
_OGG_POLYNOMIAL = 0x04C11DB7


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that was sent, and what it must be known by when it is opened again."""

    kind: Literal["image", "audio", "document"]
    mime: str
    name: str
    body: bytes = field(repr=False)
    #: the family chose that hidden details stay: then every byte must arrive
    whole: bool = False

    def arrived(self, kind: str, mime: str, content: bytes) -> bool:
        """Whether this content is what was sent: the same pixels, sounds or words, and nothing hidden beside them."""
        if (kind, mime) != (self.kind, self.mime):
            return False
        if self.whole:
            return content == self.body
        return HIDDEN not in content and essence(mime, content) == essence(mime, self.body)


def essence(mime: str, content: bytes) -> str:
    """What a file says, whatever is written beside it: a digest of its pixels, its sounds or its words."""
    if mime.startswith("image/"):
        said = Image.open(io.BytesIO(content)).convert("RGB").tobytes()
    elif mime.startswith("audio/"):
        said = b"".join(_packets(content)[2:])  # behind the two headers
    else:
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    return hashlib.sha256(said).hexdigest()


def picture(seed: str, form: Literal["JPEG", "PNG"] = "JPEG", *, whole: bool = False) -> Sent:
    """A small picture as a phone takes it, with the place in its Exif."""
    exif = Image.Exif()
    exif[0x010F] = HIDDEN.decode()
    exif[0x8825] = {1: "N", 2: (33.0, 30.0, 49.0), 29: HIDDEN.decode()}
    out = io.BytesIO()
    Image.frombytes("RGB", (_SIDE, _SIDE), _noise(seed, _SIDE * _SIDE * 3)).save(out, form, exif=exif)
    return Sent("image", f"image/{form.lower()}", f"picture.{form.lower()}", out.getvalue(), whole)


def recording(seed: str) -> Sent:
    """A voice message: Ogg pages whose comment names a place."""
    head = b"OpusHead" + bytes((1, 1)) + struct.pack("<HIhB", 312, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(HIDDEN)) + HIDDEN
    sound = [_noise(f"{seed}/{packet}", 80) for packet in range(10)]
    pages = (_page([head], 0, flags=2), _page([tags], 1), _page(sound, 2, flags=4, granule=9600))
    return Sent("audio", "audio/ogg", "voice.ogg", b"".join(pages))


def paper(seed: str, *, whole: bool = False) -> Sent:
    """A PDF of one page that says who made it."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    words = DecodedStreamObject()
    words.set_data(f"BT /F1 12 Tf 20 20 Td (Paper {hashlib.sha256(seed.encode()).hexdigest()[:12]}) Tj ET".encode())
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): named})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(words)
    writer.add_metadata({"/Author": HIDDEN.decode()})
    out = io.BytesIO()
    writer.write(out)
    return Sent("document", "application/pdf", "paper.pdf", out.getvalue(), whole)


def program() -> tuple[str, bytes]:
    """A file of a kind that is not taken: its name and its bytes."""
    return "album.exe", b"MZ" + bytes(200) + HIDDEN


def _noise(seed: str, length: int) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(length)


def _page(packets: list[bytes], number: int, *, flags: int = 0, granule: int = 0) -> bytes:
    """One Ogg page that holds these packets, each shorter than 255 bytes (RFC 3533)."""
    lacing = bytes(len(one) for one in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 7, number, 0, len(lacing)) + lacing
    page = head + b"".join(packets)
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def _crc(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ _OGG_POLYNOMIAL if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def _packets(ogg: bytes) -> list[bytes]:
    """The packets of pages made as `_page` makes them."""
    found, at = [], 0
    while at < len(ogg):
        count = ogg[at + 26]
        lacing = ogg[at + 27 : at + 27 + count]
        at += 27 + count
        for length in lacing:
            found.append(ogg[at : at + length])
            at += length
    return found
