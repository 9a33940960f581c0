"""Many phones at once: gestures in batches, and one stream of what happens on all of them."""

from __future__ import annotations

import asyncio

from telegram import Bot

from bot.sandbox.phone import Phone, Remote


async def test_many_gestures_in_one_request(bot: Bot, remote: Remote) -> None:
    made = await remote.drive([{"do": "phone", "name": f"P{n}", "language_code": "ar", "ref": n} for n in range(3)])
    chats = [one["chat_id"] for one in made]
    assert [one["ref"] for one in made] == [0, 1, 2]
    answers = await remote.drive(
        [{"do": "say", "chat_id": chat, "text": "hello"} for chat in chats]
        + [{"do": "say", "chat_id": 1, "text": "x", "ref": "lost"}, {"do": "sing", "chat_id": chats[0]}]
    )
    assert [one["update_id"] for one in answers[:3]] == [update.update_id for update in await bot.get_updates()]
    assert answers[3:] == [
        {"ref": "lost", "error": "There is no such phone."},
        {"error": "A phone cannot do that."},
    ]


async def test_the_stream_tells_what_the_bot_did(bot: Bot, samira: Phone, remote: Remote) -> None:
    await samira.start()
    heard: asyncio.Queue[object] = asyncio.Queue()

    async def listen() -> None:
        async for event in remote.events("message", "edited", "deleted", "answered"):
            heard.put_nowait((event["event"], event.get("message", {}).get("text")))

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.2)
    sent = await bot.send_message(samira.chat_id, "Who?")
    await bot.edit_message_text("Where?", samira.chat_id, sent.message_id)
    await bot.delete_message(samira.chat_id, sent.message_id)
    expected = [("message", "Who?"), ("edited", "Where?"), ("deleted", None)]
    assert [await asyncio.wait_for(heard.get(), 3) for _ in expected] == expected
    listening.cancel()


async def test_a_busy_moment_fits_through_the_stream(samira: Phone, remote: Remote) -> None:
    stream = remote.events("message")
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.2)
    await remote.drive([{"do": "say", "chat_id": samira.chat_id, "text": "ا" * 4000}] * 50)
    texts = [(await asyncio.wait_for(first, 3))["message"]["text"]]
    texts += [(await asyncio.wait_for(anext(stream), 3))["message"]["text"] for _ in range(49)]
    assert set(texts) == {"ا" * 4000}
    await stream.aclose()  # type: ignore[attr-defined]


async def test_other_chats_are_not_heard(samira: Phone, remote: Remote) -> None:
    jonas = await Phone.add(remote.session, remote.url, "Jonas", "en")
    stream = remote.events("message", chat_id=jonas.chat_id)
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.2)
    await samira.say("from Samira")
    await jonas.say("from Jonas")
    assert (await asyncio.wait_for(first, 3))["message"]["text"] == "from Jonas"
    await stream.aclose()  # type: ignore[attr-defined]
