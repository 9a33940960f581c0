"""What a code and a PIN open: a draft on another phone, or something sent; and whether a PIN is right in its own chat.

Wrong and unknown codes, wrong PINs and those for an emergency take the same time: each try makes every hash there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from bot import pins
from bot.chats import Chat, aligned, open_draft, open_receipt
from bot.engine import Engine
from bot.gate import Gate, at_code, at_home
from bot.keepsakes import Secret, open_key, read_secret
from bot.keys import DraftKey, Keys
from bot.store import references, resumptions
from bot.store.references import Reference
from bot.store.resumptions import Found
from bot.store.store import Store
from flows.conversation import Conversation
from ground.vault import Unreadable, Vault


@dataclass(frozen=True, slots=True)
class Brought:
    """A draft that code and PIN opened, and the chat it is in until now."""

    conversation: Conversation
    key: bytes = field(repr=False)
    lane: str
    version: int


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """Something sent that code and PIN opened."""

    report: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was opened."""

    reason: Literal["wrong", "too_often", "busy"]
    #: the report whose code is locked from now on, so that its family can be told
    locked: str | None = None
    #: the report that an emergency PIN was written for: no chat knows of it from now on
    unlinks: str | None = None


class Bringing:
    """Checks codes and PINs behind the gate."""

    def __init__(self, store: Store, keys: Keys, engine: Engine) -> None:
        self._store = store
        self._keys = keys
        self._engine = engine
        self._gate = Gate(store, keys)

    @staticmethod
    def looks_right(words: str) -> bool:
        """Whether these words can be a code and a PIN at all."""
        return read_secret(words) is not None

    def is_busy(self, chat: Chat, at: datetime) -> bool:
        """Whether something is begun in this chat that would be lost."""
        here = chat.conversation
        return here is not None and here.status == "open" and self._engine.has_news(here, at)

    async def bring(self, chat: Chat, words: str, at: datetime) -> Brought | OpenedReport | Refused:
        """What these words open; or why nothing."""
        secret = read_secret(words)
        if secret is None:
            return Refused("wrong")
        tried = await self._gate.enter(at_code(chat.lane, secret.selector), at)
        if tried is None:
            return Refused("too_often")
        found, reference = await self._store.write(lambda connection: _look(connection, secret))
        key = await open_key(self._keys, secret, found)
        verdict = await pins.judge_both(self._keys, secret.code, reference, secret.pin)
        draft = self._open(found, key)
        if draft is not None or verdict == "right":
            await self._gate.right(tried)
        if draft is not None:
            return Refused("busy") if self.is_busy(chat, at) else draft
        if reference is None:
            return Refused("wrong")
        if verdict == "right":
            return OpenedReport(reference.report)
        locked = reference.report if tried.locks else None
        return Refused("wrong", locked, reference.report if verdict == "duress" else None)

    async def prove(
        self, chat: Chat, report: str | None, pin: str, at: datetime
    ) -> pins.Verdict | Literal["too_often"]:
        """What this PIN is to what was sent from this chat; to nothing at all, it is wrong, and takes as long."""
        tried = await self._gate.enter(at_home(chat.lane), at)
        if tried is None:
            return "too_often"
        reference = await self._store.write(lambda connection: references.of(connection, report) if report else None)
        verdict = await pins.judge(self._keys, report, reference, pin)
        if verdict == "right":
            await self._gate.right(tried)
        return verdict

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


def _look(connection: Connection, secret: Secret) -> tuple[Found | None, Reference | None]:
    return resumptions.find(connection, secret.selector), references.find(connection, secret.selector)
