"""What happens, told to whoever listens: pages, load drivers, tests.

An event is a JSON object with `event` and mostly `chat_id`:

    {"event": "message", "chat_id": 1, "message": {…}}      the bot or this phone wrote; as the phone shows it
    {"event": "edited", "chat_id": 1, "message": {…}}       the text or the keyboard changed
    {"event": "deleted", "chat_id": 1, "message_ids": [7]}  gone from this phone
    {"event": "answered", "chat_id": 1, "query_id": "…", "text": "…", "show_alert": false}
    {"event": "action", "chat_id": 1, "action": "typing"}
    {"event": "phone", "chat_id": 1, "phone": {…}}          new, or blocked, unblocked, started, keyboard changed
    {"event": "phone_gone", "chat_id": 1}
    {"event": "cleared", "chat_id": 1}
    {"event": "bot", …}                                     the bot changed its name, commands or descriptions
    {"event": "clock", "ahead": 3600}
    {"event": "call", "call": {…}}                          a Bot API call that isn't a poll, as in /sim/calls
    {"event": "update", "update": {…}}                      put in the bot's queue
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.sandbox.wire import Json, encode

#: A listener that falls this far behind is cut off: it will come back and read the whole state again.
PATIENCE = 200_000


class Listener:
    """One open stream. Events of one moment travel together, as one JSON list."""

    def __init__(self, chat_id: int | None, kinds: frozenset[str]) -> None:
        self._chat_id = chat_id
        self._kinds = kinds
        self._waiting: list[Json] = []
        self._bell = asyncio.Event()
        self.closed = False

    def offer(self, event: Json) -> None:
        """Take the event if it is one of those asked for."""
        if self._kinds and event["event"] not in self._kinds:
            return
        if self._chat_id is not None and event.get("chat_id", self._chat_id) != self._chat_id:
            return
        self._waiting.append(event)
        if len(self._waiting) > PATIENCE:
            self.closed = True
        self._bell.set()

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self._bell.set()

    async def batches(self, heartbeat: float = 15) -> AsyncIterator[str]:
        """JSON lists of events; an empty string when nothing happened for `heartbeat` seconds."""
        while not self.closed:
            if not self._bell.is_set():
                try:
                    await asyncio.wait_for(self._bell.wait(), heartbeat)
                except TimeoutError:
                    yield ""
                    continue
            self._bell.clear()
            batch, self._waiting = self._waiting, []
            if batch:
                yield encode(batch)


class Feed:
    """All listeners. Ask `heard` before making an event that costs something to make."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    @property
    def heard(self) -> bool:
        return bool(self._listeners)

    def listen(self, chat_id: int | None = None, kinds: frozenset[str] = frozenset()) -> Listener:
        """Everything, or only one chat's events, or only some kinds."""
        listener = Listener(chat_id, kinds)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def tell(self, event: Json) -> None:
        for listener in self._listeners:
            listener.offer(event)

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()
