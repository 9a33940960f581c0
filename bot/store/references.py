"""The SQL of reference codes."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from bot.store.tables import references


def put(connection: Connection, *, selector: str, hashed: str, report: str, day: int) -> None:
    """A new code; its selector is unique."""
    connection.execute(insert(references), {"selector": selector, "hash": hashed, "report": report, "day": day})


def find(connection: Connection, selector: str) -> tuple[str, str] | None:
    """The hash and the report of a selector."""
    found = connection.execute(
        select(references.c.hash, references.c.report).where(references.c.selector == selector)
    ).first()
    return None if found is None else (found[0], found[1])
