"""Recorded questions: uploaded once, named from then on, uploaded again when the name is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import files_corpus as made
import pytest
from conftest import TOKEN
from sqlalchemy import select, update
from telegram import InputFile
from telegram.error import BadRequest, NetworkError

from bot.api import Api
from bot.keys import Keys
from bot.prompts import is_unknown, play, play_parameters, remember
from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address
from bot.store import recordings
from bot.store.store import Store
from bot.store.tables import recordings as table
from ground.vault import Vault, new_key


@pytest.fixture
async def api(sandbox: Address) -> AsyncIterator[Api]:
    api = Api(TOKEN, sandbox.url, 1)
    await api.open()
    yield api
    await api.close_connections()


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = Store(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    store.open(Keys.of(Vault(new_key())))
    yield store
    store.close()


@pytest.fixture
def question(tmp_path: Path) -> Path:
    path = tmp_path / "question.ogg"
    path.write_bytes(made.opus())
    return path


@pytest.fixture
def another(tmp_path: Path) -> Path:
    path = tmp_path / "another.ogg"
    path.write_bytes(made.opus(pages=5))
    return path


async def voices(remote: Remote) -> list[Any]:
    """What each `sendVoice` named: None for an upload."""
    return [call["values"].get("voice") for call in await remote.calls() if call["method"] == "sendVoice"]


async def test_it_is_uploaded_once(api: Api, store: Store, samira: Phone, remote: Remote, question: Path) -> None:
    await samira.start()
    buttons = {"inline_keyboard": [[{"text": "Skip", "callback_data": "skip"}]]}
    sent = [await play(api, store, question, {"chat_id": samira.chat_id, "reply_markup": buttons}) for _ in range(3)]
    named = sent[0]["voice"]["file_id"]
    assert await voices(remote) == [None, named, named]
    shown = [message for message in await samira.messages() if message["from_bot"]]
    assert [message["message_id"] for message in shown] == [message["message_id"] for message in sent]
    assert all(message["keyboard"][0][0]["text"] == "Skip" for message in shown)
    assert await api.download(named, 10**6) == made.opus()


async def test_another_recording_and_another_bot_have_names_of_their_own(
    api: Api, store: Store, samira: Phone, remote: Remote, question: Path, another: Path
) -> None:
    await samira.start()
    await play(api, store, question, {"chat_id": samira.chat_id})
    await play(api, store, another, {"chat_id": samira.chat_id})
    assert await voices(remote) == [None, None]
    await store.write(lambda connection: connection.execute(update(table).values(bot=5)) and None)
    assert isinstance((await play_parameters(api, store, made.opus()))["voice"], InputFile)


async def test_a_name_that_is_refused_is_replaced(
    api: Api, store: Store, samira: Phone, remote: Remote, question: Path
) -> None:
    await samira.start()
    await play(api, store, question, {"chat_id": samira.chat_id})
    await store.write(lambda connection: connection.execute(update(table).values(file_id="old")) and None)
    sent = await play(api, store, question, {"chat_id": samira.chat_id})
    assert (await voices(remote))[1:] == ["old", None]
    kept = await store.write(lambda connection: connection.execute(select(table.c.bot, table.c.file_id)).all())
    assert kept == [(api.id_of_bot, sent["voice"]["file_id"])]


async def test_other_refusals_are_the_senders(
    api: Api, store: Store, samira: Phone, remote: Remote, question: Path
) -> None:
    with pytest.raises(BadRequest, match="hat not found"):
        await play(api, store, question, {"chat_id": 1})
    await samira.start()
    await play(api, store, question, {"chat_id": samira.chat_id})
    await remote.fault("500", method="sendVoice", times=1)
    with pytest.raises(NetworkError):
        await play(api, store, question, {"chat_id": samira.chat_id})
    sent = await play(api, store, question, {"chat_id": samira.chat_id})
    assert (await voices(remote))[-1] == sent["voice"]["file_id"], "it is still known by its name"
    with pytest.raises(FileNotFoundError):
        await play(api, store, question.with_name("missing.ogg"), {"chat_id": samira.chat_id})


@pytest.mark.parametrize(
    "sent", [None, {}, {"voice": None}, {"voice": {"file_id": 5}}, {"voice": {"file_id": "x" * 999}}]
)
async def test_an_answer_without_a_name_is_let_pass(api: Api, store: Store, sent: Any) -> None:
    await remember(api, store, b"recording", sent)
    assert await store.write(lambda connection: connection.execute(select(table)).all()) == []


def test_what_telegram_says_of_an_unknown_name() -> None:
    for text in (
        "Wrong file identifier/HTTP URL specified",
        "Wrong remote file identifier specified: wrong padding in the string",
        "Wrong file_id or the file is temporarily unavailable",
        "wrong type of the web page content",
    ):
        assert is_unknown(BadRequest(text))
    assert not is_unknown(BadRequest("Chat not found"))


async def test_a_name_is_forgotten_with_its_recording(store: Store) -> None:
    await store.write(lambda connection: recordings.put(connection, "a" * 64, 1, "one"))
    await store.write(lambda connection: recordings.put(connection, "a" * 64, 1, "two"))
    assert await store.write(lambda connection: recordings.find(connection, "a" * 64, 1)) == "two"
    assert await store.write(lambda connection: recordings.find(connection, "a" * 64, 2)) is None
    await store.write(lambda connection: recordings.forget(connection, "a" * 64))
    assert await store.write(lambda connection: recordings.find(connection, "a" * 64, 1)) is None
