"""The clock: wakes the workers of due rows. APScheduler only ticks; what is due is written in the rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.store import envelopes, inbox, meta, outbox
from bot.store.writer import StoreTrouble

if TYPE_CHECKING:
    from bot.house import House

#: Telegram may repeat an update for a day; ids are kept a week longer.
DONE_DAYS = 8
DEAD_DAYS = 30
SAID_DAYS = 2
#: Seconds between two signs of life; a gap of more than two minutes at start means that buttons were lost.
SIGN_OF_LIFE = 20

#: With more updates than this at work, looking for lost ones waits.
FEW = 1000

log = structlog.get_logger()


def tidy(connection: Connection, now: float, keep_sealed_hours: float) -> int:
    """Erase and prune what is past its time; how many rows."""
    erased = envelopes.erase(connection, int(now - keep_sealed_hours * 3600))
    day = int(now) // 86_400
    pruned = inbox.prune(connection, done_before=day - DONE_DAYS, dead_before=day - DEAD_DAYS)
    return erased + pruned + outbox.prune(connection, day - SAID_DAYS)


@contextmanager
def ticking(house: House) -> Iterator[None]:
    """Ticks while inside."""
    scheduler = AsyncIOScheduler(timezone="UTC")

    async def tidy_up() -> None:
        hours = house.settings.keep_sealed_hours
        try:
            erased = await house.store.write(lambda connection: tidy(connection, time.time(), hours))
            left_out = dict(house.worker.left_out)
            house.worker.left_out.clear()
            log.info("tidied", erased=erased, count=sum(left_out.values()) + house.intake.dropped)
        except StoreTrouble as error:
            log.warning("tidy_failed", error=str(error))

    async def live_on() -> None:
        now = int(time.time())
        try:
            await house.store.write_soon(lambda connection: meta.alive(connection, now))
        except StoreTrouble as error:
            log.warning("no_sign_of_life", error=str(error))

    async def every_minute() -> None:
        """Find what is in no lane, such as dead letters an operator revived; empty the write-ahead log."""
        try:
            if house.lanes.backlog < FEW:
                await house.intake.drain()
            await asyncio.to_thread(house.store.checkpoint)
        except (StoreTrouble, SQLAlchemyError) as error:
            log.warning("minute_failed", error=type(error).__name__)

    scheduler.add_job(tidy_up, "interval", minutes=15)
    scheduler.add_job(live_on, "interval", seconds=SIGN_OF_LIFE)
    scheduler.add_job(every_minute, "interval", seconds=60)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
