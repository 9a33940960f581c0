"""A thousand scripted families of eight kinds through the whole bot, three hundred days in a few minutes.

    python -m bench.families --families 1000

The bot is the real one (`bot.house.build`, SQLite, every turn committed to disk), in this process; the sandbox is its own
process; they speak HTTP. Both follow a clock that can be moved ahead while nothing is under way. At the end the case team
opens every envelope, puts the revisions together and compares each report with what its family's script says, claim by
claim, consent by consent, file by file. Whoever lives with a telling phone must find one neutral line on it at most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import Connection, func, select

from bench.comparing import Arrived, differences
from bench.household import OTHER_PHONE, Household, Unexpected
from bench.machine import facts
from bench.personas import PERSONAS, Persona
from bench.profiles import example
from bench.sandbox import Sandbox
from bench.script import TONGUES
from bench.stage import Shown
from bot.clock import erase_what_is_due, notice_silence, tidy
from bot.house import House, build
from bot.keys import public_half
from bot.sender import NOTHING_SAID
from bot.serve import live
from bot.settings import Settings
from bot.store import envelopes, files, inbox, outbox
from bot.store.tables import conversations
from desk.keys import Identity, new_identity
from desk.opening import Opened, Parts, open_envelope, open_file
from flows.languages import offered
from flows.load import load_form

RESULTS = Path(__file__).parent.parent / "docs" / "assurance" / "families.json"
#: Families that write at the same time.
AT_ONCE = 60
FIRST_CHAT = 5001
DAY = 86_400


@dataclass
class World:
    """Bot and sandbox, with the one clock they share."""

    place: Sandbox
    house: House
    ahead: float = 0.0

    async def pass_time(self, seconds: float) -> None:
        """Move both clocks, do what is due by then, and wait until it is done."""
        await self.quiet()
        self.ahead += seconds
        await self.place.ask("POST", "clock", json={"seconds": seconds})
        await notice_silence(self.house)
        await erase_what_is_due(self.house)
        now = self.house.now()
        await self.house.store.write(lambda connection: tidy(connection, now, self.house.settings.keep_sealed_hours))
        await self.quiet()

    async def quiet(self) -> None:
        """Until no update waits, no turn is under way and nothing is left to be said."""
        while True:
            counters = await self.place.ask("GET", "counters")
            rows = await self.house.store.write(
                lambda connection: (inbox.counts(connection), outbox.counts(connection))
            )
            if not counters["updates_waiting"] and not any("new" in counts for counts in rows):
                return
            await asyncio.sleep(0.1)


@dataclass
class Outcome:
    """What came of a run."""

    households: list[Household] = field(repr=False)
    arrived: dict[int, Arrived] = field(repr=False)
    #: family's number -> what its script expected and did not get
    stopped: dict[int, str]
    figures: dict[str, Any]

    def differing(self) -> dict[int, list[str]]:
        """Families whose report is not exactly their script's, and where."""
        found = {}
        for house in self.households:
            lacks = [self.stopped[house.number]] if house.number in self.stopped else []
            lacks += differences(house, self.arrived.get(house.number, Arrived((), {})))
            if lacks:
                found[house.number] = lacks
        return found


async def run(families: int, scratch: Path, *, seed: int = 1) -> Outcome:
    """Live through it all. Raises nothing for a family that fares badly: the outcome says so."""
    team, escrow = new_identity(scratch / "team.key"), new_identity(scratch / "escrow.key")
    profile = example(scratch, [team.recipient, escrow.recipient])
    place = Sandbox()
    settings = _settings(scratch, profile, await place.open())
    world = World(place, build(settings, now=lambda: time.time() + world.ahead))
    personas = [_persona(place, number, families, seed) for number in range(families)]
    households = {persona.house.chat: persona.house for persona in personas}
    place.heard = lambda shown: _hear(households, shown)
    place.gone = lambda chat, messages: households[chat % OTHER_PHONE].lose(chat, messages)
    began = time.monotonic()
    world.house.store.open(world.house.keys)
    stop = asyncio.Event()
    with redirect_stdout(StringIO()):
        living = asyncio.create_task(live(world.house, stop))
        try:
            stopped, figures = await _live_through(world, personas)
            key = load_pem_public_key(public_half(settings.signing_key_path).read_bytes())
            assert isinstance(key, Ed25519PublicKey)
            arrived = await _arrived(world.house, [persona.house for persona in personas], team, key)
            reports = await world.house.store.write(_reports)
        finally:
            stop.set()
            await living
            world.house.store.close()
            await place.close()
    figures |= {
        "seconds": round(time.monotonic() - began, 1),
        "gestures": sum(persona.house.gestures for persona in personas),
        "reports": reports,
        "revisions": sum(len(one.revisions) for one in arrived.values()),
        "attachments": sum(len(one.files) for one in arrived.values()),
        "refused_calls": place.refused,
    }
    return Outcome([persona.house for persona in personas], arrived, stopped, figures)


async def _live_through(world: World, personas: Sequence[Persona]) -> tuple[dict[int, str], dict[str, Any]]:
    """Both acts and the three hundred days between them."""
    stopped: dict[int, str] = {}
    await _act(personas, stopped, lambda persona: persona.first())
    await world.pass_time(45 * 60)
    traces = Counter(await _traces(world, personas))
    await world.pass_time(7 * 3600)
    locked, keys = await world.house.store.write(_locked)
    await world.pass_time(300 * DAY)
    await _act(personas, stopped, lambda persona: persona.second())
    await world.pass_time(45 * 60)
    traces += Counter(await _traces(world, personas))
    counters = await world.place.ask("GET", "counters")
    return stopped, {
        "updates": counters["updates_confirmed"],
        "drafts_locked_for_300_days": locked,
        "of_these_with_a_key_in_the_database": keys,
        "discreet_phones_looked_at": traces["looked_at"],
        "with_more_than_one_message": traces["more"],
        "with_an_older_one_that_was_emptied": traces["emptied"],
        "with_words_of_the_family": traces["words"],
    }


async def _act(personas: Sequence[Persona], stopped: dict[int, str], act: Callable[[Persona], Awaitable[None]]) -> None:
    """Let all of them do it, a number at a time; who does not get what the script expects stops."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(persona: Persona) -> None:
        async with room:
            try:
                await act(persona)
            except Unexpected as unexpected:
                stopped[persona.house.number] = str(unexpected)
            except RuntimeError as error:
                stopped[persona.house.number] = f"the phone cannot do that: {error}"

    await asyncio.gather(*(one(persona) for persona in personas if persona.house.number not in stopped))


async def _traces(world: World, personas: Sequence[Persona]) -> list[str]:
    """What a stranger finds on the discreet phones."""
    found = []
    for house in (persona.house for persona in personas if persona.house.discreet):
        for chat in (house.chat, *house.left):
            found.append("looked_at")
            shown = (await world.place.ask("GET", f"phones/{chat}"))["messages"]
            said = [message for message in shown if message["text"] != NOTHING_SAID]
            found += ["more"] * (len(said) > 1) + ["emptied"] * (len(said) < len(shown))
            texts = [text for message in shown for text in _readable(message)]
            if any(word in text for word in house.words for text in texts):
                found.append("words")
    return found


def _readable(message: dict[str, Any]) -> list[str]:
    return [message["text"], *(button["text"] for row in message["keyboard"] for button in row)]


async def _arrived(
    house: House, households: Sequence[Household], team: Identity, key: Ed25519PublicKey
) -> dict[int, Arrived]:
    """Everything the team can open, by family; an envelope it refuses is left out."""
    rows = await house.store.write(lambda connection: envelopes.waiting(connection, 100_000))
    by_report: dict[str, list[Opened]] = {}
    for row in rows:
        assert row.sealed is not None
        found = open_envelope(Parts(row.manifest, row.signature, row.sealed), team, key)
        if isinstance(found, Opened):
            by_report.setdefault(row.report, []).append(found)
    arrived = {}
    for family in households:
        lane = house.keys.lane(family.chat)
        ids = await house.store.write(lambda connection, lane=lane: _requests(connection, lane))  # type: ignore[misc]
        opened = [one for id_ in ids for one in by_report.get(id_, [])]
        arrived[family.number] = Arrived([one.report for one in opened], await _contents(house, opened, team))
    return arrived


async def _contents(house: House, opened: Sequence[Opened], team: Identity) -> dict[str, tuple[str, str, bytes]]:
    contents = {}
    for one in opened:
        for file in one.files:
            place = (one.manifest.report, one.manifest.revision, file.sealed.id)
            row = await house.store.write(lambda connection, place=place: files.find(connection, *place))  # type: ignore[misc]
            if row is not None and row.sealed is not None:
                contents[file.sealed.id] = (file.kind, file.mime, open_file(file, row.sealed, team))
    return contents


def _requests(connection: Connection, lane: str) -> list[str]:
    return list(connection.execute(select(conversations.c.id).where(conversations.c.lane == lane)).scalars())


def _reports(connection: Connection) -> int:
    return len({row.report for row in envelopes.waiting(connection, 100_000)})


def _locked(connection: Connection) -> tuple[int, int]:
    """Drafts whose key is in the family's button, and how many of them still have one in the database."""
    locked = conversations.c.locked != 0
    asked = select(func.count(), func.count(conversations.c.key)).where(locked)
    drafts, keys = connection.execute(asked).one()
    return drafts, keys


def _hear(households: dict[int, Household], shown: Shown) -> None:
    households[shown.chat % OTHER_PHONE].hear(shown)


def languages() -> tuple[str, ...]:
    """What families speak here: every language offered whose ways of writing we know."""
    return tuple(language for language in TONGUES if language in offered())


def _persona(place: Sandbox, number: int, families: int, seed: int) -> Persona:
    """The family of this number: its kind, language and phone follow from number and seed alone."""
    rng = random.Random(f"{seed}/{number}")
    kind = PERSONAS[number % len(PERSONAS)]
    turn = number // len(PERSONAS)  # so that every kind has its share of each language, discreet and not
    tongues = languages()
    language, discreet = tongues[turn % len(tongues)], (turn + turn // len(tongues)) % 2 == 1
    flow = load_form(recipients={"icmp": "search", "icrc": "search"}, languages=tongues)
    return kind(Household(place, flow, number, kind.__name__, language, discreet, rng, FIRST_CHAT + number))


def _settings(scratch: Path, profile: Path, api: str) -> Settings:
    given: dict[str, Any] = {
        "token": "4242:families",
        "bot_api": api,
        "bot_data": scratch / "bot",
        "profile": profile,
        "poll_seconds": 1,
        "sends_per_second": 100_000,
        "sends_per_chat": 100_000,
        "chat_burst": 100_000,
    }
    return Settings(_env_file=None, **given)


def summary(outcome: Outcome) -> dict[str, Any]:
    """The figures of a run, with every family that differs."""
    differing = outcome.differing()
    counted = Counter(house.persona for house in outcome.households)
    exact = Counter(house.persona for house in outcome.households if house.number not in differing)
    return {
        "families": len(outcome.households),
        "exact": sum(exact.values()),
        "discreet": sum(house.discreet for house in outcome.households),
        "languages": dict(Counter(house.language for house in outcome.households)),
        "personas": {name: {"families": number, "exact": exact[name]} for name, number in counted.items()},
        **outcome.figures,
        "differing": {
            f"{outcome.households[number].persona} {number}": lacks for number, lacks in sorted(differing.items())
        },
    }


def broken_promises(figures: dict[str, Any]) -> list[str]:
    """What the run did not hold to; empty when all went as it must."""
    broken = [f"{figures['exact']} of {figures['families']} exact"] if figures["exact"] != figures["families"] else []
    never = ("of_these_with_a_key_in_the_database", "with_more_than_one_message", "with_words_of_the_family")
    broken += [f"{name}: {figures[name]}" for name in never if figures[name]]
    if figures["reports"] != figures["families"]:
        broken.append(f"{figures['reports']} reports")
    return broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--families", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", type=Path, default=RESULTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = summary(asyncio.run(run(given.families, Path(name), seed=given.seed)))
    today = datetime.now(UTC).date().isoformat()
    given.to.parent.mkdir(parents=True, exist_ok=True)
    given.to.write_text(
        json.dumps({"measured_on": today, "machine": facts(), "seed": given.seed, **figures}, indent=1) + "\n"
    )
    print(json.dumps(figures, indent=1))
    sys.exit("; ".join(broken_promises(figures)) or 0)


if __name__ == "__main__":
    main()
