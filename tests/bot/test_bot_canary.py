"""Nothing a family wrote, and no token, can be read in any file, log line, `repr` or exception of this side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import family
import pytest
import structlog
from conftest import TOKEN, Running
from test_bot_conversation import settled

from bot.sandbox.phone import Phone

CANARIES = ["Qarqashandi", "القلقشندي", TOKEN, TOKEN.split(":")[1]]


def readable(data: bytes) -> list[str]:
    """The canaries in these bytes, in any of the ways they could have been written."""
    return [
        canary
        for canary in CANARIES
        for form in (canary.encode(), canary.encode("utf-16-le"), canary.encode("unicode_escape"))
        if form in data
    ]


@pytest.fixture
def log() -> Iterator[list[Any]]:
    """Every log line, before the allow-list of `ground.logs` takes fields out."""
    with structlog.testing.capture_logs() as lines:
        yield lines


async def test_no_file_holds_a_familys_words(
    log: list[Any], capfd: pytest.CaptureFixture[str], bot: Running, samira: Phone
) -> None:
    house = await bot.start()
    seen: list[str] = []

    def look_at_files() -> None:
        for path in bot.settings.bot_data.rglob("*"):
            if path.is_file():
                seen.extend(f"{path.name}: {canary}" for canary in readable(path.read_bytes()))

    commit = house.store.writer._commit

    def commit_and_look(orders: object) -> None:
        for order in orders:  # type: ignore[attr-defined]
            job = order.job
            order.job = lambda connection, job=job: (job(connection), look_at_files())[0]
        commit(orders)  # type: ignore[arg-type]

    house.store.writer._commit = commit_and_look  # type: ignore[method-assign]
    current = await family.begin(samira)
    for _ in range(14):
        await family.answer(samira, current)
        current = await family.changed(samira, current)
    await settled(bot)
    look_at_files()
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    assert any(claim.raw and family.WORDS in claim.raw.text for claim in chat.conversation.claims)
    assert not seen
    for shown in (house, chat, house.settings, house.api, house.keys, chat.conversation, house.worker.left_out):
        assert not readable(repr(shown).encode())
    assert str(samira.chat_id) not in repr(chat)
    assert log
    assert not readable((repr(log) + repr(capfd.readouterr())).encode())


async def test_a_turn_that_fails_says_nothing_of_what_was_said(
    log: list[Any], capfd: pytest.CaptureFixture[str], bot: Running, samira: Phone
) -> None:
    house = await bot.start()
    first = await family.begin(samira)

    def fails(*_: object) -> None:
        raise ValueError(f"{family.WORDS} {TOKEN}")

    plan = house.worker._turns.plan
    house.worker._turns.plan = fails  # type: ignore[method-assign, assignment]
    await samira.say(family.WORDS)
    for _ in range(100):
        if any(line.get("tries") == 3 for line in log):
            break
        await asyncio.sleep(0.02)
    house.worker._turns.plan = plan  # type: ignore[method-assign]
    await samira.tap("English", first["message_id"])
    await family.changed(samira, first)
    assert log
    assert not readable((repr(log) + repr(capfd.readouterr())).encode())
