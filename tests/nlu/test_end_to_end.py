"""Rasa itself, on a small model trained here: learned, asked, served and spoken to by the bot's client. Wants `make nlu` once."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from pathlib import Path

import aiohttp
import psutil
import pytest
import yaml

from bot.nlu.build import train
from bot.nlu.client import Understanding
from bot.nlu.offline import rankings
from bot.nlu.rasa import ROOT, Rasa, digest
from ground.complaints import Complaint

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Rasa().python.exists(), reason="Rasa's environment is not here; `make nlu` makes it"),
]

INTENTS = ("faq_cost", "check_status", "talk_to_person")
CANARIES = {
    "what does it cost": "faq_cost",
    "هل في أخبار": "check_status",
    "I want to speak to a human": "talk_to_person",
}
BAD = [
    "x" * 4096,
    "😀" * 600,
    "\x00\x01\x1b",
    "",
    "/",
    "/check_status",
    "\u202e",
    " ".join(map(chr, range(0x900, 0xA00))),
    "null",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three intents in two languages, with the project's own pipeline."""
    folder = tmp_path_factory.mktemp("nlu")
    blocks = []
    for language in ("en", "ar"):
        content = yaml.safe_load((ROOT / "nlu" / "data" / f"{language}.yml").read_text(encoding="utf-8"))
        blocks += [block for block in content["nlu"] if block["intent"] in INTENTS]
    (folder / "small.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True))
    path = folder / "small.tar.gz"
    # A few hundred sentences teach the tuned layers little: here they have less of a say.
    config = (ROOT / "config.yml").read_text(encoding="utf-8")
    assert "    epochs: 2\n" in config
    (folder / "config.yml").write_text(
        config.replace("    epochs: 2\n", "    epochs: 2\n    share: 0.1\n"), encoding="utf-8"
    )
    train(Rasa(), data=folder / "small.yml", config=folder / "config.yml", model=path)
    return path


def test_it_learns_what_it_is_taught_and_no_text_breaks_it(model: Path) -> None:
    meanings = list(rankings(Rasa(), [*CANARIES, *BAD], model=model))
    assert [meaning and meaning.intent for meaning in meanings[: len(CANARIES)]] == list(CANARIES.values())
    by_text = dict(zip(BAD, meanings[len(CANARIES) :], strict=True))
    for text in ("😀" * 600, "\x00\x01\x1b", "", "/", "\u202e"):
        assert by_text[text] is None
    slash = by_text["/check_status"]
    assert slash is not None
    assert slash.confidence < 1, "a slash does not name an intent"
    assert all(abs(sum(share for _, share in m.ranking) - 1) < 0.01 for m in meanings if m is not None)


async def test_the_server_answers_the_client_and_nobody_without_the_token(model: Path, tmp_path: Path) -> None:
    (tmp_path / "canaries.json").write_text(json.dumps(CANARIES))
    (tmp_path / "token").write_text("secret\n")
    rasa, port = Rasa(), _free_port()
    process = await asyncio.create_subprocess_exec(
        *(rasa.python, "-m", "nlu.serve", model, str(port), "2", tmp_path / "canaries.json"),
        cwd=ROOT,
        env={**rasa.environment(), "NLU_TOKEN": "secret"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = b""
    async for line in process.stdout:
        printed += line
        if line.startswith(b"nlu ready"):
            break
    assert b"nlu ready" in printed, printed[-500:]
    client = Understanding(f"http://127.0.0.1:{port}", tmp_path / "token", budget=20)
    try:
        meanings = await asyncio.gather(*(client.meaning(f"{text} Zanubia") for text in [*CANARIES] * 4))
        assert all(meaning is not None for meaning in meanings)
        async with aiohttp.ClientSession() as stranger:
            url = f"http://127.0.0.1:{port}"
            for method, path, status in (("POST", "/parse", 401), ("GET", "/health", 401), ("PUT", "/model", 404)):
                async with stranger.request(method, url + path, json={"text": "hello"}) as answer:
                    assert answer.status == status
        bearer = {"Authorization": "Bearer secret"}
        async with aiohttp.ClientSession(headers=bearer) as known:
            for text in BAD:
                async with known.post(f"{url}/parse", json={"text": text}) as answer:
                    assert answer.status == 200
            for body in ("", "null", '{"text": null}', "[]", '{"text": 3}', "\ud7ff"):
                async with known.post(f"{url}/parse", data=body.encode()) as answer:
                    assert answer.status == 400
            async with known.post(f"{url}/parse", json={"text": "x" * 20_000}) as answer:
                assert answer.status in (400, 413)
        workers = psutil.Process(process.pid).children()
        assert len(workers) == 2
        workers[0].kill()
        for _ in range(4):
            await client.meaning("what does it cost")
        async with asyncio.timeout(20):
            printed += await process.stdout.read()
            assert await process.wait() == 1, "a dead worker ends the process, and it is started again"
        assert b"Zanubia" not in printed
    finally:
        await client.close()
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_another_model_than_the_one_that_was_built_is_refused(model: Path, tmp_path: Path) -> None:
    for name in ("config.yml", "nlu", "flows"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "models").mkdir()
    rasa = Rasa(tmp_path)
    with pytest.raises(Complaint, match="not built yet"):
        rasa.checked_model()
    rasa.model.write_bytes(model.read_bytes())
    rasa.pin.write_text(json.dumps({"sha256": digest(rasa.model), "sources": rasa.fingerprint()}))
    assert rasa.checked_model() == rasa.model
    assert rasa.up_to_date()
    rasa.model.write_bytes(model.read_bytes() + b"\0")
    with pytest.raises(Complaint, match="not the file that was built here"):
        rasa.checked_model()


def test_nothing_of_ours_reaches_the_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:secret")
    monkeypatch.setenv("WASL_BOT_DATA", "somewhere")
    given = Rasa().environment()
    assert not [name for name in given if re.match("WASL|TELEGRAM", name)]
    assert sys.executable not in given.values()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
