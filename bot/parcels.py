"""What is to be said in a chat, ready for the Bot API, and its sealed form in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.keys import Keys
from bot.store.rows import OutboxRow
from flows.languages import Spoken
from ground.packing import pack, unpack

Kind = Literal["show", "tell", "forget"]


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

    def row(self, keys: Keys, lane: str) -> OutboxRow:
        """The parcel as it is kept until it is sent."""
        body = None
        if self.content:
            plain = pack([self.content, self.settles])
            body = keys.outbox.seal(plain, table="outbox", row=_row(self.update_id, self.ordinal), column="body")
        return OutboxRow(self.update_id, self.ordinal, lane, self.kind, self.fresh, self.target, body)


def read_parcel(keys: Keys, row: OutboxRow) -> Parcel:
    """The parcel a row was made of; `Unreadable` when the row was damaged."""
    content: Mapping[str, Any] = {}
    settles: Mapping[str, Any] | None = None
    if row.body is not None:
        place = _row(row.update_id, row.ordinal)
        content, settles = unpack(keys.outbox.open(row.body, table="outbox", row=place, column="body"))
    kind: Any = row.kind
    return Parcel(row.update_id, row.ordinal, kind, content, row.fresh, row.target, settles)


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
