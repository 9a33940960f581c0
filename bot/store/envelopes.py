"""The SQL of sealed reports: queued at submission, listed for the desk, erased after its acknowledgement."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, func, insert, select, update

from bot.store import files
from bot.store.rows import EnvelopeRow
from bot.store.tables import envelopes

_ROW = (
    envelopes.c.report,
    envelopes.c.revision,
    envelopes.c.manifest,
    envelopes.c.signature,
    envelopes.c.sealed,
    envelopes.c.acked_at,
    envelopes.c.erased,
)


def put(connection: Connection, row: EnvelopeRow) -> None:
    """Queue it; the key (report, revision) refuses a second time."""
    connection.execute(
        insert(envelopes),
        {
            "report": row.report,
            "revision": row.revision,
            "manifest": row.manifest,
            "signature": row.signature,
            "sealed": row.sealed,
            "acked_at": None,
            "erased": False,
        },
    )


def waiting(connection: Connection, limit: int) -> list[EnvelopeRow]:
    """Not yet acknowledged, oldest first."""
    found = select(*_ROW).where(envelopes.c.acked_at.is_(None)).order_by(envelopes.c.seq).limit(limit)
    return [EnvelopeRow(*row) for row in connection.execute(found)]


def find(connection: Connection, report: str, revision: int) -> EnvelopeRow | None:
    """One envelope, erased or not."""
    found = select(*_ROW).where(envelopes.c.report == report, envelopes.c.revision == revision)
    row = connection.execute(found).first()
    return None if row is None else EnvelopeRow(*row)


def acknowledge(connection: Connection, report: str, revision: int, at: int) -> None:
    """The desk has it, since this moment (seconds since 1970); repeating it changes nothing."""
    connection.execute(
        update(envelopes)
        .where(envelopes.c.report == report, envelopes.c.revision == revision, envelopes.c.acked_at.is_(None))
        .values(acked_at=at)
    )


def erase(connection: Connection, acked_before: int) -> int:
    """Erase the sealed bodies acknowledged before this moment, and their attachments; how many envelopes."""
    files.erase(connection, acked_before)
    old = update(envelopes).where(envelopes.c.acked_at < acked_before, envelopes.c.erased.is_(False))
    return connection.execute(old.values(sealed=None, erased=True)).rowcount


def counts(connection: Connection) -> dict[str, int]:
    """How many wait for the desk, were acknowledged, were erased."""
    total, acked, erased = connection.execute(
        select(
            func.count(),
            func.count(envelopes.c.acked_at),
            func.count().filter(envelopes.c.erased),
        )
    ).one()
    return {"waiting": total - acked, "acknowledged": acked - erased, "erased": erased}


def handed(connection: Connection, report: str) -> list[tuple[int, date]]:
    """What the team has acknowledged of a report: (revision, day), oldest first."""
    found = select(envelopes.c.revision, envelopes.c.acked_at).where(
        envelopes.c.report == report, envelopes.c.acked_at.is_not(None)
    )
    rows = connection.execute(found.order_by(envelopes.c.revision)).all()
    return [(revision, datetime.fromtimestamp(at, UTC).date()) for revision, at in rows]
