"""Brings a draft from another phone: code and PIN checked, tries counted, the draft opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from bot.chats import Chat, aligned, open_draft, open_receipt
from bot.engine import Engine
from bot.keepsakes import Secret, open_key, read_secret
from bot.keys import DraftKey, Keys
from bot.store import resumptions
from bot.store.resumptions import Found
from bot.store.store import Store
from flows.conversation import Conversation
from ground.vault import Unreadable, Vault

#: So many wrong tries of a chat, or on a code, in one day; then none is even looked at.
MOST_FAILURES = 5

Refusal = Literal["wrong", "too_often", "busy"]


@dataclass(frozen=True, slots=True)
class Brought:
    """A draft that code and PIN opened, and the chat it is in until now."""

    conversation: Conversation
    key: bytes = field(repr=False)
    lane: str
    version: int


class Bringing:
    """Checks codes and PINs. Wrong and unknown ones take the same time and get the same words."""

    def __init__(self, store: Store, keys: Keys, engine: Engine) -> None:
        self._store = store
        self._keys = keys
        self._engine = engine

    @staticmethod
    def looks_right(words: str) -> bool:
        """Whether these words can be a code and a PIN at all."""
        return read_secret(_digits(words)) is not None

    async def bring(self, chat: Chat, words: str, at: datetime) -> Brought | Refusal:
        """The draft these words open; or why not."""
        here = chat.conversation
        if here is not None and here.status == "open" and self._engine.has_news(here, at):
            return "busy"
        secret = read_secret(_digits(words))
        if secret is None:
            return "wrong"
        day = int(at.timestamp()) // 86_400
        who = (f"chat:{chat.lane}", f"code:{secret.selector}")
        found, tries = await self._store.write(lambda connection: _look(connection, secret, who, day))
        if tries >= MOST_FAILURES:
            return "too_often"
        brought = self._open(found, await open_key(self._keys, secret, found))
        if brought is None:
            await self._store.write(lambda connection: [resumptions.failed(connection, one, day) for one in who])
            return "wrong"
        return brought

    def _open(self, found: Found | None, key: bytes | None) -> Brought | None:
        if found is None or key is None:
            return None
        try:
            draft = open_draft(DraftKey(Vault(key), b""), found.resumption.conversation, found.body)
        except Unreadable:
            return None
        receipt = found.receipt
        sent = open_receipt(self._keys, draft.id, receipt) if receipt is not None else None
        return Brought(aligned(draft, sent), key, found.lane, found.version)


def _look(connection: Connection, secret: Secret, who: tuple[str, ...], day: int) -> tuple[Found | None, int]:
    tries = max(resumptions.failures_of(connection, one, day) for one in who)
    return resumptions.find(connection, secret.selector), tries


def _digits(words: str) -> str:
    from flows.reading.words import tidy

    return "".join(tidy(words).split()).replace("-", "")
