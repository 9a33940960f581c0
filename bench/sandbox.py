"""Our own sandbox as the place where families and a bot meet: slower than `Stage`, but it refuses a wrong call.

Figures taken through it are the bot's and the sandbox's together, as both want a core; it is here to show that a bot
which is fast at `Stage` also does everything the Bot API's rules ask for.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any

import aiohttp

from bench.stage import Shown


class Sandbox:
    """One `wasl sandbox --memory` process; commands go out in batches, what the bot shows comes in as a stream."""

    def __init__(self) -> None:
        self.heard: Callable[[Shown], None] = lambda shown: None
        #: told of messages that left a chat: (chat, their ids)
        self.gone: Callable[[int, list[int]], None] = lambda chat, messages: None
        self.refused: int = 0
        self._phones: set[int] = set()
        self._commands: list[dict[str, Any]] = []
        self._bell = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._last = 0
        self._awaited: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def open(self) -> str:
        self._server = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wasl", "sandbox", "--memory", "--port", "0"), stderr=asyncio.subprocess.PIPE
        )
        assert self._server.stderr is not None
        line = (await asyncio.wait_for(self._server.stderr.readline(), 20)).decode()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found, line
        self._address = found[0]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        listening = asyncio.Event()
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._listen(listening))]
        await asyncio.wait_for(listening.wait(), 20)
        return self._address

    async def ready(self) -> float:
        """The moment, to 20 ms, of the bot's first call; a poll is counted here only when it ends."""
        while True:
            async with self._session.get(f"{self._address}/sim/counters") as response:
                if (await response.json())["calls"]:
                    return time.monotonic()
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        async with self._session.get(f"{self._address}/sim/calls", params={"refused": "1"}) as response:
            self.refused = len((await response.json())["calls"])
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
        self._server.terminate()
        await self._server.communicate()

    def say(self, chat: int, text: str) -> None:
        if chat not in self._phones:
            self._phones.add(chat)
            self._command({"do": "phone", "chat_id": chat, "name": f"Family {chat}", "language_code": "en"})
        self._command({"do": "say", "chat_id": chat, "text": text})

    def tap(self, shown: Shown, data: str) -> None:
        message = shown.message["message_id"]
        self._command({"do": "tap", "chat_id": shown.chat, "message_id": message, "data": data})

    async def do(self, *commands: dict[str, Any]) -> list[dict[str, Any]]:
        """Gestures of `bot.sandbox.control`'s `/sim/drive`, one right after the other; what each answered.

        RuntimeError when the sandbox says that the phone cannot do one of them.
        """
        waiting = []
        for command in commands:
            future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            self._last += 1
            self._awaited[self._last] = future
            self._command({**command, "ref": self._last})
            waiting.append(future)
        answers = [await future for future in waiting]
        refused = next((answer["error"] for answer in answers if "error" in answer), None)
        if refused is not None:
            raise RuntimeError(refused)
        return answers

    async def upload(self, chat: int, kind: str, *bodies: tuple[str, bytes], caption: str = "") -> dict[str, Any]:
        """Files sent from a phone as `photo`, `voice` or `document`; several are an album."""
        form = aiohttp.FormData({"caption": caption}, quote_fields=False)
        for name, body in bodies:
            form.add_field(kind, io.BytesIO(body), filename=name, content_type="application/octet-stream")
        return await self.ask("POST", f"phones/{chat}/upload", data=form)

    async def ask(self, verb: str, path: str, **more: Any) -> dict[str, Any]:
        """One request to `/sim`."""
        async with self._session.request(verb, f"{self._address}/sim/{path}", **more) as response:
            answer: dict[str, Any] = await response.json()
            if response.status >= 400:
                raise RuntimeError(answer.get("error", response.status))
            return answer

    def _command(self, command: dict[str, Any]) -> None:
        self._commands.append(command)
        self._bell.set()

    async def _send(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            batch, self._commands = self._commands, []
            async with self._session.post(f"{self._address}/sim/drive", json=batch) as response:
                # A command that nobody waits for and that was refused is found by the driver: no reply comes.
                for answer in await response.json() if self._awaited else ():
                    if (future := self._awaited.pop(answer.get("ref", 0), None)) and not future.done():
                        future.set_result(answer)

    async def _listen(self, listening: asyncio.Event) -> None:
        kinds = {"events": "message,edited,deleted"}
        async with self._session.get(f"{self._address}/sim/stream", params=kinds, read_bufsize=1 << 20) as stream:
            listening.set()
            async for line in stream.content:
                if line.startswith(b"data: "):
                    for event in json.loads(line[6:]):
                        if event["event"] == "deleted":
                            self.gone(event["chat_id"], event["message_ids"])
                        else:
                            self._tell(event["chat_id"], event["message"])

    def _tell(self, chat: int, message: dict[str, Any]) -> None:
        if message["from_bot"]:
            buttons = [
                (button["text"], button.get("callback_data", "")) for row in message["keyboard"] for button in row
            ]
            self.heard(Shown(chat, message["text"], buttons, message))
