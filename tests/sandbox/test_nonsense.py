"""Nonsense from bots and from phones is refused, never a fault of the sandbox."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.gestures import GESTURES, add_phone
from bot.sandbox.methods import METHODS
from bot.sandbox.params import Params, Upload
from bot.sandbox.refusals import Refusal
from bot.sandbox.wire import Json
from bot.sandbox.world import World

# fmt: off
NAMES = [
    "chat_id", "message_id", "message_ids", "text", "caption", "parse_mode", "entities", "caption_entities", "name",
    "reply_markup", "reply_parameters", "callback_query_id", "show_alert", "action", "file_id", "photo", "document",
    "voice", "commands", "scope", "language_code", "description", "short_description", "menu_button", "url", "data",
    "row", "column", "reply_to", "payload", "first_name", "user_id", "phone_number", "latitude", "longitude", "force",
    "for_both", "duration",
]
FIELDS = [
    "inline_keyboard", "keyboard", "text", "callback_data", "copy_text", "url", "type", "offset", "length", "command",
    "description", "message_id", "chat_id", "one_time_keyboard",
]
# fmt: on
WORDS = st.sampled_from(["", "x", "HTML", "<b>x</b>", "<b", "[", "{}", "[1]", "ar", "typing", "\ud800", "ابن", "1"])
LEAVES = st.none() | st.booleans() | st.sampled_from([0, 1, 2, -1, 500_000_001, 10**30, 0.5, "attach://a"]) | WORDS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=8,
)
GIVEN = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)


def a_world() -> World:
    world = World()
    phone = add_phone(world, {"name": "Samira", "language_code": "ar"})
    GESTURES["start"](world, phone, {})
    sending = {"chat_id": phone.chat_id, "text": "Who?"}
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    METHODS["sendmessage"][1](world, Params({**sending, "reply_markup": markup}))
    METHODS["sendmessage"][1](world, Params({**sending, "reply_markup": {"keyboard": [["x", {"text": "1"}]]}}))
    return world


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(METHODS)), GIVEN, st.booleans())
def test_from_a_bot(method: str, values: Json, known: bool) -> None:
    params = Params({**values, "chat_id": 500_000_001} if known else values, {"a": Upload("a", "x/y", b"body")})
    _survives(lambda: METHODS[method][1](a_world(), params))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(GESTURES)), GIVEN)
def test_from_a_phone(gesture: str, values: Json) -> None:
    world = a_world()
    _survives(lambda: GESTURES[gesture](world, world.phones[500_000_001], values))


def _survives(deed: Any) -> None:
    try:
        deed()
    except Refusal as refusal:
        assert 400 <= refusal.code < 500  # noqa: PT017
