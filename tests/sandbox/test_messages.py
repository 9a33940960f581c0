"""What the bot says: messages, edits, deletions, taps and Telegram's own refusals, through python-telegram-bot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram import ReplyKeyboardRemove as Remove
from telegram.error import BadRequest, Forbidden, RetryAfter
from yarl import URL

from bot.sandbox.phone import CannotDo, Phone, Remote
from bot.sandbox.serve import Address, Settings, running

from .conftest import bot_at


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label.lower())] for label in labels])


@pytest.fixture
async def samira(samira: Phone) -> Phone:
    """Here she has pressed Start."""
    await samira.start()
    return samira


async def test_a_question_is_answered_by_a_button(bot: Bot, samira: Phone) -> None:
    sent = await bot.send_message(
        samira.chat_id, "<b>Who?</b> مَن &amp; أين", parse_mode="HTML", reply_markup=keyboard("Child", "Other")
    )
    assert (sent.text, sent.entities[0].type) == ("Who? مَن & أين", "bold")
    tapped = await samira.tap("Other")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    assert (query.id, query.data) == (tapped["query_id"], "other")
    assert query.message
    assert query.message.message_id == sent.message_id
    assert await query.answer("Saved")
    assert await samira.toasts() == ["Saved"]
    await bot.edit_message_text("Thank you", samira.chat_id, sent.message_id)
    last = await samira.last()
    assert last
    assert (last["text"], last["edited"], last["keyboard"]) == ("Thank you", True, [])
    with pytest.raises(CannotDo):
        await samira.tap("Other")


async def test_a_tap_is_answered_once_and_in_time(bot: Bot, samira: Phone, remote: Remote) -> None:
    await bot.send_message(samira.chat_id, "?", reply_markup=keyboard("Yes"))
    tapped = await samira.tap("Yes")
    assert await bot.answer_callback_query(tapped["query_id"])
    with pytest.raises(BadRequest, match=r"(?i)query is too old and response timeout expired or query id is invalid"):
        await bot.answer_callback_query(tapped["query_id"])
    late = await samira.tap("Yes")
    await remote.ahead(3600)
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(late["query_id"])


async def test_refusals_of_edits(bot: Bot, samira: Phone) -> None:
    sent = await bot.send_message(samira.chat_id, "Hello", reply_markup=keyboard("Yes"))
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text(" Hello ", samira.chat_id, sent.message_id, reply_markup=keyboard("Yes"))
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(samira.chat_id, sent.message_id, reply_markup=keyboard("Yes"))
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("x", samira.chat_id, 999)
    said = await samira.say("mine")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", samira.chat_id, said["message_id"])
    await bot.edit_message_reply_markup(samira.chat_id, sent.message_id)
    message = await samira.last()
    assert message
    assert (message["keyboard"], message["edited"]) == ([], False)


async def test_messages_can_be_deleted_for_two_days(bot: Bot, samira: Phone, remote: Remote) -> None:
    said = await samira.say("my answer")
    asked = await bot.send_message(samira.chat_id, "question")
    third = await bot.send_message(samira.chat_id, "third")
    assert await bot.delete_message(samira.chat_id, said["message_id"])
    assert await bot.delete_messages(samira.chat_id, [asked.message_id, 4711])
    assert [message["text"] for message in await samira.messages()] == ["/start", "third"]
    await remote.ahead(48 * 3600 + 1)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(samira.chat_id, third.message_id)
    with pytest.raises(BadRequest, match="to delete not found"):
        await bot.delete_message(samira.chat_id, asked.message_id)


async def test_a_blocked_bot_is_told(bot: Bot, samira: Phone) -> None:
    await samira.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(samira.chat_id, "Hello?")
    await samira.unblock()
    assert await bot.send_message(samira.chat_id, "Hello again")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"text": "   "}, "text is empty"),
    ({"text": "<b></b> ", "parse_mode": "HTML"}, "text is empty"),
    ({"text": "x" * 4097}, "message is too long"),
    ({"text": "😀" * 2049}, "message is too long"),
    ({"text": "a", "parse_mode": "MarkdownV2"}, "unsupported parse_mode"),
    ({"text": "<b>open", "parse_mode": "HTML"}, "can't find end tag corresponding to start tag"),
    ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "<script>x</script>", "parse_mode": "HTML"}, 'unsupported start tag "script" at byte offset 0'),
    ({"text": "ا<b>x</i>", "parse_mode": "HTML"}, 'unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
    ({"text": "a", "reply_to_message_id": 99}, "message to be replied not found"),
    ({"text": "a", "reply_markup": keyboard("ب" * 33)}, "BUTTON_DATA_INVALID"),
    ({"text": "a", "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("a")]])}, "unallowed"),
]


@pytest.mark.parametrize(("given", "reason"), REFUSED)
async def test_refusals_of_messages(bot: Bot, samira: Phone, given: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await bot.send_message(samira.chat_id, **given)


async def test_the_limits_themselves_are_allowed(bot: Bot, samira: Phone) -> None:
    assert await bot.send_message(samira.chat_id, "😀" * 2048)
    fits = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="ب" * 32)]])
    assert await bot.send_message(samira.chat_id, f"<b>{'x' * 4096}</b>", parse_mode="HTML", reply_markup=fits)


async def test_unknown_chats_and_tokens(sandbox: Address, bot: Bot, remote: Remote) -> None:
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(12345, "Hello")
    stranger = await Phone.add(remote.session, sandbox.url, "Stranger")
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(stranger.chat_id, "Hello")
    async with remote.session.get(f"{sandbox.url}/botnonsense/getMe") as response:
        assert response.status == 401
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    refused = await remote.calls(refused=True)
    assert [call["refused"] for call in refused] == ["Bad Request: chat not found"] * 2 + ["Unauthorized"]
    with running(Settings(port=0, token="1:right")) as strict:
        for token, status in (("1:right", 200), ("1%3Aright", 200), ("1:wrong", 401)):
            async with remote.session.get(URL(f"{strict.url}/bot{token}/getMe", encoded=True)) as response:
                assert response.status == status


async def test_reply_keyboards_and_copy_buttons(bot: Bot, samira: Phone) -> None:
    await bot.send_message(samira.chat_id, "?", reply_markup=ReplyKeyboardMarkup([["نعم", "لا"]]))
    await samira.tap("نعم")
    update = (await bot.get_updates(offset=-1))[0]
    assert update.message
    assert update.message.text == "نعم"
    await bot.send_message(samira.chat_id, "ok", reply_markup=Remove())
    assert (await samira.screen())["keyboard"] is None
    copy = InlineKeyboardMarkup([[InlineKeyboardButton("Copy", copy_text=CopyTextButton("WSL-7K4M"))]])
    await bot.send_message(samira.chat_id, "code", reply_markup=copy, protect_content=True, disable_notification=True)
    assert await samira.tap("Copy") == {"copied": "WSL-7K4M"}
    last = await samira.last()
    assert last
    assert last["protected"]


async def test_floods_are_held_back_when_strict(strict_sandbox: Address, remote: Remote) -> None:
    samira = await Phone.add(remote.session, strict_sandbox.url)
    await samira.start()
    async with bot_at(strict_sandbox) as bot:
        await bot.send_message(samira.chat_id, "one")
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(samira.chat_id, "two")
    assert caught.value.retry_after == timedelta(seconds=1)


async def test_the_bots_profile(bot: Bot, remote: Remote) -> None:
    await bot.set_my_commands([("start", "Begin")])
    await bot.set_my_commands([("start", "البداية")], language_code="ar")
    await bot.set_my_name("وصل", language_code="ar")
    await bot.set_my_description("Helps families.")
    await bot.set_my_short_description("Helps.")
    await bot.set_chat_menu_button()
    assert (await bot.get_my_commands(language_code="ar"))[0].description == "البداية"
    assert (await bot.get_my_name(language_code="ar")).name == "وصل"
    async with remote.session.get(f"{remote.url}/sim/bot?language=ar") as response:
        shown = await response.json()
    assert (shown["name"], shown["commands"][0]["description"]) == ("وصل", "البداية")
    assert shown["description"] == "Helps families."
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.delete_webhook()
    with pytest.raises(BadRequest, match=r"(?i)getUpdates only"):
        await bot.set_webhook("https://example.org/")
    assert await bot.log_out()


async def test_a_repeated_message_is_counted(bot: Bot, samira: Phone, remote: Remote) -> None:
    for _ in range(2):
        await bot.send_message(samira.chat_id, "Who?", reply_markup=keyboard("Yes"))
    assert (await remote.counters())["repeated_messages"] == 1
