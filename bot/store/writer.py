"""The one thread that writes: it commits whatever is waiting in one transaction, and tells nobody before the commit."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

T = TypeVar("T")
#: A function of a connection. It may be run more than once (only the last run is committed), so it changes nothing else.
Job = Callable[[Connection], T]

#: Most jobs in one transaction: bounds how long the first of them waits.
MOST = 512
#: How long a patient job may wait for company (seconds).
PATIENCE = 0.05

log = structlog.get_logger()


class StoreTrouble(Exception):  # noqa: N818
    """The database could not be written just now (disk full, locked, gone). Nothing was changed; try again later."""


@dataclass(slots=True)
class _Order:
    job: Job[Any]
    future: asyncio.Future[Any] | None
    #: whether somebody waits; a patient order rides with the next transaction
    eager: bool = True
    failed: BaseException | None = None
    result: Any = None


class Writer:
    """Group commit: many jobs, one transaction, one wait for the disk.

    Every job is as good as alone: when one fails, the transaction is rolled back and run again with a savepoint around
    each job, so that the failing one fails alone.
    """

    def __init__(self, engine: Engine, prepare: Callable[[Connection], None] = lambda _: None) -> None:
        self._engine = engine
        self._prepare = prepare
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self.commits = 0
        self.jobs = 0

    def start(self) -> None:
        """Open the connection here, so that trouble with it is told at once; then begin."""
        self._connect()
        self._thread.start()

    def close(self) -> None:
        """Commit what is waiting, then stop."""
        self._orders.put(None)
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    async def run(self, job: Job[T]) -> T:
        """The job's result, once it is committed; its exception, or `StoreTrouble`, when it is not."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._orders.put(_Order(job, future))
        return await future

    def post(self, job: Job[Any]) -> asyncio.Future[Any]:
        """Commit the job with the next transaction, at the latest after `PATIENCE`."""
        future = asyncio.get_running_loop().create_future()
        self._orders.put(_Order(job, future, eager=False))
        return future

    def _work(self) -> None:
        going = True
        while going:
            orders, going = self._gather()
            if orders:
                self._commit(orders)
                self.commits += 1
                self.jobs += len(orders)
                _answer(orders)

    def _gather(self) -> tuple[list[_Order], bool]:
        """What is waiting; blocks until there is something. False when the writer shall stop after it."""
        orders: list[_Order] = []
        hurry = False
        until = 0.0
        while len(orders) < MOST:
            try:
                order = self._orders.get(block=not hurry, timeout=_left(until) if orders and not hurry else None)
            except queue.Empty:
                break
            if order is None:
                return orders, False
            if not orders:
                until = time.monotonic() + PATIENCE
            orders.append(order)
            hurry = hurry or order.eager
        return orders, True

    def _commit(self, orders: list[_Order]) -> None:
        try:
            connection = self._connect()
            if not self._all_at_once(connection, orders):
                self._one_by_one(connection, orders)
        except (OperationalError, InterfaceError, InternalError) as error:
            self._give_up(error)
            for order in orders:
                order.failed, order.result = StoreTrouble(type(error.orig).__name__), None
        except BaseException as error:
            self._give_up(error)
            for order in orders:
                order.failed, order.result = StoreTrouble(type(error).__name__), None

    def _all_at_once(self, connection: Connection, orders: list[_Order]) -> bool:
        """False when a job failed: then nothing was changed."""
        transaction = connection.begin()
        try:
            for order in orders:
                order.result = order.job(connection)
        except Exception as error:
            transaction.rollback()
            if _is_trouble(error):
                raise
            return False
        except BaseException:
            transaction.rollback()
            raise
        transaction.commit()
        return True

    def _one_by_one(self, connection: Connection, orders: list[_Order]) -> None:
        with connection.begin():
            for order in orders:
                savepoint = connection.begin_nested()
                try:
                    order.result = order.job(connection)
                except Exception as error:
                    savepoint.rollback()
                    if _is_trouble(error):
                        raise
                    order.failed, order.result = error, None
                else:
                    savepoint.commit()

    def _connect(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect()
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _give_up(self, error: BaseException) -> None:
        """Trouble with the database itself: open it anew next time."""
        log.error("store_trouble", error=type(getattr(error, "orig", None) or error).__name__)
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
                connection.close()
            except Exception as further:
                log.warning("store_trouble", error=type(further).__name__)
        time.sleep(0.05)


def _is_trouble(error: Exception) -> bool:
    return isinstance(error, OperationalError | InterfaceError | InternalError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


def _answer(orders: Iterable[_Order]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Order]] = {}
    for order in orders:
        if order.future is not None:
            by_loop.setdefault(order.future.get_loop(), []).append(order)
    for loop, told in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, told)
        except RuntimeError:
            log.warning("store_trouble", error="LoopClosed")


def _resolve(orders: list[_Order]) -> None:
    for order in orders:
        future = order.future
        if future is None or future.done():
            continue
        if order.failed is not None:
            future.set_exception(order.failed)
        else:
            future.set_result(order.result)
