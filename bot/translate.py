"""What a raw update means: an event in a private chat, a chat gone or back, or nothing for us.

We read the JSON ourselves. python-telegram-bot's `Update.de_json` costs 130 µs where this costs 3, and raises
TypeError, AttributeError, KeyError or OverflowError on malformed updates; here everything odd is `Malformed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, TypeGuard

from flows.events import Attached, Chose, Commanded, Edited, Event, FellSilent, Said

Raw: TypeAlias = Mapping[str, Any]

#: Numbers a 64-bit column can hold.
_TOP = 2**63

#: What a message can be besides text, in the order in which we look.
KINDS = (
    "photo", "voice", "document", "video", "video_note", "audio", "animation", "sticker", "contact", "location",
    "venue", "poll", "dice", "story", "game", "checklist", "paid_media",
)  # fmt: skip
#: Buttons of earlier versions and forged ones are longer or have no dot.
_MOST_DATA = 64


class Malformed(Exception):  # noqa: N818
    """Not an update as the Bot API describes them. Carries no content."""


#: Ids of updates that we make ourselves, when a timer is due: beyond any that Telegram gives.
OURS = 2**61


@dataclass(frozen=True, slots=True)
class Media:
    """Where an attachment can be fetched."""

    file_id: str = field(repr=False)
    #: as announced (bytes); None when it was not
    size: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A family did something in its private chat."""

    chat: int = field(repr=False)
    event: Event
    #: what to answer with answerCallbackQuery, when a button was pressed
    callback: str | None = None
    #: a message of the family came to stand at the end of the chat
    stands: bool = False
    #: the language of their Telegram app, such as `ar`
    language: str = ""
    #: the attachment of an `Attached`
    media: Media | None = None
    #: the message under which a button was pressed
    under: int | None = None
    #: for our own timers: when the chat was last touched, as the timer knew it
    touched: int | None = None

    @property
    def message(self) -> int | None:
        """The family's message that brought this, when it is a new one."""
        return getattr(self.event, "message", None) if self.stands else None


@dataclass(frozen=True, slots=True)
class Came:
    """The team has sent a letter to this chat: its number."""

    letter: int


@dataclass(frozen=True, slots=True)
class Reach:
    """The family blocked us (`reachable` false) or let us in again."""

    chat: int = field(repr=False)
    reachable: bool


@dataclass(frozen=True, slots=True)
class Nothing:
    """Not for us; the reason is one of our words, for counting."""

    reason: Literal["not_private", "not_a_person", "unknown_kind", "no_words"]


Meaning: TypeAlias = Heard | Came | Reach | Nothing


def update_id(raw: object) -> int | None:
    """The update's id, None when it has none that we can keep."""
    found = raw.get("update_id") if isinstance(raw, dict) else None
    return found if _is_number(found) and 0 <= found < OURS else None


def timer(id_: int, touched: int, at: int, *, short: bool) -> dict[str, Any]:
    """An update of our own: nothing was heard from the chat since `touched`."""
    return {"update_id": id_, "timer": "short" if short else "long", "touched": touched, "at": at}


def arrival(id_: int, letter: int) -> dict[str, Any]:
    """An update of our own: the team's letter of this number is to be brought to its chat."""
    return {"update_id": id_, "letter": letter}


def chat_id(raw: Raw) -> int | None:
    """The chat of an update as far as one can be made out; 0 for a chat that is not private, None when there is none."""
    try:
        kind, body = _kind(raw)
        if kind == "callback_query":
            message = body.get("message")
            chat = message["chat"] if isinstance(message, dict) else {"id": body["from"]["id"], "type": "private"}
        else:
            chat = body["chat"]
        if not _is_number(chat["id"]):
            return None
        return int(chat["id"]) if chat["type"] == "private" else 0
    except (KeyError, TypeError, AttributeError, Malformed):
        return None


def read_update(raw: Raw, now: datetime) -> Meaning:
    """The meaning of an update; `Malformed` when it is not one. `now` is the moment of a button (it carries none)."""
    try:
        if "timer" in raw and (raw.get("update_id") or 0) >= OURS:
            event = FellSilent(_moment(raw["at"]), short=raw["timer"] == "short")
            return Heard(0, event, touched=_number(raw["touched"]))
        if "letter" in raw and (raw.get("update_id") or 0) >= OURS:
            return Came(_number(raw["letter"]))
        kind, body = _kind(raw)
        match kind:
            case "message":
                return _message(body)
            case "edited_message":
                return _edited(body)
            case "callback_query":
                return _callback(body, now)
            case "my_chat_member":
                return _membership(body)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError):
        raise Malformed from None
    return Nothing("unknown_kind")


def _kind(raw: Raw) -> tuple[str, dict[str, Any]]:
    for kind in ("message", "callback_query", "edited_message", "my_chat_member"):
        if kind in raw:
            body = raw[kind]
            if not isinstance(body, dict):
                raise Malformed
            return kind, body
    return "", {}


def _message(body: dict[str, Any]) -> Meaning:
    if (unfit := _unfit(body["chat"], body)) is not None:
        return unfit
    message, at = _number(body["message_id"]), _moment(body["date"])
    chat, language = body["chat"]["id"], _language(body["from"])
    text = body.get("text")
    if text is None:
        attached = next((kind for kind in KINDS if kind in body), None)
        if attached is None:
            return Nothing("no_words")
        event: Event = Attached(attached, message, at, caption=_text(body.get("caption", "")))
        return Heard(chat, event, stands=True, language=language, media=_media(body[attached]))
    event = Said(_text(text), message, at)
    if (command := _command(body, text)) is not None:
        event = Commanded(command, at, message)
    return Heard(chat, event, stands=True, language=language)


def _media(attached: object) -> Media | None:
    """The file of an attachment; of a photo, which comes in several sizes, the largest."""
    if isinstance(attached, list):
        attached = attached[-1] if attached else None
    file_id = attached.get("file_id") if isinstance(attached, dict) else None
    if not isinstance(attached, dict) or not isinstance(file_id, str):
        return None
    size = attached.get("file_size")
    return Media(file_id, size if _is_number(size) else None)


def _edited(body: dict[str, Any]) -> Meaning:
    if (unfit := _unfit(body["chat"], body)) is not None:
        return unfit
    message, at = _number(body["message_id"]), _moment(body.get("edit_date", body["date"]))
    text = body.get("text")
    if text is None:
        return Nothing("no_words")
    return Heard(body["chat"]["id"], Edited(_text(text), message, at), language=_language(body["from"]))


def _callback(body: dict[str, Any], now: datetime) -> Meaning:
    message = body.get("message")
    if not isinstance(message, dict):
        return Nothing("unknown_kind")  # a button of an inline message, which we never send
    if (unfit := _unfit(message["chat"], {"from": body["from"]})) is not None:
        return unfit
    query, data = body["id"], body.get("data", "")
    if not isinstance(query, str) or not isinstance(data, str):
        raise Malformed
    tag, _, press = data.partition(".") if len(data.encode("utf-8", "replace")) <= _MOST_DATA else ("", "", "")
    under = message.get("message_id")
    event = Chose(tag, press, now)
    language = _language(body["from"])
    return Heard(message["chat"]["id"], event, query, language=language, under=under if _is_number(under) else None)


def _membership(body: dict[str, Any]) -> Meaning:
    if (unfit := _unfit(body["chat"], body)) is not None:
        return unfit
    status = body["new_chat_member"]["status"]
    return Reach(body["chat"]["id"], reachable=status not in ("kicked", "left"))


def _unfit(chat: dict[str, Any], body: dict[str, Any]) -> Nothing | None:
    """Only a person in their own private chat is a family: everything else could be somebody pretending to be one."""
    if chat["type"] != "private":
        return Nothing("not_private")
    sender = body["from"]
    number = _number(chat["id"])
    if sender["id"] != number or sender.get("is_bot") is not False or "sender_chat" in body or "via_bot" in body:
        return Nothing("not_a_person")
    return None


def _command(body: dict[str, Any], text: str) -> str | None:
    """`/start payload` and `/start@our_bot` are `start`; Telegram marks commands, and they must be at the beginning."""
    if not text.startswith("/"):
        return None
    for entity in body.get("entities", ()):
        if entity["type"] == "bot_command" and entity["offset"] == 0:
            return text[1 : _number(entity["length"])].partition("@")[0].lower() or None
    return None


def _text(text: object) -> str:
    """The words; halves of surrogate pairs, which nothing can store, become question marks."""
    if not isinstance(text, str):
        raise Malformed
    return text.encode("utf-8", "replace").decode()


def _language(person: dict[str, Any]) -> str:
    code = person.get("language_code")
    return code[:8] if isinstance(code, str) else ""


def _moment(seconds: object) -> datetime:
    return datetime.fromtimestamp(_number(seconds), UTC)


def _number(value: object) -> int:
    if not _is_number(value):
        raise Malformed
    return value


def _is_number(value: object) -> TypeGuard[int]:
    return type(value) is int and -_TOP < value < _TOP
