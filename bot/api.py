"""python-telegram-bot's `Bot` as the shell uses it: calls with plain parameters, plain results, its errors.

`send_message` and its kin build and parse objects we never look at (120 µs a call where this takes 14).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from telegram import Bot
from telegram.error import NetworkError

from bot.transport import AiohttpRequest, TooLong

#: python-telegram-bot's coming way to give durations (`retry_after`); its present one warns at every use.
os.environ.setdefault("PTB_TIMEDELTA", "1")

#: Connections to Telegram besides the one that polls.
POOL = 128
_POLL_SLACK = 10.0
#: Seconds one download may take: 20 MB over a quarter of a megabyte a second.
_DOWNLOAD_SECONDS = 80.0


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

    @property
    def id_of_bot(self) -> int:
        """The bot's id, which its token begins with. (`Bot.id` asks Telegram first.)"""
        return int(self._token.partition(":")[0])

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

    async def download(self, file_id: str, most_bytes: int) -> bytes:
        """The bytes of a file that was sent to the bot.

        Raises `bot.transport.TooLong` when there are more, `BadRequest` when Telegram does not know the file (any more)
        or finds it too big, `bot.transport.NotServed`, or another `TelegramError` when it may work later. The address
        holds the token, so it leaves this function in no way.
        """
        told = await self._post("getFile", {"file_id": file_id})
        path, size = (told.get("file_path"), told.get("file_size")) if isinstance(told, dict) else (None, None)
        if not isinstance(path, str) or ".." in path:
            raise NetworkError("Telegram does not say where the file is")
        if isinstance(size, int) and size > most_bytes:
            raise TooLong
        assert isinstance(self.request, AiohttpRequest)  # noqa: S101
        body = await self.request.download(f"{self._base_file_url}/{quote(path)}", most_bytes, _DOWNLOAD_SECONDS)
        if isinstance(size, int) and size != len(body):
            raise NetworkError("The file broke off")
        return body

    async def poll(self, offset: int | None, seconds: int, limit: int) -> list[Any]:
        """Raw updates, waiting up to `seconds` for the first; an offset acknowledges everything before it."""
        parameters: dict[str, Any] = {"timeout": seconds, "limit": limit, "allowed_updates": ALLOWED}
        if offset is not None:
            parameters["offset"] = offset
        found = await self._post("getUpdates", parameters)
        return found if isinstance(found, list) else []


ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
