"""Killed between any two commits, and started again: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import family
import pytest
from conftest import TOKEN, Running
from test_bot_conversation import settled

from bot.sandbox.phone import Phone
from bot.sandbox.serve import Address
from bot.store import envelopes

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
