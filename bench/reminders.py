"""A year of reminders for ten thousand families in twelve time zones; and a hundred thousand due at once, at Telegram's pace.

    python -m bench.reminders --families 10000 --due 100000

The year runs on PostgreSQL, or SQLite, with two instances that work on the same rows at the same moments and are killed at
random between any two of their steps. Families write, fall silent, opt out, block, are called by a person. What was said is
judged afterwards by rules written down here a second time, from the clock on a family's wall.

The hundred thousand go through the bot's own lanes, rows and sender in virtual time: the loop's clock jumps to its next
timer when nothing is under way. The place they go to keeps the sandbox's limits, and refuses what breaks them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import selectors
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hijridate import Gregorian
from sqlalchemy import Engine, event, insert, update
from telegram.error import RetryAfter

from bench.machine import facts
from bench.profiles import example
from bench.storm import postgres
from bot.chats import seal_handle, seal_rhythm
from bot.house import House, build
from bot.keys import Keys
from bot.parcels import Parcel
from bot.reminding import Rules
from bot.sandbox.floods import Floods
from bot.sandbox.refusals import Refusal
from bot.settings import Settings
from bot.store import reminders
from bot.store.reminders import LOST, SAID, Due, Planned
from bot.store.store import MIGRATIONS
from bot.store.tables import broadcasts, chats
from desk.keys import new_identity
from flows.reminding.rhythm import Rhythm, week_of
from ground.database import bring_up_to_date, open_engine
from ground.vault import Vault, new_key

RESULTS = Path(__file__).parent.parent / "docs" / "assurance" / "reminders.json"
ZONES = (
    *("Asia/Damascus", "Europe/Berlin", "Europe/Istanbul", "Asia/Beirut", "Asia/Amman", "America/New_York"),
    *("Europe/London", "Australia/Sydney", "America/Sao_Paulo", "Africa/Cairo", "Asia/Dubai", "Asia/Kolkata"),
    *("America/Los_Angeles", "Atlantic/Azores"),
)
BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
DAYS = 365
HOUR, DAY = 60, 1440
#: An instance takes so many at once: few, so that both work.
TAKEN = 20


# -- the year --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Family:
    """What one family is like, and when it stopped our messages, if it did."""

    lane: str
    rhythm: Rhythm
    stopped: int | None = None
    blocked: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A message that reached Telegram, in the order of time."""

    minute: int
    lane: str
    kind: str
    #: what may be said once: kind, step, matter, cause
    once: tuple[Any, ...]
    instance: int


@dataclass
class Year:
    """Everything that happens, on one database."""

    url: str
    families: list[Family]
    keys: Keys
    rng: random.Random
    calls: list[Call] = field(default_factory=list)
    kills: int = 0
    lost_to_kills: int = 0
    refused_403: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def live(self) -> None:
        """Three hundred and sixty-five days, hour by hour."""
        self.rules = Rules(self.keys, ("Asia/Damascus", "Europe/Berlin"))
        self.by_lane = {family.lane: family for family in self.families}
        outside, *engines = (quick(self.url) for _ in range(3))
        first = int(BEGIN.timestamp() // 60)
        for hour in range(DAYS * 24):
            now = first + hour * HOUR + self.rng.randrange(HOUR)
            with outside.begin() as connection:
                self._families_do(connection, now)
            asleep = 30 * 24 <= hour < 33 * 24 or 200 * 24 <= hour < 201 * 24  # the bot itself is down for days
            if asleep:
                continue
            seeds = [self.rng.random() for _ in engines]
            threads = [
                threading.Thread(target=self._instance, args=(number, engine, now, random.Random(seed)))
                for number, (engine, seed) in enumerate(zip(engines, seeds, strict=True))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for engine in (outside, *engines):
            engine.dispose()

    def _families_do(self, connection: Any, now: int) -> None:
        """In this hour: who writes, rests, is asked something, has an appointment, stops us, blocks us."""
        busy = self.families[: max(1, len(self.families) // 10)]  # half of all that happens, happens to a tenth of them
        some = max(1, len(self.families) // 4800)
        for family in (*self.rng.sample(busy, some), *self.rng.sample(self.families, some)):
            lane, about = family.lane, "c" * 32
            chance = self.rng.random()
            here = update(chats).where(chats.c.lane == lane)
            if family.stopped is not None or family.blocked is not None:
                continue
            if chance < 0.4:  # writes, and falls silent
                connection.execute(here.values(day=now // DAY))
                for kind in ("unfinished", "contact"):
                    self._plan(connection, family, kind, about, now, now)
            elif chance < 0.6:
                self._plan(connection, family, "question", f"{self.rng.getrandbits(100):032x}"[:32], now, now)
            elif chance < 0.7:
                self._plan(connection, family, "appointment", about, now + self.rng.randrange(DAY, 20 * DAY), now)
            elif chance < 0.78:
                connection.execute(here.values(day=now // DAY, digest=3))
                reminders.plan(connection, lane, "digest", about, base=now, now=now, rhythm=family.rhythm, months=3)
            elif chance < 0.86:
                self._plan(connection, family, "safety", about, now - 183 * DAY, now)
            elif chance < 0.9:
                reminders.hold(connection, lane, now // DAY + 7)
            elif chance < 0.94:  # answered: what waited is pointless
                reminders.cancel(connection, lane=lane, kinds=("question", "unfinished"))
            elif chance < 0.97:
                connection.execute(here.values(quiet=True))
                reminders.cancel(connection, lane=lane)
                family.stopped = now
            else:
                family.blocked = now  # we learn of it by a refused message
        if self.rng.random() < 1 / (24 * 90):  # every three months or so, an operator tells everybody
            values = {"kind": "safety", "state": "running", "texts": b"{}", "day": now // DAY}
            number = connection.execute(insert(broadcasts).values(values).returning(broadcasts.c.id)).scalar_one()
            reminders.everybody(connection, "safety", int(number), now)

    def _plan(self, connection: Any, family: Family, kind: str, about: str, base: int, now: int) -> None:
        reminders.plan(connection, family.lane, kind, about, base=base, now=now, rhythm=family.rhythm)

    def _instance(self, number: int, engine: Engine, now: int, rng: random.Random) -> None:
        """One instance works off what is due; it may be killed between any two steps."""
        while True:
            with engine.begin() as connection:
                ready, reasons, leased = self.rules.lease(connection, now, TAKEN)
            with self._lock:
                self.reasons += reasons
            became: dict[int, str] = {}
            for one in ready:
                if rng.random() < 0.002:  # killed with leases in hand
                    self.kills += 1
                    return
                with engine.begin() as connection:
                    taken = self.rules.take(connection, one.id, now)
                if taken is None:
                    continue
                if rng.random() < 0.002:  # killed between the commit and the call
                    self.kills += 1
                    self.lost_to_kills += 1
                    return
                self._call(number, taken, now)
                if rng.random() < 0.002:  # killed between the call and its mark
                    self.kills += 1
                    return
                became[taken.id] = SAID
                if self.by_lane[taken.lane].blocked is not None:
                    became[taken.id] = LOST
                    with engine.begin() as connection:
                        connection.execute(update(chats).where(chats.c.lane == taken.lane).values(reachable=False))
            if became:
                with engine.begin() as connection:
                    reminders.mark(connection, became)
            if leased < TAKEN:
                return

    def _call(self, instance: int, one: Due, now: int) -> None:
        family = self.by_lane[one.lane]
        with self._lock:
            if family.blocked is not None:
                self.refused_403 += 1
            else:
                once = (one.lane, one.kind, one.step, one.about, one.base, one.broadcast)
                self.calls.append(Call(now, one.lane, one.kind, once, instance))


def judged(year: Year) -> dict[str, Any]:
    """What was said in a year, judged from outside: by wall clocks, calendars and counting."""
    by_lane: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(year.calls, key=lambda call: call.minute):
        by_lane[call.lane].append(call)
    wrong: Counter[str] = Counter()
    for lane, calls in by_lane.items():
        family = year.by_lane[lane]
        for call in calls:
            wrong["in_quiet_hours"] += not _good_hour(call.minute, family.rhythm)
            wrong["on_days_that_hurt"] += _hurts(call.minute, family.rhythm)
            wrong["after_opt_out"] += family.stopped is not None and call.minute > family.stopped
        counted = [call.minute for call in calls if call.kind != "appointment"]
        wrong["over_one_in_seven_days"] += sum(b - a < 7 * DAY for a, b in pairwise(counted))
        wrong["over_twelve_in_a_year"] += max(0, len(counted) - 12)
    said = Counter(call.once for call in year.calls)
    wrong["duplicates"] = sum(count - 1 for count in said.values())
    return {
        "families": len(year.families),
        "time_zones": len({zone for family in year.families for zone in family.rhythm.zones}),
        "days": DAYS,
        "said": len(year.calls),
        "by_kind": dict(Counter(call.kind for call in year.calls)),
        "by_instance": dict(Counter(str(call.instance) for call in year.calls)),
        "kills": year.kills,
        "not_said_because_of_a_kill": year.lost_to_kills,
        "refused_403": year.refused_403,
        "families_that_blocked": sum(family.blocked is not None for family in year.families),
        "families_that_opted_out": sum(family.stopped is not None for family in year.families),
        "moved_or_dropped": dict(year.reasons),
        "wrong": {
            name: wrong[name]
            for name in (
                *("in_quiet_hours", "on_days_that_hurt", "over_one_in_seven_days", "over_twelve_in_a_year"),
                *("duplicates", "after_opt_out"),
            )
        },
    }


def _good_hour(minute: int, rhythm: Rhythm) -> bool:
    for zone in rhythm.zones:
        local = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
        opens, closes = (11, 17) if Gregorian.fromdate(local.date()).to_hijri().month == 9 else (10, 20)
        if local.weekday() == 4:
            opens = max(opens, 14)
        if not opens <= local.hour < closes:
            return False
    return True


def _hurts(minute: int, rhythm: Rhythm) -> bool:
    for zone in rhythm.zones:
        day = datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).date()
        hijri = Gregorian.fromdate(day).to_hijri()
        if (hijri.month, hijri.day) in ((10, 1), (10, 2), (10, 3), (12, 10), (12, 11), (12, 12), (12, 13)):
            return True
        if (day.month, day.day) in ((3, 21), (8, 30)) or week_of(day) in rhythm.weeks:
            return True
    return False


def the_year(families: int, url: str, *, seed: int = 1) -> Year:
    """Set up the families and live through the year."""
    rng = random.Random(seed)
    keys = Keys.of(Vault(new_key()))
    bring_up_to_date(url, MIGRATIONS)
    year = Year(url, [], keys, rng)
    first = int(BEGIN.timestamp() // 60)
    for number in range(families):
        zones = ("America/New_York", "America/Los_Angeles") if number % 50 == 0 else (ZONES[number % len(ZONES)],)
        year.families.append(Family(f"{number:032x}", Rhythm(zones, frozenset(rng.sample(range(53), 2)))))
    engine = open_engine(url)
    with engine.begin() as connection:
        for family in year.families:
            values = _chat(family.lane, b"x", first // DAY) | {
                "rhythm": seal_rhythm(keys, family.lane, family.rhythm),
                "reminded": rng.random() < 0.8,
            }
            connection.execute(insert(chats).values(values))
    engine.dispose()
    year.live()
    return year


def quick(url: str) -> Engine:
    """An engine that does not wait for the disk: a year's commits are about order, not about power cuts."""
    engine = open_engine(url)

    @event.listens_for(engine, "connect")
    def _quick(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF" if url.startswith("sqlite") else "SET synchronous_commit TO off")
        cursor.close()
        if not url.startswith("sqlite"):
            connection.commit()

    return engine


def _chat(lane: str, handle: bytes, day: int) -> dict[str, Any]:
    return {
        "lane": lane,
        "handle": handle,
        "language": "en",
        "conversation": None,
        "anchor": None,
        "below": True,
        "reachable": True,
        "day": day,
    }


# -- a hundred thousand at once --------------------------------------------------------------------------------------------


class Jumping(asyncio.SelectorEventLoop):
    """A loop whose clock stands still while work is under way and jumps to the next timer when none is."""

    def __init__(self) -> None:
        self.moment = 1000.0
        #: jobs given to the thread that writes
        self.under_way = 0
        super().__init__(_Jumper(self))

    def time(self) -> float:
        return self.moment


class _Jumper(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    def __init__(self, loop: Jumping) -> None:
        super().__init__()
        self._of = loop

    def select(self, timeout: float | None = None) -> Any:
        if self._of.under_way or timeout is None:
            return super().select(0.05 if timeout is None else min(timeout, 0.05) if timeout else 0)
        found = super().select(0)
        if not found and timeout > 0:
            self._of.moment += timeout
        return found


class Place:
    """Where messages go: keeps the sandbox's own limits, in the loop's time, and notes what it refused."""

    def __init__(self, loop: Jumping) -> None:
        self._floods = Floods(strict=True, clock=loop.time)
        self._loop = loop
        self.violations = 0
        self.times: list[float] = []
        self._last = 0

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        await asyncio.sleep(0.04)
        if method == "sendMessage":
            try:
                self._floods.allow(parameters["chat_id"])
            except Refusal:
                self.violations += 1
                raise RetryAfter(1) from None
            if parameters.get("protect_content"):
                self.times.append(self._loop.time())
        self._last += 1
        return {"message_id": self._last}


def all_at_once(due: int, scratch: Path, *, a_second: float = 1.0) -> dict[str, Any]:
    """So many reminders due at one moment, while so many families a second get an answer; what came of it."""
    loop = Jumping()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(_all_at_once(loop, due, scratch, a_second))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _all_at_once(loop: Jumping, due: int, scratch: Path, a_second: float) -> dict[str, Any]:
    began, first = time.monotonic(), loop.time()
    noon = datetime(2027, 1, 12, 9, 30, tzinfo=UTC).timestamp()
    recipients = [new_identity(scratch / f"{name}.key").recipient for name in ("team", "escrow")]
    given: dict[str, Any] = {
        "token": "4242:reminders",
        "bot_data": scratch / "bot",
        "profile": example(scratch, recipients),
    }
    house = build(Settings(_env_file=None, **given), now=lambda: noon + loop.time() - first, clock=loop.time)
    place = Place(loop)
    house.sender._api = place  # type: ignore[assignment]
    house.store.open(house.keys)
    _count(loop, house)
    try:
        await house.store.write(lambda connection: _due(connection, house, due, int(noon // 60)))
        start = loop.time()
        waits: list[float] = []
        answering = asyncio.create_task(_answer(loop, house, waits, a_second))
        said = await house.reminding.work_off()
        while house.sender.pending or house.lanes.backlog:  # noqa: ASYNC110
            await asyncio.sleep(1)
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        counts = await house.store.write(reminders.counts)
        await house.sender.close(5)
    finally:
        house.store.close()
    per_second = Counter(int(at) for at in place.times)
    waits.sort()
    return {
        "due": due,
        "handed_on": said,
        "reached_telegram": len(place.times),
        "states": counts,
        "virtual_minutes": round((max(place.times) - start) / 60, 2),
        "most_in_one_second": max(per_second.values()),
        "limit_violations": place.violations,
        "answers": len(waits),
        "answers_p99_ms": round(waits[int(len(waits) * 0.99)] * 1000) if waits else None,
        "answers_worst_ms": round(waits[-1] * 1000) if waits else None,
        "real_seconds": round(time.monotonic() - began),
    }


async def _answer(loop: Jumping, house: House, waits: list[float], a_second: float) -> None:
    """Families that press something and wait for the answer, each in a chat of its own."""
    rng, number = random.Random(7), 10_000_000
    from bot.chats import Chat

    keyboard: dict[str, Any] = {"inline_keyboard": []}
    while True:
        await asyncio.sleep(rng.expovariate(a_second))
        number += 1
        chat = Chat(house.keys.lane(number), number, "en")
        parcel = Parcel(number, 0, "tell", {"text": "answer", "reply_markup": keyboard})
        asked = loop.time()
        house.sender.put(chat, [parcel])
        task = house.sender._lanes[chat.lane].task
        assert task is not None
        task.add_done_callback(lambda _, asked=asked: waits.append(loop.time() - asked))


def _count(loop: Jumping, house: House) -> None:
    """Time stands still while the store works."""
    run, post = house.store.writer.run, house.store.writer.post

    async def counted(job: Any) -> Any:
        loop.under_way += 1
        try:
            return await run(job)
        finally:
            loop.under_way -= 1

    def posted(job: Any) -> Any:
        loop.under_way += 1
        future = post(job)
        future.add_done_callback(lambda _: setattr(loop, "under_way", loop.under_way - 1))
        return future

    house.store.writer.run = counted  # type: ignore[method-assign]
    house.store.writer.post = posted  # type: ignore[method-assign]


def _due(connection: Any, house: House, due: int, now: int) -> None:
    """So many chats, each with a question waiting now."""
    for start in range(0, due, 1000):
        lanes = [(house.keys.lane(number), number) for number in range(1 + start, 1 + min(start + 1000, due))]
        rows = [_chat(lane, seal_handle(house.keys, lane, number), now // DAY) for lane, number in lanes]
        connection.execute(insert(chats), rows)
        for lane, _ in lanes:
            reminders.put(connection, lane, Planned("question", "c" * 32, now, now))


# -- both --------------------------------------------------------------------------------------------------------------------


def broken_promises(figures: Mapping[str, Any]) -> list[str]:
    """What a run did not hold to; empty when every promise held."""
    broken = []
    for name, year in figures.get("years", {}).items():
        broken += [f"{name}: {what} {count}" for what, count in year["wrong"].items() if count]
        if year["refused_403"] > year["families_that_blocked"]:
            broken.append(f"{name}: written again to families that blocked")
    crowd = figures.get("all_at_once")
    if crowd:
        if crowd["limit_violations"] or crowd["most_in_one_second"] > 30:
            broken.append("faster than Telegram allows")
        if crowd["reached_telegram"] != crowd["due"]:
            broken.append(f"{crowd['reached_telegram']} of {crowd['due']} reached Telegram")
        if crowd["due"] == 100_000 and not 56 <= crowd["virtual_minutes"] <= 62:
            broken.append(f"took {crowd['virtual_minutes']} minutes")
        if crowd["answers_p99_ms"] is None or crowd["answers_p99_ms"] > 300:
            broken.append(f"answers waited {crowd['answers_p99_ms']} ms")
    return broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--families", type=int, default=10_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--only", choices=["year", "once"], help="the other part of the file stays as it is")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    figures: dict[str, Any] = json.loads(RESULTS.read_text()) if given.only and RESULTS.exists() else {}
    figures |= {"measured_on": datetime.now(UTC).date().isoformat(), "machine": facts()}
    with tempfile.TemporaryDirectory() as name:
        if given.only != "once":
            with postgres(Path(name)) as url:
                figures["years"] = {"postgresql": judged(the_year(given.families, url, seed=given.seed))}
        if given.only != "year":
            figures["all_at_once"] = all_at_once(given.due, Path(name))
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    broken = broken_promises(figures)
    sys.exit("; ".join(broken) if broken else 0)


if __name__ == "__main__":
    main()
