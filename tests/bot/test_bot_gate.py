"""What the PIN comes before: letters, agreements, a locked draft; what a second PIN does there; how often one asks for news."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import family
import pytest
from conftest import Running
from sqlalchemy import select
from test_bot_codes import OTHER, PIN, WRONG, guarded, press, says, sent
from test_bot_conversation import settled
from test_bot_letters import AGAIN, SUMMER, WAITS, answer_it, ask_when, opened, report_of, say, shown
from test_bot_trace import HALF_AN_HOUR, SEVEN_HOURS, silence

from bot.limits import STATUS
from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address
from bot.store import letters as letter_rows
from bot.store.store import look
from bot.store.tables import conversations, failures
from bot.store.tables import letters as letter_table
from bot.translate import Heard
from flows.events import Said

NOTHING, ASKS, LOCKED = "Nothing was found with this PIN.", "Please write your PIN.", "What is saved here is locked"
RED_CROSS = '\n[share_with.red_cross]\nname = {en = "Red Cross and Red Crescent", ar = "الصليب الأحمر"}\n'


@pytest.fixture
def profile(profile: Path) -> Path:
    """With a body that the family is asked about."""
    profile.write_text(profile.read_text(encoding="utf-8") + RED_CROSS, encoding="utf-8")
    return profile


@pytest.fixture
async def jonas(sandbox: Address, session: aiohttp.ClientSession) -> Phone:
    return await Phone.add(session, sandbox.url, "Jonas", "en")


async def picture(phone: Phone) -> list[tuple[str, list[str]]]:
    """Everything of the bot's that stands in the chat: texts and buttons."""
    return [(one["text"], family.labels(one)) for one in await phone.messages() if one["from_bot"]]


async def told(bot: Running, phone: Phone, words: str) -> list[tuple[str, list[str]]]:
    """Write this; what stands in the chat once it is answered, from the oldest message to the newest."""
    await phone.say(words)
    await asyncio.sleep(0.6)
    await settled(bot)
    assert words not in str(await phone.messages()), "what is written leaves the chat"
    return await picture(phone)


def homes(bot: Running) -> list[tuple[str, str]]:
    """(lane, status) of every conversation."""
    found = select(conversations.c.lane, conversations.c.status)
    return sorted(look(bot.settings.database_url, lambda c: [tuple(row) for row in c.execute(found)]))


async def locked_addition(bot: Running, phone: Phone, remote: Remote) -> dict[str, Any]:
    """Something is added to what was sent and locked away; the message that holds its key."""
    await phone.say("/start")
    await phone.tap("Add or correct something", (await shown(phone, "", "Add or correct something"))["message_id"])
    menu = await shown(phone, "What would you like to add?")
    await phone.tap("The place", menu["message_id"])
    await shown(phone, "Can you say more exactly where?")
    await phone.say("near the old bridge")
    await shown(phone, "Was it perhaps somewhere else")
    await silence(bot, remote, SEVEN_HOURS)
    return await shown(phone, "Only this button opens it again")


# -- taking back an agreement --------------------------------------------------------------------------------------------


async def test_taking_back_an_agreement_asks_for_the_pin_and_then_goes_on(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await sent(samira)
    await guarded(bot, samira)
    await says(bot, samira, "/withdraw", ASKS)
    assert "You agreed to this" not in str(await samira.messages())
    await says(bot, samira, WRONG, NOTHING)
    await says(bot, samira, PIN, "You agreed to this:")
    listed = await shown(samira, "You agreed to this:")
    [label] = [one for one in family.labels(listed) if one.startswith("Take back: ")]
    await samira.tap(label, listed["message_id"])
    await shown(samira, "From now on nothing is passed on")
    await settled(bot)
    assert [one["kind"] for one in await opened(bot)] == ["report", "withdrawal"], (
        "under its own list it is done at once"
    )
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert chat.conversation is not None
    assert chat.conversation.taking_back is None


async def test_an_old_button_that_takes_back_asks_too_and_is_remembered_over_wrong_pins(
    bot: Running, samira: Phone
) -> None:
    await bot.start()
    await sent(samira)
    await says(bot, samira, "/withdraw", "You agreed to this:")
    listed = await shown(samira, "You agreed to this:")
    [data] = [
        button["callback_data"]
        for row in listed["keyboard"]
        for button in row
        if button["text"].startswith("Take back: ")
    ]
    await guarded(bot, samira)
    await samira.tap_data(data, listed["message_id"], force=True)
    await shown(samira, ASKS)
    await says(bot, samira, "yes please", "A PIN has six digits.")
    await says(bot, samira, WRONG, NOTHING)
    assert [one["kind"] for one in await opened(bot)] == ["report"], "nothing was taken back"
    await says(bot, samira, PIN, "Taken back: ")
    [_, withdrawal] = await opened(bot)
    [consent] = [one for one in withdrawal["consents"] if one["answer"] == "denied"]
    assert (withdrawal["kind"], consent["recipient"]) == ("withdrawal", "red_cross")


async def test_the_list_left_open_asks_again_after_anything_else(bot: Running, samira: Phone) -> None:
    await bot.start()
    await sent(samira)
    await guarded(bot, samira)
    await says(bot, samira, "/mydata", ASKS)
    await says(bot, samira, PIN, "This is what this service keeps")
    await press(samira, "What I agreed to")
    listed = await shown(samira, "You agreed to this:")
    [data] = [button["callback_data"] for row in listed["keyboard"] for button in row if "Take back" in button["text"]]
    await says(bot, samira, "/reminders", "remind")
    await samira.tap_data(data, listed["message_id"], force=True)
    await shown(samira, ASKS)
    assert [one["kind"] for one in await opened(bot)] == ["report"]


async def test_a_second_pin_in_place_of_taking_back_unlinks(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await sent(samira)
    await guarded(bot, samira, second=True)
    await says(bot, samira, "/withdraw", ASKS)
    assert await told(bot, samira, WRONG) == await told(bot, samira, OTHER) == await told(bot, samira, PIN)
    lane = house.keys.lane(samira.chat_id)
    assert homes(bot) == sorted([("", "submitted"), (lane, "ended")])
    await says(bot, samira, "/status", ASKS)
    await says(bot, samira, PIN, NOTHING)
    assert [one["kind"] for one in await opened(bot)] == ["report"]


# -- letters -------------------------------------------------------------------------------------------------------------


async def test_a_letter_is_shown_after_the_pin_in_its_own_message(bot: Running, samira: Phone) -> None:
    await bot.start()
    await sent(samira)
    await guarded(bot, samira)
    anchor = await family.anchor(samira)
    await ask_when(bot, words="Canary-4711.")
    knock = await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    asked = await shown(samira, ASKS)
    assert asked["message_id"] == knock["message_id"]
    await says(bot, samira, "seventeen", "A PIN has six digits.")
    await says(bot, samira, WRONG, NOTHING)
    assert "Canary" not in str(await samira.messages())
    await says(bot, samira, PIN, AGAIN)
    question = await shown(samira, "Canary-4711.")
    assert question["message_id"] == knock["message_id"]
    await answer_it(samira)
    await settled(bot)
    assert [one["kind"] for one in await opened(bot)] == ["report", "answer"]
    after = await family.anchor(samira)
    assert anchor is not None
    assert after is not None
    assert family.mark(after) == family.mark(anchor), "what stands beside is untouched"
    assert SUMMER not in str(await samira.messages())


async def test_a_letter_that_asks_for_the_pin_waits_again_when_the_family_turns_away(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await sent(samira)
    await guarded(bot, samira)
    letter = await ask_when(bot)
    knock = await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    await shown(samira, ASKS)
    await samira.tap("Continue", knock["message_id"])
    await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    await shown(samira, ASKS)
    await says(bot, samira, "/person", "A person of the team has been told")
    state = select(letter_table.c.id, letter_table.c.state)
    assert look(bot.settings.database_url, lambda c: [tuple(row) for row in c.execute(state)]) == [(letter, "waiting")]
    await samira.tap("See", knock["message_id"])
    await shown(samira, ASKS)
    await silence(bot, remote, HALF_AN_HOUR)
    assert {text.partition("\n")[0] for text, _ in await picture(samira)} == {"Everything is saved.", WAITS}
    await samira.tap("See", knock["message_id"])
    await shown(samira, ASKS)
    await says(bot, samira, PIN, AGAIN)


async def test_a_letter_beside_a_locked_draft_asks_for_the_pin_and_leaves_the_key(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await sent(samira)
    await guarded(bot, samira)
    key = await locked_addition(bot, samira, remote)
    await ask_when(bot)
    knock = await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    await shown(samira, ASKS)
    await says(bot, samira, PIN, AGAIN)
    await answer_it(samira)
    await settled(bot)
    assert [one["kind"] for one in await opened(bot)] == ["report", "answer"]
    assert (await shown(samira, "Only this button opens it again"))["keyboard"] == key["keyboard"]
    await samira.tap("Continue", key["message_id"])
    await shown(samira, "What would you like to add?", "Check and send")


@pytest.mark.parametrize("locked", [False, True])
async def test_a_second_pin_before_a_letter_is_told_as_a_wrong_one_and_the_chat_knows_nothing_any_more(
    bot: Running, samira: Phone, jonas: Phone, remote: Remote, locked: bool
) -> None:
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira, second=True)
    if locked:
        await locked_addition(bot, samira, remote)
    letter = await ask_when(bot)
    knock = await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    await shown(samira, ASKS)
    first = await told(bot, samira, WRONG)
    assert NOTHING in str(first)
    assert first == await told(bot, samira, OTHER) == await told(bot, samira, PIN) == await told(bot, samira, WRONG)
    lane = house.keys.lane(samira.chat_id)
    assert homes(bot) == sorted([("", "submitted"), (lane, "open" if locked else "ended")])
    rows = look(bot.settings.database_url, lambda c: c.execute(select(letter_table)).all())
    assert sorted((row.lane, row.report == "", row.state) for row in rows) == [
        ("", False, "waiting"),
        (lane, True, "proof"),
    ]
    await samira.tap("Continue", knock["message_id"])
    await shown(samira, WAITS)
    await samira.tap("See", knock["message_id"])
    await shown(samira, ASKS)

    await family.begin(jonas)
    await says(bot, jonas, f"{code}{PIN}", "This is how the request stands:")
    await press(jonas, "Go on with it here")
    await jonas.wait_for("From now on you can ask about it and add to it here.")
    await jonas.say("/start")
    await jonas.tap("See", (await shown(jonas, "", "See"))["message_id"])
    await shown(jonas, ASKS)
    await says(bot, jonas, PIN, AGAIN)
    there = look(bot.settings.database_url, lambda c: letter_rows.find(c, letter))
    assert there is not None
    assert (there.lane, there.state) == (house.keys.lane(jonas.chat_id), "open")


async def test_without_a_pin_nothing_asks_for_one(bot: Running, samira: Phone) -> None:
    await bot.start()
    await sent(samira)
    await ask_when(bot)
    await samira.tap("See", (await shown(samira, WAITS))["message_id"])
    await shown(samira, AGAIN)
    await says(bot, samira, "/withdraw", "You agreed to this:")
    assert ASKS not in str(await samira.messages())


# -- beside a locked draft -----------------------------------------------------------------------------------------------


async def test_beside_a_locked_draft_the_pin_shows_how_it_stands(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    code = await sent(samira)
    await guarded(bot, samira)
    key = await locked_addition(bot, samira, remote)
    await says(bot, samira, "/status", ASKS)
    assert "It was received on" not in str(await samira.messages())
    await says(bot, samira, WRONG, NOTHING)
    await says(bot, samira, PIN, "It was received on")
    await says(bot, samira, f"{code} {PIN}", "This is how the request stands:")
    await says(bot, samira, f"{code} {WRONG}", "do not open anything here")
    assert (await shown(samira, "Only this button opens it again"))["keyboard"] == key["keyboard"]
    await samira.tap("Continue", key["message_id"])
    await shown(samira, "What would you like to add?", "Check and send")


@pytest.mark.parametrize("with_code", [False, True])
async def test_a_second_pin_beside_a_locked_draft_is_told_as_a_wrong_one_and_unlinks(
    bot: Running, samira: Phone, jonas: Phone, remote: Remote, with_code: bool
) -> None:
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira, second=True)
    key = await locked_addition(bot, samira, remote)
    before = f"{code} " if with_code else ""
    pictures = [await picture(samira)]
    pictures += [await told(bot, samira, f"{before}{pin}") for pin in (WRONG, OTHER, WRONG if with_code else PIN)]
    said = [after[len(earlier) :] for earlier, after in pairwise(pictures)]
    assert said[0] == said[1] == said[2], "wrong, second, and what was the right one after it"
    assert len(said[0]) == 1
    assert ("do not open anything here" if with_code else NOTHING) in said[0][0][0]
    assert all(earlier == after[: len(earlier)] for earlier, after in pairwise(pictures))
    lane = house.keys.lane(samira.chat_id)
    assert homes(bot) == sorted([("", "submitted"), (lane, "open")])

    await samira.say("hello")
    await shown(samira, LOCKED)
    await says(bot, samira, "/status", ASKS)
    bot.house.worker.forget(lane)  # type: ignore[union-attr]
    await says(bot, samira, PIN, NOTHING)
    await samira.tap("Continue", key["message_id"])
    await shown(samira, "Welcome. Here you can register")
    await settled(bot)
    assert not [status for where, status in homes(bot) if where == lane and status == "submitted"]

    await family.begin(jonas)
    await says(bot, jonas, f"{code}{PIN}", "This is how the request stands:")
    await press(jonas, "Go on with it here")
    await jonas.wait_for("From now on you can ask about it and add to it here.")


async def test_a_second_pin_beside_another_phones_locked_draft_unlinks_the_chat_it_was_sent_from(
    bot: Running, samira: Phone, jonas: Phone, remote: Remote
) -> None:
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira, second=True)
    await sent(jonas)
    await locked_addition(bot, jonas, remote)
    pictures = [await picture(jonas)]
    pictures += [await told(bot, jonas, f"{code} {pin}") for pin in (WRONG, OTHER)]
    assert pictures[1][-1] == pictures[2][-1]
    assert "do not open anything here" in pictures[1][-1][0]
    lanes = (house.keys.lane(samira.chat_id), house.keys.lane(jonas.chat_id))
    assert sorted(where for where, _ in homes(bot)) == sorted(["", lanes[1]])
    await samira.say("/start")
    await samira.wait_for("Please choose your language")
    assert not any("continued on another phone" in text for text, _ in await picture(samira))


async def test_code_and_second_pin_in_its_own_chat_unlink_it(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira, second=True)
    wrong = await told(bot, samira, f"{code} {WRONG}")
    assert wrong == await told(bot, samira, f"{code} {OTHER}")
    assert homes(bot) == sorted([("", "submitted"), (house.keys.lane(samira.chat_id), "ended")])


async def test_beside_a_locked_draft_a_wrong_and_a_second_pin_take_the_same_time(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    """The planning alone, in processor time, interleaved; nothing of it is written."""
    house = await bot.start()
    await sent(samira)
    await guarded(bot, samira, second=True)
    await locked_addition(bot, samira, remote)
    await settled(bot)
    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    times: dict[str, list[float]] = {WRONG: [], OTHER: []}
    for _ in range(12):
        for pin, found in times.items():
            await house.store.write(lambda c: c.execute(failures.delete()))
            heard = Heard(samira.chat_id, Said(pin, 9, datetime.now(UTC)), stands=True)
            began = time.process_time()
            plan, _ = await house.worker._answers.beside_locked(1, chat, heard)
            found.append(time.process_time() - began)
            assert (plan.unlinks is not None) == (pin == OTHER)
    middle = [statistics.median(found) for found in times.values()]
    assert max(middle) < 1.10 * min(middle), times
    assert min(middle) > 0.03, "every hash there is was made"


# -- how often -----------------------------------------------------------------------------------------------------------


async def test_who_asks_again_and_again_is_told_when_to_ask_next_and_loses_nothing(
    bot: Running, samira: Phone, jonas: Phone, remote: Remote
) -> None:
    await bot.start()
    # Both at the beginning of an hour, so that none ends on the way.
    bot.ahead += 3600 - (time.time() + bot.ahead) % 3600
    await sent(samira)
    pauses = []
    await family.begin(jonas)
    for label in ("English", "Start"):
        current = await family.anchor(jonas)
        assert current is not None
        await jonas.tap(label, current["message_id"])
        await family.changed(jonas, current)
    for phone, first in ((samira, "It was received on"), (jonas, "No request has been sent from this chat.")):
        for number in range(STATUS.most):
            await phone.say("/status")
            await settled(bot)
            text = str((await shown(phone, first))["text"])
            assert "ask often" not in text, f"{number + 1} of {STATUS.most} in an hour"
        await phone.say("/status")
        pauses.append(await shown(phone, "It is all right to ask often."))
    mine, other = pauses
    assert family.labels(mine) == family.labels(other) == ["Continue", "Talk to a person"]
    words = [one["text"].replace("\u2068", "").replace("\u2069", "") for one in pauses]
    assert [text.partition("Minutes until then")[0] for text in words] == [words[0].partition("Minutes")[0]] * 2
    minutes = int(words[0].partition("Minutes until then: ")[2].partition(".")[0])
    assert 1 <= minutes <= 60
    await press(samira, "Continue")
    await shown(samira, "Your search request has been received.")
    await remote.ahead(minutes * 60)
    bot.ahead += minutes * 60
    await samira.say("/status")
    await shown(samira, "It was received on")


# -- who has it now ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said_as", "name"),
    [("red_cross", "Red Cross and Red Crescent"), ("RED CROSS", "Red Cross and Red Crescent"), ("Caritas", "Caritas")],
)
async def test_a_request_handed_over_names_its_holder_in_the_operators_words(
    bot: Running, samira: Phone, said_as: str, name: str
) -> None:
    await bot.start()
    await sent(samira)
    given = {"status": "handed_to", "version": 1, "recipient": said_as, "reference": "77/3"}
    await say(bot, type="status", report=report_of(bot), **given)
    await samira.say("/status")
    status = (await shown(samira, "With your agreement it has been with"))["text"]
    assert f"with {name} since" in status.replace("\u2068", "").replace("\u2069", "")
