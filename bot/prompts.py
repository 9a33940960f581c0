"""Recorded questions (`media::audio` of a form): uploaded once, then named by the `file_id` Telegram gave them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from telegram import InputFile
from telegram.error import BadRequest

from bot.api import Api
from bot.store import recordings
from bot.store.store import Store
from bot.store.writer import StoreTrouble

METHOD = "sendVoice"
#: How Telegram refuses a `file_id` that it does not know or that is another bot's (tdlib/telegram-bot-api).
_UNKNOWN = ("wrong file identifier", "wrong remote file identifier", "wrong file_id", "file reference", "wrong type of")
#: The name the upload has in the request; families do not see it.
_NAME = "question.ogg"

log = structlog.get_logger()


async def play(api: Api, store: Store, path: Path, to: Mapping[str, Any]) -> Any:
    """Send the recording in the file (OGG with Opus) as a voice message; Telegram's message, as `Api.call` gives it.

    `to` holds the call's other parameters (`chat_id`, `reply_markup`, …). Raises what `Api.call` raises, and OSError
    when the file cannot be read. When Telegram does not take the name it gave before, the recording is uploaded again.
    Trouble with the database costs an upload and nothing else.
    """
    recording = await asyncio.to_thread(path.read_bytes)
    known = await play_parameters(api, store, recording)
    try:
        sent = await api.call(METHOD, {**to, **known})
    except BadRequest as error:
        if isinstance(known["voice"], InputFile) or not is_unknown(error):
            raise
        log.info("recording_uploaded_again")
        known = {"voice": _upload(recording)}
        sent = await api.call(METHOD, {**to, **known})
    if isinstance(known["voice"], InputFile):
        await remember(api, store, recording, sent)
    return sent


async def play_parameters(api: Api, store: Store, recording: bytes) -> dict[str, Any]:
    """`{"voice": …}` for `sendVoice`: the name Telegram knows the recording by, else the recording itself."""
    digest = _digest(recording)
    try:
        known = await store.write(lambda connection: recordings.find(connection, digest, api.id_of_bot))
    except StoreTrouble:
        known = None
    return {"voice": known or _upload(recording)}


async def remember(api: Api, store: Store, recording: bytes, sent: Any) -> None:
    """Keep the name from the message that an upload became, in place of an older one; one without a name is let pass."""
    voice = sent.get("voice") if isinstance(sent, dict) else None
    file_id = voice.get("file_id") if isinstance(voice, dict) else None
    if not isinstance(file_id, str) or len(file_id) > recordings.LONGEST:
        return
    digest = _digest(recording)
    with suppress(StoreTrouble):
        await store.write_soon(lambda connection: recordings.put(connection, digest, api.id_of_bot, file_id))


def is_unknown(error: BadRequest) -> bool:
    """Whether a refusal means that the `file_id` is not known (any more)."""
    text = error.message.lower()
    return any(words in text for words in _UNKNOWN)


def _upload(recording: bytes) -> InputFile:
    return InputFile(recording, filename=_NAME)


def _digest(recording: bytes) -> str:
    return hashlib.sha256(recording).hexdigest()
