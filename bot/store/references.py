"""The SQL of reference codes."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from bot.store.tables import references


def put(connection: Connection, *, selector: str, unhashed: bytes, report: str, day: int) -> None:
    """A new code, its verifier sealed until it is hashed; its selector is unique."""
    values = {"selector": selector, "hash": None, "unhashed": unhashed, "report": report, "day": day}
    connection.execute(insert(references), values)


def find(connection: Connection, selector: str) -> tuple[str | None, bytes | None, str] | None:
    """The hash (or the sealed verifier, while it has none) and the report of a selector."""
    found = connection.execute(
        select(references.c.hash, references.c.unhashed, references.c.report).where(references.c.selector == selector)
    ).first()
    return None if found is None else (found[0], found[1], found[2])


def unhashed(connection: Connection, limit: int) -> list[tuple[str, bytes]]:
    """Codes that wait for their hash: selector, sealed verifier."""
    found = select(references.c.selector, references.c.unhashed).where(references.c.hash.is_(None)).limit(limit)
    return [(selector, sealed) for selector, sealed in connection.execute(found)]


def hashed(connection: Connection, selector: str, hash_: str) -> None:
    """Keep the hash, blank the verifier."""
    connection.execute(update(references).where(references.c.selector == selector).values(hash=hash_, unhashed=None))
