"""One way to open a database, SQLite or PostgreSQL, durable on both, and to bring its tables up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool, Pool

from ground.complaints import Complaint

#: Before 3.51.3 a reset of the write-ahead log could corrupt a database (sqlite.org/wal.html, "the WAL-reset bug").
SAFE_WAL_SINCE = (3, 51, 3)


def sqlite_journal() -> str:
    """`WAL` where the linked SQLite is free of the WAL-reset bug, `DELETE` otherwise; both fully synchronous."""
    return "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL_SINCE else "DELETE"


def open_engine(url: str, *, poolclass: type[Pool] | None = None) -> Engine:
    """An engine whose commits survive a power cut and whose errors never quote a bound value.

    `sqlite:///path` or `postgresql+psycopg://…`. SQLite transactions begin IMMEDIATE, so that a writer waits at
    its start and never fails in its middle.
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=poolclass,
            connect_args={"check_same_thread": False, "timeout": 10},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    return create_engine(url, hide_parameters=True, poolclass=poolclass, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # our "begin" listener opens transactions, not the driver
    journal = sqlite_journal()
    for pragma in (
        f"journal_mode={journal}",
        "synchronous=FULL" if journal == "WAL" else "synchronous=EXTRA",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "mmap_size=0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def bring_up_to_date(url: str, migrations: Path) -> None:
    """Run the side's Alembic migrations; a Complaint when it is newer than the code or cannot be opened.

    A revision is the number its file's name begins with (`0001_the_first_tables.py`), so that a database that is up to
    date is seen to be so without importing Alembic, a tenth of the time a start takes.
    """
    if _is_up_to_date(url, migrations):
        return
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["url"] = url
    scripts = ScriptDirectory.from_config(config)
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        if current is not None:
            scripts.get_revision(current)
    except CommandError:
        raise Complaint(
            f"The database was written by a newer version of Wasl (its tables are at revision {current!r}). "
            "Start that version, or restore a backup made before the update."
        ) from None
    except OperationalError as error:
        raise Complaint(f"The database cannot be opened: {_first_line(error)}") from None
    command.upgrade(config, "head")


def _is_up_to_date(url: str, migrations: Path) -> bool:
    newest = max((path.name.partition("_")[0] for path in (migrations / "versions").glob("[0-9]*_*.py")), default=None)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    except DBAPIError:
        return False
    return found == [newest]


def _first_line(error: OperationalError) -> str:
    return str(error.orig).splitlines()[0]
