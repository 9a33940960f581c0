"""Five thousand updates that are odd, mutated or hostile: nothing unhandled, nothing stuck, and families are still heard."""

from __future__ import annotations

import asyncio
import copy
import json
import random
from typing import Any

import family
import pytest
import structlog
from conftest import Running
from structlog.testing import capture_logs
from test_bot_conversation import counts

from bot.house import House
from bot.sandbox.phone import Phone, Remote

UPDATES = 5_000
BATCH = 500
CHATS = range(9_000, 9_040)
WORDS = (
    *("حلب", "Amal", "١٩٩٠", "", " ", "\n" * 100, "/start", "/" + "x" * 300, "{code} %s %(x)s", "<b>&lt;"),
    *("\u202eevil\u202c\u2066", "\u200f" * 50, "x" * 4096, "-" * 4096, "😀" * 2000, "a\u0301" * 1000),
    *("\u0000", "\ud800", "\U000e0041tag"),
)
DATA = (
    "a1b2c3.c:language:en",
    "000000.send",
    "x",
    "",
    "." * 64,
    "a.b.c",
    "a1b2c3.xx",
    "\u202e.send",
    "a1b2c3.c:" + "q" * 50,
    "é" * 40,
)
ODD: tuple[Any, ...] = (
    None,
    "",
    "text",
    -1,
    0,
    2**63,
    2**70,
    1.5,
    True,
    [],
    {},
    [[]],
    {"id": {}},
    "NaN",
    float(10**300),
)


def _chat(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(["private"] * 6 + ["group", "supergroup", "channel"])
    number = rng.choice(CHATS)
    return {"id": number if kind == "private" else -number, "type": kind, "first_name": "Samira"}


def _message(rng: random.Random) -> dict[str, Any]:
    chat = _chat(rng)
    sender = {
        "id": abs(chat["id"]),
        "is_bot": rng.random() < 0.05,
        "first_name": "Samira",
        "language_code": rng.choice(["ar", "xx", ""]),
    }
    message: dict[str, Any] = {
        "message_id": rng.randint(1, 10_000),
        "date": 1_790_000_000,
        "chat": chat,
        "from": sender,
    }
    kinds: list[dict[str, Any]] = [
        {"text": rng.choice(WORDS)},
        {
            "text": rng.choice(WORDS),
            "entities": [{"type": "bot_command", "offset": 0, "length": rng.randint(-5, 5000)}],
        },
        {"contact": {"phone_number": "+963944000000", "first_name": "x", "user_id": 1}, "forward_date": 1},
        {"photo": [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}], "media_group_id": "1"},
        {"voice": {"file_id": "x", "file_unique_id": "x", "duration": 1}, "caption": rng.choice(WORDS)},
        {"sticker": {}, "via_bot": {"id": 1, "is_bot": True, "first_name": "b"}},
        {"location": {"latitude": 1e9, "longitude": "x"}},
        {"text": rng.choice(WORDS), "sender_chat": {"id": -1, "type": "channel"}},
        {"new_kind_of_message": {"deep": [[[[[[]]]]]]}},
    ]
    return message | rng.choice(kinds)


def _update(rng: random.Random) -> dict[str, Any]:
    message = _message(rng)
    press = {
        "id": str(rng.random()),
        "from": message["from"],
        "chat_instance": "1",
        "message": message,
        "data": rng.choice(DATA),
    }
    member = {
        "chat": message["chat"],
        "from": message["from"],
        "date": 1,
        "old_chat_member": {},
        "new_chat_member": {"status": "kicked"},
    }
    return rng.choice([
        {"message": message}, {"message": message}, {"edited_message": message}, {"callback_query": press},
        {"my_chat_member": member}, {"channel_post": message}, {"inline_query": {"id": "1", "query": "x"}}, {"nobody_knows": {}},
    ])  # fmt: skip


def _mutated(update: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """One place somewhere inside replaced, removed or doubled."""
    changed = copy.deepcopy(update)
    place: Any = changed
    for _ in range(rng.randint(0, 4)):
        inner = [
            value
            for value in (place.values() if isinstance(place, dict) else place)
            if isinstance(value, dict | list) and value
        ]
        if not inner:
            break
        place = rng.choice(inner)
    if isinstance(place, dict) and place:
        key = rng.choice(list(place))
        if rng.random() < 0.3:
            del place[key]
        else:
            place[key] = rng.choice(ODD)
    elif isinstance(place, list) and place:
        place[0] = rng.choice(ODD)
    return changed


def _sendable(update: dict[str, Any]) -> bool:
    """JSON can carry it over HTTP (a lone surrogate goes as an escape; an infinite number does not)."""
    try:
        json.dumps(update, allow_nan=False)
    except (ValueError, TypeError):
        return False
    return True


@pytest.mark.slow
async def test_odd_updates_break_nothing(bot: Running, samira: Phone, remote: Remote) -> None:
    rng = random.Random(20260503)
    updates = [_update(rng) if rng.random() < 0.4 else _mutated(_update(rng), rng) for _ in range(UPDATES)]
    updates = [update for update in updates if _sendable(update)]
    assert len(updates) > UPDATES * 0.99
    structlog.reset_defaults()
    with capture_logs() as lines:
        house = await bot.start()
        for start in range(0, len(updates), BATCH):
            await remote.inject(*updates[start : start + BATCH])
        await _drained(bot, house, len(updates))
        answered = await family.report(samira)
    assert len(answered) > 10, "a family is heard as ever"
    dead = (await counts(bot))["inbox"].get("dead", 0)
    assert dead < UPDATES * 0.6
    assert not [line for line in lines if line["log_level"] in ("critical", "exception")]
    assert not [line for line in lines if "unhandled" in line["event"]]


async def _drained(bot: Running, house: House, updates: int) -> None:
    """Until every update was fetched and is done or dead."""
    for _ in range(1200):
        if house.intake.fetched >= updates and "new" not in (await counts(bot))["inbox"]:
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"the inbox is stuck: {await counts(bot)}")
