"""The store of the families' side: opened once, written by one thread."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, TypeVar

from bot.keys import Keys
from bot.store import lock, meta
from bot.store.writer import Job, Writer
from ground.database import bring_up_to_date, open_engine, sqlite_journal

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent.parent / "migrations"


class Store:
    """`await store.write(job)` runs a function of a connection in the next transaction and returns after its commit."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = open_engine(url)
        self._lock: int | None = None
        self.writer = Writer(self._engine, lock.lock_session)

    def open(self, keys: Keys) -> None:
        """Take the lock, migrate, check the key, start the writer; a Complaint for each that cannot be."""
        self._lock = lock.take(self._url)
        try:
            bring_up_to_date(self._url, MIGRATIONS)
            with self._engine.begin() as connection:
                meta.check_key(connection, keys)
            self.writer.start()
        except BaseException:
            self._engine.dispose()
            self._unlock()
            raise

    async def write(self, job: Job[T]) -> T:
        """The job's result after its commit; its own exception, or `StoreTrouble`, when nothing was written."""
        return await self.writer.run(job)

    def write_soon(self, job: Job[Any]) -> asyncio.Future[Any]:
        """Like `write`, but patient: rides with the next transaction, at the latest 50 ms later."""
        return self.writer.post(job)

    def checkpoint(self) -> None:
        """Empty SQLite's write-ahead log, where it is used: erased rows live on in it until then."""
        if self._engine.dialect.name != "sqlite" or sqlite_journal() != "WAL":
            return
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def close(self) -> None:
        """Commit what waits and let go of the database."""
        self.writer.close()
        self._engine.dispose()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def look(url: str, job: Job[T]) -> T:
    """Run one job beside a bot that may be running (the CLI's `status` and `dead-letters`)."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            return job(connection)
    finally:
        engine.dispose()
