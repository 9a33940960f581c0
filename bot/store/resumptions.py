"""The SQL of drafts that can be brought to another phone."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select

from bot.store.tables import conversations, resumptions


@dataclass(frozen=True, slots=True)
class Resumption:
    """A draft's key, wrapped under a code and a PIN."""

    selector: str
    conversation: str
    salt: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What a code may open: the wrapped key, and the draft it is of."""

    resumption: Resumption
    lane: str
    version: int
    body: bytes = field(repr=False)
    receipt: bytes | None = field(repr=False)


def put(connection: Connection, row: Resumption, day: int) -> None:
    """A new one; an earlier one of the same draft ends."""
    forget(connection, row.conversation)
    values = {"selector": row.selector, "conversation": row.conversation, "salt": row.salt, "wrapped": row.wrapped}
    connection.execute(insert(resumptions), values | {"day": day})


def find(connection: Connection, selector: str) -> Found | None:
    """The draft of a code's first half; None when there is none, or none any more."""
    query = (
        select(
            resumptions.c.selector,
            resumptions.c.conversation,
            resumptions.c.salt,
            resumptions.c.wrapped,
            conversations.c.lane,
            conversations.c.version,
            conversations.c.body,
            conversations.c.receipt,
        )
        .join(conversations, conversations.c.id == resumptions.c.conversation)
        .where(resumptions.c.selector == selector, conversations.c.body.is_not(None))
    )
    row = connection.execute(query).first()
    return None if row is None else Found(Resumption(*row[:4]), *row[4:])


def forget(connection: Connection, conversation: str) -> None:
    """The draft can no longer be brought anywhere."""
    connection.execute(delete(resumptions).where(resumptions.c.conversation == conversation))
