"""The regular update says what is so: a letter that waits, another sentence about the work, or that nothing new has arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import family
import pytest
from conftest import Running
from sqlalchemy import select, update
from test_bot_conversation import settled
from test_bot_letters import ask_when, count, report_of, say, shown
from test_bot_reminding import KEYS, LANE, NOW, a_chat, days

from bot.chats import seal_receipt
from bot.progress import news_since, open_progress, progress_of, seal_progress
from bot.reminding import Rules
from bot.sandbox.phone import Phone, Remote
from bot.store import chats, letters, reminders, standings
from bot.store.chats import Draft
from bot.store.reminders import DROPPED, LOST, SAID, SENDING, Planned
from bot.store.store import Store
from bot.store.tables import conversations
from bot.store.tables import reminders as reminders_table
from flows.conversation import Conversation, Sent
from flows.standing import HUMAN_ONLY, Progress, next_progress
from ground.packing import pack

NOTHING = "Your regular update: nothing new has arrived here."
NOTE = "Your regular update: there is a newer note here on how the work stands."
WAITS = "Your regular update: "
SENT = datetime(2026, 5, 3, 9, tzinfo=UTC)
REPORT = "c" * 32


async def a_quarter(bot: Running, remote: Remote) -> None:
    """Until the next update is due, and then by the hour."""
    assert bot.house is not None
    await settled(bot)
    await remote.ahead(83 * 86_400)
    bot.ahead += 83 * 86_400
    await days(bot, remote, 8)


async def updates(phone: Phone) -> list[str]:
    """What the regular updates said, without the mark that follows."""
    texts = [one["text"] for one in await phone.messages() if one["from_bot"] and one["text"].startswith(WAITS)]
    return [text.split("\n")[0] for text in texts]


@pytest.mark.slow
async def test_a_year_of_regular_updates_tells_what_has_come_and_never_what_only_a_person_may_tell(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    await bot.start()
    await family.report(samira)
    await samira.say("/reminders")
    chosen = await shown(samira, "A regular update: no.")
    await samira.tap("Every 3 months", chosen["message_id"])
    await shown(samira, "A regular update: Every 3 months")
    report = report_of(bot)
    await say(bot, type="status", report=report, status="assigned", version=1)
    await days(bot, remote, 4)  # so that each quarter below ends some days after the update is due
    await a_quarter(bot, remote)
    assert await updates(samira) == [NOTE]
    told = await shown(samira, NOTE)
    assert family.labels(told) == ["See", "Stop messages"]
    await samira.tap("See", told["message_id"])
    await shown(samira, "A person of the team is reading it, since")

    # What only a person may tell changes nothing here, not even that it was said.
    for version, status in enumerate(sorted(HUMAN_ONLY), 2):
        await say(bot, type="status", report=report, status=status, version=version)
    await a_quarter(bot, remote)
    assert await updates(samira) == [NOTE, NOTHING]

    await ask_when(bot, kind="message", template="read")
    await shown(samira, "There is a message for you.")
    await a_quarter(bot, remote)
    assert len(await updates(samira)) == 3
    waits = await shown(samira, "Your regular update: There is a message for you.")
    await samira.tap("See", waits["message_id"])
    status = await shown(samira, "A person of the team is reading it, since", "See")
    await samira.tap("See", status["message_id"])
    await shown(samira, "A person of the team has read what you sent.")

    await say(bot, type="status", report=report, status="no_news", version=99, since="2026-11-01")
    await a_quarter(bot, remote)
    assert (await updates(samira))[-1] == NOTHING
    assert await count(samira, NOTE) == 1


# -- since when ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store of either kind, with one chat."""
    kept = Store(database_url)
    kept.open(KEYS)
    await kept.write(a_chat)
    yield kept
    kept.close()


async def a_request(store: Store, **progress: Any) -> None:
    def begin(connection: Any) -> None:
        sent = Conversation(REPORT, "en", SENT, status="submitted", revision=1, sent=(Sent(1, "report", SENT),))
        chats.begin(connection, Draft(REPORT, LANE, "submitted", 1, None, None, seal_receipt(KEYS, sent)))
        if progress:
            standings.put(connection, REPORT, 1, seal_progress(KEYS, REPORT, Progress(**progress)), 1)

    await store.write(begin)


@pytest.mark.parametrize(
    ("progress", "since", "news"),
    [
        ({}, date(2026, 1, 1), "nothing"),
        ({"code": "registered", "since": date(2026, 6, 1), "noted": date(2026, 6, 1)}, date(2026, 6, 2), "nothing"),
        ({"code": "registered", "since": date(2026, 6, 1), "noted": date(2026, 6, 1)}, date(2026, 6, 1), "status"),
        ({"code": "registered", "since": date(2026, 6, 1), "noted": date(2026, 6, 1)}, None, "status"),
        # A system may say late how it has stood for long.
        ({"code": "registered", "since": date(2026, 1, 1), "noted": date(2026, 6, 9)}, date(2026, 6, 2), "status"),
        # As an earlier version kept it.
        ({"code": "in_review", "since": date(2026, 6, 9)}, date(2026, 6, 2), "status"),
        # That there is nothing new is nothing new.
        ({"code": "no_news", "since": date(2026, 6, 9), "noted": date(2026, 6, 9)}, date(2026, 6, 2), "nothing"),
        ({"code": "please_call", "since": date(2026, 6, 9), "noted": date(2026, 6, 9)}, date(2026, 6, 2), "status"),
    ],
)
async def test_what_is_new_since_a_day(store: Store, progress: Any, since: date | None, news: str) -> None:
    await a_request(store, **progress)
    assert await store.write(lambda c: news_since(c, KEYS, LANE, since)) == news
    assert await store.write(lambda c: news_since(c, KEYS, "b" * 32, since)) == "nothing", "another chat's"


async def test_a_letter_goes_first_a_note_of_the_familys_own_is_none_and_what_is_to_be_erased_is_silent(
    store: Store,
) -> None:
    await a_request(store, code="in_review", since=date(2026, 6, 9), noted=date(2026, 6, 9))

    def comes(connection: Any, kind: str, id_: str, state: str) -> None:
        values = {"id_": id_, "report": REPORT, "lane": LANE, "kind": kind, "body": b"x", "day": 1}
        letters.put(connection, **values, state=state)

    await store.write(lambda c: comes(c, "note", "1" * 32, "open"))
    assert await store.write(lambda c: news_since(c, KEYS, LANE, None)) == "status"
    for state in letters.LIVE:
        await store.write(lambda c, state=state: comes(c, "message", f"{len(state)}" * 32, state))  # type: ignore[misc]
        assert await store.write(lambda c: news_since(c, KEYS, LANE, None)) == "letter"
        await store.write(lambda c, state=state: letters.change(c, f"{len(state)}" * 32, "read"))  # type: ignore[misc]
        await store.write(lambda c: letters.prune(c, 10_000))
    assert await store.write(lambda c: news_since(c, KEYS, LANE, None)) == "status"
    await store.write(lambda c: c.execute(update(conversations).values(erase_on=99_999)))
    assert await store.write(lambda c: news_since(c, KEYS, LANE, None)) == "nothing"


@pytest.mark.parametrize(
    ("earlier", "news"),
    [
        ((), "nothing"),  # none yet: since it was wished for, the base of the first
        (((SAID, 50),), "nothing"),
        (((SAID, 200),), "status"),
        (((SAID, 200), (LOST, 50)), "status"),  # what was lost has told nothing
        (((SENDING, 50),), "status"),
        (((DROPPED, 50),), "nothing"),
    ],
)
async def test_it_looks_back_to_the_last_update_that_arrived(store: Store, earlier: Any, news: str) -> None:
    """The status was noted a hundred days ago; the wish is ninety-one days old."""
    noted = date.fromordinal(datetime(2027, 1, 12, tzinfo=UTC).date().toordinal() - 100)
    await a_request(store, code="in_review", since=noted, noted=noted)

    def rows(connection: Any) -> None:
        for state, days_ago in earlier:
            at = NOW - days_ago * 1440
            reminders.put(connection, LANE, Planned("digest", REPORT, at - 91 * 1440, at))
            waits = reminders_table.c.state == "new"
            connection.execute(update(reminders_table).where(waits).values(state=state))
        reminders.put(connection, LANE, Planned("digest", REPORT, NOW - 91 * 1440, NOW))

    await store.write(rows)
    rules = Rules(KEYS, ("Europe/Berlin",))
    [due], _, _ = await store.write(lambda c: rules.lease(c, NOW, 10))
    taken = await store.write(lambda c: rules.take(c, due.id, NOW))
    assert taken is not None
    assert await store.write(lambda c: rules.news(c, taken)) == news
    asked = select(reminders_table.c.id).where(reminders_table.c.state == "new")
    assert len(await store.write(lambda c: c.execute(asked).all())) == 1, "the next one waits"


async def test_the_day_it_was_said_is_kept_and_moves_only_with_what_a_family_reads(store: Store) -> None:
    today, later = date(2026, 6, 1), date(2026, 7, 1)
    first, _ = next_progress(None, "open", today)
    assert first.noted == today
    for said, since in (("open", None), ("approved", None), ("open", today), *((one, None) for one in HUMAN_ONLY)):
        again, _ = next_progress(first, said, later, since=since)
        assert (again, again.noted) == (first, today), said
    moved, _ = next_progress(first, "open", later, since=date(2026, 5, 5))
    assert (moved.since, moved.noted) == (date(2026, 5, 5), later)
    await store.write(lambda c: standings.put(c, REPORT, 1, seal_progress(KEYS, REPORT, moved), 1))
    kept = await store.write(lambda c: progress_of(c, KEYS, REPORT))
    assert kept is not None
    assert (kept, kept.noted) == (moved, later)
    old = KEYS.returns.seal(pack(["registered", "2026-05-05", "", ""]), table="standings", row=REPORT, column="body")
    assert open_progress(KEYS, REPORT, old) == Progress("registered", date(2026, 5, 5))
