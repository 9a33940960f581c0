"""A bot in this process, beside a sandbox in a thread, with keys of its own and a case team that can open its reports."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pyrage
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bot.house import House, build
from bot.keys import public_half
from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address, running
from bot.serve import live
from bot.settings import Settings
from bot.store.rows import EnvelopeRow
from flows.envelope import read_manifest

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PROFILE = """
languages = ["en", "ar"]
[organisation]
name = {{en = "Example Centre"}}
mandate = {{en = "We search."}}
verify = {{en = "https://example.org/bot"}}
[contact]
how = {{en = "+000"}}
hours = {{en = "9-17"}}
crisis = {{en = "Call for help."}}
privacy_url = "https://example.org/privacy"
[sealing]
recipients = [{recipients}]
"""


@dataclass
class Team:
    """The case team and the offline escrow, with their private keys."""

    identities: list[Any] = field(default_factory=lambda: [pyrage.x25519.Identity.generate() for _ in range(2)])

    @property
    def recipients(self) -> list[str]:
        return [str(identity.to_public()) for identity in self.identities]

    def open(self, envelope: EnvelopeRow, public_key: bytes, identity: int = 0) -> dict[str, Any]:
        """The report in an envelope, every check of docs/handoff.md made."""
        key: Any = load_pem_public_key(public_key)
        key.verify(envelope.signature, envelope.manifest)
        manifest = read_manifest(envelope.manifest)
        assert envelope.sealed is not None
        assert manifest.sealed_sha256 == hashlib.sha256(envelope.sealed).hexdigest()
        assert manifest.sealed_bytes == len(envelope.sealed)
        report: dict[str, Any] = json.loads(pyrage.decrypt(envelope.sealed, [self.identities[identity]]))["report"]
        assert (report["id"], report["revision"]) == (manifest.report, manifest.revision)
        return report


@dataclass
class Running:
    """A bot that can be started, stopped and started again on what it kept."""

    settings: Settings
    team: Team
    house: House | None = None
    #: how far its clock is ahead of the world's (seconds)
    ahead: float = 0.0
    _task: asyncio.Task[None] | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> House:
        self._stop = asyncio.Event()
        self.house = build(self.settings, now=lambda: time.time() + self.ahead)
        self.house.store.open(self.house.keys)
        self._task = asyncio.create_task(live(self.house, self._stop))
        return self.house

    async def ended(self) -> None:
        """Wait until it ends by itself."""
        task, self._task = self._task, None
        assert task is not None
        assert self.house is not None
        try:
            await task
        finally:
            self.house.store.close()

    async def stop(self) -> None:
        if self._task is None or self.house is None:
            return
        self._stop.set()
        await self.ended()

    @property
    def public_key(self) -> bytes:
        return public_half(self.settings.signing_key_path).read_bytes()


def settings_at(data: Path, api: str = "http://127.0.0.1:1", **more: Any) -> Settings:
    """Settings of a test: nothing from the environment, sends as fast as it can."""
    given = {
        "token": TOKEN,
        "bot_api": api,
        "bot_data": data,
        "poll_seconds": 1,
        "sends_per_second": 10_000,
        "sends_per_chat": 1000,
        "chat_burst": 100,
        "handoff_port": 0,
    }
    return Settings(_env_file=None, **(given | more))  # type: ignore[call-arg]


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def profile(tmp_path: Path, team: Team) -> Path:
    """An operator's profile sealed to that team."""
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE.format(recipients=", ".join(f'"{one}"' for one in team.recipients)))
    return path


@pytest.fixture
def sandbox() -> Iterator[Address]:
    with running() as address:
        yield address


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def remote(sandbox: Address, session: aiohttp.ClientSession) -> Remote:
    return Remote(session, sandbox.url)


@pytest.fixture
async def samira(sandbox: Address, session: aiohttp.ClientSession) -> Phone:
    return await Phone.add(session, sandbox.url, "Samira", "en")


@pytest.fixture
async def bot(sandbox: Address, tmp_path: Path, profile: Path, team: Team) -> AsyncIterator[Running]:
    """A bot on SQLite, not started yet."""
    running_bot = Running(settings_at(tmp_path / "data", sandbox.url, profile=profile), team)
    yield running_bot
    await running_bot.stop()
