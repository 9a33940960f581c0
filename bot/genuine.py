"""Marks what we write by ourselves, so that a family, and we, can tell it from what others write in our name.

Below such a message stands the chat's word (`flows.words`) with two digits, and a mark: the day and a number of the message,
with a keyed fingerprint over both, the chat and the message's words. To check a message nothing need be kept but the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import struct
import unicodedata
from datetime import date, timedelta

from bot.chats import Chat
from bot.keys import Keys
from flows.languages import isolated
from flows.words import COUNT, SECRET_BYTES, of_the_day, word

_FIRST = date(1970, 1, 1)
_HEAD = struct.Struct(">HI")
#: 48 bits: to be guessed only by asking us, one message at a time
_MAC_BYTES = 6
_GROUP = 5
#: base32 of twelve bytes, in four groups of five
_MARK = re.compile(r"(?<![A-Z2-7])[A-Z2-7]{5}(?:-[A-Z2-7]{5}){3}(?![A-Z2-7])")
_SPACES = re.compile(r"\s+")


class Marks:
    """Makes and checks marks."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def stamp(self, text: str, chat: Chat, message: int, day: date) -> str:
        """The text with this chat's word and the mark below it. `message` is any number of its own, such as an update's."""
        body = f"{text}\n\n{isolated(self.word(chat))}"
        return f"{body} · {isolated(self._mark(body, chat.lane, message % 2**32, day))}"

    def written_on(self, text: str, chat: Chat) -> date | None:
        """The day on which we wrote this text to this chat by ourselves; None when we did not."""
        found = _MARK.findall(text)
        if not found:
            return None
        mark: str = found[-1]
        before, _, after = text.rpartition(mark)
        body = _plain(before).rstrip().removesuffix("·")
        try:
            raw = base64.b32decode(mark.replace("-", "") + "====")
        except binascii.Error:
            return None
        days, message = _HEAD.unpack(raw[: _HEAD.size])
        day = _FIRST + timedelta(days=days)
        right = hmac.compare_digest(self._mark(body, chat.lane, message, day), mark)
        return day if right and not _plain(after).strip() else None

    def word(self, chat: Chat) -> str:
        """The word of a chat as its messages show it: the one its family chose, else one it was given, and two digits."""
        _, digits = self._given(chat.lane)
        return f"{word(self.number(chat), chat.language)} {digits:02}"

    def number(self, chat: Chat) -> int:
        """Which word it is."""
        return chat.word if chat.word is not None else self._given(chat.lane)[0]

    def secret(self, report: str) -> str:
        """The secret of a request from which the words for a call are made; it travels in the sealed report. Hex."""
        return self._of_request(report).hex()

    def call_words(self, report: str, day: date, language: str) -> tuple[str, ...]:
        """The words for a call about this request on a day (UTC)."""
        return of_the_day(self._of_request(report), day, language)

    def _of_request(self, report: str) -> bytes:
        return hmac.new(self._keys.calls.key, report.encode(), hashlib.sha256).digest()[:SECRET_BYTES]

    def _given(self, lane: str) -> tuple[int, int]:
        mac = hmac.new(self._keys.marks.key, f"word|{lane}".encode(), hashlib.sha256).digest()
        return mac[0] % COUNT, int.from_bytes(mac[1:5], "big") % 100

    def _mark(self, body: str, lane: str, message: int, day: date) -> str:
        head = _HEAD.pack((day - _FIRST).days, message)
        words = _plain(body).strip().encode()
        mac = hmac.new(self._keys.marks.key, b"mark|" + lane.encode() + b"|" + head + words, hashlib.sha256).digest()
        letters = base64.b32encode(head + mac[:_MAC_BYTES]).decode().rstrip("=")
        return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def _plain(text: str) -> str:
    """As it survives being copied: no invisible signs, one space for any gap."""
    seen = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    return _SPACES.sub(" ", seen)
