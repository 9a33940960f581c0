"""The sandbox's state, and the only way to change it: a record is applied and, with a journal, written down.

Starting again is applying the same records, so what a restart remembers cannot differ from what happened.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Feed
from bot.sandbox.files import Files, Kept
from bot.sandbox.floods import Floods
from bot.sandbox.journal import Journal
from bot.sandbox.phones import Phone, shown
from bot.sandbox.tally import Tally
from bot.sandbox.updates import Updates
from bot.sandbox.wire import Json

#: A tap must be answered within this many seconds. Telegram doesn't publish its own limit.
QUERY_SECONDS = 60
#: Messages can be deleted, and edited by people, for two days.
TOUCHABLE_SECONDS = 48 * 3600
FIRST_CHAT = 500_000_001


@dataclass(frozen=True, slots=True)
class Query:
    """A tap that wants an answer."""

    query_id: str
    chat_id: int
    at: int


class World:
    """Everything the server knows. `directory` None keeps it in memory only."""

    def __init__(self, directory: Path | None = None, *, strict: bool = False, bot_id: int = 110_201_543) -> None:
        self.bot_id = bot_id
        self.clock = Clock()
        self.feed = Feed()
        self.tally = Tally()
        self.faults = Faults()
        self.floods = Floods(strict)
        self.updates = Updates()
        self.files = Files(directory / "files" if directory else None)
        self.phones: dict[int, Phone] = {}
        self.queries: dict[str, Query] = {}
        #: "name", "description", "short_description", "commands", "menu" -> language or scope -> value
        self.profile: dict[str, dict[str, Any]] = {}
        self.next_message = 1
        self.next_chat = FIRST_CHAT
        self._journal: Journal | None = None
        if directory:
            journal = Journal(directory)
            for kind, *values in journal.records():
                self._apply[kind](self, *values)
            journal.rewrite(self._snapshot())
            self._journal = journal

    # -- changing it ---------------------------------------------------------------------------------------------

    def keep(self, kind: str, *values: Any) -> None:
        """Apply a record, and write it down."""
        self._apply[kind](self, *values)
        if self._journal:
            self._journal.write((kind, *values))
            if self._journal.crowded:
                self._journal.rewrite(self._snapshot())

    def _ids(self, update: int, message: int, chat: int) -> None:
        self.updates.next_id, self.next_message, self.next_chat = update, message, chat

    def _phone(self, record: Json) -> None:
        known = self.phones.get(record["chat_id"])
        if known is None:
            self.phones[record["chat_id"]] = Phone(**record)
            self.next_chat = max(self.next_chat, record["chat_id"] + 1)
        else:
            for name, value in record.items():
                setattr(known, name, value)

    def _gone(self, chat_id: int) -> None:
        self.phones.pop(chat_id, None)

    def _message(self, message: Json) -> None:
        self.phones[message["chat"]["id"]].messages[message["message_id"]] = message
        if message["message_id"] >= self.next_message:
            self.next_message = message["message_id"] + 1

    def _erased(self, chat_id: int, message_ids: list[int]) -> None:
        for message_id in message_ids:
            self.phones[chat_id].messages.pop(message_id, None)

    def _hidden(self, chat_id: int, message_ids: list[int]) -> None:
        self.phones[chat_id].hidden.update(message_ids)

    def _keyboard(self, chat_id: int, markup: Json | None) -> None:
        self.phones[chat_id].keyboard = markup

    def _update(self, update_id: int, date: int, update: Json) -> None:
        self.updates.add(update_id, date, update)

    def _forgotten(self, update_ids: list[int]) -> None:
        self.updates.forget(update_ids)

    def _allowed(self, kinds: list[str]) -> None:
        self.updates.allowed = kinds

    def _query(self, query_id: str, chat_id: int, at: int) -> None:
        self.queries[query_id] = Query(query_id, chat_id, at)

    def _answered(self, query_id: str) -> None:
        self.queries.pop(query_id, None)

    def _file(self, record: Json) -> None:
        self.files.add(Kept(**record))

    def _profile(self, what: str, key: str, value: Any) -> None:
        if value:
            self.profile.setdefault(what, {})[key] = value
        else:
            self.profile.get(what, {}).pop(key, None)

    def _ahead(self, seconds: float) -> None:
        self.clock.ahead = seconds

    _apply: ClassVar[dict[str, Any]] = {
        "ids": _ids,
        "phone": _phone,
        "gone": _gone,
        "message": _message,
        "erased": _erased,
        "hidden": _hidden,
        "keyboard": _keyboard,
        "update": _update,
        "forgotten": _forgotten,
        "allowed": _allowed,
        "query": _query,
        "answered": _answered,
        "file": _file,
        "profile": _profile,
        "ahead": _ahead,
    }

    def _snapshot(self) -> Iterator[tuple[Any, ...]]:
        """The fewest records that give this state again."""
        yield "ahead", self.clock.ahead
        yield "allowed", self.updates.allowed
        for what, values in self.profile.items():
            for key, value in values.items():
                yield "profile", what, key, value
        for kept in self.files.by_id.values():
            yield "file", kept.record()
        for phone in self.phones.values():
            yield "phone", phone.record()
            for message in phone.messages.values():
                yield "message", message
            if phone.hidden:
                yield "hidden", phone.chat_id, sorted(phone.hidden)
            if phone.keyboard:
                yield "keyboard", phone.chat_id, phone.keyboard
        for query in self.queries.values():
            yield "query", query.query_id, query.chat_id, query.at
        for update_id, pending in self.updates.pending.items():
            yield "update", update_id, pending.date, json.loads(pending.body)
        yield "ids", self.updates.next_id, self.next_message, self.next_chat

    # -- what happens in it --------------------------------------------------------------------------------------

    def bot_card(self) -> Json:
        """The bot as a `User`."""
        name = self.profile.get("name", {}).get("", "Wasl")
        return {"id": self.bot_id, "is_bot": True, "first_name": name, "username": "WaslSandboxBot"}

    def new_message(self, phone: Phone, *, from_bot: bool) -> Json:
        """A `Message` with a new id, to be filled and given to `post`."""
        message_id = self.next_message
        self.next_message += 1
        return {
            "message_id": message_id,
            "from": self.bot_card() if from_bot else phone.card(),
            "chat": phone.chat(),
            "date": self.clock.now(),
        }

    def post(self, message: Json) -> None:
        """A message appears in its chat."""
        self.keep("message", message)
        if self.feed.heard:
            self.feed.tell({"event": "message", "chat_id": message["chat"]["id"], "message": shown(message)})

    def change(self, message: Json) -> None:
        """A message of the chat is replaced by this one."""
        self.keep("message", message)
        if self.feed.heard:
            self.feed.tell({"event": "edited", "chat_id": message["chat"]["id"], "message": shown(message)})

    def erase(self, phone: Phone, message_ids: list[int]) -> None:
        """Messages disappear on both sides."""
        self.keep("erased", phone.chat_id, message_ids)
        self.feed.tell({"event": "deleted", "chat_id": phone.chat_id, "message_ids": message_ids})

    def hide(self, phone: Phone, message_ids: list[int]) -> None:
        """Messages disappear from this phone; the bot may still edit or delete them."""
        self.keep("hidden", phone.chat_id, message_ids)
        self.feed.tell({"event": "deleted", "chat_id": phone.chat_id, "message_ids": message_ids})

    def set_phone(self, phone: Phone, **changes: Any) -> None:
        """Note that the phone started, blocked, was renamed…"""
        self.keep("phone", {**phone.record(), **changes})
        self.feed.tell({"event": "phone", "chat_id": phone.chat_id, "phone": phone.shown(messages=False)})

    def set_keyboard(self, phone: Phone, markup: Json | None) -> None:
        """The keyboard in place of the composer's."""
        self.keep("keyboard", phone.chat_id, markup)
        self.feed.tell({"event": "phone", "chat_id": phone.chat_id, "phone": phone.shown(messages=False)})

    def queue(self, kind: str, value: Json) -> int | None:
        """Put an update in the bot's queue; its id, or None when the bot didn't ask for this kind."""
        if not self.updates.wants(kind):
            return None
        return self.inject({"update_id": self.updates.next_id, kind: value})

    def inject(self, update: Json) -> int:
        """Put an update in the queue as it is; one without a usable id gets the next one."""
        update_id = update.setdefault("update_id", self.updates.next_id)
        if not isinstance(update_id, int) or isinstance(update_id, bool):
            update_id = self.updates.next_id
        self.keep("update", update_id, self.clock.now(), update)
        if self.feed.heard:
            self.feed.tell({"event": "update", "update": update})
        return update_id

    def ask(self, phone: Phone) -> str:
        """A new query id for a tap."""
        query_id = str(secrets.randbits(62))
        self.keep("query", query_id, phone.chat_id, self.clock.now())
        return query_id

    def store(self, kind: str, upload: Any) -> Kept:
        """Keep a file."""
        kept = self.files.store(kind, upload)
        self.keep("file", kept.record())
        return kept

    def hush(self) -> None:
        """End polls and streams, so that the server can stop; what is still asked is answered and written down."""
        self.updates.close()
        self.feed.close()

    def close(self) -> None:
        """Let go of the data directory."""
        if self._journal:
            self._journal.close()
            self._journal = None
