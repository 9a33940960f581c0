"""Backups of the families' side that cannot open a draft: every table, but for the keys of drafts and what is on its way.

A plain copy of the database taken while a draft is in use holds its wrapped key, so together with the root key it could
open that draft for ever. This copy leaves those keys out. What it costs: after a restore, drafts that were in use at the
moment of the backup open by their "Continue" button or by code and PIN only.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, insert, select, text
from sqlalchemy.pool import NullPool

from bot.store.tables import metadata
from ground.complaints import Complaint
from ground.database import open_engine

#: Columns that are not copied: the keys of drafts, answers to the team that are not sent, and bodies of updates and messages on
#: their way, which hold words or keys.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "conversations": ("key",),
    "inbox": ("body",),
    "letters": ("answers",),
    "outbox": ("body",),
    "references": ("unhashed",),
}
_AT_ONCE = 200


def back_up(url: str, to: Path) -> dict[str, int]:
    """Copy the database (SQLite or PostgreSQL) into a new SQLite file (0600); how many rows of each table.

    A Complaint when the file is there already or cannot be written. Runs beside a running bot.
    """
    try:
        os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise Complaint(f"The backup {to} cannot be written ({error.strerror}). Choose a new file.") from None
    source, target = open_engine(url, poolclass=NullPool), create_engine(f"sqlite:///{to}", poolclass=NullPool)
    try:
        with source.connect() as reading, target.begin() as writing:
            if source.dialect.name != "sqlite":
                reading.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            metadata.create_all(writing)
            counted = {table.name: _copy(reading, writing, table) for table in metadata.sorted_tables}
            _copy_revision(reading, writing)
    finally:
        source.dispose()
        target.dispose()
    return counted


def _copy(reading: Connection, writing: Connection, table: Table) -> int:
    left_out = LEFT_OUT.get(table.name, ())
    rows = reading.execution_options(stream_results=True).execute(select(table))
    for part in rows.mappings().partitions(_AT_ONCE):
        writing.execute(insert(table), [_without(dict(row), left_out) for row in part])
    return int(writing.execute(select(func.count()).select_from(table)).scalar_one())


def _without(row: dict[str, Any], left_out: tuple[str, ...]) -> dict[str, Any]:
    return {name: None if name in left_out else value for name, value in row.items()}


def _copy_revision(reading: Connection, writing: Connection) -> None:
    """Which migration the tables are at, so that a restored file is brought up to date like any other."""
    revision = reading.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    writing.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    writing.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
