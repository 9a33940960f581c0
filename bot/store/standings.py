"""The SQL of how requests stand, as their families may be told."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from bot.store.tables import standings


def put(connection: Connection, report: str, version: int, body: bytes, day: int) -> bool:
    """How a request stands now; False (and nothing changed) when a version as high is known already."""
    known = connection.execute(select(standings.c.version).where(standings.c.report == report)).scalar_one_or_none()
    values = {"version": version, "body": body, "day": day}
    if known is None:
        connection.execute(insert(standings), {"report": report, **values})
    elif known < version:
        connection.execute(update(standings).where(standings.c.report == report).values(**values))
    else:
        return False
    return True


def find(connection: Connection, report: str) -> bytes | None:
    """The sealed progress of a request (`bot.progress.open_progress`); None when the team has not said anything."""
    return connection.execute(select(standings.c.body).where(standings.c.report == report)).scalar_one_or_none()
