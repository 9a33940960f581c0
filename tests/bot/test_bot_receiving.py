"""Attachments over HTTP: from a sandbox phone to an age file, and nothing of them in logs, `repr` or exceptions."""

from __future__ import annotations

import asyncio
import hashlib
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import files_corpus as made
import pyrage
import pytest
import structlog
from aiohttp import web
from conftest import TOKEN, Team
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from files_corpus import SECRET, corpus
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.api import Api
from bot.files import fetching
from bot.files.receiving import AT_ONCE, Received, Refused, receive
from bot.files.stripping import strip
from bot.files.verdicts import MOST_BYTES
from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address
from bot.sealing import Sealer
from bot.transport import NotServed, TooLong

FILE_ID = "CANARY-" + "id"  # put together, for a traceback quotes the line that calls
NAME, CAPTION = "Qarqashandi-passport.jpg", "القلقشندي"


@pytest.fixture
async def api(sandbox: Address) -> AsyncIterator[Api]:
    api = Api(TOKEN, sandbox.url, 1)
    await api.open()
    yield api
    await api.close_connections()


@pytest.fixture
def sealer(team: Team) -> Sealer:
    return Sealer(team.recipients, Ed25519PrivateKey.generate())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSES", (0.01, 0.02))


@pytest.fixture
def log() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


async def sent(api: Api, phone: Phone, kind: str, *bodies: bytes) -> list[dict[str, Any]]:
    """What the bot hears of files: `file_id`, `file_size`, …"""
    await phone.upload(kind, *((NAME, body) for body in bodies), caption=CAPTION)
    updates = await api.poll(None, 1, 100)
    heard = [update["message"][kind] for update in updates if kind in update["message"]]
    return [one[-1] if kind == "photo" else one for one in heard]


async def received(api: Api, sealer: Sealer, file: dict[str, Any], *, keep: bool = False) -> Received | Refused:
    return await receive(api, sealer, file["file_id"], announced_size=file.get("file_size"), keep_original=keep)


@pytest.mark.parametrize(
    ("kind", "name"), [("photo", "jpeg with GPS"), ("voice", "opus"), ("document", "pdf with everything")]
)
async def test_what_a_phone_sends_is_sealed_without_hidden_details(
    api: Api, sealer: Sealer, team: Team, samira: Phone, kind: str, name: str
) -> None:
    data, mime = corpus()[name]
    (file,) = await sent(api, samira, kind, data)
    got = await received(api, sealer, file)
    assert isinstance(got, Received)
    assert (got.mime, got.original) == (mime, False)
    clean = strip(data, mime)
    for identity in team.identities:
        opened = pyrage.decrypt(got.sealed, [identity])
        if mime != "application/pdf":
            assert opened == clean
        assert (got.bytes, got.sha256) == (len(opened), hashlib.sha256(opened).hexdigest())
        assert SECRET not in opened
    assert (got.row.id, got.row.sealed) == (got.id, got.sealed)
    assert (got.row.sealed_bytes, got.row.sealed_sha256) == (len(got.sealed), hashlib.sha256(got.sealed).hexdigest())
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(got.sealed, [pyrage.x25519.Identity.generate()])


async def test_an_original_is_kept_byte_for_byte(api: Api, sealer: Sealer, team: Team, samira: Phone) -> None:
    data = corpus()["jpeg with MPF"][0]
    (file,) = await sent(api, samira, "document", data)
    got = await received(api, sealer, file, keep=True)
    assert isinstance(got, Received)
    assert got.original
    assert pyrage.decrypt(got.sealed, [team.identities[1]]) == data


async def test_an_album_has_an_id_for_each(api: Api, sealer: Sealer, samira: Phone) -> None:
    album = await sent(api, samira, "document", *(made.jpeg(made.picture(size, 9)) for size in range(20, 30)))
    got = await asyncio.gather(*(received(api, sealer, file) for file in album))
    ids = {one.id for one in got if isinstance(one, Received)}
    assert len(ids) == 10
    assert all(len(id_) == 32 and int(id_, 16) >= 0 for id_ in ids)


@pytest.mark.parametrize("name", ["heic", "gif", "jpeg cut off", "jpeg with a zip behind", "png of ten billion pixels"])
async def test_what_is_not_taken_says_why(api: Api, sealer: Sealer, samira: Phone, name: str) -> None:
    data, reason = corpus()[name]
    (file,) = await sent(api, samira, "document", data)
    for keep in (False, True):
        assert await received(api, sealer, file, keep=keep) == Refused(reason)  # type: ignore[arg-type]


async def test_more_than_telegram_gives_is_too_big(
    api: Api, sealer: Sealer, samira: Phone, remote: Remote, sandbox: Address
) -> None:
    (file,) = await sent(api, samira, "document", bytes(MOST_BYTES + 1))
    assert await received(api, sealer, file) == Refused("too_big")
    assert not [call for call in await remote.calls() if call["method"] == "getFile"], "it had said so"
    assert await received(api, sealer, {"file_id": file["file_id"]}) == Refused("too_big"), "Telegram says so"


async def test_what_is_gone_is_not_fetched_and_asked_for_once(
    api: Api, sealer: Sealer, remote: Remote, log: list[Any]
) -> None:
    assert await received(api, sealer, {"file_id": "WSXnobody"}) == Refused("not_fetched")
    assert len([call for call in await remote.calls() if call["method"] == "getFile"]) == 1
    assert [line.get("error") or line["reason"] for line in log] == ["BadRequest", "not_fetched"]


@pytest.mark.parametrize("fault", ["500", "502", "garbage", "reset"])
async def test_trouble_is_waited_out_for_a_while(
    api: Api, sealer: Sealer, samira: Phone, remote: Remote, fault: str
) -> None:
    (file,) = await sent(api, samira, "photo", made.jpeg())
    await remote.fault(fault, method="getFile", times=2)
    assert isinstance(await received(api, sealer, file), Received)
    await remote.fault(fault, method="getFile", times=3)
    assert await received(api, sealer, file) == Refused("not_fetched")


async def test_asked_to_wait_it_waits_when_that_is_short(
    api: Api, sealer: Sealer, samira: Phone, remote: Remote
) -> None:
    (file,) = await sent(api, samira, "photo", made.jpeg())
    await remote.fault("429", method="getFile", times=1, seconds=1)
    assert isinstance(await received(api, sealer, file), Received)
    await remote.fault("429", method="getFile", times=1, seconds=60)
    assert await received(api, sealer, file) == Refused("not_fetched")


async def test_nothing_of_a_file_can_be_read_anywhere(
    api: Api, sealer: Sealer, samira: Phone, log: list[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    good = corpus()["pdf with everything"][0]
    bad = corpus()["jpeg with a comment"][0][:-40]
    shown = []
    for data in (good, bad, made.jpeg(comment=SECRET)):
        *_, file = await sent(api, samira, "document", data)
        got = await received(api, sealer, file)
        shown.append(repr(got))
        if isinstance(got, Received):
            shown.append(repr(got.row))
    shown.append(repr(log) + repr(capfd.readouterr()))
    for canary in (SECRET.decode(), "Qarqashandi", CAPTION, TOKEN, TOKEN.split(":")[1]):
        assert canary not in "".join(shown)


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Files:
    """A Bot API whose getFile always says the same, and whose files are what `answers` makes of them."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {"file_path": "photos/file 1?#.jpg", "file_size": 5}
        self.answers: Answer = self._five
        self.asked: list[str] = []

    @staticmethod
    async def _five(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"12345")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/bot"):
            return web.json_response({"ok": True, "result": self.told})
        self.asked.append(request.path)
        return await self.answers(request)


@pytest.fixture
async def files() -> AsyncIterator[tuple[Files, Api]]:
    server = Files()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    api = Api(TOKEN, f"http://127.0.0.1:{port}", 1)
    await api.open()
    yield server, api
    await api.close_connections()
    await runner.cleanup()


async def test_a_file_is_asked_for_by_its_whole_path(files: tuple[Files, Api]) -> None:
    server, api = files
    assert await api.download("id", 5) == b"12345"
    assert server.asked == [f"/file/bot{TOKEN}/photos/file 1?#.jpg"]


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionError):
        for _ in range(1000):
            await response.write(bytes(100_000))
    return response


async def slow(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response()


def status(number: int) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=number, text="https://host/file/bot" + TOKEN, headers={"Location": "/" + TOKEN})

    return answer


async def broken(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "5"})
    await response.prepare(request)
    await response.write(b"12")
    assert request.transport is not None
    request.transport.abort()
    return response


@pytest.mark.parametrize(
    ("told", "answer", "error"),
    [
        ({"file_path": "a"}, endless, TooLong),
        ({"file_path": "a", "file_size": 10**9}, Files._five, TooLong),
        ({"file_path": "a", "file_size": 4}, Files._five, NetworkError),
        ({"file_path": "../../etc/passwd"}, Files._five, NetworkError),
        ({}, Files._five, NetworkError),
        ({"file_path": "a"}, status(404), NotServed),
        ({"file_path": "a"}, status(302), NotServed),
        ({"file_path": "a"}, status(503), NotServed),
        ({"file_path": "a"}, broken, NetworkError),
        ({"file_path": "a"}, slow, TimedOut),
    ],
)
async def test_a_download_that_fails_says_what_and_not_where(
    files: tuple[Files, Api],
    told: dict[str, Any],
    answer: Answer,
    error: type[TelegramError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, api = files
    server.told, server.answers = told, answer
    monkeypatch.setattr("bot.api._DOWNLOAD_SECONDS", 0.5)
    with pytest.raises(error) as caught:
        await api.download(FILE_ID, 1_000_000)
    written = "".join(traceback.format_exception(caught.value))
    for canary in (TOKEN, TOKEN.split(":")[1], FILE_ID):
        assert canary not in written
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_few_files_are_in_memory_at_the_same_time(files: tuple[Files, Api], sealer: Sealer) -> None:
    server, api = files
    now, most = 0, 0

    async def counted(_: web.Request) -> web.StreamResponse:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.02)
        now -= 1
        return web.Response(body=b"12345")

    server.answers = counted
    got = await asyncio.gather(*(received(api, sealer, {"file_id": str(number)}) for number in range(20)))
    assert got == [Refused("kind")] * 20
    assert most == AT_ONCE


@pytest.mark.parametrize(("number", "times"), [(404, 1), (403, 1), (503, 3), (429, 3)])
async def test_a_refusal_of_the_file_server_is_asked_again_only_where_that_helps(
    files: tuple[Files, Api], sealer: Sealer, number: int, times: int
) -> None:
    server, api = files
    server.answers = status(number)
    assert await received(api, sealer, {"file_id": "id"}) == Refused("not_fetched")
    assert len(server.asked) == times
