"""Photos, documents and voice, both ways."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest

from bot.sandbox.files import image_size, voice_seconds
from bot.sandbox.phone import Phone, Remote


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + b"\x10\x60\x50" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_an_album_comes_one_by_one(bot: Bot, samira: Phone) -> None:
    await samira.upload("photo", ("a.png", png()), ("b.png", png(5, 5)), caption="Her face", mime="image/png")
    first, second = [update.message for update in await bot.get_updates()]
    assert first
    assert second
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("Her face", None)
    assert (first.photo[-1].width, first.photo[-1].height) == (3, 2)


async def test_what_a_phone_sends_can_be_fetched(bot: Bot, samira: Phone) -> None:
    await samira.upload("document", ("شهادة.pdf", b"%PDF-1.4 paper"), mime="application/pdf")
    message = (await bot.get_updates())[0].message
    assert message
    assert message.document
    assert (message.document.file_name, message.document.mime_type) == ("شهادة.pdf", "application/pdf")
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.4 paper"
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await bot.get_file("nonsense")


async def test_what_the_bot_sends_is_shown(bot: Bot, samira: Phone, remote: Remote) -> None:
    await samira.start()
    photo = await bot.send_photo(samira.chat_id, png(), caption="<i>A map</i>", parse_mode="HTML", protect_content=True)
    await bot.send_photo(samira.chat_id, photo.photo[-1].file_id)
    document = await bot.send_document(samira.chat_id, b"receipt", filename="receipt.txt")
    voice = await bot.send_voice(samira.chat_id, b"OggS" + bytes(40), duration=3)
    assert document.document
    assert document.document.file_name == "receipt.txt"
    assert voice.voice
    assert voice.voice.duration == timedelta(seconds=3)
    kinds = [message["media"]["kind"] for message in await samira.messages() if "media" in message]
    assert kinds == ["photo", "photo", "document", "voice"]
    async with remote.session.get(f"{remote.url}/sim/files/{document.document.file_id}") as response:
        assert await response.read() == b"receipt"
        assert response.headers["content-disposition"] == "attachment"
        assert "sandbox" in response.headers["content-security-policy"]
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(samira.chat_id, b"not a picture")


def test_sizes_are_read_from_the_file() -> None:
    assert image_size(png(640, 480)) == (640, 480)
    assert image_size(b"GIF89a" + struct.pack("<HH", 7, 9)) == (7, 9)
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + bytes(10)
    assert image_size(jpeg) == (30, 20)
    assert image_size(b"\xff\xd8\xff") is None
    page = b"OggS" + b"\0\0" + (48_000 * 4).to_bytes(8, "little") + bytes(20)
    assert voice_seconds(page) == 4
