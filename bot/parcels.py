"""What is to be said in a chat, ready for the Bot API, and its sealed form in the outbox."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.keys import Keys
from bot.store.rows import OutboxRow
from flows.languages import Spoken
from ground.packing import pack, unpack

#: show and tell are messages; forget deletes one of the family's; lock is a show whose button holds a draft's key; voice sends a
#: recorded question and hush takes it away; picture sends a receipt drawn; sweep deletes all that can be deleted but the anchor,
#: vanish the anchor too; letter is a message of the team's, edited in place (`target`) where it stands
Kind = Literal["show", "tell", "forget", "lock", "voice", "picture", "hush", "sweep", "vanish", "letter"]
#: Kinds that stand as the anchor.
ANCHORS = ("show", "lock")
#: In the content of what is said without a sound, because nobody waits for it.
QUIETLY = "disable_notification"


@dataclass(slots=True)
class Parcel:
    """One message to send, edit or delete. `content` holds the call's parameters without chat and message."""

    update_id: int
    ordinal: int
    kind: Kind
    content: Mapping[str, Any] = field(repr=False)
    #: a show that must be a new message at the end of the chat
    fresh: bool = False
    #: the message to forget
    target: int | None = None
    #: for a fresh show: the buttons that the anchor it leaves behind shall keep
    settles: Mapping[str, Any] | None = field(default=None, repr=False)
    #: for a lock: the conversation and the version of it whose key the button holds
    lock: tuple[str, int] | None = None
    #: for a letter: its id
    letter: str | None = None
    #: said by ourselves: tried once, and only up to this moment (monotonic); it has had its turn among all
    once_until: float | None = None

    def row(self, keys: Keys, lane: str) -> OutboxRow:
        """The parcel as it is kept until it is sent."""
        body = None
        if self.content:
            plain = pack([self.content, self.settles, self.lock, self.letter])
            body = keys.outbox.seal(plain, table="outbox", row=_row(self.update_id, self.ordinal), column="body")
        return OutboxRow(self.update_id, self.ordinal, lane, self.kind, self.fresh, self.target, body)


def read_parcel(keys: Keys, row: OutboxRow) -> Parcel:
    """The parcel a row was made of; `Unreadable` when the row was damaged."""
    content: Mapping[str, Any] = {}
    settles: Mapping[str, Any] | None = None
    lock = letter = None
    if row.body is not None:
        place = _row(row.update_id, row.ordinal)
        content, settles, *more = unpack(keys.outbox.open(row.body, table="outbox", row=place, column="body"))
        lock = (more[0][0], more[0][1]) if more and more[0] else None
        letter = more[1] if len(more) > 1 else None
    kind: Any = row.kind
    return Parcel(row.update_id, row.ordinal, kind, content, row.fresh, row.target, settles, lock, letter)


def with_key(content: Mapping[str, Any], tag: str, key: bytes) -> dict[str, Any]:
    """The message with a draft's key in its "Continue" button: 52 of the 64 bytes a button may hold."""
    letters = base64.urlsafe_b64encode(key).decode().rstrip("=")
    rows = [
        [
            {**button, "callback_data": f"{tag}.k:{letters}"} if button["callback_data"] == f"{tag}.g" else button
            for button in row
        ]
        for row in content["reply_markup"]["inline_keyboard"]
    ]
    return {**content, "reply_markup": {"inline_keyboard": rows}}


def message(spoken: Spoken, tag: str) -> dict[str, Any]:
    """The parameters of a message: plain text and entities, never a parse mode."""
    content: dict[str, Any] = {
        "text": spoken.text,
        "link_preview_options": {"is_disabled": True},
        "reply_markup": keyboard(spoken.rows, tag),
    }
    if spoken.copyable:
        content["entities"] = [{"type": "code", "offset": at, "length": length} for at, length in spoken.copyable]
    return content


def keyboard(rows: tuple[tuple[tuple[str, str], ...], ...], tag: str) -> dict[str, Any]:
    """Buttons as Telegram wants them; an empty keyboard takes the buttons of an edited message away."""
    return {
        "inline_keyboard": [
            [{"text": label, "callback_data": f"{tag}.{press}"} for label, press in row] for row in rows
        ]
    }


def _row(update_id: int, ordinal: int) -> str:
    return f"{update_id}.{ordinal}"
