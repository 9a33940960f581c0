"""The Bot API as a load driver needs it: six methods, no checks, and as little processor time as Python allows.

The bots' side of the measurement must not wait for ours, on two cores least of all. So this is a bare asyncio protocol
and not a web framework; whether a bot uses the Bot API *correctly* is the sandbox's business, not this one's.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Shown:
    """A message as it stands in the chat after the bot sent or edited it."""

    chat: int
    text: str
    buttons: list[tuple[str, str]]
    """Label and callback data, row after row."""
    message: dict[str, Any] = field(repr=False)


class Stage:
    """Where families and one bot meet; `heard` is called with whatever the bot shows."""

    def __init__(self) -> None:
        self.heard: Callable[[Shown], None] = lambda shown: None
        self.calls: Counter[str] = Counter()
        self.first_poll: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._updates: deque[tuple[int, dict[str, Any]]] = deque()
        self._next_update = 1
        self._next_message = 1
        self._waiting: tuple[_Connection, asyncio.TimerHandle] | None = None
        self._server: asyncio.Server | None = None

    async def open(self) -> str:
        """Listen on a free port of this machine; give back the address for the bot."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def ready(self) -> float:
        """The moment of the bot's first getUpdates."""
        return await asyncio.shield(self.first_poll)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    # The families' side

    def say(self, chat: int, text: str) -> None:
        message = self._message(chat, text) | {"from": _person(chat)}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self._push({"message": message})

    def tap(self, shown: Shown, data: str) -> None:
        query = {
            "id": str(self._next_update),
            "from": _person(shown.chat),
            "chat_instance": "1",
            "data": data,
            "message": shown.message,
        }
        self._push({"callback_query": query})

    def _push(self, update: dict[str, Any]) -> None:
        self._updates.append((self._next_update, {"update_id": self._next_update} | update))
        self._next_update += 1
        if self._waiting is not None:
            # In the next turn of the loop, so that a burst of answers travels in one batch, as it does from Telegram.
            waiting, timer = self._waiting
            self._waiting = None
            timer.cancel()
            asyncio.get_running_loop().call_soon(self._deliver, waiting)

    # The bot's side

    def call(self, connection: _Connection, method: str, body: bytes) -> None:
        self.calls[method] += 1
        if method == "getUpdates":
            self._get_updates(connection, _fields(body))
        elif method in ("sendMessage", "editMessageText"):
            self._show(connection, _fields(body))
        elif method == "getMe":
            connection.answer(_BOT)
        else:
            connection.answer(True)

    def _get_updates(self, connection: _Connection, fields: dict[str, Any]) -> None:
        if not self.first_poll.done():
            self.first_poll.set_result(time.monotonic())
        offset = int(fields.get("offset") or 0)
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        patience = float(fields.get("timeout") or 0)
        if self._updates or patience <= 0:
            self._deliver(connection)
        else:
            timer = asyncio.get_running_loop().call_later(patience, self._give_up, connection)
            self._waiting = (connection, timer)

    def _give_up(self, connection: _Connection) -> None:
        self._waiting = None
        connection.answer([])

    def _deliver(self, connection: _Connection) -> None:
        connection.answer([update for _, update in list(self._updates)[:100]])

    def _show(self, connection: _Connection, fields: dict[str, Any]) -> None:
        chat = int(fields["chat_id"])
        markup = fields.get("reply_markup")
        markup = json.loads(markup) if isinstance(markup, str) else markup or {}
        message = self._message(chat, fields["text"], fields.get("message_id")) | {"from": _BOT}
        rows = markup.get("inline_keyboard", [])
        if rows:
            message["reply_markup"] = markup
        connection.answer(message)
        buttons = [(button["text"], button.get("callback_data", "")) for row in rows for button in row]
        # After the answer: a family sees a message no sooner than the bot knows that it was sent.
        asyncio.get_running_loop().call_soon(self.heard, Shown(chat, fields["text"], buttons, message))

    def _message(self, chat: int, text: str, number: Any = None) -> dict[str, Any]:
        if number is None:
            number, self._next_message = self._next_message, self._next_message + 1
        place = {"id": chat, "type": "private", "first_name": f"Family {chat}"}
        return {"message_id": int(number), "date": int(time.time()), "chat": place, "text": text}


_BOT = {"id": 4242, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


def _person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": f"Family {chat}", "language_code": "en"}


def _fields(body: bytes) -> dict[str, Any]:
    if body.startswith(b"{"):
        fields: dict[str, Any] = json.loads(body)
        return fields
    return dict(parse_qsl(body.decode()))


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with Content-Length, which is all that the measured clients send."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's own class

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._buffer[:end])
            length = _LENGTH.search(head)
            stop = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < stop:
                return
            body = bytes(self._buffer[end + 4 : stop])
            del self._buffer[:stop]
            path = head.split(b" ", 2)[1]
            self._stage.call(self, path.rpartition(b"/")[2].decode(), body)

    def answer(self, result: Any) -> None:
        if self._transport is not None:
            body = json.dumps({"ok": True, "result": result}).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)
