"""The client of the other process: quick, deaf to trouble, silent about what it was told. Against a real server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.nlu.breaker import Breaker
from bot.nlu.client import Understanding, read_answer, sendable
from bot.nlu.serve import leave_token

GOOD = {"ranking": [["check_status", 0.8], ["greet", 0.2]]}
SECRET = "Amal Khaled left on Tuesday"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _server(handler: Handler) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/parse", handler)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _client(url: str, tmp_path: Path, **options: object) -> AsyncIterator[Understanding]:
    token = tmp_path / "token"
    leave_token(token, "a-token")
    client = Understanding(url, token, **options)  # type: ignore[arg-type]
    try:
        yield client
    finally:
        await client.close()


async def test_a_good_answer_is_a_meaning(tmp_path: Path) -> None:
    seen: list[tuple[str | None, object]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.headers.get("Authorization"), await request.json()))
        return web.json_response(GOOD)

    async with _server(handler) as url, _client(url, tmp_path) as client:
        meaning = await client.meaning("/any news? " + "x" * 1000)
    assert meaning is not None
    assert (meaning.intent, meaning.confidence, meaning.by) == ("check_status", 0.8, "nlu")
    assert meaning.ranking == (("check_status", 0.8), ("greet", 0.2))
    ((authorization, body),) = seen
    assert authorization == "Bearer a-token"
    assert body == {"text": ("any news? " + "x" * 1000)[:599]}


@pytest.mark.parametrize(
    "answer",
    [
        web.json_response,
        lambda _: web.Response(status=500, text=SECRET),
        lambda _: web.Response(status=401),
        lambda _: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}),
        lambda _: web.Response(text="not json"),
        lambda _: web.Response(text='{"ranking": 3}'),
        lambda _: web.json_response({"ranking": [["drop_tables", 0.9]]}),
        lambda _: web.json_response({"ranking": [["greet", 7]]}),
        lambda _: web.json_response({"ranking": [["greet"]]}),
        lambda _: web.json_response({"ranking": [["greet", "0.5"]]}),
        lambda _: web.Response(body=b"\xff" * 100_000),
    ],
)
async def test_anything_else_is_no_meaning(answer: Callable[[object], web.Response], tmp_path: Path) -> None:
    async def handler(_: web.Request) -> web.Response:
        return answer({})

    async with _server(handler) as url, _client(url, tmp_path) as client:
        assert await client.meaning(SECRET) is None
        assert client.outcomes.total() == 1


async def test_a_slow_answer_costs_no_more_than_the_budget(tmp_path: Path) -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.json_response(GOOD)

    async with _server(handler) as url, _client(url, tmp_path, budget=0.05) as client:
        started = asyncio.get_running_loop().time()
        assert await client.meaning(SECRET) is None
        assert asyncio.get_running_loop().time() - started < 1


async def test_after_five_failures_nobody_is_asked_for_a_while(tmp_path: Path) -> None:
    now = 0.0
    asked = 0
    well = False

    async def handler(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response(GOOD) if well else web.Response(status=503)

    breaker = Breaker(5, 30, lambda: now)
    async with _server(handler) as url, _client(url, tmp_path, breaker=breaker, budget=2) as client:
        for _ in range(8):
            assert await client.meaning(SECRET) is None
        assert asked == 5
        now = 31
        assert await client.meaning(SECRET) is None
        assert await client.meaning(SECRET) is None
        assert asked == 6, "one try after the rest, then it rests again"
        now, well = 62, True
        assert await client.meaning(SECRET) is not None
        assert await client.meaning(SECRET) is not None
        assert asked == 8


async def test_nobody_is_asked_without_a_token_or_without_words(tmp_path: Path) -> None:
    asked = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response(GOOD)

    async with _server(handler) as url, _client(url, tmp_path) as client:
        for text in ("", "   ", "😀😀", "؟!", "/", "\u200f\u200b", "\ud800"):
            assert await client.meaning(text) is None
        (tmp_path / "token").unlink()
        assert await client.meaning("hello") is None
        assert asked == 0
        leave_token(tmp_path / "token", "the-next-one")
        assert await client.meaning("hello") is not None


async def test_a_new_token_is_picked_up(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.Response:
        good = request.headers["Authorization"] == "Bearer second"
        return web.json_response(GOOD) if good else web.Response(status=401)

    async with _server(handler) as url, _client(url, tmp_path) as client:
        assert await client.meaning("hello") is None
        leave_token(tmp_path / "token", "second")
        assert await client.meaning("hello") is not None


async def test_nobody_there_is_no_meaning_and_no_word_reaches_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with _client("http://127.0.0.1:1", tmp_path) as client:
        with capture_logs() as lines:
            for _ in range(6):
                assert await client.meaning(SECRET) is None
    assert [line["event"] for line in lines] == ["understanding_rests"]
    assert "Amal" not in caplog.text + str(lines) + repr(client.__dict__)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4096,
        "😀" * 4096,
        "\x00\x01\x1b[2J",
        "",
        "\ud83d",
        "ا" * 4096,
        "/" * 4096,
        "\u202e" * 600 + "abc",
        "a\ud800b",
    ],
)
def test_what_is_sent_is_bounded_and_can_be_sent(text: str) -> None:
    asked = sendable(text)
    assert len(asked) <= 600
    assert asked.encode("utf-8").decode("utf-8") == asked
    assert not asked.startswith("/")


def test_an_empty_ranking_is_no_meaning() -> None:
    assert read_answer(b'{"ranking": []}') is None


def test_the_token_is_for_this_account_only(tmp_path: Path) -> None:
    for token in ("one", "two"):
        leave_token(tmp_path / "nlu" / "token", token)
        assert (tmp_path / "nlu" / "token").read_text() == f"{token}\n"
        assert (tmp_path / "nlu" / "token").stat().st_mode & 0o777 == 0o600
