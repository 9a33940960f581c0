"""Killed between any two commits, and started again: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import family
import pytest
from conftest import TOKEN, Running
from sqlalchemy import Connection, update
from test_bot_conversation import settled

from bench.storm import where_it_is_afternoon
from bot.chats import seal_rhythm
from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address
from bot.store import envelopes, reminders
from bot.store.tables import chats
from flows.reminding.hours import window
from flows.reminding.rhythm import Rhythm

ROOT = Path(__file__).parents[2]


async def killed(bot: Running, failpoint: str) -> asyncio.subprocess.Process:
    """A bot in a process of its own that dies at the failpoint."""
    settings = bot.settings
    environment = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "WASL_BOT_API": settings.bot_api,
        "WASL_BOT_DATA": str(settings.bot_data),
        "WASL_PROFILE": str(settings.profile),
        "WASL_HANDOFF_PORT": "0",
        "WASL_SENDS_PER_CHAT": "1000",
        "WASL_CHAT_BURST": "100",
        "WASL_FAILPOINT": failpoint,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wasl", "bot", "serve"),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


def claims(report: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for part in (report["enquirer"], *report["sought_persons"], *report["events"]):
        for claim in part["claims"]:
            yield claim["question"], str(claim["value"] or (claim["raw"] or {}).get("text"))


@pytest.mark.parametrize("failpoint", ["kept:9", "planned:12", "turned:15", "said:18"])
async def test_killed_and_started_again(
    bot: Running, samira: Phone, session: Any, sandbox: Address, failpoint: str
) -> None:
    process = await killed(bot, failpoint)
    answering = asyncio.create_task(family.report(samira))
    try:
        assert await asyncio.wait_for(process.wait(), 20) == 137
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert not answering.done()
    house = await bot.start()
    await answering
    undisturbed = await Phone.add(session, sandbox.url, "Jonas", "en")
    await family.report(undisturbed)
    await settled(bot)
    first, second = await house.store.write(lambda connection: envelopes.waiting(connection, 10))
    told, expected = (bot.team.open(row, bot.public_key) for row in (first, second))
    assert list(claims(told)) == list(claims(expected))
    anchors = [one for one in await samira.messages() if one["from_bot"] and len(family.labels(one)) > 1]
    assert len(anchors) <= 2  # a message sent and not yet marked may be sent once more


@pytest.mark.skipif(window(datetime.now(UTC).date()) is None, reason="on a day that hurts nothing is said")
@pytest.mark.parametrize(("failpoint", "comes"), [("leased:1", 1), ("taken:1", 0), ("reminded:1", 1)])
async def test_a_reminder_comes_at_most_once_wherever_we_are_killed(
    bot: Running, samira: Phone, remote: Remote, failpoint: str, comes: int
) -> None:
    house = await bot.start()
    await family.begin(samira)
    await settled(bot)
    lane, now = house.keys.lane(samira.chat_id), int(house.now() // 60)
    rhythm = seal_rhythm(house.keys, lane, Rhythm((where_it_is_afternoon(datetime.now(UTC)),)))

    def due(connection: Connection) -> None:
        connection.execute(update(chats).where(chats.c.lane == lane).values(rhythm=rhythm))
        reminders.put(connection, lane, reminders.Planned("safety", "c" * 32, now, now))

    await house.store.write(due)
    await bot.stop()
    process = await killed(bot, failpoint)
    assert await asyncio.wait_for(process.wait(), 60) == 137
    house = await bot.start()
    for minutes in range(0, 20, 2):  # what was leased is free again after five minutes
        bot.ahead = minutes * 60
        await house.reminding.work_off()
        await settled(bot)
    assert len([one for one in await samira.messages() if "We never ask for money" in one["text"]]) == comes
    assert (await house.store.write(reminders.counts)).get("new", 0) == 1, "the next is due in half a year"
