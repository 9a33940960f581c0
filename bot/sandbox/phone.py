"""A phone in the hand of a test: a small async client of the /sim API.

    async with aiohttp.ClientSession() as session:
        samira = await Phone.add(session, "http://127.0.0.1:8090", "Samira", "ar")
        await samira.start()
        question = await samira.wait_for(lambda message: message["from_bot"] and "name" in message["text"])
        await samira.tap("Skip")

Messages are those of `phones.shown`. A gesture that is not possible raises `CannotDo`.
"""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox.wire import Json, encode

#: How often a waiting phone looks at its screen, in seconds.
GLANCE = 0.03


class CannotDo(Exception):  # noqa: N818
    """The sandbox says why this phone cannot do that."""


async def ask(session: aiohttp.ClientSession, verb: str, url: str, **more: Any) -> Any:
    """One /sim request; its JSON, or `CannotDo`."""
    async with session.request(verb, url, **more) as response:
        answer = await response.json()
        if response.status >= 400:
            raise CannotDo(answer.get("error", response.status))
        return answer


@dataclass(frozen=True, slots=True)
class Phone:
    """One chat of one sandbox."""

    session: aiohttp.ClientSession
    url: str
    chat_id: int

    @classmethod
    async def add(
        cls, session: aiohttp.ClientSession, sandbox: str, name: str = "Samira", language_code: str = "ar"
    ) -> Phone:
        """A new phone at the sandbox, which hasn't pressed Start yet."""
        made = await ask(session, "POST", f"{sandbox}/sim/phones", json={"name": name, "language_code": language_code})
        return cls(session, sandbox, made["chat_id"])

    async def _do(self, gesture: str, **given: Any) -> Json:
        answer: Json = await ask(self.session, "POST", f"{self.url}/sim/phones/{self.chat_id}/{gesture}", json=given)
        return answer

    async def start(self, payload: str = "") -> Json:
        return await self._do("start", payload=payload)

    async def say(self, text: str, reply_to: int | None = None) -> Json:
        """-> `{message_id, update_id}`."""
        return await self._do("say", text=text, reply_to=reply_to)

    async def tap(self, label: str, message_id: int | None = None) -> Json:
        """Press the newest button with this label (or the one of this message) -> `{query_id, …}`."""
        return await self._do("tap", text=label, message_id=message_id)

    async def tap_data(self, data: str, message_id: int | None = None, *, force: bool = False) -> Json:
        """Press a button by its callback data; `force` also presses one that is gone from the screen."""
        return await self._do("tap", data=data, message_id=message_id, force=force)

    async def edit(self, message_id: int, text: str) -> Json:
        return await self._do("edit", message_id=message_id, text=text)

    async def delete(self, message_id: int, *, for_both: bool = False) -> Json:
        return await self._do("delete", message_id=message_id, for_both=for_both)

    async def clear(self) -> Json:
        return await self._do("clear")

    async def block(self) -> Json:
        return await self._do("block")

    async def unblock(self) -> Json:
        return await self._do("unblock")

    async def contact(self, **card: Any) -> Json:
        return await self._do("contact", **card)

    async def location(self, latitude: float = 33.5138, longitude: float = 36.2765) -> Json:
        return await self._do("location", latitude=latitude, longitude=longitude)

    async def upload(self, kind: str, *files: tuple[str, bytes] | Path, caption: str = "", mime: str = "") -> Json:
        """Send files as `photo`, `voice` or `document`; several are an album."""
        form = aiohttp.FormData({"caption": caption}, quote_fields=False)
        for file in files:
            name, body = (file.name, file.read_bytes()) if isinstance(file, Path) else file
            form.add_field(kind, io.BytesIO(body), filename=name, content_type=mime or "application/octet-stream")
        answer: Json = await ask(self.session, "POST", f"{self.url}/sim/phones/{self.chat_id}/upload", data=form)
        return answer

    async def screen(self) -> Json:
        """The whole phone: messages, toasts, keyboard, blocked."""
        view: Json = await ask(self.session, "GET", f"{self.url}/sim/phones/{self.chat_id}")
        return view

    async def messages(self) -> list[Json]:
        """What is on the screen, oldest first."""
        messages: list[Json] = (await self.screen())["messages"]
        return messages

    async def last(self, *, from_bot: bool = True) -> Json | None:
        """The newest message of the bot (or of this phone)."""
        return next((one for one in reversed(await self.messages()) if one["from_bot"] == from_bot), None)

    async def toasts(self) -> list[str]:
        """What the bot answered to taps, oldest first."""
        return [toast["text"] for toast in (await self.screen())["toasts"]]

    async def wait_for(self, wanted: Callable[[Json], bool] | str, timeout: float = 10) -> Json:  # noqa: ASYNC109
        """The newest message that fits a predicate, or whose text (by the bot) holds these words; or TimeoutError."""
        fits = wanted if callable(wanted) else lambda one: one["from_bot"] and wanted in one["text"]
        end = time.monotonic() + timeout
        while True:
            for message in reversed(await self.messages()):
                if fits(message):
                    return message
            if time.monotonic() > end:
                raise TimeoutError(f"No such message within {timeout} s on phone {self.chat_id}.")
            await asyncio.sleep(GLANCE)


@dataclass(frozen=True, slots=True)
class Remote:
    """The sandbox itself, from outside: its clock, its faults, its counters."""

    session: aiohttp.ClientSession
    url: str

    async def ahead(self, seconds: float) -> Json:
        """Move the sandbox's clock."""
        answer: Json = await ask(self.session, "POST", f"{self.url}/sim/clock", json={"seconds": seconds})
        return answer

    async def fault(self, kind: str, **more: Any) -> Json:
        """Order trouble: `method`, `times`, `seconds`, `after`."""
        answer: Json = await ask(self.session, "POST", f"{self.url}/sim/faults", json={"kind": kind, **more})
        return answer

    async def inject(self, *updates: Json) -> list[int]:
        """Queue raw updates; their ids."""
        ids: list[int] = (await ask(self.session, "POST", f"{self.url}/sim/updates", json=list(updates)))["update_ids"]
        return ids

    async def counters(self) -> Json:
        answer: Json = await ask(self.session, "GET", f"{self.url}/sim/counters")
        return answer

    async def calls(self, *, refused: bool = False) -> list[Json]:
        """The bot's last calls, oldest first, without its polls."""
        calls: list[Json] = (await ask(self.session, "GET", f"{self.url}/sim/calls?refused={int(refused)}"))["calls"]
        return calls

    async def events(self, *kinds: str, chat_id: int | None = None) -> AsyncIterator[Json]:
        """Everything that happens from now on, or only these kinds, or one chat's; ends when the sandbox stops."""
        query = {"events": ",".join(kinds)} | ({"chat_id": str(chat_id)} if chat_id else {})
        endless = aiohttp.ClientTimeout(total=None)
        async with self.session.get(f"{self.url}/sim/stream", params=query, timeout=endless) as response:
            waiting = b""
            async for chunk in response.content.iter_any():  # aiohttp's own lines may not be as long as a busy moment
                *frames, waiting = (waiting + chunk).split(b"\n\n")
                for frame in frames:
                    if frame.startswith(b"data: "):
                        for event in json.loads(frame[6:]):
                            yield event

    async def drive(self, commands: list[Json]) -> list[Json]:
        """Many gestures in one request; an answer for each."""
        answers: list[Json] = await ask(
            self.session, "POST", f"{self.url}/sim/drive", data=io.BytesIO(encode(commands).encode())
        )
        return answers
