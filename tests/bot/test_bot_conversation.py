"""Whole conversations over HTTP: from a phone through the bot to a sealed report."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import family
import pytest
from conftest import TOKEN, Running, Team, settings_at
from sqlalchemy import select, update

from bot.reference import read_code
from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address, running
from bot.sandbox.serve import Settings as SandboxSettings
from bot.store import envelopes, inbox, outbox
from bot.store import references as codes
from bot.store.store import look
from bot.store.tables import conversations, references, tasks
from ground.complaints import Complaint


async def counts(bot: Running) -> dict[str, dict[str, int]]:
    url = bot.settings.database_url
    return {"inbox": look(url, inbox.counts), "outbox": look(url, outbox.counts)}


async def settled(bot: Running) -> None:
    """Until nothing waits any more."""
    for _ in range(250):
        now = await counts(bot)
        if "new" not in now["inbox"] and "new" not in now["outbox"]:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError("Something still waits.")


async def test_a_report_from_start_to_its_sealed_envelope(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    answered = await family.report(samira)
    await settled(bot)
    [envelope] = await house.store.write(lambda connection: envelopes.waiting(connection, 10))
    for identity in (0, 1):
        report = bot.team.open(envelope, bot.public_key, identity)
        words = [
            claim["raw"]["text"]
            for part in (report["enquirer"], *report["sought_persons"], *report["events"])
            for claim in part["claims"]
            if claim["raw"]
        ]
        assert 5 < words.count(family.WORDS) <= answered.count(family.WORDS)  # a date is asked once more
    reference = read_code(await family.copied(samira))
    assert reference is not None
    found = await house.store.write(lambda connection: codes.find(connection, reference.selector))
    assert found is not None
    assert found.report == report["id"]
    assert not [one for one in await samira.messages() if one["text"] == family.WORDS], "discreet: words leave the chat"


async def test_the_code_is_hashed_and_the_draft_is_gone(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await family.report(samira)
    rows = []
    for _ in range(100):
        rows = list(await house.store.write(lambda connection: connection.execute(select(references)).all()))
        if rows[0].hash:
            break
        await asyncio.sleep(0.02)
    assert rows[0].hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert rows[0].unhashed is None
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    assert chat.conversation.status == "submitted"
    assert chat.key is None
    assert {claim.question for claim in chat.conversation.claims} <= {
        "language",
        "start",
        "consent",
        "adult",
        "safe",
        "keep_originals",
    }


async def test_deleting_the_draft_leaves_no_key_of_it(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    first = await family.begin(samira)
    await samira.tap("English")
    await family.changed(samira, first)
    keys = select(conversations.c.key)
    before = await house.store.write(lambda connection: connection.execute(keys).scalar_one())
    asked = await family.anchor(samira)
    await samira.say("/delete")
    shown = await family.changed(samira, asked)
    yes = next(label for label in family.labels(shown) if "elete" in label)
    await samira.tap(yes, shown["message_id"])
    await samira.wait_for("Your answers have been deleted.")
    await settled(bot)
    assert await house.store.write(lambda connection: connection.execute(keys).scalar_one()) != before


async def test_only_the_newest_anchor_keeps_its_buttons(bot: Running, samira: Phone) -> None:
    await bot.start()
    first = await family.begin(samira)
    await samira.say("good morning")
    await samira.wait_for("Please choose one of the buttons below.")
    await settled(bot)
    old = next(one for one in await samira.messages() if one["message_id"] == first["message_id"])
    assert family.labels(old) == []


async def test_many_families_at_once_each_get_their_own_report(
    bot: Running, sandbox: Address, session: aiohttp.ClientSession
) -> None:
    house = await bot.start()
    phones = [await Phone.add(session, sandbox.url, f"Family {n}", "en") for n in range(6)]
    await asyncio.gather(*(family.report(phone) for phone in phones))
    waiting = await house.store.write(lambda connection: envelopes.waiting(connection, 10))
    assert len({row.report for row in waiting}) == 6
    assert house.store.writer.commits < house.store.writer.jobs


async def test_words_of_one_chat_are_answered_in_their_order(bot: Running, samira: Phone) -> None:
    await bot.start()
    current = await family.begin(samira)
    while "I don't know" not in family.labels(current) or len(family.labels(current)) > 5:
        await family.answer(samira, current)
        current = await family.changed(samira, current)
    for words in ("One", "Two", "Three", "1994"):
        await samira.say(words)
    await settled(bot)
    house = bot.house
    assert house is not None
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    said = [claim.raw.text for claim in chat.conversation.claims if claim.raw]
    assert said == ["One", "Two", "Three", "1994"]


async def test_updates_given_twice_are_worked_once(bot: Running, samira: Phone, remote: Remote) -> None:
    house = await bot.start()
    first = await family.begin(samira)
    await remote.fault("garbage", method="getUpdates", after=True)
    await samira.tap("English")
    await family.changed(samira, first)
    await samira.say("/help")
    await settled(bot)
    worked = house.worker.worked
    said = {"update_id": 7, "message": {"message_id": 90, "date": 1_790_000_000, "text": "/help"}}
    said["message"] |= {
        "chat": {"id": samira.chat_id, "type": "private"},
        "from": {"id": samira.chat_id, "is_bot": False},
    }
    for _ in range(2):
        await house.intake.take([said])
    await settled(bot)
    assert house.worker.worked == worked + 1


@pytest.mark.parametrize(
    "update",
    [
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": {"id": -5, "type": "group"},
                "from": {"id": 7, "is_bot": False},
            }
        },
        {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "channel"}, "text": "/start"}},
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "text": "/start",
                "chat": {"id": 8, "type": "private"},
                "from": {"id": 7, "is_bot": False},
            }
        },
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "text": "/start",
                "chat": {"id": 7, "type": "private"},
                "from": {"id": 7, "is_bot": True},
            }
        },
    ],
)
async def test_only_a_person_in_their_own_chat_is_a_family(
    bot: Running, samira: Phone, remote: Remote, update: dict[str, object]
) -> None:
    house = await bot.start()
    await remote.inject(update)
    await family.begin(samira)
    await settled(bot)
    assert house.worker.left_out.total() + house.intake.dropped == 1
    assert [call["method"] for call in await remote.calls()].count("sendMessage") == 1


async def test_a_malformed_update_is_a_dead_letter_and_blocks_nobody(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await remote.inject(
        {"message": {"message_id": "x", "date": [], "chat": {"id": samira.chat_id, "type": "private"}, "from": None}},
        {"message": 5},
        {"callback_query": {"id": 5, "from": {}, "message": {"chat": 3}}},
    )
    await family.begin(samira)
    for _ in range(100):
        if (await counts(bot))["inbox"].get("dead") == 3:
            break
        await asyncio.sleep(0.02)
    assert (await counts(bot))["inbox"]["dead"] == 3


async def test_a_call_for_a_person_becomes_a_task(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await family.begin(samira)
    await samira.say("/person")
    await samira.wait_for(lambda one: one["from_bot"] and "person" in one["text"].lower())
    rows = await house.store.write(lambda connection: connection.execute(select(tasks)).all())
    assert [(row.reason, row.lane) for row in rows] == [("asked", house.keys.lane(samira.chat_id))]


async def test_what_was_not_worked_is_worked_after_a_restart(bot: Running, samira: Phone) -> None:
    await bot.start()
    first = await family.begin(samira)
    await bot.stop()
    await samira.tap("English")
    await bot.start()
    second = await family.changed(samira, first)
    assert second["message_id"] == first["message_id"], "the anchor is edited in place"


async def test_a_second_bot_is_refused(bot: Running) -> None:
    house = await bot.start()
    with pytest.raises(Complaint, match="one database has one bot"):
        type(house.store)(bot.settings.database_url).open(house.keys)


async def test_an_unknown_token_is_told_at_the_start(bot: Running) -> None:
    with running(SandboxSettings(port=0, token="1:another-bots-token")) as address:
        bot.settings.bot_api = address.url
        house = await bot.start()
        with pytest.raises(Complaint, match="BotFather"):
            await bot.ended()
    assert TOKEN not in repr(house)


async def test_a_conversation_changed_behind_our_back_is_loaded_again(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    first = await family.begin(samira)
    await settled(bot)
    behind = update(conversations).values(version=conversations.c.version + 5)
    await house.store.write(lambda connection: connection.execute(behind).rowcount)
    await samira.tap("English")
    await family.changed(samira, first)
    await settled(bot)
    versions = await house.store.write(lambda connection: connection.execute(select(conversations.c.version)).all())
    assert [row.version for row in versions] == [7]


async def test_a_chat_not_in_memory_is_read_from_its_rows(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    first = await family.begin(samira)
    await settled(bot)
    house.worker._hot._chats.clear()
    await samira.tap("English")
    second = await family.changed(samira, first)
    assert second["message_id"] == first["message_id"]


@pytest.mark.postgres
async def test_the_same_on_postgresql(
    postgres_url: str, tmp_path: Path, profile: Path, team: Team, sandbox: Address, samira: Phone
) -> None:
    bot = Running(settings_at(tmp_path / "data", sandbox.url, profile=profile, bot_database=postgres_url), team)
    try:
        await bot.start()
        first = await family.begin(samira)
        await bot.stop()
        await samira.tap("English")
        house = await bot.start()
        current = await family.changed(samira, first)
        while family.SENT not in family.labels(current):
            await family.answer(samira, current)
            current = await family.changed(samira, current)
        await settled(bot)
        [envelope] = await house.store.write(lambda connection: envelopes.waiting(connection, 10))
        assert bot.team.open(envelope, bot.public_key)["sought_persons"]
        with pytest.raises(Complaint, match="one database has one bot"):
            type(house.store)(postgres_url).open(house.keys)
    finally:
        await bot.stop()
