"""python-telegram-bot's `Bot` as the shell uses it: calls with plain parameters, plain results, its errors.

`send_message` and its kin build and parse objects we never look at (120 µs a call where this takes 14).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from telegram import Bot

from bot.transport import AiohttpRequest

#: python-telegram-bot's coming way to give durations (`retry_after`); its present one warns at every use.
os.environ.setdefault("PTB_TIMEDELTA", "1")

#: Connections to Telegram besides the one that polls.
POOL = 128
_POLL_SLACK = 10.0


class Api(Bot):
    """The Bot API at an address. Its `repr` does not hold the token, as `Bot`'s does."""

    __slots__ = ()

    def __init__(self, token: str, address: str, poll_seconds: float) -> None:
        super().__init__(
            token,
            base_url=f"{address.rstrip('/')}/bot",
            base_file_url=f"{address.rstrip('/')}/file/bot",
            request=AiohttpRequest(POOL, pool_timeout=None, read_timeout=15.0),
            get_updates_request=AiohttpRequest(2, read_timeout=poll_seconds + _POLL_SLACK),
        )

    def __repr__(self) -> str:
        return "Api()"

    async def open(self) -> None:
        """Open the connections; asks Telegram nothing (`Bot.initialize` would put the token into an error)."""
        for request in self._request:
            await request.initialize()

    async def close_connections(self) -> None:
        """Close the connections."""
        for request in self._request:
            await request.shutdown()

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """The result of a method as JSON values; raises `telegram.error.TelegramError`."""
        return await self._post(method, dict(parameters))

    async def poll(self, offset: int | None, seconds: int, limit: int) -> list[Any]:
        """Raw updates, waiting up to `seconds` for the first; an offset acknowledges everything before it."""
        parameters: dict[str, Any] = {"timeout": seconds, "limit": limit, "allowed_updates": ALLOWED}
        if offset is not None:
            parameters["offset"] = offset
        found = await self._post("getUpdates", parameters)
        return found if isinstance(found, list) else []


ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
