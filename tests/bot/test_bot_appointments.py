"""An appointment from the desk to the chat and its reminders, with every part real; then its edges on the families' side."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import family
import httpx
import pytest
import uvicorn
from conftest import Running
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select
from test_bot_conversation import settled
from test_bot_crash import killed
from test_bot_letters import _nothing, ask_when, count, report_of, say, shown

from bot.chats import seal_rhythm
from bot.handoff import make_app
from bot.keys import Keys
from bot.returns import Returns, returns_of
from bot.sandbox.phone import Phone, Remote
from bot.store import letters, reminders
from bot.store.reminders import moment
from bot.store.store import Store, look
from bot.store.tables import chats, conversations
from bot.store.tables import reminders as reminders_table
from desk import sayings
from desk.desk import Desk
from desk.intake import Intake
from desk.keys import Identity
from desk.returning import Returning
from desk.sayings import Saying
from desk.source import Source
from desk.store import knows_a_key, open_store
from desk.web import console
from flows.reminding.hours import is_open
from flows.reminding.rhythm import Rhythm
from ground.vault import Vault, new_key
from ground.webhooks import Signer, Verifier
from tests.desk.desks import PASSPHRASE, add, desk_of

WAITS, REMINDER = "There is a message for you.", "Reminder: there is an appointment"
HOME = "Asia/Damascus"


def on(days_ahead: float, at: str = "14:30", zone: str = HOME, ahead: float = 0.0) -> dict[str, str]:
    """A moment's values, so many days from now by the bot's clock."""
    day = (datetime.now(ZoneInfo(zone)) + timedelta(seconds=ahead, days=days_ahead)).date()
    return {"at": f"{day}T{at}", "zone": zone}


async def days(bot: Running, remote: Remote, count: float) -> None:
    """Days pass, a quarter of an hour at a time: what is due before a moment is due at the last good quarter."""
    assert bot.house is not None
    await settled(bot)
    await remote.ahead(count * 86_400)
    bot.ahead += 960 - (time.time() + bot.ahead) % 900  # a minute past the quarter
    for _ in range(round(count * 96)):
        bot.ahead += 900
        if await bot.house.reminding.work_off():
            await _dealt_with(bot)
    await settled(bot)


async def _dealt_with(bot: Running) -> None:
    """Until what was due now has been said, moved or dropped: it is asked for in its chat's lane."""
    now = int((time.time() + bot.ahead) // 60)
    due = select(reminders_table.c.id).where(reminders_table.c.state == "new", reminders_table.c.due <= now)
    for _ in range(500):
        if not look(bot.settings.database_url, lambda c: c.execute(due).all()):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("A reminder that is due is not dealt with.")


def waiting(bot: Running, kind: str = "appointment") -> list[tuple[int, int, str]]:
    """(step, base, whose letter) of the reminders that wait."""
    table = reminders_table
    asked = select(table.c.step, table.c.base, table.c.about).where(table.c.kind == kind, table.c.state == "new")
    return look(bot.settings.database_url, lambda c: [tuple(row) for row in c.execute(asked.order_by(table.c.id))])


async def set_one(bot: Running, days_ahead: float, template: str = "appointment_call", **more: Any) -> str:
    """The team sets an appointment; its letter's id."""
    return await ask_when(bot, kind="message", template=template, values=on(days_ahead, ahead=bot.ahead), **more)


async def read_it(phone: Phone, text: str) -> dict[str, Any]:
    """Open the newest letter; what it says."""
    knock = await shown(phone, WAITS, "See")
    await phone.tap("See", knock["message_id"])
    return await shown(phone, text)


# -- desk and bot ----------------------------------------------------------------------------------------------------------


@dataclass
class Team:
    """A desk of the case team's beside a bot: Jonas at its console, and the round that its intake makes."""

    desk: Desk
    jonas: httpx.AsyncClient
    intake: Intake
    report: str = ""

    async def round(self) -> None:
        async with self.intake.source:
            await self.intake.round()

    async def post(self, path: str, status: int = 303, **given: str) -> httpx.Response:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await self.jonas.get("/passphrase")).text)
        assert found
        answer = await self.jonas.post(path, data={"csrf": found[1], **given})
        assert answer.status_code == status, answer.text
        return answer

    def said(self) -> list[Saying]:
        with self.desk.store.engine.begin() as connection:
            return sayings.of(connection, self.desk.store, self.report)

    async def let_go(self) -> Saying:
        """Release what was proposed last, and bring it to the families' side."""
        await self.post(f"/sayings/{self.said()[0].id}/release")
        await self.round()
        assert self.said()[0].state in ("posted", "delivered"), self.said()[0].detail
        return self.said()[0]

    async def form(self, **given: str) -> None:
        await self.post(f"/cases/{self.report}/appointments", **given)


@pytest.fixture
async def team_of(bot: Running, tmp_path: Path) -> AsyncIterator[Callable[[], Any]]:
    """Opens the desk beside the bot, once that runs."""
    closing: list[Callable[[], Any]] = []

    async def opened() -> Team:
        assert bot.house is not None
        known, key = returns_of(bot.house), Ed25519PrivateKey.generate()
        returns = Returns(
            known.keys,
            known.form,
            Verifier([key.public_key()]),
            known.signing_key,
            known.sealed,
            known.nudge,
            known.now,
        )
        door = socket.socket()
        door.bind(("127.0.0.1", 0))
        app = make_app(bot.house.store, b"token", returns)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([door]))
        while not server.started:  # noqa: ASYNC110  (it says so in no other way)
            await asyncio.sleep(0.01)
        url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
        knows_a_key(url)
        store = open_store(url, Vault(new_key()), tmp_path / "storage.key", lambda: int(time.time() + bot.ahead))
        desk = desk_of(store)
        add(desk, "Jonas")
        sender: Any = load_pem_public_key(bot.public_key)
        own = bot.team.identities[0]
        source = Source(f"http://127.0.0.1:{door.getsockname()[1]}", "token")
        returning = Returning(source, store, Signer(key), Verifier([sender]))
        intake = Intake(
            source,
            store,
            Identity(own, str(own.to_public())),
            sender,
            desk.contact,
            poll_seconds=1,
            returning=returning,
        )
        jonas = httpx.AsyncClient(
            transport=httpx.ASGITransport(console(desk)),
            base_url="http://desk",
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        await jonas.post("/sign-in", data={"name": "Jonas", "passphrase": PASSPHRASE})
        team = Team(desk, jonas, intake, report_of(bot))

        async def close() -> None:
            await jonas.aclose()
            server.should_exit = True
            await serving
            store.engine.dispose()

        closing.append(close)
        await team.round()
        return team

    yield opened
    for close in closing:
        await close()


async def sign_in_again(team: Team) -> None:
    """Days have passed at the desk, too."""
    await team.jonas.post("/sign-in", data={"name": "Jonas", "passphrase": PASSPHRASE})


@pytest.mark.slow
async def test_from_the_desks_form_to_the_reminder_moved_and_called_off(
    bot: Running, samira: Phone, remote: Remote, team_of: Callable[[], Any]
) -> None:
    await bot.start()
    await family.report(samira)
    await settled(bot)
    team: Team = await team_of()
    page = (await team.jonas.get(f"/cases/{team.report}/talk")).text
    clocks = re.findall(r'<option value="([^"/]+/[^"]*)"', page)
    assert "(the family's clock)" in page
    zone = clocks[0]
    values = on(10, zone=zone)
    day, _, hour = values["at"].partition("T")
    place = "Room 5, second floor"
    await team.form(channel="visit", day=day, time=hour, clock=zone, words=place)
    preview = (await team.jonas.get(f"/cases/{team.report}/talk")).text
    first = await team.let_go()
    visit = await read_it(samira, "Your appointment for a visit to the team is on ")
    assert place in visit["text"]
    said = visit["text"].split("\n")[0]
    assert said in preview, "the desk has shown what the family reads"
    assert "14:30" in said
    await settled(bot)
    moment_ = int(datetime.fromisoformat(values["at"]).replace(tzinfo=ZoneInfo(zone)).timestamp() // 60)
    assert waiting(bot) == [(0, moment_, first.id)], "it stays when its letter has been read"
    await team.round()
    assert team.said()[0].state == "read"

    # Three days before, by the family's clock, with a sound and without a word of what it is about.
    await days(bot, remote, 8)
    told = await shown(samira, REMINDER)
    assert await count(samira, REMINDER) == 1
    assert family.labels(told) == ["I will be there", "Another time, please", "I cannot come", "Stop messages"]
    assert place not in told["text"]
    assert "14:30" in told["text"]
    assert [step for step, _, _ in waiting(bot)] == [1]

    # Moved: the old one is reminded of no more, the new one is.
    await sign_in_again(team)
    later = on(9, "16:00", zone, ahead=bot.ahead)
    day, _, hour = later["at"].partition("T")
    await team.form(channel="call", day=day, time=hour, clock=zone, words="", replaces=first.id)
    second = await team.let_go()
    await settled(bot)
    assert [(step, about) for step, _, about in waiting(bot)] == [(0, second.id)]
    moved = await read_it(samira, "Your appointment with the team has changed. It is now a call, on ")
    assert "16:00" in moved["text"]

    # Called off: nothing reminds of it.
    await team.round()
    await team.post(f"/sayings/{second.id}/call-off")
    await team.let_go()
    await read_it(samira, "cannot take place")
    await settled(bot)
    assert waiting(bot) == []
    await days(bot, remote, 12)
    assert await count(samira, REMINDER) == 1


@pytest.mark.slow
@pytest.mark.parametrize("failpoint", ["planned:1", "turned:1", "said:1"])
async def test_killed_while_it_arrives_it_is_announced_and_planned_once(
    bot: Running, samira: Phone, remote: Remote, failpoint: str
) -> None:
    house = await bot.start()
    await family.report(samira)
    await settled(bot)
    real = house.intake.drain
    house.intake.drain = lambda: _nothing([])  # type: ignore[method-assign]
    letter = await set_one(bot, 10)
    house.intake.drain = real  # type: ignore[method-assign]
    await bot.stop()
    process = await killed(bot, failpoint)
    try:
        assert await asyncio.wait_for(process.wait(), 120) == 137
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    await bot.start()
    await read_it(samira, "Your appointment for a call with the team is on ")
    await settled(bot)
    assert [(step, about) for step, _, about in waiting(bot)] == [(0, letter)]
    await days(bot, remote, 12)
    assert await count(samira, REMINDER) == 2


# -- the families' side ----------------------------------------------------------------------------------------------------


async def test_it_is_reminded_of_twice_at_good_hours_unread_too(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await family.report(samira)
    await set_one(bot, 10)
    await shown(samira, WAITS)
    await settled(bot)
    await days(bot, remote, 12)
    assert await count(samira, REMINDER) == 2
    asked = select(reminders_table.c.due, reminders_table.c.base).where(reminders_table.c.kind == "appointment")
    for due, base in look(bot.settings.database_url, lambda c: c.execute(asked).all()):
        assert due < base
        assert is_open(moment(due), Rhythm((HOME,)))


async def test_tomorrow_there_is_only_the_second_reminder_and_what_is_over_is_refused(
    bot: Running, samira: Phone
) -> None:
    house = await bot.start()
    await family.report(samira)
    await set_one(bot, 2)
    await settled(bot)
    assert [step for step, _, _ in waiting(bot)] == [1]
    with pytest.raises(AssertionError, match="past"):
        await set_one(bot, -1)
    live = await house.store.write(lambda c: letters.live(c, house.keys.lane(samira.chat_id)))
    assert len(live) == 1


async def test_taken_back_unread_it_is_not_reminded_of(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    letter = await set_one(bot, 10)
    await shown(samira, WAITS)
    await settled(bot)
    assert len(waiting(bot)) == 1
    assert (await say(bot, type="revocation", letter=letter))["changed"] is True
    await shown(samira, "This is no longer needed.")
    assert waiting(bot) == []


async def test_moved_before_it_was_read_the_old_letter_is_not_read_any_more(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    first = await set_one(bot, 10)
    await shown(samira, WAITS)
    await settled(bot)
    second = await set_one(bot, 12, "moved_call", replaces=first)
    await shown(samira, "This is no longer needed.")
    await read_it(samira, "It is now a call, on ")
    await settled(bot)
    assert [about for _, _, about in waiting(bot)] == [second]
    await ask_when(bot, kind="message", template="appointment_off", values={"day": "2027-01-01"}, replaces=second)
    await read_it(samira, "cannot take place")
    assert waiting(bot) == []


async def test_another_familys_appointment_is_not_touched(bot: Running, samira: Phone, session: Any) -> None:
    await bot.start()
    await family.report(samira)
    await settled(bot)
    amal = await Phone.add(session, bot.settings.bot_api, "Amal", "en")
    await family.report(amal)
    await settled(bot)
    first = report_of(bot)
    others = [row for row in look(bot.settings.database_url, _reports) if row != first]
    letter = await set_one(bot, 10, report=first)
    with pytest.raises(AssertionError, match="replaces"):
        await set_one(bot, 11, "moved_call", replaces=letter, report=others[0])
    await settled(bot)
    assert [about for _, _, about in waiting(bot)] == [letter]


def _reports(connection: Any) -> list[str]:
    return list(connection.execute(select(conversations.c.id).where(conversations.c.receipt.is_not(None))).scalars())


async def test_who_wants_no_messages_is_not_reminded(bot: Running, samira: Phone, remote: Remote) -> None:
    await bot.start()
    await family.report(samira)
    await set_one(bot, 10)
    await shown(samira, WAITS)
    await settled(bot)
    assert len(waiting(bot)) == 1
    await samira.say("/stop")
    await shown(samira, "We will not write to you by ourselves any more.")
    await settled(bot)
    assert waiting(bot) == []
    await set_one(bot, 11)
    await samira.say("/status")
    status = await shown(samira, "It was received on", "See")
    await samira.tap("See", status["message_id"])
    await shown(samira, "Your appointment for a call with the team is on ")
    await settled(bot)
    assert waiting(bot) == []
    await days(bot, remote, 12)
    assert await count(samira, REMINDER) == 0


async def test_what_could_not_be_announced_is_reminded_of_once_it_is_found(bot: Running, samira: Phone) -> None:
    await bot.start()
    await family.report(samira)
    await settled(bot)
    await samira.block()
    await asyncio.sleep(0.3)
    letter = await set_one(bot, 10)
    await settled(bot)
    assert waiting(bot) == []
    await samira.unblock()
    await samira.say("/status")
    status = await shown(samira, "It was received on", "See")
    await samira.tap("See", status["message_id"])
    await shown(samira, "Your appointment for a call with the team is on ")
    await settled(bot)
    assert [(step, about) for step, _, about in waiting(bot)] == [(0, letter)]


async def test_who_asks_for_everything_to_be_deleted_is_not_reminded(
    bot: Running, samira: Phone, remote: Remote
) -> None:
    house = await bot.start()
    await family.report(samira)
    letter = await set_one(bot, 10)
    await settled(bot)
    report = report_of(bot)

    def asked(connection: Any) -> None:
        connection.execute(conversations.update().where(conversations.c.id == report).values(erase_on=99_999))

    await house.store.write(asked)
    assert await house.store.write(lambda c: letters.is_leaving(c, letter))
    await days(bot, remote, 8)
    assert await count(samira, REMINDER) == 0
    assert await house.store.write(lambda c: letters.is_leaving(c, uuid4().hex)) is False


@pytest.mark.parametrize(
    ("zones", "city"),
    [
        (("Asia/Tokyo",), ""),
        # Two clocks that differ: the one it was set by is named.
        (("America/New_York", "America/Los_Angeles"), "Damascus"),
    ],
)
async def test_a_clock_that_was_changed_since_is_the_one_the_reminder_speaks_by(
    bot: Running, samira: Phone, remote: Remote, zones: tuple[str, ...], city: str
) -> None:
    """The family has moved to another country between the letter and the reminder."""
    house = await bot.start()
    await family.report(samira)
    await set_one(bot, 10)
    await settled(bot)
    lane = house.keys.lane(samira.chat_id)
    sealed = seal_rhythm(house.keys, lane, Rhythm(zones))
    await house.store.write(lambda c: c.execute(chats.update().where(chats.c.lane == lane).values(rhythm=sealed)))
    await days(bot, remote, 12)
    assert await count(samira, REMINDER) == 2
    told = await shown(samira, REMINDER)
    there = datetime.fromisoformat(on(0)["at"]).replace(tzinfo=ZoneInfo(HOME))
    there = there if city else there.astimezone(ZoneInfo(zones[0]))
    assert f"{there:%H:%M}" in told["text"]
    assert city in told["text"]
    assert ("time)" in told["text"]) == bool(city)
    kept = look(bot.settings.database_url, lambda c: c.execute(select(reminders_table.c.clock)).scalars().all())
    assert set(kept) == {None}, "once it was said, nothing of it is kept"


async def test_the_reminders_go_with_the_request_to_another_phone_and_are_kept_with_its_letter(
    database_url: str,
) -> None:
    keys, store = Keys.of(Vault(new_key())), Store(database_url)
    store.open(keys)
    report, letter = "d" * 32, "e" * 32
    now = int(datetime(2027, 1, 1, 9, tzinfo=UTC).timestamp() // 60)

    def begin(connection: Any) -> None:
        values = {"id_": letter, "report": report, "lane": "a" * 32, "kind": "message", "body": b"x", "day": 1}
        letters.put(connection, **values)
        letters.change(connection, letter, "read")
        base = now + 60 * 1440
        rhythm = Rhythm((HOME,))
        reminders.plan(connection, "a" * 32, "appointment", letter, base=base, now=now, rhythm=rhythm)

    await store.write(begin)
    await store.write(lambda c: letters.prune(c, 10_000))
    await store.write(lambda c: letters.move(c, report, "b" * 32))
    assert await store.write(lambda c: reminders.of_lane(c, "a" * 32)) == []
    assert len(await store.write(lambda c: reminders.of_lane(c, "b" * 32))) == 1
    await store.write(lambda c: letters.forget(c, report))
    assert await store.write(lambda c: reminders.of_lane(c, "b" * 32)) == []
    assert await store.write(lambda c: letters.find(c, letter)) is None
    assert not await store.write(lambda c: letters.is_leaving(c, letter))
    store.close()
