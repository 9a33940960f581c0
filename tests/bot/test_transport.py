"""The transport against a small server that misbehaves the ways servers and networks do."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.transport import AiohttpRequest, Unsent, UnsentInTime

TOKEN = "4242:CANARY-token"
WORDS = "CANARY-words of a family"
MESSAGE = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Telegram:
    """A Bot API of one method at a time: what `answers` does is what the next call meets."""

    def __init__(self) -> None:
        self.answers: Answer = says({"ok": True, "result": True})
        self.seen: list[web.Request] = []
        self.fields: dict[str, Any] = {}
        self.port = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if request.content_type == "application/json":
            self.fields = await request.json()
        elif request.content_type == "multipart/form-data":
            self.fields = {
                name: (part.filename, part.content_type, part.file.read()) if isinstance(part, web.FileField) else part
                for name, part in (await request.post()).items()
            }
        return await self.answers(request)


def says(body: Any, status: int = 200) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status, content_type="application/json")

    return answer


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    server = Telegram()
    app = web.Application(client_max_size=8 << 20)
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    yield server
    await runner.cleanup()


def bot_for(telegram: Telegram, **options: Any) -> Bot:
    return Bot(
        TOKEN,
        base_url=f"http://127.0.0.1:{telegram.port}/bot",
        base_file_url=f"http://127.0.0.1:{telegram.port}/file/bot",
        request=AiohttpRequest(**options),
        get_updates_request=AiohttpRequest(**options),
    )


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    bot = bot_for(telegram, read_timeout=0.2, media_write_timeout=0.3)
    await use(bot)
    yield bot
    await drop(bot)


async def use(bot: Bot) -> None:
    for request in bot._request:
        await request.initialize()


async def drop(bot: Bot) -> None:
    for request in bot._request:
        await request.shutdown()


async def test_a_message_goes_out_as_json(telegram: Telegram, bot: Bot) -> None:
    await bot.set_my_description("أمل خالد 🕊")
    assert telegram.seen[0].method == "POST"
    assert telegram.seen[0].path == f"/bot{TOKEN}/setMyDescription"
    assert telegram.fields == {"description": "أمل خالد 🕊"}


async def test_half_a_surrogate_pair_does_not_stop_a_message(telegram: Telegram, bot: Bot) -> None:
    await bot.set_my_description("Amal \ud83d")
    assert telegram.fields == {"description": "Amal ?"}


async def test_files_go_out_as_multipart(telegram: Telegram, bot: Bot, tmp_path: Path) -> None:
    telegram.answers = says({"ok": True, "result": MESSAGE})
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF" * 300_000)
    with paper.open("rb") as file:
        for _ in range(2):  # the caller's file stays open, so that a failed upload can be repeated
            file.seek(0)
            document = InputFile(file, filename='هوية "1"\r\n.pdf', read_file_handle=False)
            await bot.send_document(7, document, "هوية")
            assert telegram.fields["chat_id"] == "7"
            assert telegram.fields["caption"] == "هوية"
            filename, kind, content = next(part for part in telegram.fields.values() if isinstance(part, tuple))
            assert (filename, kind) == ("هوية %221%22%0D%0A.pdf", "application/pdf")
            assert content == paper.read_bytes()


async def test_bytes_go_out_as_multipart(telegram: Telegram, bot: Bot) -> None:
    telegram.answers = says({"ok": True, "result": MESSAGE})
    await bot.send_photo(7, b"\xff" * 2_000_000, filename="amal.jpg")
    assert ("amal.jpg", "image/jpeg", b"\xff" * 2_000_000) in telegram.fields.values()


async def test_a_file_is_fetched(telegram: Telegram, bot: Bot) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x00\xff" * 1000)

    telegram.answers = answer
    content = await bot.request.retrieve(f"http://127.0.0.1:{telegram.port}/file/bot{TOKEN}/photos/1.jpg")
    assert content == b"\x00\xff" * 1000


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (429, {"description": "Too Many Requests: retry after 3", "parameters": {"retry_after": 3}}, RetryAfter),
        (403, {"description": "Forbidden: bot was blocked by the user"}, Forbidden),
        (400, {"description": "Bad Request: chat not found"}, BadRequest),
        (400, {"description": "Bad Request", "parameters": {"migrate_to_chat_id": -1007}}, ChatMigrated),
    ],
)
async def test_refusals_pass_through(
    telegram: Telegram,
    bot: Bot,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    answer: dict[str, Any],
    expected: type[TelegramError],
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    telegram.answers = says({"ok": False, "error_code": status} | answer, status)
    with pytest.raises(expected) as raised:
        await say(bot)
    if expected is Forbidden:
        assert raised.value.message == answer["description"]


async def say(bot: Bot) -> None:
    await bot.set_my_description(WORDS)


def quotes_nothing(error: BaseException, log: pytest.LogCaptureFixture) -> bool:
    told = "".join(traceback.format_exception(error)) + repr(error) + log.text
    return "CANARY" not in told and error.__cause__ is None and "127.0.0.1" not in str(error)


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize("body", [f"<html>{WORDS}", f'["{WORDS}"]', "[" * 100_000, "", "\udcff"])
async def test_garbage_is_refused_and_not_quoted(
    telegram: Telegram, bot: Bot, caplog: pytest.LogCaptureFixture, status: int, body: str
) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body.encode("utf-8", "surrogateescape"), status=status)

    telegram.answers = answer
    with caplog.at_level(logging.DEBUG), pytest.raises(TelegramError) as raised:
        await say(bot)
    assert "CANARY" not in str(raised.value)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_redirect_is_not_followed(telegram: Telegram, bot: Bot) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"http://127.0.0.1:{telegram.port}/elsewhere")

    telegram.answers = answer
    with pytest.raises(NetworkError, match=r"Temporary Redirect \(307\)"):
        await say(bot)
    assert len(telegram.seen) == 1


async def test_a_truncated_body(telegram: Telegram, bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"ok":true,"result')
        assert request.transport is not None
        request.transport.close()
        return response

    telegram.answers = answer
    with pytest.raises(NetworkError, match=r"^ClientPayloadError$") as raised:
        await say(bot)
    assert quotes_nothing(raised.value, caplog)


async def test_a_reset(telegram: Telegram, bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    telegram.answers = answer
    with pytest.raises(NetworkError, match=r"^ServerDisconnectedError$") as raised:
        await say(bot)
    assert not isinstance(raised.value, Unsent)  # it may have been read before the line broke
    assert len(telegram.seen) == 1  # a message is never repeated behind the sender's back
    assert quotes_nothing(raised.value, caplog)


async def silence(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(1)
    return web.Response()


async def test_silence_times_out(telegram: Telegram, bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    telegram.answers = silence
    with pytest.raises(TimedOut) as raised:
        await say(bot)
    assert not isinstance(raised.value, Unsent)
    assert quotes_nothing(raised.value, caplog)


async def test_a_call_may_have_its_own_patience(telegram: Telegram, bot: Bot) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.4)
        return web.json_response({"ok": True, "result": True})

    telegram.answers = answer
    await bot.set_my_description("slow", read_timeout=2)
    await bot.set_my_description("very slow", read_timeout=None)


async def test_a_stuck_upload_times_out() -> None:
    seen = asyncio.Event()

    async def never_reads(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await seen.wait()
        writer.transport.abort()

    server = await asyncio.start_server(never_reads, "127.0.0.1", 0, limit=1)
    transport = AiohttpRequest(read_timeout=0.1, connect_timeout=0.1, pool_timeout=0.1, media_write_timeout=0.2)
    bot = Bot(TOKEN, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot", request=transport)
    await transport.initialize()
    async with asyncio.timeout(2):
        with pytest.raises(TimedOut):
            await bot.send_photo(7, b"\xff" * 16_000_000)
    await transport.shutdown()
    seen.set()
    server.close()
    await asyncio.sleep(0.05)  # both ends of the broken connection notice


async def test_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        transport = AiohttpRequest()
        await transport.initialize()
        bot = Bot(TOKEN, f"http://127.0.0.1:{free.getsockname()[1]}/bot", request=transport)
        with pytest.raises(Unsent, match=r"^ClientConnectorError: ECONNREFUSED$") as raised:
            await say(bot)
        assert quotes_nothing(raised.value, caplog)
        await transport.shutdown()


async def test_a_full_pool_says_that_nothing_was_sent(telegram: Telegram, caplog: pytest.LogCaptureFixture) -> None:
    bot = bot_for(telegram, connection_pool_size=1, connect_timeout=0.1, pool_timeout=0.1)
    await use(bot)
    telegram.answers = silence
    first = asyncio.create_task(say(bot))
    await asyncio.sleep(0.05)
    with pytest.raises(UnsentInTime) as raised:
        await say(bot)
    assert isinstance(raised.value, TimedOut)
    assert quotes_nothing(raised.value, caplog)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await drop(bot)


async def test_a_bad_address_is_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    transport = AiohttpRequest()
    await transport.initialize()
    for address in ("http://[CANARY/", "CANARY://nowhere/", "http:///CANARY"):
        with pytest.raises(NetworkError) as raised:
            await transport.post(f"{address}{TOKEN}/getMe")
        assert quotes_nothing(raised.value, caplog)
    await transport.shutdown()


async def test_a_proxy_carries_the_request(telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"http://127.0.0.1:{telegram.port}"
    elsewhere = f"http://telegram.invalid/bot{TOKEN}/getMe"
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", proxy)
    for transport in (AiohttpRequest(proxy=proxy), AiohttpRequest()):
        await transport.initialize()
        assert await transport.post(elsewhere) is True
        assert telegram.seen[-1].headers["Host"] == "telegram.invalid"
        await transport.shutdown()


async def test_no_proxy_is_obeyed(telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    transport = AiohttpRequest()
    await transport.initialize()
    assert await transport.post(f"http://127.0.0.1:{telegram.port}/bot{TOKEN}/getMe") is True
    await transport.shutdown()


async def test_a_proxy_that_refuses(telegram: Telegram, caplog: pytest.LogCaptureFixture) -> None:
    telegram.answers = says("go away", 407)
    transport = AiohttpRequest(proxy=f"http://127.0.0.1:{telegram.port}")
    await transport.initialize()
    with pytest.raises(Unsent) as raised:
        await transport.post(f"https://telegram.invalid/bot{TOKEN}/getMe")
    assert quotes_nothing(raised.value, caplog)
    await transport.shutdown()


def test_a_socks_proxy_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="http:// or https://, not socks5://") as raised:
        AiohttpRequest(proxy="socks5://user:CANARY@127.0.0.1:9050")
    assert "CANARY" not in str(raised.value)


async def test_it_opens_and_closes_more_than_once(telegram: Telegram) -> None:
    transport = AiohttpRequest(read_timeout=7)
    url = f"http://127.0.0.1:{telegram.port}/bot{TOKEN}/getMe"
    assert transport.read_timeout == 7
    await transport.shutdown()
    for _ in range(2):
        await transport.initialize()
        await transport.initialize()
        assert await transport.post(url) is True
        await transport.shutdown()
        await transport.shutdown()
    with pytest.raises(NetworkError, match="not initialized"):
        await transport.post(url)


async def test_connections_are_kept(telegram: Telegram, bot: Bot) -> None:
    peers = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": True})

    telegram.answers = answer
    for _ in range(5):
        await say(bot)
    assert len(peers) == 1
