"""What Telegram can do to a message: too fast, blocked, gone, changed already, no network. Nothing is lost by it."""

from __future__ import annotations

import asyncio

import family
import pytest
import structlog
from conftest import Running
from sqlalchemy import Connection
from test_bot_conversation import counts, settled

from bot.sandbox.phone import Phone, Remote
from bot.store import meta


async def methods(remote: Remote) -> list[str]:
    return [call["method"] for call in await remote.calls()]


async def test_too_fast_waits_as_long_as_told_and_only_in_that_chat(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    first = await family.begin(samira)
    other = await Phone.add(samira.session, remote.url, "Jonas", "en")
    await remote.fault("429", method="editMessageText", seconds=2)
    await samira.tap("English")
    await asyncio.sleep(0.1)
    started = asyncio.get_running_loop().time()
    await family.begin(other)
    assert asyncio.get_running_loop().time() - started < 1.5
    await family.changed(samira, first)
    assert asyncio.get_running_loop().time() - started > 1.0


@pytest.mark.parametrize("kind", ["500", "502", "reset", "garbage"])
async def test_trouble_with_the_network_is_waited_out(bot: Running, samira: Phone, remote: Remote, kind: str) -> None:
    await bot.start()
    first = await family.begin(samira)
    await remote.fault(kind, method="editMessageText", times=2)
    await samira.tap("English")
    await family.changed(samira, first)
    await settled(bot)


async def test_an_edit_whose_answer_was_lost_is_repeated_and_not_seen(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    first = await family.begin(samira)
    await remote.fault("reset", method="editMessageText", after=True)
    await samira.tap("English")
    second = await family.changed(samira, first)
    await settled(bot)
    assert second["message_id"] == first["message_id"]
    refused = await remote.calls(refused=True)
    assert len(refused) <= 1  # "message is not modified", which is success


async def test_a_poll_whose_answer_was_lost_loses_no_update(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    first = await family.begin(samira)
    await remote.fault("reset", method="getUpdates", times=2, after=True)
    await samira.tap("English")
    await family.changed(samira, first)


async def test_a_family_that_blocks_us_is_left_in_peace(bot: Running, samira: Phone, remote: Remote) -> None:
    house = await bot.start()
    first = await family.begin(samira)
    await samira.block()
    await settled(bot)
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    for _ in range(50):
        if chat is not None and not chat.reachable:
            break
        await asyncio.sleep(0.02)
    assert chat is not None
    assert not chat.reachable
    await samira.unblock()
    await samira.say("/start")
    await samira.wait_for(lambda one: one["from_bot"] and one["message_id"] > first["message_id"])
    assert chat.reachable


async def test_forbidden_drops_what_waits_and_a_new_word_brings_the_family_back(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    house = await bot.start()
    await family.begin(samira)
    await settled(bot)
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    await samira.block()
    chat.reachable = True  # as if Telegram had told us nothing
    await remote.inject(
        {
            "callback_query": {
                "id": "77",
                "from": {"id": samira.chat_id, "is_bot": False},
                "data": "aaaaaa.g",
                "message": {"message_id": 2, "date": 1, "chat": {"id": samira.chat_id, "type": "private"}},
            }
        }
    )
    for _ in range(100):
        if (await counts(bot))["outbox"].get("dropped"):
            break
        await asyncio.sleep(0.02)
    assert (await counts(bot))["outbox"]["dropped"] == 1
    assert not chat.reachable


async def test_an_anchor_the_family_deleted_is_shown_anew(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    first = await family.begin(samira)
    await remote.fault("429", method="editMessageText", seconds=1)
    await samira.tap("English")
    await samira.delete(first["message_id"], for_both=True)
    second = await samira.wait_for(lambda one: one["from_bot"] and bool(one["keyboard"]))
    assert second["message_id"] != first["message_id"]
    await settled(bot)


async def test_a_settled_anchor_keeps_only_its_pencil(bot: Running, samira: Phone) -> None:
    await bot.start()
    current = await family.begin(samira)
    while family.WORDS not in [one["text"] for one in await samira.messages()]:
        label = next((name for name in family.labels(current) if name.startswith("No, only")), None)
        if label:
            await samira.tap(label)
        else:
            await family.answer(samira, current)
        current = await family.changed(samira, current)
    await settled(bot)
    bots = [one for one in await samira.messages() if one["from_bot"]]
    assert [len(family.labels(one)) > 1 for one in bots] == [False, True]
    assert len(family.labels(bots[0])) == 1


async def test_a_full_disk_is_waited_out_and_loses_nothing(bot: Running, samira: Phone, remote: Remote) -> None:
    house = await bot.start()
    await family.begin(samira)
    await settled(bot)
    worked = house.worker.worked

    def full(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # holds until the connection is opened anew

    with structlog.testing.capture_logs() as lines:
        await house.store.write(full)
        await remote.drive([{"do": "say", "chat_id": samira.chat_id, "text": "x" * 4000} for _ in range(40)])
        for _ in range(400):
            if house.worker.worked == worked + 40:
                break
            await asyncio.sleep(0.02)
    assert house.worker.worked == worked + 40
    assert any(line["event"] == "store_trouble" for line in lines)
    await settled(bot)


async def test_after_a_long_absence_the_question_is_shown_once_more_in_place(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    current = await family.begin(samira)
    for _ in range(8):
        await family.answer(samira, current)
        current = await family.changed(samira, current)
    await settled(bot)
    await house.store.write(lambda connection: meta.alive(connection, 1_000))
    await bot.stop()
    await bot.start()
    again = await family.changed(samira, current)
    assert again["message_id"] == current["message_id"]
    assert again["keyboard"] == current["keyboard"]
    assert again["text"].startswith("Welcome back")
