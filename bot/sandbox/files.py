"""Files that phones and the bot sent: kept by id, in memory or in the data directory."""

from __future__ import annotations

import secrets
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.sandbox.params import Upload
from bot.sandbox.wire import Json

#: What a bot may download (getFile), and upload: documents, photos.
MOST_DOWNLOAD = 20 * 1024 * 1024
MOST_UPLOAD = 50 * 1024 * 1024
MOST_PHOTO = 10 * 1024 * 1024

FOLDERS = {"photo": "photos", "voice": "voice", "document": "documents"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file; `path` is what getFile tells the bot."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    size: int
    path: str

    def record(self) -> Json:
        return asdict(self)


class Files:
    """Bodies lie in `directory`, or in memory when there is none."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._bodies: dict[str, bytes] = {}
        self.by_id: dict[str, Kept] = {}
        self.by_path: dict[str, Kept] = {}

    def store(self, kind: str, upload: Upload) -> Kept:
        """Write the body, and describe it; the caller records the description."""
        unique = secrets.token_hex(7)
        number = len(self.by_id) + 1
        ending = {"photo": ".jpg", "voice": ".oga"}.get(kind) or Path(upload.name).suffix[:16]
        path = f"{FOLDERS[kind]}/file_{number}{ending if ending.isascii() else ''}"
        kept = Kept(
            f"WSX{unique}{secrets.token_urlsafe(24)}",
            f"AQAD{unique}",
            kind,
            upload.name,
            upload.mime,
            len(upload.body),
            path,
        )
        if self._directory:
            self._directory.mkdir(mode=0o700, exist_ok=True)
            (self._directory / kept.unique_id).write_bytes(upload.body)
        else:
            self._bodies[kept.unique_id] = upload.body
        return kept

    def add(self, kept: Kept) -> None:
        self.by_id[kept.file_id] = self.by_path[kept.path] = kept

    def body(self, kept: Kept) -> bytes | None:
        """The bytes; None when they were taken away from the data directory."""
        if self._directory is None:
            return self._bodies.get(kept.unique_id)
        try:
            return (self._directory / kept.unique_id).read_bytes()
        except FileNotFoundError:
            return None


def image_size(body: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF or WebP; None when it is none of them."""
    if body[:8] == b"\x89PNG\r\n\x1a\n" and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return width, height
    if body[:6] in {b"GIF87a", b"GIF89a"} and len(body) >= 10:
        width, height = struct.unpack("<HH", body[6:10])
        return width, height
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _webp_size(body)
    if body[:2] == b"\xff\xd8":
        return _jpeg_size(body)
    return None


def _webp_size(body: bytes) -> tuple[int, int] | None:
    if body[12:16] == b"VP8X" and len(body) >= 30:
        return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
    if body[12:16] == b"VP8 " and len(body) >= 30:
        width, height = struct.unpack("<HH", body[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if body[12:16] == b"VP8L" and len(body) >= 25:
        bits = int.from_bytes(body[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _jpeg_size(body: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    return None


def voice_seconds(body: bytes) -> int:
    """How long an Ogg Opus recording plays, from its last page; 1 when it isn't one."""
    last = body.rfind(b"OggS")
    if not body.startswith(b"OggS") or last < 0 or len(body) < last + 14:
        return 1
    return max(1, round(int.from_bytes(body[last + 6 : last + 14], "little", signed=True) / 48_000))
