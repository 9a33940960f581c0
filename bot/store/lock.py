"""One bot process per database: a lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from ground.complaints import Complaint

#: PostgreSQL's advisory lock of the families' side: "wasl" in ASCII.
_NUMBER = 0x7761736C
_TAKEN = "Another bot already works with this database. Stop it first: one database has one bot."


def lock_file(url: str) -> Path | None:
    """The lock beside a SQLite database; PostgreSQL is locked by `lock_session`."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite") or not parsed.database:
        return None
    return Path(parsed.database + ".lock")


def take(url: str) -> int | None:
    """Hold the file lock until the process ends; a Complaint when another process holds it."""
    path = lock_file(url)
    if path is None:
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Complaint(_TAKEN) from None
    return descriptor


def lock_session(connection: Connection) -> None:
    """On PostgreSQL, hold the advisory lock as long as this connection lives."""
    if connection.dialect.name != "postgresql":
        return
    with connection.begin():
        held = connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": _NUMBER}).scalar_one()
    if not held:
        raise Complaint(_TAKEN)
