"""Our own messages are known again, and nobody else's are; both sides of a call make the same words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner
from conftest import TOKEN, Running
from family import anchor, begin, report
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from test_bot_codes import press, says
from test_bot_conversation import settled

from bot.chats import Chat
from bot.cli import cli
from bot.genuine import Marks
from bot.keys import Keys
from bot.sandbox.phone import Phone
from bot.store import envelopes
from bot.store.store import look
from bot.store.tables import chats, tasks
from flows.words import CALLERS, COUNT, LIST, of_the_day, word
from ground.vault import Vault

MARKS = Marks(Keys.of(Vault(bytes(32))))
DAY = date(2026, 5, 3)
SAMIRA, JONAS = Chat("a" * 32, 1, "ar"), Chat("b" * 32, 2, "en")
texts = some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@given(texts, some.integers(0, 2**62), some.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_what_we_wrote_is_known_again_with_its_day(text: str, message: int, day: date) -> None:
    assert MARKS.written_on(MARKS.stamp(text, SAMIRA, message, day), SAMIRA) == day


def test_it_survives_being_copied_and_nothing_else() -> None:
    ours = MARKS.stamp("There is something for you here.\nNothing has to be done.", JONAS, 7, DAY)
    plain = "".join(sign for sign in ours if sign not in "\u2068\u2069")
    assert MARKS.written_on(plain.replace("\n\n", "\n").replace(" ", "\u00a0") + "\n ", JONAS) == DAY
    for forged in (
        plain.replace("Nothing", "50 dollars"),
        plain.replace("Nothing", "nothing"),
        plain + " Call +963 900 000 000",
        "Send money.\n" + plain,
        plain.rpartition("·")[2],
        "Send money. " + plain.rpartition("·")[2],
        "There is something for you here.",
        "",
    ):
        assert MARKS.written_on(forged, JONAS) is None
    assert MARKS.written_on(ours, SAMIRA) is None, "bound to the chat"
    assert Marks(Keys.of(Vault(b"x" * 32))).written_on(ours, JONAS) is None, "and to our key"


@given(texts)
def test_anything_else_is_not_ours(text: str) -> None:
    assert MARKS.written_on(text, SAMIRA) is None
    assert MARKS.written_on(f"{text} AAAAA-BBBBB-CCCCC-DDDDD", SAMIRA) is None


def test_every_chat_has_a_word_and_may_choose_another() -> None:
    assert len({MARKS.word(Chat(f"{n:032}", n, "en")) for n in range(400)}) > 300
    chosen = Chat("a" * 32, 1, "ar", word=1)
    assert MARKS.word(chosen).startswith("زيتون ")
    assert MARKS.word(chosen) in MARKS.stamp("x", chosen, 1, DAY).replace("\u2068", "").replace("\u2069", "")


def test_the_list_is_whole_in_six_languages() -> None:
    lines = [line.split("\t") for line in LIST.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == ["en", "ar", "ku", "tr", "de", "fr"]
    assert len(lines) == COUNT + 1
    for column in zip(*lines, strict=True):
        words = [one.casefold() for one in column]
        assert len(set(words)) == len(words), "no word stands twice in a language"
        assert all(one and " " not in one for one in words)
    assert word(0, "ckb") == word(0, "en")


def test_the_words_of_a_day_are_other_words_the_next_day_and_for_the_next_request() -> None:
    days = [DAY + timedelta(days=n) for n in range(60)]
    secret = bytes.fromhex(MARKS.secret("c" * 32))
    assert len({of_the_day(secret, day, "en") for day in days}) > 55
    assert MARKS.call_words("c" * 32, DAY, "ar") == of_the_day(secret, DAY, "ar")
    assert MARKS.secret("c" * 32) != MARKS.secret("d" * 32)
    assert len(of_the_day(secret, DAY, "en")) == CALLERS + 1


async def test_a_family_sees_the_words_that_its_sealed_report_gives(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await report(samira)
    await settled(bot)
    [envelope] = await house.store.write(lambda c: envelopes.waiting(c, 10))
    opened = bot.team.open(envelope, bot.public_key)
    first, second, third = of_the_day(bytes.fromhex(opened["call_secret"]), datetime.now(UTC).date(), "en")
    await press(samira, "Is it really you?")
    await samira.wait_for("We never ask for money")
    await press(samira, "Words for a call")
    shown = (await samira.wait_for("When we call today"))["text"]
    plain = shown.replace("\u2068", "").replace("\u2069", "")
    assert f"{first} {second}. Then you say: {third}." in plain


async def test_the_word_is_chosen_and_kept(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await begin(samira)
    await says(bot, samira, "/safety", "We never ask for money")
    await press(samira, "Our word")
    await samira.wait_for("Please choose the word")
    await settled(bot)
    shown = await anchor(samira)
    assert shown is not None
    chosen = shown["keyboard"][0][0]["text"].strip("\u2068\u2069")
    await samira.tap(shown["keyboard"][0][0]["text"], shown["message_id"])
    await samira.wait_for("From now on our messages end with")
    await settled(bot)
    kept = look(bot.settings.database_url, lambda c: c.execute(select(chats.c.word)).scalar_one())
    assert word(kept, "en") == chosen
    house.worker.forget(house.keys.lane(samira.chat_id))
    again = await house.worker.chat(house.keys.lane(samira.chat_id))
    assert again is not None
    assert house.worker.marks.word(again).startswith(chosen)


async def test_who_pretends_to_be_us_is_told_to_the_team_alone(
    bot: Running, samira: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.start()
    await begin(samira)
    await says(bot, samira, "/safety", "We never ask for money")
    await press(samira, "Somebody pretends to be you")
    await samira.wait_for("Please write the name")
    await says(bot, samira, "@wasl_helps_you asks for 500 dollars", "The team has been told.")
    row = look(bot.settings.database_url, lambda c: c.execute(select(tasks)).one())
    assert row.reason == "impostor"
    assert pyrage.decrypt(row.note, [bot.team.identities[1]]).decode() == "@wasl_helps_you asks for 500 dollars"
    await bot.stop()
    monkeypatch.setenv("WASL_BOT_DATA", str(bot.settings.bot_data))
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("WASL_PROFILE", str(bot.settings.profile))
    done = CliRunner().invoke(cli, ["notes", str(tmp_path / "notes")])
    assert done.output.endswith(": 1 notes\n")
    [kept] = (tmp_path / "notes").iterdir()
    assert (kept.name, kept.read_bytes()) == (f"{row.id}-impostor.age", row.note)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(row.note, [pyrage.x25519.Identity.generate()])
