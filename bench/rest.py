"""Rasa's REST channel as a place where families and a bot meet: one POST per message, the reply in its answer."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

import aiohttp

from bench.stage import Shown

#: Opened before the load begins; more than families.
CONNECTIONS = 128


class RestChannel:
    """A family is a sender; as every conversation is another family, Rasa's histories stay short."""

    def __init__(self) -> None:
        self.heard: Callable[[Shown], None] = lambda shown: None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """A free port for the bot; here the bot is the server."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._address = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._address

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._session.close()

    async def ready(self) -> float:
        """The moment at which the bot answers."""
        while True:
            try:
                async with self._session.get(self._address) as response:
                    if response.status == 200:
                        break
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
        moment = time.monotonic()
        # Sanic takes one new connection per turn of its loop, and a turn under load is long: families that had to
        # connect then would wait for tens of seconds, which says nothing about Rasa.
        await asyncio.gather(*(self._greet() for _ in range(CONNECTIONS)))
        return moment

    async def _greet(self) -> None:
        async with self._session.get(self._address) as response:
            await response.read()

    def say(self, chat: int, text: str) -> None:
        self._post(chat, text)

    def tap(self, shown: Shown, data: str) -> None:
        self._post(shown.chat, data)

    def _post(self, chat: int, text: str) -> None:
        task = asyncio.create_task(self._exchange(chat, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _exchange(self, chat: int, text: str) -> None:
        message = {"sender": str(chat), "message": text}
        try:
            async with self._session.post(f"{self._address}/webhooks/rest/webhook", json=message) as response:
                replies = await response.json()
        except (aiohttp.ClientError, ValueError):
            return  # the driver counts a reply that does not come
        for reply in replies:
            buttons = [(button["title"], button["payload"]) for button in reply.get("buttons", [])]
            self.heard(Shown(chat, reply.get("text", ""), buttons, reply))
