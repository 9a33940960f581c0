"""The SQL of reference codes and of the PINs that go with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update

from bot.store.tables import references


@dataclass(frozen=True, slots=True)
class Reference:
    """What opens a report. `hash` is None while the code waits for it, `pin` and `duress` until a PIN is set."""

    selector: str
    report: str
    hash: str | None = field(repr=False)
    unhashed: bytes | None = field(repr=False)
    pin: str | None = field(repr=False)
    duress: str | None = field(repr=False)


_REFERENCE = select(
    references.c.selector,
    references.c.report,
    references.c.hash,
    references.c.unhashed,
    references.c.pin,
    references.c.duress,
)


def put(connection: Connection, *, selector: str, unhashed: bytes, report: str, day: int) -> None:
    """A new code, its verifier sealed until it is hashed; its selector is unique."""
    values = {"selector": selector, "hash": None, "unhashed": unhashed, "report": report, "day": day}
    connection.execute(insert(references), values)


def find(connection: Connection, selector: str) -> Reference | None:
    """By the first half of a code."""
    row = connection.execute(_REFERENCE.where(references.c.selector == selector)).first()
    return None if row is None else Reference(*row)


def of(connection: Connection, report: str) -> Reference | None:
    """By what it opens."""
    row = connection.execute(_REFERENCE.where(references.c.report == report)).first()
    return None if row is None else Reference(*row)


def guarded(connection: Connection, report: str) -> bool:
    """Whether a PIN was set."""
    return connection.execute(select(references.c.pin).where(references.c.report == report)).scalar() is not None


def guard(connection: Connection, report: str, pin: str | None, duress: str | None) -> None:
    """Keep these hashes in place of the old ones."""
    connection.execute(update(references).where(references.c.report == report).values(pin=pin, duress=duress))


def unhashed(connection: Connection, limit: int) -> list[tuple[str, bytes]]:
    """Codes that wait for their hash: selector, sealed verifier."""
    found = select(references.c.selector, references.c.unhashed).where(references.c.hash.is_(None)).limit(limit)
    return [(selector, sealed) for selector, sealed in connection.execute(found)]


def hashed(connection: Connection, selector: str, hash_: str) -> None:
    """Keep the hash, blank the verifier."""
    connection.execute(update(references).where(references.c.selector == selector).values(hash=hash_, unhashed=None))
