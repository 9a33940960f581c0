"""The SQL of signals to the team: written in the transaction of what they tell, fetched in order, by number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from bot.store.tables import signals


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that happened; `kind` and `detail` are our own words."""

    seq: int
    kind: str
    report: str | None
    about: str
    detail: str
    day: int


def put(connection: Connection, kind: str, report: str | None, about: str, day: int, detail: str = "") -> None:
    """Tell the team, the next time it asks."""
    values = {"kind": kind, "report": report, "about": about, "detail": detail, "day": day}
    connection.execute(insert(signals), values)


def after(connection: Connection, seq: int, limit: int) -> list[Signal]:
    """What came after this number, in order."""
    found = select(
        signals.c.seq, signals.c.kind, signals.c.report, signals.c.about, signals.c.detail, signals.c.day
    ).where(signals.c.seq > seq)
    return [Signal(*row) for row in connection.execute(found.order_by(signals.c.seq).limit(limit))]


def prune(connection: Connection, before: int) -> int:
    """Forget what was told before this day (days since 1970); how many."""
    return connection.execute(delete(signals).where(signals.c.day < before)).rowcount
