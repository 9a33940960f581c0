"""The inbox's SQL: keep what Telegram gave, once; mark it done with its turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.store.rows import InboxRow
from bot.store.tables import DEAD, DONE, NEW, inbox

_ROW = (inbox.c.update_id, inbox.c.lane, inbox.c.tries, inbox.c.body)
_KEEP = insert(inbox)
_KNOWN = select(inbox.c.update_id, inbox.c.state).where(inbox.c.update_id.in_(bindparam("ids", expanding=True)))
_FINISH = (
    update(inbox)
    .where(inbox.c.update_id == bindparam("id"), inbox.c.state == NEW)
    .values(state=DONE, body=None, message=bindparam("said"))
)
_FAIL = update(inbox).where(inbox.c.update_id == bindparam("id"), inbox.c.state == NEW)
_WAITING = select(*_ROW).where(inbox.c.state == NEW).order_by(inbox.c.day, inbox.c.update_id)


def keep(connection: Connection, rows: Sequence[InboxRow], day: int) -> set[int]:
    """Keep these updates; the ids that still wait for their turn (a repeated update that is done is not among them)."""
    known = {row.update_id: row.state for row in connection.execute(_KNOWN, {"ids": [row.update_id for row in rows]})}
    new = {row.update_id: row for row in rows if row.update_id not in known}
    if new:
        connection.execute(_KEEP, [_values(row, day) for row in new.values()])
    return {*new, *(id_ for id_, state in known.items() if state == NEW)}


def finish(connection: Connection, update_id: int, message: int | None = None) -> bool:
    """Done, and blank; `message` is the family's message that now stands in the chat.

    False when it was done before: then its turn must write nothing.
    """
    return connection.execute(_FINISH, {"id": update_id, "said": message}).rowcount == 1


def fail(connection: Connection, update_id: int, tries: int, *, dead: bool) -> None:
    """Count a failed try; a dead letter keeps its sealed body for the operator."""
    connection.execute(_FAIL.values(tries=tries, state=DEAD if dead else NEW), {"id": update_id})


def waiting(connection: Connection, limit: int) -> list[InboxRow]:
    """What was kept but not worked, oldest first."""
    return [InboxRow(*row) for row in connection.execute(_WAITING.limit(limit))]


def dead(connection: Connection) -> list[int]:
    """The ids of the dead letters, oldest first."""
    found = select(inbox.c.update_id).where(inbox.c.state == DEAD).order_by(inbox.c.day, inbox.c.update_id)
    return list(connection.execute(found).scalars())


def revive(connection: Connection, ids: Iterable[int] | None = None) -> int:
    """Give dead letters another three tries; how many."""
    again = update(inbox).where(inbox.c.state == DEAD).values(state=NEW, tries=0)
    if ids is not None:
        again = again.where(inbox.c.update_id.in_(list(ids)))
    return connection.execute(again).rowcount


def counts(connection: Connection) -> dict[str, int]:
    """How many rows in each state."""
    found = connection.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
    return {row[0]: row[1] for row in found}


def prune(connection: Connection, *, done_before: int, dead_before: int) -> int:
    """Forget ids that Telegram cannot repeat any more, and dead letters nobody revived (days since 1970)."""
    done = delete(inbox).where(inbox.c.state == DONE, inbox.c.day < done_before)
    dead_ = delete(inbox).where(inbox.c.state == DEAD, inbox.c.day < dead_before)
    return connection.execute(done).rowcount + connection.execute(dead_).rowcount


def _values(row: InboxRow, day: int) -> dict[str, object]:
    return {
        "update_id": row.update_id,
        "lane": row.lane,
        "day": day,
        "state": NEW,
        "tries": row.tries,
        "body": row.body,
        "message": None,
    }
