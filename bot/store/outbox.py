"""The outbox's SQL: what is to be said, once per update and ordinal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.store.rows import OutboxRow, Sent
from bot.store.tables import DROPPED, NEW, ONCE, outbox

_PUT = insert(outbox)
_ONE = (outbox.c.update_id == bindparam("id"), outbox.c.ordinal == bindparam("nth"))
_MARK = update(outbox).where(*_ONE).values(state=bindparam("became"), message=bindparam("sent"), body=None)
_WAITING = (
    select(
        outbox.c.update_id,
        outbox.c.ordinal,
        outbox.c.lane,
        outbox.c.kind,
        outbox.c.fresh,
        outbox.c.target,
        outbox.c.body,
    )
    .where(outbox.c.state == NEW)
    .order_by(outbox.c.day, outbox.c.update_id, outbox.c.ordinal)
)


def put(connection: Connection, rows: Sequence[OutboxRow], day: int) -> None:
    """Queue these; the key (update, ordinal) refuses a second time."""
    connection.execute(_PUT, [_values(row, day) for row in rows])


def put_once(connection: Connection, update_id: int, lane: str, day: int) -> None:
    """Note something that is tried once: nothing finds it again but the ledger, when it stands in the chat."""
    row = OutboxRow(update_id, 0, lane, "tell", fresh=False, target=None, body=None)
    connection.execute(_PUT, [{**_values(row, day), "state": ONCE}])


def mark(connection: Connection, sent: Iterable[Sent]) -> None:
    """What became of them; their bodies are blanked."""
    connection.execute(
        _MARK, [{"id": s.update_id, "nth": s.ordinal, "became": s.state, "sent": s.message} for s in sent]
    )


def waiting(connection: Connection) -> list[OutboxRow]:
    """What was not said yet, in order."""
    return [OutboxRow(*row) for row in connection.execute(_WAITING)]


def drop(connection: Connection, lane: str) -> None:
    """The chat is gone: say nothing more to it."""
    gone = update(outbox).where(outbox.c.lane == lane, outbox.c.state == NEW)
    connection.execute(gone.values(state=DROPPED, body=None))


def counts(connection: Connection) -> dict[str, int]:
    """How many rows in each state."""
    found = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {row[0]: row[1] for row in found}


def prune(connection: Connection, before: int) -> int:
    """Forget what was said before this day (days since 1970)."""
    old = delete(outbox).where(outbox.c.state != NEW, outbox.c.day < before)
    return connection.execute(old).rowcount


def _values(row: OutboxRow, day: int) -> dict[str, object]:
    return {
        "update_id": row.update_id,
        "ordinal": row.ordinal,
        "lane": row.lane,
        "kind": row.kind,
        "fresh": row.fresh,
        "target": row.target,
        "state": NEW,
        "day": day,
        "message": None,
        "body": row.body,
    }
