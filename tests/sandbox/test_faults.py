"""Trouble on order, as a network or Telegram makes it."""

from __future__ import annotations

import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from bot.sandbox.phone import CannotDo, Phone, Remote


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("429", RetryAfter),
        ("500", NetworkError),
        ("502", NetworkError),
        ("reset", NetworkError),
        ("garbage", TelegramError),
    ],
)
async def test_a_fault_hits_once(bot: Bot, samira: Phone, remote: Remote, kind: str, error: type[Exception]) -> None:
    await samira.start()
    await remote.fault(kind, method="sendMessage", retry_after=7)
    with pytest.raises(error):
        await bot.send_message(samira.chat_id, "Hello")
    assert await samira.last() is None
    await bot.send_message(samira.chat_id, "Hello")
    assert len(await samira.messages()) == 2


async def test_an_answer_can_be_lost_after_the_deed(bot: Bot, samira: Phone, remote: Remote) -> None:
    await samira.start()
    await remote.fault("timeout", method="sendMessage", seconds=1, after=True)
    with pytest.raises(TimedOut):
        await bot.send_message(samira.chat_id, "Hello", read_timeout=0.2)
    assert (await samira.wait_for("Hello"))["from_bot"]


async def test_an_unknown_fault_is_refused(remote: Remote) -> None:
    with pytest.raises(CannotDo, match="kind is one of"):
        await remote.fault("flood")
