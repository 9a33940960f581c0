"""The SQL of tasks for a person of the team."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from bot.store.tables import tasks


def put(
    connection: Connection,
    *,
    update_id: int,
    ordinal: int,
    lane: str,
    conversation: str | None,
    reason: str,
    day: int,
) -> None:
    """A task, once per update and ordinal."""
    values = {
        "update_id": update_id,
        "ordinal": ordinal,
        "lane": lane,
        "conversation": conversation,
        "reason": reason,
        "day": day,
        "done": False,
    }
    connection.execute(insert(tasks), values)


def open_count(connection: Connection) -> int:
    """How many wait for somebody."""
    found = connection.execute(select(func.count()).select_from(tasks).where(tasks.c.done.is_(False)))
    return int(found.scalar_one())
