"""The SQL of wrong codes and PINs: how many of late, and until when no more are looked at."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from bot.limits import Tally
from bot.store.tables import failures


def find(connection: Connection, who: str) -> Tally:
    """The tally of somebody."""
    row = connection.execute(
        select(failures.c.since, failures.c.count, failures.c.until, failures.c.level).where(failures.c.who == who)
    ).first()
    return Tally() if row is None else Tally(*row)


def put(connection: Connection, who: str, tally: Tally) -> None:
    """Keep it in place of the last one."""
    connection.execute(delete(failures).where(failures.c.who == who))
    values = {"who": who, "since": tally.since, "count": tally.count, "until": tally.until, "level": tally.level}
    connection.execute(insert(failures), values)


def prune(connection: Connection, before: int) -> int:
    """Forget those that have counted nothing and held nothing up since this hour; how many."""
    old = delete(failures).where(failures.c.since < before, failures.c.until < before)
    return connection.execute(old).rowcount
