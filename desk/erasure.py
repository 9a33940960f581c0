"""Erasing a report on its family's wish: never by itself, only by a person, and what is left is a tombstone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from desk import audit
from desk.store import Store
from desk.tables import attachments, quarantine, readings, reports, sayings, tasks, tombstones

#: Kinds of notices that are about erasing; the newest one counts.
_KINDS = ("erasure_request", "erasure_cancelled", "erasure")
#: How much of a report's id a caseworker types to confirm.
CONFIRMED_BY = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """What the family last said about having everything deleted."""

    #: `erasure_request`, `erasure_cancelled` or `erasure`
    kind: str
    #: the day of that notice, YYYY-MM-DD
    said_on: str
    #: for a request: the first day on which it is to be carried out
    due_on: str | None

    def is_due(self, today: date) -> bool:
        """Whether it is to be carried out now."""
        if self.kind == "erasure_request":
            return self.due_on is not None and date.fromisoformat(self.due_on) <= today
        return self.kind == "erasure"


def wish_in(bodies: Sequence[dict[str, Any]]) -> Wish | None:
    """The newest wish in these revisions of a report, oldest first."""
    for body in reversed(bodies):
        if body.get("kind") in _KINDS:
            return Wish(body["kind"], body["submitted_on"], body.get("due_on"))
    return None


def today(store: Store) -> date:
    """The day it is (UTC)."""
    return datetime.fromtimestamp(store.now(), UTC).date()


def alone(connection: Connection) -> None:
    """Let nothing be erased and nothing be stored beside this transaction. (In SQLite each one is alone already.)"""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE tombstones IN EXCLUSIVE MODE"))


def erase(connection: Connection, store: Store, report: str, actor: str) -> None:
    """Delete every trace of a report but its number and the audit trail, and leave a tombstone. Call `alone` before."""
    for table in (attachments, reports, readings, quarantine, sayings, tasks):
        connection.execute(delete(table).where(table.c.report == report))
    connection.execute(insert(tombstones).values(report=report, erased_on=today(store).isoformat()))
    audit.record(connection, store, actor, audit.Action.REPORT_ERASED, report)


def overwrite(store: Store) -> None:
    """Let nothing erased linger in SQLite's write-ahead log. (`secure_delete` has overwritten it in the database.)"""
    if store.engine.dialect.name == "sqlite":
        connection = store.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def erased_on(connection: Connection, report: str) -> str | None:
    """The day on which this report was erased; None when it was not."""
    return connection.scalar(select(tombstones.c.erased_on).where(tombstones.c.report == report))


def came_again(store: Store, report: str) -> bool:
    """Note that something of an erased report was acknowledged unread; False when it was not erased."""
    with store.engine.begin() as connection:
        if erased_on(connection, report) is None:
            return False
        audit.record(connection, store, audit.INTAKE, audit.Action.ERASED_CAME_AGAIN, report)
    return True
