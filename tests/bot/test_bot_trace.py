"""Nothing left behind: what a phone shows and what a server could read after silence, hiding, panic, and at rest."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import aiohttp
import family
import pytest
from conftest import Running
from files_corpus import jpeg
from sqlalchemy import insert, select
from test_bot_conversation import settled

from bot.backup import back_up
from bot.chats import open_draft, open_receipt
from bot.clock import erase_what_is_due, notice_silence
from bot.keys import DraftKey
from bot.sandbox.phone import Phone, Remote, ask
from bot.sandbox.serve import Address
from bot.store import envelopes
from bot.store.store import look
from bot.store.tables import chats, conversations, files, inbox, outbox, tasks
from ground.database import open_engine
from ground.vault import Unreadable, Vault

HALF_AN_HOUR, SEVEN_HOURS, DAY = 31 * 60, 7 * 3600, 86_400
#: A code without a slip in it that opens nothing.
NOBODYS = "1234567890123428"
#: What a phone may show to whoever holds it.
NEUTRAL = (
    "Saved. You can continue whenever it suits you.",
    "Everything is saved.",
    "Saved. Only this button opens it again, so please keep this message.",
    "Nothing is open here.",
)


async def silence(bot: Running, remote: Remote, seconds: float) -> None:
    """Time passes for everybody, and the bot's clock ticks."""
    await settled(bot)
    await remote.ahead(seconds)
    bot.ahead += seconds
    assert bot.house is not None
    await notice_silence(bot.house)
    await settled(bot)


async def answered(phone: Phone, *, alone: bool = False, name: str = family.WORDS) -> dict[str, Any]:
    """From /start to the father's name, with the name given; the anchor."""
    shown = await family.begin(phone)
    for label in ("English", "Start", "I agree", "I am 18", "No, only" if alone else "Yes, or", "My son"):
        await phone.tap(next(one for one in family.labels(shown) if one.startswith(label)), shown["message_id"])
        shown = await family.changed(phone, shown)
    await phone.say(name)
    return await family.changed(phone, shown)


def everything(bot: Running) -> bytes:
    """All that lies in the data directory, as bytes."""
    return b"".join(path.read_bytes() for path in bot.settings.bot_data.rglob("*") if path.is_file())


async def test_half_an_hour_of_silence_leaves_one_plain_line(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await answered(samira)
    await samira.say("/mydata")
    await samira.wait_for("This is what this service keeps")
    await silence(bot, remote, HALF_AN_HOUR)
    [line] = await samira.messages()
    assert line["text"] in NEUTRAL
    assert family.labels(line) == ["Continue"]
    await samira.tap("Continue", line["message_id"])
    await samira.wait_for("What is the first name of the missing person's father?")


async def test_after_sending_the_code_leaves_too(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await family.report(samira)
    assert any("Reference" in one["text"] for one in await samira.messages())
    await silence(bot, remote, HALF_AN_HOUR)
    [line] = await samira.messages()
    assert line["text"] in NEUTRAL


async def test_who_alone_sees_the_phone_keeps_the_chat(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await answered(samira, alone=True)
    before = [one["message_id"] for one in await samira.messages()]
    await silence(bot, remote, HALF_AN_HOUR)
    assert [one["message_id"] for one in await samira.messages()] == before
    assert any(one["text"] == family.WORDS for one in await samira.messages())


async def test_an_idle_draft_cannot_be_read_with_everything_in_hand_and_one_tap_restores_it(
    bot: Running, samira: Phone, remote: Remote, tmp_path: Path
) -> None:
    house = await bot.start()
    await answered(samira)
    await settled(bot)
    back_up(bot.settings.database_url, tmp_path / "hot.sqlite3")
    hot = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).one())
    opened = open_draft(DraftKey.unwrap(house.keys, hot.id, hot.key), hot.id, hot.body)
    assert any(claim.raw and claim.raw.text == family.WORDS for claim in opened.claims), "while in use it can be read"

    await silence(bot, remote, SEVEN_HOURS)
    await bot.stop()
    cold = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).one())
    assert (cold.key, cold.locked) == (None, 2)
    assert hot.key not in everything(bot), "not even in free pages of the database"
    saved = look(f"sqlite:///{tmp_path / 'hot.sqlite3'}", lambda c: c.execute(select(conversations)).one())
    assert (saved.key, saved.body) == (None, hot.body)
    for vault in (house.keys.drafts, house.keys.receipts, house.keys.outbox, house.keys.inbox, house.keys.handles):
        for body in (cold.body, saved.body):
            with pytest.raises(Unreadable):
                vault.open(body, table="conversations", row=cold.id, column="body")

    await bot.start()
    [line] = await samira.messages()
    assert line["text"] in NEUTRAL
    await samira.tap("Continue", line["message_id"])
    shown = await samira.wait_for("What is the first name of the missing person's father?")
    await samira.say("Yusuf")
    shown = await family.changed(samira, shown)
    assert bot.house is not None
    chat = await bot.house.worker.chat(bot.house.keys.lane(samira.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    said = [claim.raw.text for claim in chat.conversation.claims if claim.raw]
    assert said == [family.WORDS, "Yusuf"]
    data = line["keyboard"][0][0]["callback_data"]
    now = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).one())
    with pytest.raises(Unreadable):
        open_draft(DraftKey(Vault(_key(data)), b""), now.id, now.body)


def _key(data: str) -> bytes:
    return base64.urlsafe_b64decode(data.rpartition(":")[2] + "=")


async def test_words_to_a_locked_draft_change_nothing_and_its_lost_button_loses_only_it(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await answered(samira)
    await silence(bot, remote, SEVEN_HOURS)
    [line] = await samira.messages()
    await samira.say("hello?")
    said = await samira.wait_for("What is saved here is locked")
    assert (
        line["keyboard"]
        == next(one for one in await samira.messages() if one["message_id"] == line["message_id"])["keyboard"]
    )
    await samira.tap("That message is gone", said["message_id"])
    said = await samira.wait_for("Then what was saved stays locked for good")
    assert look(bot.settings.database_url, lambda c: c.execute(select(conversations.c.body)).scalar_one())
    await samira.tap("New search request", said["message_id"])
    await samira.wait_for("Welcome. Here you can register")
    await settled(bot)
    rows = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).all())
    assert len(rows) == 1
    assert rows[0].locked == 0


async def test_a_forged_key_opens_nothing(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await answered(samira)
    await silence(bot, remote, SEVEN_HOURS)
    [line] = await samira.messages()
    tag = line["keyboard"][0][0]["callback_data"].partition(".")[0]
    await samira.tap_data(f"{tag}.k:{'A' * 43}", line["message_id"], force=True)
    await samira.wait_for("What is saved here is locked")


async def test_killed_before_telegram_confirmed_the_key_stays_and_is_moved_after_the_start(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    house = await bot.start()
    await answered(samira)
    await settled(bot)
    await remote.fault("reset", method="editMessageText", times=1000)
    await remote.ahead(SEVEN_HOURS)
    bot.ahead += SEVEN_HOURS
    await notice_silence(house)
    await asyncio.sleep(0.3)
    await bot.stop()
    row = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).one())
    assert row.locked == 1
    assert row.key is not None
    await ask(remote.session, "DELETE", f"{remote.url}/sim/faults")
    await bot.start()
    await settled(bot)
    row = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).one())
    assert (row.key, row.locked) == (None, 2)
    line = next(one for one in await samira.messages() if family.labels(one) == ["Continue"])
    await samira.tap("Continue", line["message_id"])
    await samira.wait_for("What is the first name of the missing person's father?")


async def test_a_family_that_goes_on_while_the_key_is_on_its_way_keeps_its_draft(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    house = await bot.start()
    shown = await answered(samira)
    await settled(bot)
    await remote.fault("reset", method="editMessageText", times=3)
    await remote.ahead(SEVEN_HOURS)
    bot.ahead += SEVEN_HOURS
    await notice_silence(house)
    await samira.say("Yusuf")
    await samira.wait_for("Welcome back.")
    await settled(bot)
    row = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).one())
    assert row.key is not None
    assert row.locked == 0
    assert shown


async def test_three_zeros_empty_the_chat_and_erase_the_draft(
    bot: Running, samira: Phone, remote: Remote, sandbox: Address, session: aiohttp.ClientSession
) -> None:
    await bot.start()
    await answered(samira, alone=True)
    await samira.say("٠٠٠")
    for _ in range(200):
        if not await samira.messages():
            break
        await asyncio.sleep(0.02)
    assert await samira.messages() == []
    await settled(bot)
    url = bot.settings.database_url
    for table in (conversations, chats):
        assert look(url, lambda c, table=table: c.execute(select(table)).all()) == []
    await samira.start()
    await samira.wait_for("Please choose your language.")


async def test_hiding_keeps_the_draft_and_panic_after_sending_keeps_what_was_sent(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await answered(samira, alone=True)
    await samira.say("/hide")
    await samira.wait_for("Saved. Only this button opens it again")
    await settled(bot)
    [line] = await samira.messages()
    await samira.tap("Continue", line["message_id"])
    await samira.wait_for("What is the first name of the missing person's father?")
    current = await family.anchor(samira)
    while current is not None and family.SENT not in family.labels(current):
        await family.answer(samira, current)
        current = await family.changed(samira, current)
    await samira.say("000")
    for _ in range(200):
        if not await samira.messages():
            break
        await asyncio.sleep(0.02)
    assert await samira.messages() == []
    assert len(await house.store.write(lambda c: envelopes.waiting(c, 5))) == 1


async def test_what_telegram_does_not_delete_is_told_once(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await answered(samira, alone=True)
    await settled(bot)
    await remote.ahead(3 * DAY)
    bot.ahead += 3 * DAY
    await samira.say("/hide")
    await samira.wait_for("Saved. Only this button opens it again")
    await settled(bot)
    line = next(one for one in await samira.messages() if family.labels(one) == ["Continue"])
    await samira.tap("Continue", line["message_id"])
    await samira.wait_for("Some older messages could not be deleted")
    await samira.say("Yusuf")
    await samira.wait_for("the missing person's mother")
    newest = await family.anchor(samira)
    assert newest is not None
    assert "Some older messages" not in newest["text"]


async def test_a_draft_goes_to_another_phone_with_code_and_pin_and_not_without(
    bot: Running, samira: Phone, remote: Remote, sandbox: Address, session: aiohttp.ClientSession
) -> None:
    house = await bot.start()
    shown = await answered(samira)
    await samira.tap("Pause", shown["message_id"])
    shown = await samira.wait_for("There is no hurry.")
    await samira.tap("Take it to another phone", shown["message_id"])
    await samira.wait_for("PIN of six digits")
    await samira.say("731852")
    told = await samira.wait_for("Your code:")
    code = told["text"].split("\n")[1]
    digits = "".join(letter for letter in code if letter.isdecimal())
    await settled(bot)
    assert "731852" not in str(await samira.messages())
    rows = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).all())
    assert rows[0].portable
    await silence(bot, remote, SEVEN_HOURS)

    jonas = await Phone.add(session, sandbox.url, "Jonas", "en")
    await family.begin(jonas)
    for wrong in ("731853", "111111"):
        await jonas.say("/resume")
        await jonas.wait_for("Please write the code")
        await jonas.say(f"{digits} {wrong}")
        await jonas.wait_for("This code and PIN do not open anything here.")
        await settled(bot)
    await jonas.say("/resume")
    await jonas.say(f"{digits} ٧٣١٨٥٢")
    await jonas.wait_for("Everything you wrote is here now.")
    await settled(bot)
    assert digits not in str(await jonas.messages())
    chat = await house.worker.chat(house.keys.lane(jonas.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    assert [claim.raw.text for claim in chat.conversation.claims if claim.raw] == [family.WORDS]
    [line] = await samira.messages()
    assert (line["text"], family.labels(line)) == ("Everything is saved.", [])
    old = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert old is not None
    assert old.conversation is None
    current = await family.anchor(jonas)
    await jonas.say("Yusuf")
    await family.changed(jonas, current)


async def test_guessing_stops_after_five_tries(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.begin(samira)
    for count in range(6):
        await samira.say("/resume")
        await settled(bot)
        await samira.say(f"{NOBODYS} 73185{count}")
        await samira.wait_for("do not open anything here" if count < 5 else "tried too often")
        await settled(bot)


async def test_an_addition_that_is_locked_and_lost_leaves_what_was_sent(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    house = await bot.start()
    await family.report(samira)
    sent = await family.anchor(samira)
    assert sent is not None
    await samira.tap("Add or correct something", sent["message_id"])
    menu = await samira.wait_for("What was sent before can no longer be shown here")
    await samira.tap("The place", menu["message_id"])
    await samira.wait_for("Can you say more exactly where?")
    await samira.say("Bab Touma")
    await samira.wait_for("Was it perhaps somewhere else")
    await silence(bot, remote, SEVEN_HOURS)
    row = look(bot.settings.database_url, lambda c: c.execute(select(conversations)).one())
    assert row.key is None
    assert row.receipt is not None
    receipt = open_receipt(house.keys, row.id, row.receipt)
    assert {claim.question for claim in receipt.claims} <= {
        "language",
        "start",
        "consent",
        "adult",
        "safe",
        "keep_originals",
    }
    await samira.say("hello?")
    said = await samira.wait_for("What is saved here is locked")
    await samira.tap("That message is gone", said["message_id"])
    said = await samira.wait_for("Then what was saved stays locked for good")
    await samira.tap("New search request", said["message_id"])
    await samira.wait_for("What you had added has been deleted.")


async def test_additions_withdrawals_and_wishes_travel_as_revisions(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    house = await bot.start()
    await family.report(samira)
    sent = await family.anchor(samira)
    assert sent is not None
    await samira.tap("Add or correct something", sent["message_id"])
    menu = await samira.wait_for("What was sent before can no longer be shown here")
    await samira.tap("Photo", menu["message_id"])
    await samira.wait_for("hidden details")
    asked = await family.anchor(samira)
    assert asked is not None
    await samira.tap("No", asked["message_id"])
    await samira.wait_for("You can send one or more photos")
    await samira.upload("photo", ("x.jpg", jpeg()))
    shown = await samira.wait_for("Received here so far")
    await samira.tap("Done", shown["message_id"])
    shown = await samira.wait_for("About when was the photo taken?")
    await samira.tap("Other topics", shown["message_id"])
    shown = await samira.wait_for(lambda one: "Check and send" in family.labels(one))
    await samira.tap("Check and send", shown["message_id"])
    shown = await samira.wait_for(lambda one: "Send" in family.labels(one))
    await samira.tap("Send", shown["message_id"])
    await samira.wait_for("What you added has been sent to the team.")
    await samira.say("/delete")
    shown = await samira.wait_for("You can ask the team to delete everything.")
    await samira.tap("Ask for deletion", shown["message_id"])
    await samira.wait_for("The team has been asked to delete everything.")
    await settled(bot)
    rows = await house.store.write(lambda c: envelopes.waiting(c, 10))
    reports = [bot.team.open(row, bot.public_key) for row in rows]
    assert [(one["revision"], one["kind"]) for one in reports] == [
        (1, "report"),
        (2, "addition"),
        (3, "erasure_request"),
    ]
    assert len(reports[1]["files"]) == 1
    bot.ahead += 4 * DAY
    await erase_what_is_due(house)
    assert look(bot.settings.database_url, lambda c: c.execute(select(conversations)).all()) == []
    assert look(bot.settings.database_url, lambda c: c.execute(select(files)).all()) == []
    assert [row.revision for row in await house.store.write(lambda c: envelopes.waiting(c, 10))] == [3]


async def test_a_draft_is_erased_after_the_months_that_were_announced(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    house = await bot.start()
    await answered(samira)
    await silence(bot, remote, SEVEN_HOURS)
    [line] = await samira.messages()
    bot.ahead += 364 * DAY
    await erase_what_is_due(house)
    assert len(look(bot.settings.database_url, lambda c: c.execute(select(conversations)).all())) == 1
    bot.ahead += 3 * DAY
    await erase_what_is_due(house)
    assert look(bot.settings.database_url, lambda c: c.execute(select(conversations)).all()) == []
    await samira.tap("Continue", line["message_id"])
    await samira.wait_for("What was saved here has been deleted after a long time")


async def test_a_backup_restores_what_was_sent_and_what_is_locked(
    bot: Running, samira: Phone, remote: Remote, tmp_path: Path
) -> None:
    await bot.start()
    await answered(samira)
    await silence(bot, remote, SEVEN_HOURS)
    await bot.stop()
    kept = tmp_path / "backup.sqlite3"
    counted = back_up(bot.settings.database_url, kept)
    assert counted["conversations"] == 1
    assert kept.stat().st_mode & 0o077 == 0
    database = bot.settings.bot_data / "bot.sqlite3"
    database.unlink()
    kept.rename(database)
    await bot.start()
    [line] = await samira.messages()
    await samira.tap("Continue", line["message_id"])
    await samira.wait_for("What is the first name of the missing person's father?")


def test_a_backup_holds_no_key_of_a_draft_on_either_database(database_url: str, tmp_path: Path) -> None:
    from bot.store.store import MIGRATIONS
    from ground.database import bring_up_to_date

    bring_up_to_date(database_url, MIGRATIONS)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        row = {
            "id": "c" * 32,
            "lane": "a" * 32,
            "status": "open",
            "version": 1,
            "key": b"KEY-CANARY",
            "body": b"b",
            "day": 1,
        }
        connection.execute(insert(conversations), row | {"locked": 0, "portable": False})
        kept = {"update_id": 1, "lane": "a" * 32, "day": 1, "state": "new", "tries": 0, "body": b"INBOX-CANARY"}
        connection.execute(insert(inbox), kept)
        said = {
            "update_id": 1,
            "ordinal": 0,
            "lane": "a" * 32,
            "kind": "lock",
            "fresh": False,
            "state": "new",
            "day": 1,
        }
        connection.execute(insert(outbox), said | {"body": b"OUTBOX-CANARY"})
        connection.execute(
            insert(tasks), {"update_id": 1, "ordinal": 0, "lane": "a" * 32, "reason": "asked", "day": 1, "done": False}
        )
    engine.dispose()
    counted = back_up(database_url, tmp_path / "backup.sqlite3")
    assert {"conversations": 1, "inbox": 1, "outbox": 1, "tasks": 1}.items() <= counted.items()
    assert b"CANARY" not in (tmp_path / "backup.sqlite3").read_bytes()
