"""What the bot hears: offsets, redelivery, one poller, a day's patience."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from telegram import Bot, Update
from telegram.error import Conflict

from bot.sandbox.phone import CannotDo, Phone, Remote
from bot.sandbox.serve import Address

from .conftest import bot_at


async def test_an_unconfirmed_update_comes_again(bot: Bot, samira: Phone, remote: Remote) -> None:
    await samira.start()
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [update.update_id for update in first] == [update.update_id for update in again]
    assert await bot.get_updates(offset=first[-1].update_id + 1) == ()
    counters = await remote.counters()
    assert (counters["updates_redelivered"], counters["updates_confirmed"]) == (1, 1)


async def test_an_offset_confirms_only_what_lies_below_it(bot: Bot, samira: Phone) -> None:
    for word in ("one", "two", "three"):
        await samira.say(word)
    one, two, three = await bot.get_updates()
    assert [update.update_id for update in await bot.get_updates(offset=two.update_id)] == [
        two.update_id,
        three.update_id,
    ]
    assert await bot.get_updates(offset=one.update_id, limit=1) == (two,)


async def test_a_negative_offset_keeps_the_last_ones(bot: Bot, samira: Phone) -> None:
    for word in ("one", "two", "three"):
        await samira.say(word)
    kept = await bot.get_updates(offset=-1)
    assert [update.message.text for update in kept if update.message] == ["three"]
    assert len(await bot.get_updates()) == 1


async def test_an_offset_of_another_queue_confirms_nothing(bot: Bot, samira: Phone) -> None:
    said = await samira.say("hello")
    far = said["update_id"] + 1000
    assert [update.update_id for update in await bot.get_updates(offset=far)] == [said["update_id"]]
    assert await bot.get_updates(offset=said["update_id"] + 1) == ()


async def test_a_long_poll_ends_when_something_is_said(bot: Bot, samira: Phone) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    assert not poll.done()
    await samira.say("hello")
    (update,) = await asyncio.wait_for(poll, 2)
    assert update.message
    assert update.message.text == "hello"


async def test_a_second_poller_ends_the_first(sandbox: Address, bot: Bot, samira: Phone) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    async with bot_at(sandbox) as other:
        second = asyncio.create_task(other.get_updates(timeout=10))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await first
        await samira.say("hello")
        assert len(await second) == 1


async def test_a_poller_that_hung_up_is_forgotten(bot: Bot, samira: Phone, remote: Remote) -> None:
    async with aiohttp.ClientSession() as gone:
        poll = asyncio.create_task(gone.get(f"{remote.url}/bot{bot.token}/getUpdates?timeout=30"))
        await asyncio.sleep(0.1)
        poll.cancel()
    await asyncio.sleep(0.1)
    await samira.say("hello")
    assert len(await bot.get_updates(timeout=5)) == 1
    counters = await remote.counters()
    assert (counters["conflicts"], counters["updates_redelivered"]) == (0, 0)


async def test_updates_wait_for_a_day(bot: Bot, samira: Phone, remote: Remote) -> None:
    await samira.say("old")
    await remote.ahead(24 * 3600 + 60)
    await samira.say("new")
    (update,) = await bot.get_updates()
    assert update.message
    assert update.message.text == "new"
    assert (await remote.counters())["updates_dropped"] == 1


async def test_only_kinds_asked_for_are_queued(bot: Bot, samira: Phone) -> None:
    await bot.get_updates(allowed_updates=["message"])
    said = await samira.say("hello")
    edited = await samira.edit(said["message_id"], "hullo")
    assert edited["update_id"] is None
    assert len(await bot.get_updates()) == 1


async def test_until_start_the_bot_knows_nothing(bot: Bot, samira: Phone) -> None:
    assert await bot.get_updates() == ()
    await samira.start("case42")
    (update,) = await bot.get_updates()
    message = update.message
    assert message
    assert message.text == "/start case42"
    assert message.entities[0].type == "bot_command"
    assert message.from_user
    assert (message.from_user.first_name, message.from_user.language_code) == ("Samira", "ar")


async def test_editing_tapping_sharing(bot: Bot, samira: Phone) -> None:
    said = await samira.say("Amal")
    await samira.edit(said["message_id"], "Amal Khaled")
    await samira.contact()
    await samira.location()
    updates = await bot.get_updates()
    assert updates[1].edited_message
    assert updates[1].edited_message.text == "Amal Khaled"
    assert updates[1].edited_message.edit_date
    assert updates[2].message
    assert updates[2].message.contact
    assert updates[2].message.contact.user_id == samira.chat_id
    assert updates[3].message
    assert updates[3].message.location


async def test_blocking_is_heard(bot: Bot, samira: Phone) -> None:
    await samira.start()
    await samira.block()
    await samira.unblock()
    _, blocked, unblocked = await bot.get_updates()
    assert blocked.my_chat_member
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert unblocked.my_chat_member
    assert unblocked.my_chat_member.new_chat_member.status == "member"


async def test_what_the_phone_hides_the_bot_may_still_edit(bot: Bot, samira: Phone) -> None:
    await samira.start()
    message = await bot.send_message(samira.chat_id, "A question")
    await samira.clear()
    assert await samira.messages() == []
    await bot.edit_message_text("Another", samira.chat_id, message.message_id)
    assert await bot.get_updates(offset=-1)  # nothing but /start was told


async def test_raw_updates_pass_as_they_are(bot: Bot, remote: Remote, session: aiohttp.ClientSession) -> None:
    ids = await remote.inject({"message": {"text": "\ud800"}}, {"update_id": 5, "unheard_of": {"x": 1}}, {})
    async with session.get(f"{remote.url}/bot{bot.token}/getUpdates") as response:
        result = (await response.json())["result"]
    assert sorted(ids) == [update["update_id"] for update in result]
    assert result[0] == {"update_id": 5, "unheard_of": {"x": 1}}
    assert Update.de_json(result[0], bot)


async def test_a_phone_cannot_do_what_no_phone_can(samira: Phone, bot: Bot) -> None:
    with pytest.raises(CannotDo, match="nothing to say"):
        await samira.say("  \n ")
    with pytest.raises(CannotDo, match="no such button"):
        await samira.tap("Yes")
    await samira.start()
    await samira.block()
    with pytest.raises(CannotDo, match="blocks the bot"):
        await samira.say("hello")
    assert [bool(update.my_chat_member) for update in await bot.get_updates()] == [False, True]
