"""What a raw update means, whatever JSON it is made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.translate import Heard, Malformed, Nothing, Reach, chat_id, read_update, update_id
from flows.events import Attached, Chose, Commanded, Edited, Said

NOW = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
CHAT = {"id": 42, "type": "private"}
SAMIRA = {"id": 42, "is_bot": False, "first_name": "Samira", "language_code": "ar"}
SENT = datetime.fromtimestamp(1_777_000_000, UTC)


def message(**more: Any) -> dict[str, Any]:
    return {"message": {"message_id": 7, "date": 1_777_000_000, "chat": CHAT, "from": SAMIRA, **more}}


def command(text: str, length: int) -> dict[str, Any]:
    return message(text=text, entities=[{"type": "bot_command", "offset": 0, "length": length}])


def pressed(data: str, **more: Any) -> dict[str, Any]:
    return {"callback_query": {"id": "9", "from": SAMIRA, "data": data, "message": {"chat": CHAT, **more}}}


@pytest.mark.parametrize(
    ("raw", "event", "stands"),
    [
        (message(text="آمال"), Said("آمال", 7, SENT), True),
        (message(text="half \ud83d"), Said("half ?", 7, SENT), True),
        (message(text="/home is where"), Said("/home is where", 7, SENT), True),
        (command("/start abc", 6), Commanded("start", SENT, 7), True),
        (command("/HELP@our_bot", 13), Commanded("help", SENT, 7), True),
        (message(photo=[], caption="x"), Attached("photo", 7, SENT, caption="x"), True),
        (message(contact={}), Attached("contact", 7, SENT), True),
        ({"edited_message": {**message()["message"], "text": "x", "edit_date": 1_777_000_000}}, Edited("x", 7, SENT), False),
        (pressed("abc123.c:sex:female"), Chose("abc123", "c:sex:female", NOW), False),
        (pressed("nothing"), Chose("nothing", "", NOW), False),
        (pressed("x" * 65), Chose("", "", NOW), False),
    ],
)  # fmt: skip
def test_events(raw: dict[str, Any], event: object, stands: bool) -> None:
    heard = read_update(raw, NOW)
    assert isinstance(heard, Heard)
    assert (heard.chat, heard.event, heard.stands, heard.language) == (42, event, stands, "ar")
    assert heard.callback == ("9" if "callback_query" in raw else None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (message(chat={"id": -1, "type": "group"}, text="x"), "not_private"),
        (message(text="x", sender_chat={"id": 1}), "not_a_person"),
        (message(text="x", via_bot={"id": 1}), "not_a_person"),
        (message(**{"from": {"id": 42, "is_bot": True}, "text": "x"}), "not_a_person"),
        (message(**{"from": {"id": 43, "is_bot": False}, "text": "x"}), "not_a_person"),
        (message(new_chat_title="x"), "no_words"),
        ({"poll": {}}, "unknown_kind"),
        ({}, "unknown_kind"),
    ],
)
def test_what_is_not_a_familys(raw: dict[str, Any], reason: str) -> None:
    assert read_update(raw, NOW) == Nothing(reason)  # type: ignore[arg-type]


def test_blocked_and_let_in_again() -> None:
    for status, reachable in (("kicked", False), ("member", True)):
        raw = {"my_chat_member": {"chat": CHAT, "from": SAMIRA, "new_chat_member": {"status": status}}}
        assert read_update(raw, NOW) == Reach(42, reachable)


_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_PLACES = ("message_id", "date", "chat", "from", "text", "entities", "data", "id", "new_chat_member", "message")


@settings(max_examples=400, deadline=None)
@given(
    kind=some.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll"]),
    body=some.one_of(
        _json,
        some.fixed_dictionaries({}, optional={key: _json | some.just(CHAT) | some.just(SAMIRA) for key in _PLACES}),
    ),
)
def test_no_json_is_more_than_malformed(kind: str, body: Any) -> None:
    raw = {"update_id": 5, kind: body}
    chat_id(raw)
    update_id(body)
    try:
        meaning = read_update(raw, NOW)
    except Malformed:
        pass  # it carries nothing: see its class
    else:
        assert isinstance(meaning, Heard | Reach | Nothing)


@pytest.mark.parametrize("number", [None, "5", -1, 2**63, True, 5.0])
def test_an_id_that_cannot_be_kept_is_none(number: object) -> None:
    assert update_id({"update_id": number}) is None
