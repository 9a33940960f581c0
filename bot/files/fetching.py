"""Brings a file from Telegram into memory, never onto a disk; tries again where that can help."""

from __future__ import annotations

import asyncio

import structlog
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.api import Api
from bot.files.verdicts import MOST_BYTES, Unfit
from bot.transport import NotServed, TooLong

#: Tries, and the seconds before the next one. A chat's next update waits meanwhile.
TRIES = 3
PAUSES = (0.5, 2.0)
#: A longer wait asked for by Telegram is not waited out.
LONGEST_WAIT = 10.0
_TOO_BIG = "too big"

log = structlog.get_logger()


async def fetch(api: Api, file_id: str, announced_size: int | None) -> bytes:
    """The file's bytes; `Unfit` with `too_big` or `not_fetched`. The `file_id` is good for nothing afterwards."""
    if announced_size is not None and announced_size > MOST_BYTES:
        raise Unfit("too_big", "more bytes than we take")
    for left in reversed(range(TRIES)):
        try:
            return await api.download(file_id, MOST_BYTES)
        except TelegramError as error:
            pause = _pause(error, left)
        if pause is None:
            break
        await asyncio.sleep(pause)
    raise Unfit("not_fetched", "Telegram does not give it")


def _pause(error: TelegramError, left: int) -> float | None:
    """Seconds before the next try, None when there is none; `Unfit` when the file is too big."""
    if isinstance(error, TooLong) or (isinstance(error, BadRequest) and _TOO_BIG in error.message.lower()):
        raise Unfit("too_big", "more bytes than we take") from None
    log.warning("file_not_fetched", error=type(error).__name__, tries=TRIES - left)
    if not left or _is_final(error):
        return None
    if not isinstance(error, RetryAfter):
        return PAUSES[-left]
    asked = error.retry_after
    seconds = float(asked if isinstance(asked, int) else asked.total_seconds())
    return seconds if seconds <= LONGEST_WAIT else None


def _is_final(error: TelegramError) -> bool:
    """Whether Telegram will say the same again."""
    if isinstance(error, NotServed):
        return error.status < 500 and error.status != 429
    return isinstance(error, BadRequest | Forbidden | InvalidToken)
