"""An attachment from Telegram to its sealed form: fetched, recognised, freed of hidden details, sealed, forgotten."""

from __future__ import annotations

import asyncio
import builtins
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Literal
from weakref import WeakKeyDictionary

import structlog

from bot.api import Api
from bot.files.fetching import fetch
from bot.files.kinds import kind_of
from bot.files.stripping import strip
from bot.files.verdicts import MOST_BYTES, MOST_BYTES_TOGETHER, MOST_FILES, Kind, Reason, Refused, Unfit
from bot.sealing import Sealer
from bot.store.rows import FileRow

__all__ = ["MOST_BYTES", "MOST_BYTES_TOGETHER", "MOST_FILES", "Reason", "Received", "Refused", "receive"]

#: Files at work at the same time: each is in memory up to three times (fetched, stripped, sealed).
AT_ONCE = 4
log = structlog.get_logger()
_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Received:
    """What the draft may know of an attachment (the fields of the report's `files`), and its sealed form."""

    #: 32 hex digits, random
    id: str
    kind: Literal["image", "audio", "document"]
    mime: str
    #: length before sealing
    bytes: int
    #: of the bytes before sealing, hex
    sha256: str
    #: whether hidden details were kept in it
    original: bool
    #: an age file
    sealed: builtins.bytes = field(repr=False)

    @property
    def row(self) -> FileRow:
        """As `bot.store.files.put` takes it."""
        return FileRow(self.id, self.sealed, hashlib.sha256(self.sealed).hexdigest(), len(self.sealed))


async def receive(
    api: Api, sealer: Sealer, file_id: str, *, announced_size: int | None, keep_original: bool
) -> Received | Refused:
    """Fetch and seal one file; raises nothing for what a family may send or Telegram may answer.

    `announced_size` is the update's `file_size` (bytes), None when it has none. `keep_original` leaves the file as it
    is, hidden details included, when the family wants it kept as evidence; it must be one of the kinds all the same.
    """
    async with _room():
        try:
            data = await fetch(api, file_id, announced_size)
            got = await asyncio.to_thread(_sealed, sealer, data, keep_original)
        except Unfit as unfit:
            got = Refused(unfit.reason)
    if isinstance(got, Refused):
        log.info("file_refused", reason=got.reason)
    return got


def _sealed(sealer: Sealer, data: bytes, keep_original: bool) -> Received | Refused:
    kind = kind_of(data)
    if not isinstance(kind, Kind):
        return kind
    if not keep_original:
        data = strip(data, kind.mime)
    digest = hashlib.sha256(data).hexdigest()
    return Received(
        secrets.token_hex(16), kind.kind, kind.mime, len(data), digest, keep_original, sealer.seal_file(data)
    )


def _room() -> asyncio.Semaphore:
    """One for each event loop, for a semaphore belongs to its loop."""
    loop = asyncio.get_running_loop()
    return _rooms.setdefault(loop, asyncio.Semaphore(AT_ONCE))
