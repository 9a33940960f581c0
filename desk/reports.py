"""Reports as the desk keeps them: opened once, sealed again at rest, one row per revision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from desk import attachments, audit, erasure
from desk.opening import Opened
from desk.store import Store
from desk.summary import Summary, read_summary, summarise
from desk.tables import readings, reports


@dataclass(frozen=True, slots=True)
class Kept:
    """Which revision of which report, and the digest it is acknowledged by."""

    report: str
    revision: int
    sealed_sha256: str


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the inbox."""

    report: str
    #: the latest revision, and so how many there are
    revision: int
    #: seconds since 1970
    received_at: int
    summary: Summary = field(repr=False)
    #: the latest revision this caseworker has read; 0 for none
    read_revision: int

    @property
    def unread(self) -> bool:
        return self.read_revision < self.revision


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a report, opened."""

    report: str
    revision: int
    sealed_sha256: str
    received_at: int
    body: dict[str, Any] = field(repr=False)


def keep(store: Store, opened: Opened, contents: Iterable[bytes] = ()) -> bool:
    """Store a revision and the contents of its attachments (in the order of `opened.files`), all or nothing.

    False when it was there already with another digest. Storing it twice changes nothing, nor does storing what was
    erased. An exception while the contents are read undoes everything.
    """
    manifest = opened.manifest
    with store.engine.begin() as connection:
        erasure.alone(connection)
        if erasure.erased_on(connection, manifest.report):
            return True
        digest = kept_digest(connection, manifest.report, manifest.revision)
        if digest is not None:
            return digest == manifest.sealed_sha256
        _insert(connection, store, opened)
        for expected, content in zip(opened.files, contents, strict=True):
            attachments.keep(connection, store, opened, expected, content)
        _summarise_anew(connection, store, manifest.report)
        audit.record(connection, store, audit.INTAKE, audit.Action.REPORT_STORED, manifest.report)
    return True


def _insert(connection: Connection, store: Store, opened: Opened) -> None:
    manifest = opened.manifest
    row = f"{manifest.report}/{manifest.revision}"
    summary = summarise([opened.report]).as_json()
    connection.execute(
        insert(reports).values(
            report=manifest.report,
            revision=manifest.revision,
            sealed_sha256=manifest.sealed_sha256,
            received_at=store.now(),
            state="stored",
            summary=store.seal(summary, table="reports", row=row, column="summary"),
            body=store.seal(opened.report, table="reports", row=row, column="body"),
        )
    )


def _summarise_anew(connection: Connection, store: Store, report: str) -> None:
    """The newest revision carries the summary of them all; an earlier one may come late and change it."""
    known = open_revisions(connection, store, report)
    summary = summarise([one.body for one in known]).as_json()
    row = f"{report}/{known[-1].revision}"
    connection.execute(
        update(reports)
        .where(reports.c.report == report, reports.c.revision == known[-1].revision)
        .values(summary=store.seal(summary, table="reports", row=row, column="summary"))
    )


def is_settled(connection: Connection, kept: Kept) -> bool:
    """Whether this needs no fetching: it is stored under this digest, or the report was erased."""
    digest = kept_digest(connection, kept.report, kept.revision)
    return digest == kept.sealed_sha256 or erasure.erased_on(connection, kept.report) is not None


def kept_digest(connection: Connection, report: str, revision: int) -> str | None:
    """The digest under which this revision is kept, if it is."""
    return connection.scalar(
        select(reports.c.sealed_sha256).where(reports.c.report == report, reports.c.revision == revision)
    )


def acknowledged(store: Store, kept: Kept) -> None:
    """Note that the families' side knows that we have it."""
    with store.engine.begin() as connection:
        connection.execute(
            update(reports)
            .where(reports.c.report == kept.report, reports.c.revision == kept.revision)
            .values(state="acknowledged")
        )


def unacknowledged(store: Store) -> list[Kept]:
    """What is stored here and not known to be acknowledged: the desk stopped between the two."""
    with store.engine.begin() as connection:
        rows = connection.execute(
            select(reports.c.report, reports.c.revision, reports.c.sealed_sha256).where(reports.c.state == "stored")
        )
        return [Kept(**row._mapping) for row in rows]


def inbox(store: Store, caseworker: str, *, page: int, size: int) -> tuple[list[Row], int]:
    """One page of cases, newest first, as this caseworker sees them; and how many cases there are."""
    latest = select(reports.c.report, func.max(reports.c.revision).label("revision")).group_by(reports.c.report)
    latest_of = latest.subquery()
    read = (
        select(readings.c.report, func.max(readings.c.revision).label("revision"))
        .where(readings.c.caseworker == caseworker)
        .group_by(readings.c.report)
        .subquery()
    )
    query = (
        select(reports.c.report, reports.c.revision, reports.c.received_at, reports.c.summary, read.c.revision)
        .join(latest_of, and_(reports.c.report == latest_of.c.report, reports.c.revision == latest_of.c.revision))
        .outerjoin(read, read.c.report == reports.c.report)
        .order_by(reports.c.received_at.desc(), reports.c.report)
        .limit(size)
        .offset((page - 1) * size)
    )
    with store.engine.begin() as connection:
        total = connection.scalar(select(func.count(reports.c.report.distinct()))) or 0
        rows = [
            Row(report, revision, received_at, _open_summary(store, report, revision, summary), read_revision or 0)
            for report, revision, received_at, summary, read_revision in connection.execute(query)
        ]
    return rows, total


def open_revisions(connection: Connection, store: Store, report: str) -> list[Revision]:
    """All revisions of a report with their bodies opened, oldest first."""
    rows = connection.execute(select(reports).where(reports.c.report == report).order_by(reports.c.revision))
    return [_opened(store, row) for row in rows]


def _opened(store: Store, row: Any) -> Revision:
    body = store.open(row.body, table="reports", row=f"{row.report}/{row.revision}", column="body")
    return Revision(row.report, row.revision, row.sealed_sha256, row.received_at, body)


def mark_read(connection: Connection, store: Store, caseworker: str, report: str, revision: int) -> None:
    """Note that this caseworker has read this revision."""
    known = connection.scalar(
        select(readings.c.at).where(
            readings.c.caseworker == caseworker, readings.c.report == report, readings.c.revision == revision
        )
    )
    if known is None:
        values = {"caseworker": caseworker, "report": report, "revision": revision, "at": store.now()}
        connection.execute(insert(readings).values(**values))


def _open_summary(store: Store, report: str, revision: int, sealed: bytes) -> Summary:
    return read_summary(store.open(sealed, table="reports", row=f"{report}/{revision}", column="summary"))
