"""Reminders through the whole bot: asked for, planned when a draft falls silent, said once, stopped, gone without a trace."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import family
import pytest
from click.testing import CliRunner
from conftest import Running
from sqlalchemy import Connection, select, update
from test_bot_conversation import settled
from test_bot_trace import SEVEN_HOURS, answered, silence

from bot.chats import open_rhythm
from bot.cli import cli
from bot.clock import erase_what_is_due
from bot.keys import Keys
from bot.reminding import Rules
from bot.sandbox.phone import Phone, Remote
from bot.store import chats, reminders, tasks
from bot.store.reminders import moment
from bot.store.store import MIGRATIONS, Store
from bot.store.tables import reminders as reminders_table
from flows.reminding.hours import is_open
from flows.reminding.rhythm import Rhythm
from ground.database import bring_up_to_date, open_engine
from ground.vault import Vault, new_key

DAY = 86_400
SAID = "Your notes are still saved here."
KEYS = Keys.of(Vault(new_key()))
LANE = "a" * 32


async def days(bot: Running, remote: Remote, count: float) -> None:
    """Days pass, an hour at a time for the reminders, so that every good hour is met."""
    assert bot.house is not None
    await settled(bot)
    await remote.ahead(count * DAY)
    for _ in range(round(count * 24)):
        bot.ahead += 3600
        if await bot.house.reminding.work_off():
            await settled(bot)
    await erase_what_is_due(bot.house)
    await settled(bot)


async def rows(bot: Running) -> list[tuple[str, int, str]]:
    assert bot.house is not None
    asked = select(reminders_table.c.kind, reminders_table.c.step, reminders_table.c.state)
    return await bot.house.store.write(
        lambda c: [(one[0], one[1], one[2]) for one in c.execute(asked.order_by(reminders_table.c.id))]
    )


async def asks_to_be_reminded(bot: Running, phone: Phone) -> None:
    await answered(phone)
    await phone.say("/pause")
    shown = await phone.wait_for("There is no hurry")
    await phone.tap("Reminders", shown["message_id"])
    shown = await phone.wait_for("Reminders: no.")
    await phone.tap("Remind me", shown["message_id"])
    await phone.wait_for("Reminders: yes.")
    await settled(bot)


async def said(phone: Phone) -> list[dict[str, Any]]:
    return [one for one in await phone.messages() if SAID in one["text"]]


async def test_a_locked_draft_is_reminded_of_twice_without_a_word_of_it(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await asks_to_be_reminded(bot, samira)
    await silence(bot, remote, SEVEN_HOURS)
    assert await rows(bot) == [("unfinished", 0, "new"), ("erasure_near", 0, "new")]
    await days(bot, remote, 6)
    [first] = await said(samira)
    assert family.labels(first) == ["Stop messages"]
    await days(bot, remote, 14)
    assert len(await said(samira)) == 2
    await days(bot, remote, 20)
    assert len(await said(samira)) == 2, "after the second nothing more"
    [line] = [one for one in await samira.messages() if family.labels(one) == ["Continue"]]
    await samira.tap("Continue", line["message_id"])
    await samira.wait_for("What is the first name of the missing person's father?")
    await settled(bot)
    assert ("erasure_near", 0, "new") not in await rows(bot), "who is back needs no notice"


async def test_who_was_not_asked_is_not_reminded(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await answered(samira)
    await silence(bot, remote, SEVEN_HOURS)
    assert await rows(bot) == []


async def test_stop_under_a_reminder_of_a_locked_draft_stops_everything(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await asks_to_be_reminded(bot, samira)
    await silence(bot, remote, SEVEN_HOURS)
    await days(bot, remote, 6)
    [first] = await said(samira)
    await samira.tap("Stop messages", first["message_id"])
    await samira.wait_for("We will not write to you by ourselves any more")
    await settled(bot)
    assert all(state != "new" for _, _, state in await rows(bot))
    await days(bot, remote, 30)
    assert len(await said(samira)) == 1


async def test_a_blocked_bot_writes_no_more(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await asks_to_be_reminded(bot, samira)
    await silence(bot, remote, SEVEN_HOURS)
    await samira.block()
    await days(bot, remote, 30)
    assert not [row for row in await rows(bot) if row[2] in ("new", "said") and row[0] == "unfinished"]


async def test_the_panic_word_leaves_no_reminder(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await asks_to_be_reminded(bot, samira)
    await silence(bot, remote, SEVEN_HOURS)
    assert await rows(bot)
    await samira.say("000")
    for _ in range(200):
        if not await samira.messages():
            break
        await asyncio.sleep(0.05)
    await settled(bot)
    assert await rows(bot) == []


async def test_sending_strikes_the_reminder_of_the_draft(bot: Running, samira: Phone) -> None:
    house = await bot.start()
    await family.report(samira)
    await settled(bot)
    assert [kind for kind, _, _ in await rows(bot)] == ["safety"]
    row = await house.store.write(lambda c: chats.load(c, house.keys.lane(samira.chat_id)))
    assert row is not None
    if row.rhythm is not None:
        assert open_rhythm(house.keys, row.lane, row.rhythm).zones


async def test_a_regular_update_is_chosen_and_given_up(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await family.report(samira)
    await samira.say("/reminders")
    shown = await samira.wait_for("A regular update: no.")
    await samira.tap(next(one for one in family.labels(shown) if "3" in one), shown["message_id"])
    shown = await samira.wait_for("Every 3 months")
    await days(bot, remote, 100)
    assert [one for one in await samira.messages() if "nothing new has arrived" in one["text"]]
    await samira.tap("No regular update", shown["message_id"])
    await samira.wait_for("A regular update: no.")
    await settled(bot)
    assert ("digest", 0, "new") not in await rows(bot)


# -- the rows, on both databases -------------------------------------------------------------------------------------------


@pytest.fixture
def rules() -> Rules:
    return Rules(KEYS, ("Europe/Berlin",))


NOW = int(datetime(2027, 1, 12, 11, tzinfo=UTC).timestamp() // 60)


@pytest.fixture
async def store(database_url: str) -> Any:
    store = Store(database_url)
    store.open(KEYS)
    await store.write(a_chat)
    yield store
    store.close()


def a_chat(connection: Connection, lane: str = LANE, **more: Any) -> None:
    given = {"lane": lane, "handle": b"x", "language": "en", "conversation": "c" * 32, "anchor": None, "below": True}
    chats.add(connection, **(given | {"reachable": True, "day": NOW // 1440, "reminded": True} | more))


def planned(connection: Connection, kind: str = "question", base: int = NOW) -> None:
    reminders.plan(connection, LANE, kind, "c" * 32, base=base, now=NOW, rhythm=Rhythm(("Europe/Berlin",)))


async def test_a_question_comes_at_once_then_by_the_week_then_to_a_person(store: Store, rules: Rules) -> None:
    await store.write(planned)
    said_at, now = [], NOW
    while now < NOW + 60 * 1440:
        for one in (await store.write(lambda c, now=now: rules.lease(c, now, 10)))[0]:
            taken = await store.write(lambda c, now=now, one=one: rules.take(c, one.id, now))
            said_at.append((now - NOW) / 1440) if taken else None
        now += 60
    assert len(said_at) == 3
    assert said_at[0] == 0
    assert 7 <= said_at[1] < 9
    assert 14 <= said_at[2] < 18
    assert all(is_open(moment(NOW + round(day * 1440)), Rhythm(("Europe/Berlin",))) for day in said_at)
    assert await store.write(tasks.open_count) == 1
    await store.write(lambda c: reminders.prune(c, NOW + 500 * 1440))
    assert await store.write(reminders.counts) == {}


async def test_what_waits_is_struck_by_matter_and_kind(store: Store) -> None:
    await store.write(planned)
    await store.write(planned)
    assert [kind for kind, _, _ in await store.write(lambda c: reminders.of_lane(c, LANE))] == ["question"]
    assert await store.write(lambda c: reminders.cancel(c, about="d" * 32)) == 0
    assert await store.write(lambda c: reminders.cancel(c, about="c" * 32, kinds=("safety",))) == 0
    assert await store.write(lambda c: reminders.cancel(c, about="c" * 32, kinds=("question",))) == 1
    with pytest.raises(ValueError, match="whose"):
        await store.write(reminders.cancel)


async def test_an_appointment_is_told_twice_before_it_and_never_after(store: Store, rules: Rules) -> None:
    base = NOW + 10 * 1440
    await store.write(lambda c: planned(c, "appointment", base))
    said_at, now = [], NOW
    while now < base + 1440:
        for one in (await store.write(lambda c, now=now: rules.lease(c, now, 10)))[0]:
            if await store.write(lambda c, now=now, one=one: rules.take(c, one.id, now)):
                said_at.append((base - now) / 60)
        now += 15
    assert [hours > 2.9 for hours in said_at] == [True, True]
    assert said_at[0] > 70


async def test_while_a_person_has_the_word_nothing_is_said(store: Store, rules: Rules) -> None:
    await store.write(planned)
    await store.write(lambda c: reminders.hold(c, LANE, NOW // 1440 + 7))
    assert (await store.write(lambda c: rules.lease(c, NOW, 10)))[0] == []
    assert await store.write(lambda c: rules.take(c, 1, NOW)) is None
    await store.write(lambda c: reminders.hold(c, LANE, None))
    [(_, _, later)] = await store.write(lambda c: reminders.of_lane(c, LANE))
    assert later >= (NOW // 1440 + 7) * 1440


async def test_two_instances_take_different_rows_and_none_twice(store: Store, rules: Rules) -> None:
    def many(connection: Connection) -> None:
        for number in range(40):
            a_chat(connection, f"{number:032}")
            found = reminders.first("question", "c" * 32, base=NOW, now=NOW, rhythm=Rhythm(("Europe/Berlin",)))
            assert found is not None
            reminders.put(connection, f"{number:032}", found)

    await store.write(many)
    first, _, _ = await store.write(lambda c: rules.lease(c, NOW, 25))
    second, _, _ = await store.write(lambda c: rules.lease(c, NOW, 25))
    assert (len(first), len(second)) == (25, 15)
    assert not {one.id for one in first} & {one.id for one in second}
    late, _, _ = await store.write(lambda c: rules.lease(c, NOW + reminders.LEASE + 1, 100))
    assert len(late) == 40, "a lease that ran out is given again"
    assert await store.write(lambda c: rules.take(c, first[0].id, NOW)) is not None
    assert await store.write(lambda c: rules.take(c, first[0].id, NOW)) is None


# -- broadcasts ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "notice.toml"
    path.write_text(
        'kind = "safety"\n[text]\nen = "Nobody of this service asks for money."\nar = "لا أحد من هذه الخدمة يطلب المال."\n'
    )
    return path


async def test_an_operator_tells_all_families_with_a_pause_between(
    bot: Running, samira: Phone, remote: Remote, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await bot.start()
    await family.report(samira)
    await settled(bot)
    for name, value in (
        ("TELEGRAM_BOT_TOKEN", "1:x"),
        ("WASL_BOT_DATA", str(bot.settings.bot_data)),
        ("WASL_PROFILE", str(bot.settings.profile)),
    ):
        monkeypatch.setenv(name, value)

    async def wasl(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, cli, ["broadcast", *words])
        assert done.exit_code == 0, done.output + repr(done.exception)
        return done.output

    assert "broadcast 1 (safety)" in await wasl("new", str(texts))
    assert "[Stop messages]" in await wasl("preview", "1")

    async def by_our_clock(*words: str) -> str:
        """What the command plans is due now for a bot whose clock is ahead of the world's."""
        done = await wasl(*words)
        now = int(house.now() // 60)
        waits = update(reminders_table).where(reminders_table.c.broadcast == 1, reminders_table.c.state == "new")
        await house.store.write(lambda c: c.execute(waits.values(due=now)) and None)
        return done

    assert "Planned" in await wasl("test", "1", "--chat", str(samira.chat_id))
    await days(bot, remote, 1)
    told = [one for one in await samira.messages() if "asks for money" in one["text"]]
    assert len(told) == 1
    assert "1 chats are planned" in await by_our_clock("start", "1")
    await wasl("pause", "1")
    await days(bot, remote, 1)
    assert "paused: 1 new" in await wasl("progress", "1")
    await by_our_clock("resume", "1")
    await days(bot, remote, 1)
    assert "1 said" in await wasl("progress")
    told = [one for one in await samira.messages() if "asks for money" in one["text"]]
    assert len(told) == 2
    assert (await house.store.write(reminders.counts))["said"] == 2


async def test_a_broadcast_with_mistakes_is_refused_with_all_of_them(
    bot: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.start()
    monkeypatch.setenv("WASL_BOT_DATA", str(bot.settings.bot_data))
    monkeypatch.setenv("WASL_PROFILE", str(bot.settings.profile))
    texts = tmp_path / "mistakes.toml"
    texts.write_text('kind = "party"\n[text]\nen = "The missing are found."\n')
    done = await asyncio.to_thread(CliRunner().invoke, cli, ["broadcast", "new", str(texts)])
    assert done.exit_code != 0
    assert all(word in str(done.exception) for word in ("kind", "missing", "text.ar"))


@pytest.mark.postgres
def test_two_instances_do_not_take_two_for_one_family_at_once(postgres_url: str, rules: Rules) -> None:
    bring_up_to_date(postgres_url, MIGRATIONS)
    one, other = open_engine(postgres_url), open_engine(postgres_url)
    with one.begin() as connection:
        a_chat(connection)
        planned(connection)
        planned(connection, "decision")
        first, second = [due.id for due in rules.lease(connection, NOW, 10)[0]]
    found: list[object] = []

    def take_the_second() -> None:
        with other.begin() as connection:
            found.append(rules.take(connection, second, NOW))

    with one.begin() as connection:
        assert rules.take(connection, first, NOW) is not None
        thread = threading.Thread(target=take_the_second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "it waits until the first is committed, and then sees it"
    thread.join()
    assert found == [None]
    for engine in (one, other):
        engine.dispose()
