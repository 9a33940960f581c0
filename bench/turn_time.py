"""How long one turn takes, by how much a family has answered before: the engine alone, and planned and committed to disk.

    python -m bench.turn_time

Every turn begins with the same conversation of so many answers, spread over core, menu and several persons, and is one of:
words for the next question, a button of it, the pencil on an earlier one. SQLite commits each to disk. A turn must not
become slower with what was said before: 150 answers may take 1.3 times as long as 10 (p95). As in life, a turn begins where
the chat's last one ended, so that the form was walked over for this conversation just before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from bench.machine import facts
from bench.profiles import example
from bot.chats import Chat
from bot.engine import Engine, load_engine, spoken
from bot.house import House, build
from bot.keys import read_signing_key
from bot.lanes import Waiting
from bot.plans import settle, today, written
from bot.profile import read_profile, read_recipients
from bot.sealing import Sealer
from bot.settings import Settings
from bot.store import inbox
from bot.translate import Heard
from bot.turns import Turns
from desk.keys import new_identity
from flows.conversation import Conversation
from flows.events import Chose, Event, Said
from flows.load import load_form
from flows.presses import press
from flows.questions import Flow, Question
from flows.turn import Here

RESULTS = Path(__file__).parent.parent / "docs" / "assurance" / "turn-time.json"
SIZES = (10, 50, 100, 150)
#: How many were taken together, by how much was answered.
PERSONS = {10: 1, 50: 2, 100: 4, 150: 8}
GOAL = 1.3
BEGAN = datetime(2026, 5, 3, 9, tzinfo=UTC)
CHAT = 5001
WORDS = "She was on her way to the university when it happened, and two colleagues were with her."


def conversation_of(engine: Engine, flow: Flow, answers: int, persons: int) -> Conversation:
    """A conversation in which so many questions have an answer: the core first, then the menu, section by section."""
    conversation = engine.begin(uuid4().hex, "en", BEGAN).conversation
    at = BEGAN
    while len(conversation.current()) < answers:
        at += timedelta(seconds=20)
        here = Here(flow, conversation, at)
        asked = here.asked
        if asked is None:
            conversation = _next_section(engine, here, at)
            continue
        for event in _answer(conversation, asked, persons, at):
            conversation = engine.step(conversation, event).conversation
    return conversation


def _next_section(engine: Engine, here: Here, at: datetime) -> Conversation:
    """The first section of the menu with something open."""
    for section, instance in here.walked.sections:
        name = f"{section.name}.{instance}"
        if here.walked.next_in(name) is not None:
            return engine.step(here.conversation, Chose(here.conversation.tag, press("m", word=name), at)).conversation
    raise RuntimeError("the form has no more questions; let there be more persons")


def _answer(conversation: Conversation, asked: Question, persons: int, at: datetime) -> list[Event]:
    tag = conversation.tag
    if asked.adds:
        word = "yes" if asked.instance < persons else "no"
        return [Chose(tag, press("c", asked.name, word), at)]
    if asked.kind == "select_multiple":
        ticks = [Chose(tag, press("t", asked.name, choice.name), at) for choice in asked.choices[:2]]
        return [*ticks, Chose(tag, press("d", asked.name), at)]
    if asked.choices:
        # The second choice where a first one would leave the form's usual way.
        choice = asked.choices[0 if asked.name in ("start", "consent", "adult") else -1 if asked.sets else 0]
        return [Chose(tag, press("c", asked.name, choice.name), at)]
    if asked.kind != "text":
        return [Chose(tag, press("s", asked.name, "unknown"), at)]
    known = {"date": "June 2013", "birth": "1990", "place": "Homs", "country": "Sweden", "name": "Amal Khaled"}
    return [Said(known.get(asked.reads, WORDS), len(conversation.claims) + 1, at)]


def events_of(flow: Flow, conversation: Conversation, at: datetime) -> list[tuple[Conversation, Event]]:
    """The turns to time, each with where it begins: words, a button, a pencil."""
    tag = conversation.tag
    here = Here(flow, conversation, at)
    asked = next(one.question for one in here.walked.standings if one.question.base == "name")
    chosen = next(one.question for one in here.walked.standings if one.question.base == "relationship")
    return [
        (replace(conversation, focus=asked.name), Said("Amal Khaled Haddad", 9000, at)),
        (replace(conversation, focus=chosen.name), Chose(tag, press("c", chosen.name, "brother"), at)),
        (conversation, Chose(tag, press("e", "name"), at)),
    ]


@dataclass
class Case:
    """One chat, the turns to take in it, and how long they took (seconds)."""

    chat: Chat
    events: list[tuple[Conversation, Event]] = field(repr=False)
    engine: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)


class Bench:
    """A bot's rows and keys, and one chat whose turns are timed; nothing is said to anybody."""

    def __init__(self, scratch: Path) -> None:
        recipients = [new_identity(scratch / f"{name}.key").recipient for name in ("team", "escrow")]
        profile = example(scratch, recipients)
        given: dict[str, Any] = {"token": "4242:turns", "bot_data": scratch / "bot", "profile": profile}
        settings = Settings(_env_file=None, **given)
        self.house: House = build(settings)
        read = read_profile(profile)
        self.engine = load_engine(settings.form, read)
        self.flow = load_form(settings.form, recipients=read.purposes, languages=spoken(read), facts=read.facts)
        sealer = Sealer(read_recipients(read, profile, production=False), read_signing_key(settings, make=False))
        self.turns = Turns(self.engine, self.house.keys, read.facts, spoken(read), sealer)
        self._last = 0

    async def case(self, answers: int) -> Case:
        """A chat in which so much has been answered; it and its conversation get their rows."""
        base = conversation_of(self.engine, self.flow, answers, PERSONS[answers])
        at = BEGAN + timedelta(days=1)
        chat = Chat(self.house.keys.lane(CHAT + answers), CHAT + answers, "en")
        await self._turn(chat, Chose("", "g", at))
        return Case(chat, events_of(self.flow, base, at))

    async def time(self, case: Case, turns: int) -> None:
        """So many turns more, in seconds: the engine alone, then planned and committed."""
        for nth in range(turns):
            start, event = case.events[nth % len(case.events)]
            began = time.perf_counter()
            self.engine.step(start, event)
            case.engine.append(time.perf_counter() - began)
            assert case.chat.conversation is not None
            case.chat.conversation = replace(start, id=case.chat.conversation.id)
            if isinstance(event, Chose):
                event = replace(event, tag=case.chat.conversation.tag)
            case.turn.append(await self._turn(case.chat, event))

    async def _turn(self, chat: Chat, event: Event) -> float:
        """One turn as `bot.worker` takes it; seconds. Its inbox row is there before."""
        self._last += 1
        waiting = Waiting(self._last, chat.lane, {"update_id": self._last})
        row = self.house.intake.sealed(waiting)
        await self.house.store.write(lambda connection: inbox.keep(connection, [row], today(event.at)))
        heard = Heard(chat.number, event, stands=isinstance(event, Said), language="en")
        began = time.perf_counter()
        turn = self.turns.turn(chat, heard)
        plan = self.turns.plan(self._last, chat, heard, turn)
        if not await self.house.store.write(written(self.house.keys, chat, plan)):
            raise RuntimeError("the turn was not written")
        settle(chat, plan)
        return time.perf_counter() - began


#: Turns before the first that counts.
WARM_UP = 30
#: The sizes take turns, so many turns each, so that none of them has the machine's worse seconds to itself; and so many
#: rounds have a ratio of their own, whose median is the one that counts: a disk that stalls spoils a round, not the figure.
BLOCK, ROUNDS = 10, 10


async def measure(scratch: Path, turns: int, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    bench = Bench(scratch)
    bench.house.store.open(bench.house.keys)
    try:
        cases = {str(size): await bench.case(size) for size in sizes}
        for case in cases.values():
            await bench.time(case, WARM_UP)
        for _ in range(-(-turns // BLOCK)):
            for case in cases.values():
                await bench.time(case, BLOCK)
    finally:
        bench.house.store.close()
    figures = {
        size: {"engine": _quantiles(case.engine[WARM_UP:]), "turn": _quantiles(case.turn[WARM_UP:])}
        for size, case in cases.items()
    }
    few, many = cases[str(sizes[0])], cases[str(sizes[-1])]
    ratios = {"engine": _ratio(many.engine, few.engine), "turn": _ratio(many.turn, few.turn)}
    return {"turns": turns, "milliseconds_by_answers": figures, "p95_ratio_most_to_fewest": ratios}


def _ratio(many: Sequence[float], few: Sequence[float]) -> float:
    """The median over the rounds of how the two p95 of a round stand to each other."""
    size = max(1, (len(few) - WARM_UP) // ROUNDS)
    starts = range(WARM_UP, len(few) - size + 1, size)
    rounds = [(_quantiles(many[at : at + size]), _quantiles(few[at : at + size])) for at in starts]
    return round(median(slow["p95"] / fast["p95"] for slow, fast in rounds), 2)


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"p{share}": round(1000 * ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 3)
        for share in (50, 95, 99)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--turns", type=int, default=3000)
    parser.add_argument("--to", type=Path, default=RESULTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = asyncio.run(measure(Path(name), given.turns))
    said = {"measured_on": datetime.now(UTC).date().isoformat(), "machine": facts(), "goal": GOAL, **figures}
    given.to.parent.mkdir(parents=True, exist_ok=True)
    given.to.write_text(json.dumps(said, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    ratio = figures["p95_ratio_most_to_fewest"]["turn"]
    sys.exit(f"p95 after {SIZES[-1]} answers is {ratio} times that after {SIZES[0]}" if ratio > GOAL else 0)


if __name__ == "__main__":
    main()
