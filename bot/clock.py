"""The clock: wakes the workers of due rows. APScheduler only ticks; what is due is written in the rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.changes import DAYS_A_MONTH
from bot.lanes import Waiting
from bot.limits import FORGOTTEN
from bot.store import envelopes, failures, files, heard, inbox, letters, meta, outbox, reminders, signals, silence
from bot.store.writer import StoreTrouble
from bot.translate import OURS, timer

if TYPE_CHECKING:
    from bot.house import House

#: Telegram may repeat an update for a day; ids are kept a week longer.
DONE_DAYS = 8
DEAD_DAYS = 30
SAID_DAYS = 2
#: The team has so long to fetch what it is told, and to repeat what it said.
TOLD_DAYS = 60
HEARD_DAYS = 8
#: A key that could not be brought into the family's button (the bot is blocked) is erased after so many days.
STUCK_DAYS = 7
#: Seconds between two signs of life; a gap of more than two minutes at start means that buttons were lost.
SIGN_OF_LIFE = 20

#: Seconds between two looks at what is due to be said by ourselves.
REMIND_EVERY = 15

#: With more updates than this at work, looking for lost ones waits.
FEW = 1000

log = structlog.get_logger()


def tidy(connection: Connection, now: float, keep_sealed_hours: float) -> int:
    """Erase and prune what is past its time; how many rows."""
    erased = envelopes.erase(connection, int(now - keep_sealed_hours * 3600))
    day = int(now) // 86_400
    pruned = inbox.prune(connection, done_before=day - DONE_DAYS, dead_before=day - DEAD_DAYS)
    pruned += failures.prune(connection, int(now) // 3600 - FORGOTTEN)
    pruned += files.prune(connection, day) + reminders.prune(connection, int(now) // 60)
    pruned += letters.prune(connection, day - TOLD_DAYS) + signals.prune(connection, day - TOLD_DAYS)
    pruned += heard.prune(connection, day - HEARD_DAYS)
    return erased + pruned + outbox.prune(connection, day - SAID_DAYS)


def erase_drafts(connection: Connection, now: float, draft_months: int) -> list[str]:
    """Erase drafts that are past what consent says, keys that found no button, and what families asked to have erased.

    The lanes of the chats concerned.
    """
    day = int(now) // 86_400
    silence.give_up_keys(connection, day - STUCK_DAYS)
    expired = silence.expire(connection, day - int(draft_months * DAYS_A_MONTH))
    return [*expired, *silence.carry_out_erasures(connection, day)]


async def notice_silence(house: House) -> int:
    """Give every chat that fell silent an update of its own about it; how many."""
    now, settings = house.now(), house.settings
    short, long = settings.tidy_minutes * 60, settings.lock_hours * 3600

    def job(connection: Connection) -> int:
        fallen = silence.fallen(connection, now, short, long)
        rows = []
        for number, (lane, touched, is_short) in enumerate(fallen):
            raw = timer(OURS + int(now * 1000) * 4096 + number, touched, int(now), short=is_short)
            rows.append(house.intake.sealed(Waiting(raw["update_id"], lane, raw)))
        inbox.keep(connection, rows, int(now) // 86_400) if rows else None
        return len(rows)

    found = await house.store.write(job)
    if found:
        await house.intake.drain()
    return found


async def erase_what_is_due(house: House) -> int:
    """See `erase_drafts`; how many chats."""
    now, months = house.now(), house.profile.draft_months
    lanes = await house.store.write(lambda connection: erase_drafts(connection, now, months))
    for lane in lanes:
        house.worker.forget(lane)
    return len(lanes)


@contextmanager
def ticking(house: House) -> Iterator[None]:
    """Ticks while inside."""
    scheduler = AsyncIOScheduler(timezone="UTC")

    async def tidy_up() -> None:
        hours = house.settings.keep_sealed_hours
        try:
            erased = await house.store.write(lambda connection: tidy(connection, house.now(), hours))
            erased += await erase_what_is_due(house)
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
                await notice_silence(house)
            await asyncio.to_thread(house.store.checkpoint)
        except (StoreTrouble, SQLAlchemyError) as error:
            log.warning("minute_failed", error=type(error).__name__)

    async def remind() -> None:
        try:
            count = await house.reminding.work_off()
            if count:
                log.info("reminded", count=count, left_out=house.reminding.take_left_out())
        except (StoreTrouble, SQLAlchemyError) as error:
            log.warning("reminding_failed", error=type(error).__name__)

    scheduler.add_job(remind, "interval", seconds=REMIND_EVERY, next_run_time=datetime.now(UTC))
    scheduler.add_job(tidy_up, "interval", minutes=15)
    scheduler.add_job(live_on, "interval", seconds=SIGN_OF_LIFE)
    scheduler.add_job(every_minute, "interval", seconds=60)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
