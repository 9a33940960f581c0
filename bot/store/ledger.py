"""The ledger of message ids: what stands in a chat and can still be deleted, ours (outbox) and the family's (inbox)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from bot.store.tables import inbox, outbox


def standing(connection: Connection, lane: str) -> list[int]:
    """Ids of the messages that stand in this chat as far as we know, newest first."""
    found: set[int] = set()
    for table in (inbox, outbox):
        rows = select(table.c.message).where(table.c.lane == lane, table.c.message.is_not(None))
        found.update(connection.execute(rows).scalars())
    return sorted(found, reverse=True)


def strike(connection: Connection, lane: str, messages: Iterable[int]) -> None:
    """These stand there no more, or nothing can be done about them."""
    ids = list(messages)
    for table in (inbox, outbox) if ids else ():
        gone = update(table).where(table.c.lane == lane, table.c.message.in_(ids))
        connection.execute(gone.values(message=None))
