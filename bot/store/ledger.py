"""The ledger of message ids: what stands in a chat and can still be deleted, ours (outbox) and the family's (inbox)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, update

from bot.store import letters
from bot.store.tables import inbox, outbox


def standing(connection: Connection, lane: str, kinds: Sequence[str] | None = None) -> list[int]:
    """Ids of the messages that stand in this chat as far as we know, newest first; of ours, only these kinds if given."""
    ours = select(outbox.c.message).where(outbox.c.lane == lane, outbox.c.message.is_not(None))
    if kinds is not None:
        return sorted(connection.execute(ours.where(outbox.c.kind.in_(kinds))).scalars(), reverse=True)
    theirs = select(inbox.c.message).where(inbox.c.lane == lane, inbox.c.message.is_not(None))
    found = {*connection.execute(ours).scalars(), *connection.execute(theirs).scalars()}
    return sorted(found, reverse=True)


def strike(connection: Connection, lane: str, messages: Iterable[int]) -> None:
    """These stand there no more, or nothing can be done about them."""
    ids = list(messages)
    for table in (inbox, outbox) if ids else ():
        gone = update(table).where(table.c.lane == lane, table.c.message.in_(ids))
        connection.execute(gone.values(message=None))
    if ids:
        letters.strike(connection, lane, ids)
