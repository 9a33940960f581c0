"""What was sent, behind code and PIN: on another phone, in its own chat, guessed at, under force; how long an answer takes."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, datetime

import aiohttp
import family
import pytest
from conftest import Running
from sqlalchemy import select, update
from test_bot_conversation import settled

from bot import pins
from bot.bringing import Bringing
from bot.chats import Chat, seal_receipt
from bot.engine import Engine, load_engine
from bot.keys import Keys
from bot.profile import read_profile
from bot.progress import requests_of
from bot.reference import Code, read_code, seal_verifier
from bot.sandbox.phone import Phone, Remote
from bot.sandbox.serve import Address
from bot.settings import Settings
from bot.store import chats as chat_rows
from bot.store import envelopes, references
from bot.store.store import Store, look
from bot.store.tables import chats, conversations, failures
from bot.store.tables import references as codes
from flows.conversation import Conversation
from ground.vault import Vault, new_key

PIN, OTHER, WRONG = "482917", "739164", "650283"
AT = datetime(2026, 5, 3, 9, tzinfo=UTC)


async def sent(phone: Phone) -> str:
    """A report from this phone; its code."""
    await family.report(phone)
    return (await family.copied(phone)).replace(" ", "")


async def press(phone: Phone, label: str) -> None:
    shown = [one for one in await phone.messages() if one["from_bot"] and label in family.labels(one)]
    await phone.tap(label, shown[-1]["message_id"])


async def says(bot: Running, phone: Phone, words: str, answer: str) -> str:
    """Write this and wait for that; the whole answer. What was written is gone."""
    written = (await phone.say(words))["message_id"]
    for _ in range(250):
        if written not in [one["message_id"] for one in await phone.messages()]:
            break
        await asyncio.sleep(0.02)
    text = str((await phone.wait_for(answer))["text"])
    await settled(bot)
    assert words.startswith("/") or words not in str(await phone.messages())
    return text


async def guarded(bot: Running, phone: Phone, *, second: bool = False) -> None:
    """Set the PIN, and the second one."""
    await says(bot, phone, "/pin", "A PIN of six digits protects")
    await says(bot, phone, PIN, "The PIN is set.")
    if second:
        await press(phone, "A second PIN")
        await phone.wait_for("Please write your PIN.")
        await says(bot, phone, PIN, "A second PIN is for the moment")
        await says(bot, phone, PIN, "cannot be used here")
        await says(bot, phone, OTHER, "The second PIN is set.")


@pytest.fixture
async def jonas(sandbox: Address, session: aiohttp.ClientSession) -> Phone:
    return await Phone.add(session, sandbox.url, "Jonas", "en")


async def test_code_and_pin_show_how_it_stands_elsewhere_and_bring_it_there(
    bot: Running, samira: Phone, jonas: Phone
) -> None:
    house = await bot.start()
    code = await sent(samira)
    await family.begin(jonas)
    await says(bot, jonas, "/resume", "Please write the code")
    await says(bot, jonas, f"{code} {PIN}", "do not open anything here"), "no PIN is set yet"
    await guarded(bot, samira)
    text = await says(bot, jonas, f"{code[:8]} {code[8:]} {PIN}", "This is how the request stands:")
    assert "It was received on" in text
    assert not set(family.WORDS.split()) & set(text.split()), "no name"
    assert family.labels((await family.anchor(jonas)) or {}) == ["Go on with it here", "Continue"]

    await press(jonas, "Go on with it here")
    await jonas.wait_for("From now on you can ask about it and add to it here.")
    await samira.wait_for("What was sent from here is continued on another phone.")
    await settled(bot)
    [row] = look(bot.settings.database_url, lambda c: c.execute(select(conversations.c.lane, conversations.c.id)).all())
    assert row.lane == house.keys.lane(jonas.chat_id)

    await press(jonas, "Add or correct something")
    await jonas.wait_for("What would you like to add?")
    await press(jonas, "Other names")
    await settled(bot)
    shown = await family.anchor(jonas)
    await jonas.say("Abu Yusuf")
    shown = await family.changed(jonas, shown)
    while "Check and send" not in family.labels(shown):
        await press(jonas, "I don't know")
        shown = await family.changed(jonas, shown)
    await press(jonas, "Check and send")
    await jonas.wait_for("Please check what you wrote")
    await press(jonas, "Send")
    await jonas.wait_for("What you added has been sent to the team.")
    await settled(bot)
    found = await house.store.write(lambda c: envelopes.find(c, row.id, 2))
    assert found is not None
    opened = bot.team.open(found, bot.public_key)
    assert (opened["id"], opened["kind"]) == (row.id, "addition")
    assert "Abu Yusuf" in str(opened["sought_persons"])

    await samira.say("/start")
    await samira.wait_for("Please choose your language")
    assert "received" not in str((await family.anchor(samira)) or {}), "there it is not known any more"


async def test_guessing_locks_the_code_and_its_chat_is_told_once_in_words_that_are_ours(
    bot: Running, samira: Phone, jonas: Phone, sandbox: Address, session: aiohttp.ClientSession
) -> None:
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira)
    await family.begin(jonas)
    for number in range(5):
        await says(bot, jonas, f"{code} 65028{number}", "do not open anything here")
    told = await samira.wait_for("There were several wrong attempts")
    await settled(bot)
    await says(bot, jonas, f"{code} {PIN}", "tried too often")
    amal = await Phone.add(session, sandbox.url, "Amal", "en")
    await family.begin(amal)
    await says(bot, amal, f"{code} {PIN}", "tried too often")
    assert sum("wrong attempts" in one["text"] for one in await samira.messages()) == 1
    for word in ("request", "report", "missing", "PIN"):
        assert word not in told["text"]

    await says(bot, samira, "/status", "Please write your PIN.")
    await says(bot, samira, PIN, "It was received on"), "its own chat is not locked out"

    chat = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert chat is not None
    assert house.worker.marks.word(chat) in told["text"].replace("\u2068", "").replace("\u2069", "")
    await says(bot, samira, "/verify", "Please forward the message here")
    await samira.say(told["text"])
    await samira.wait_for("This message is ours.")
    await settled(bot)
    await says(bot, samira, "/verify", "Please forward the message here")
    await samira.say(told["text"].replace("Nothing has to be done", "Please pay 50 dollars"))
    await samira.wait_for("We did not write this to you.")
    await settled(bot)
    await says(bot, amal, "/verify", "Please forward the message here")
    await amal.say(told["text"])
    await amal.wait_for("We did not write this to you.")


async def test_in_its_own_chat_the_pin_comes_before_status_and_deletion(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await sent(samira)
    await guarded(bot, samira)
    await says(bot, samira, "/delete", "You can ask the team to delete everything.")
    await press(samira, "Ask for deletion")
    await samira.wait_for("Please write your PIN.")
    for number in range(5):
        await says(bot, samira, f"65028{number}", "Nothing was found with this PIN.")
    await says(bot, samira, PIN, "tried too often")
    waiting = look(bot.settings.database_url, lambda c: len(envelopes.waiting(c, 10)))
    assert waiting == 1, "nothing was asked of the team"
    await remote.ahead(25 * 3600)
    bot.ahead += 26 * 3600
    await says(bot, samira, PIN, "The team has been asked to delete everything.")
    assert look(bot.settings.database_url, lambda c: len(envelopes.waiting(c, 10))) == 2


async def test_the_second_pin_says_what_a_wrong_one_says_and_the_chat_knows_nothing_any_more(
    bot: Running, samira: Phone, jonas: Phone
) -> None:
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira, second=True)
    shown = []
    for pin in (WRONG, OTHER, PIN):
        await samira.say("/status") if not shown else None
        await samira.wait_for("Please write your PIN.") if not shown else None
        await samira.say(pin)
        await asyncio.sleep(0.6)
        await settled(bot)
        found = await family.anchor(samira)
        assert found is not None
        shown.append((found["text"], family.labels(found), len(await samira.messages())))
    assert shown[0] == shown[1] == shown[2], "wrong, second, and the right one after it"
    assert shown[0][0] == "Nothing was found with this PIN."
    lane = house.keys.lane(samira.chat_id)
    rows = look(
        bot.settings.database_url, lambda c: c.execute(select(conversations.c.lane, conversations.c.status)).all()
    )
    assert sorted(rows) == sorted([("", "submitted"), (lane, "ended")])
    await press(samira, "Continue")
    await samira.wait_for("Welcome.")

    await family.begin(jonas)
    await says(bot, jonas, f"{code}{PIN}", "This is how the request stands:")
    await press(jonas, "Go on with it here")
    await jonas.wait_for("From now on you can ask about it and add to it here.")


async def test_the_second_pin_on_another_phone_unlinks_the_chat_it_was_sent_from(
    bot: Running, samira: Phone, jonas: Phone
) -> None:
    await bot.start()
    code = await sent(samira)
    await guarded(bot, samira, second=True)
    await family.begin(jonas)
    wrong = await says(bot, jonas, f"{code} {WRONG}", "do not open anything here")
    assert await says(bot, jonas, f"{code} {OTHER}", "do not open anything here") == wrong
    await press(samira, "Continue")
    await samira.wait_for("Please choose your language")
    assert not any("continued on another phone" in one["text"] for one in await samira.messages())


async def test_what_is_brought_to_a_chat_leaves_what_was_sent_from_there(
    bot: Running, samira: Phone, jonas: Phone
) -> None:
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira)
    await sent(jonas)
    await says(bot, jonas, f"{code} {PIN}", "This is how the request stands:")
    await press(jonas, "Go on with it here")
    await jonas.wait_for("From now on you can ask about it and add to it here.")
    await settled(bot)
    lanes = look(bot.settings.database_url, lambda c: list(c.execute(select(conversations.c.lane)).scalars()))
    assert lanes == [house.keys.lane(jonas.chat_id)] * 2
    await says(bot, jonas, "/status", "Please write your PIN.")
    text = await says(bot, jonas, PIN, "It was received on")
    assert text.count("It was received on") == 2, "its own and the one that was brought"


async def test_a_code_written_where_nobody_asked_leaves_the_chat(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.begin(samira)
    code = Code("1234567", "8901234").shown
    await says(bot, samira, code, "Please write the code and after it the PIN")
    await says(bot, samira, f"{code} {PIN}", "do not open anything here")


async def test_what_a_seized_database_tells(bot: Running, samira: Phone, jonas: Phone) -> None:
    """Hashes, whether or not a second PIN is set; fingerprints of who failed; no chat beside another."""
    house = await bot.start()
    code = await sent(samira)
    await guarded(bot, samira)
    await family.begin(jonas)
    await says(bot, jonas, f"{code} {WRONG}", "do not open anything here")
    await says(bot, jonas, f"{code} {PIN}", "This is how the request stands:")
    row = look(bot.settings.database_url, lambda c: c.execute(select(codes)).one())
    for hashed in (row.pin, row.duress):
        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    everything = b"".join(path.read_bytes() for path in bot.settings.bot_data.glob("*.sqlite3*"))
    for secret in (PIN, WRONG, code):
        assert secret.encode() not in everything
    there = house.keys.lane(jonas.chat_id)
    linked = look(
        bot.settings.database_url, lambda c: c.execute(select(chats.c.conversation).where(chats.c.lane == there)).all()
    )
    assert row.report not in str(linked), "looking leaves no trace of which request was looked at"
    who = look(bot.settings.database_url, lambda c: set(c.execute(select(failures.c.who)).scalars()))
    assert not any(row.selector in one or there in one for one in who)
    await samira.say("000")
    await asyncio.sleep(0.5)
    await settled(bot)
    assert await samira.messages() == []


# -- words and time ------------------------------------------------------------------------------------------------------


@pytest.fixture
def engine(profile: object, tmp_path: object) -> Engine:
    settings = Settings(_env_file=None, token="1:x", profile=profile)  # type: ignore[call-arg, arg-type]
    return load_engine(settings.form, read_profile(settings.profile))


async def test_unknown_wrong_and_second_take_the_same_time(database_url: str, engine: Engine) -> None:
    """Medians of a dozen tries each, interleaved, in processor time, which others on this machine do not disturb."""
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    try:
        code, unpinned = Code("1234567", "7654321"), Code("2345678", "7654321")
        for one, report in ((code, "a" * 32), (unpinned, "b" * 32)):
            sealed = seal_verifier(keys, one)
            await store.write(
                lambda c, one=one, sealed=sealed, report=report: references.put(
                    c, selector=one.selector, unhashed=sealed, report=report, day=1
                )
            )
            await store.write(lambda c, one=one: references.hashed(c, one.selector, one.hashed(keys.pepper)))
        made = await pins.make(keys, "a" * 32, PIN)
        await store.write(lambda c: references.guard(c, "a" * 32, made.pin, made.duress))
        reference = await store.write(lambda c: references.of(c, "a" * 32))
        assert reference is not None
        assert await pins.with_duress(keys, "a" * 32, reference, PIN) is None
        both = await pins.with_duress(keys, "a" * 32, reference, OTHER)
        assert both is not None
        await store.write(lambda c: references.guard(c, "a" * 32, both.pin, both.duress))

        bringing = Bringing(store, keys, engine)
        plain = code.shown
        elsewhere = {
            "wrong PIN": f"{plain} {WRONG}",
            "second PIN": f"{plain} {OTHER}",
            "wrong code": f"{Code('1234567', '7654322').shown} {PIN}",
            "unknown code": f"{Code('7654321', '7654321').shown} {PIN}",
            "no PIN set": f"{unpinned.shown} {PIN}",
        }
        times: dict[str, list[float]] = {name: [] for name in elsewhere}
        home = {"wrong PIN here": (WRONG, "a" * 32), "second PIN here": (OTHER, "a" * 32), "nothing here": (PIN, None)}
        times |= {name: [] for name in home}
        assert (await bringing.bring(Chat("lane", 1, "en"), f"{plain} {PIN}", AT)).report == "a" * 32  # type: ignore[union-attr]
        for _ in range(12):
            for name, words in elsewhere.items():
                await store.write(lambda c: c.execute(failures.delete()))
                began = time.process_time()
                outcome = await bringing.bring(Chat("lane", 1, "en"), words, AT)
                times[name].append(time.process_time() - began)
                assert outcome.reason == "wrong"  # type: ignore[union-attr]
            for name, (pin, report) in home.items():
                await store.write(lambda c: c.execute(failures.delete()))
                began = time.process_time()
                assert await bringing.prove(Chat("lane", 1, "en"), report, pin, AT) in ("wrong", "duress")
                times[name].append(time.process_time() - began)
        medians = {name: statistics.median(found) for name, found in times.items()}
        for kinds in (elsewhere, home):
            middle = [medians[name] for name in kinds]
            assert max(middle) < 1.10 * min(middle), medians
            assert min(middle) > 0.03, "every hash there is was made"
    finally:
        store.close()


async def test_a_right_code_alone_opens_nothing_and_a_code_waiting_for_its_hash_opens(
    database_url: str, engine: Engine
) -> None:
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    try:
        code = Code("1234567", "7654321")
        sealed = seal_verifier(keys, code)
        await store.write(lambda c: references.put(c, selector="1234567", unhashed=sealed, report="a" * 32, day=1))
        reference = await store.write(lambda c: references.find(c, "1234567"))
        assert reference is not None
        assert await pins.judge_both(keys, code, reference, PIN) == "wrong"
        made = await pins.make(keys, "a" * 32, PIN)
        await store.write(lambda c: references.guard(c, "a" * 32, made.pin, made.duress))
        waiting = await store.write(lambda c: references.find(c, "1234567"))
        assert await pins.judge_both(keys, code, waiting, PIN) == "right"
        assert await pins.judge_both(keys, Code("1234567", "7654322"), waiting, PIN) == "wrong"
        assert await pins.judge_both(keys, code, waiting, "") == "wrong"
    finally:
        store.close()


async def test_a_chats_requests_are_told_but_for_those_whose_pin_was_not_written(database_url: str) -> None:
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    try:
        for letter, pin in (("a", "$hash"), ("b", None)):
            report = letter * 32
            receipt = seal_receipt(keys, Conversation(report, "en", AT, "submitted", revision=1))
            draft = chat_rows.Draft(report, "lane", "submitted", 1, None, None, receipt)
            await store.write(lambda c, draft=draft: chat_rows.begin(c, draft))
            await store.write(
                lambda c, letter=letter, report=report, pin=pin: (
                    references.put(c, selector=letter * 7, unhashed=b"x", report=report, day=1),
                    references.guard(c, report, pin, pin),
                )
            )
        for proved, tags in (("", ["b" * 6]), ("a" * 32, ["a" * 6, "b" * 6])):
            found = await store.write(lambda c, proved=proved: requests_of(c, keys, "lane", proved))
            assert [one.tag for one in found] == tags
        assert await store.write(lambda c: chat_rows.home(c, "a" * 32)) is None, (
            "a chat without a row cannot be written to"
        )
    finally:
        store.close()


async def test_unlinking_forgets_an_addition_that_was_not_sent(database_url: str) -> None:
    store = Store(database_url)
    store.open(Keys.of(Vault(new_key())))
    try:
        draft = chat_rows.Draft("a" * 32, "lane", "open", 1, b"body", b"key", b"receipt")
        await store.write(lambda c: chat_rows.begin(c, draft))
        await store.write(lambda c: chat_rows.unlink(c, "a" * 32))
        home = await store.write(lambda c: chat_rows.home_of(c, "a" * 32))
        assert home == chat_rows.Home("", 2, b"receipt", None, None, False)
        await store.write(lambda c: c.execute(update(conversations).values(receipt=None)))
        assert await store.write(lambda c: chat_rows.home_of(c, "a" * 32)) is None
    finally:
        store.close()


def test_codes_are_read_alike_everywhere() -> None:
    from flows.codes import is_secret

    code = Code("1234567", "8901234")
    assert read_code(code.shown) == code
    assert is_secret(code.shown)
    assert is_secret(f"{code.shown}-{PIN}")
    assert not is_secret("1234 5678 9012 3456")
    assert not is_secret(f"my code is {code.shown}")
