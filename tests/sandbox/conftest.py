"""A sandbox of its own for each test, in a thread, with a bot and a phone to talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from telegram import Bot

from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address, Settings, running

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def bot_at(address: Address) -> Bot:
    """python-telegram-bot's own client, as production uses it."""
    return Bot(TOKEN, base_url=f"{address.url}/bot", base_file_url=f"{address.url}/file/bot")


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot's next way to give durations; its present one warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def sandbox() -> Iterator[Address]:
    with running() as address:
        yield address


@pytest.fixture
def strict_sandbox() -> Iterator[Address]:
    with running(Settings(port=0, strict=True)) as address:
        yield address


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def bot(sandbox: Address) -> AsyncIterator[Bot]:
    async with bot_at(sandbox) as bot:
        yield bot


@pytest.fixture
async def samira(sandbox: Address, session: aiohttp.ClientSession) -> Phone:
    """A phone that hasn't pressed Start yet."""
    return await Phone.add(session, sandbox.url, "Samira", "ar")


@pytest.fixture
def remote(sandbox: Address, session: aiohttp.ClientSession) -> Remote:
    return Remote(session, sandbox.url)
