"""Starting, stopping and starting again: addresses, kill -9, and what is remembered."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address, Settings, listen, running
from ground.complaints import Complaint

from .conftest import bot_at
from .test_files import png


@contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[str], Address]]:
    command = [sys.executable, "-m", "wasl", "sandbox", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr
        port = re.search(r":(\d+)/", child.stderr.readline())
        assert port
        try:
            yield child, Address("127.0.0.1", int(port[1]))
        finally:
            child.kill()


async def test_kill_9_forgets_nothing(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    with process("--data", str(tmp_path)) as (child, address):
        samira = await Phone.add(session, address.url, "Samira", "ar")
        await samira.start()
        await samira.upload("photo", ("a.png", png()), mime="image/png")
        async with bot_at(address) as bot:
            first, _ = await bot.get_updates()
            await bot.get_updates(offset=first.update_id + 1)
            gone = await bot.send_message(samira.chat_id, "gone")
            await bot.delete_message(samira.chat_id, gone.message_id)
            kept = await bot.send_message(samira.chat_id, "kept")
            await bot.set_my_name("Tie")
        await Remote(session, address.url).ahead(3600)
        before = await samira.screen()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    with (tmp_path / "sandbox.jsonl").open("a") as journal:
        journal.write('["message",{"torn')
    for _ in range(2):  # the second start reads what the first one rewrote
        with running(Settings(port=0, directory=tmp_path)) as address:
            samira = Phone(session, address.url, samira.chat_id)
            assert await samira.screen() == before
            async with bot_at(address) as bot:
                assert bot.first_name == "Tie"
                (update,) = await bot.get_updates()
                assert update.update_id == first.update_id + 1
                assert update.message
                file = await update.message.photo[-1].get_file()
                assert bytes(await file.download_as_bytearray()) == png()
                newer = await bot.send_message(samira.chat_id, "newer")
                assert newer.message_id > kept.message_id
                assert newer.date.timestamp() - kept.date.timestamp() >= 3590
                await bot.delete_message(samira.chat_id, newer.message_id)


def test_sigterm_ends_a_waiting_poll(tmp_path: Path) -> None:
    with process("--memory") as (child, address):
        poll = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"from urllib.request import urlopen as u; u('{address.url}/bot1:a/getUpdates?timeout=30')",
            ]
        )
        child.terminate()
        assert child.wait(5) in {0, -signal.SIGTERM}
        poll.kill()
        poll.wait()


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.5", "::", "example.org"])
def test_only_this_machine(host: str) -> None:
    with pytest.raises(Complaint, match=r"127\.0\.0\.1"):
        listen(Settings(host, 0))


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with running() as address:
        taken = subprocess.run(
            [sys.executable, "-m", "wasl", "sandbox", "--memory", "--port", str(address.port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert taken.returncode == 2
    assert taken.stderr.count("\n") == 1
    assert "choose another --port" in taken.stderr


def test_two_sandboxes_never_share_a_directory(tmp_path: Path) -> None:
    settings = Settings(port=0, directory=tmp_path)
    with running(settings), pytest.raises(Complaint, match="Another sandbox"), running(settings):
        pass


async def test_other_sites_are_kept_out(sandbox: Address, session: aiohttp.ClientSession) -> None:
    for headers in ({"Origin": "https://example.org"}, {"Host": "example.org"}, {"Origin": "null"}):
        async with session.post(f"{sandbox.url}/sim/phones", json={"name": "x"}, headers=headers) as response:
            assert response.status == 403
    async with session.get(sandbox.url, headers={"Origin": sandbox.url}) as response:
        assert response.status == 200
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
