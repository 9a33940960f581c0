"""Ten thousand chats guess at codes and PINs for thirty days: what they find, through the real limits; and how long answers take.

    python -m bench.attackers

The guessers know every limit and try whenever they may. What passes the gate (`bot.gate`, on SQLite, hour by hour) is counted;
with a million requests, each guess that is looked at opens one of them with a probability that is plain arithmetic. A second
figure supposes that one request in a hundred has the very PIN they try, which a list of weak PINs cannot rule out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, delete

from bench.machine import facts
from bench.profiles import example
from bot import pins
from bot.bringing import Bringing, Refused
from bot.chats import Chat
from bot.engine import load_engine
from bot.gate import Attempt, Gate, at_code, at_home, enter
from bot.keys import Keys
from bot.limits import DAY, HOUR, SLOW
from bot.profile import read_profile
from bot.reference import Code, seal_verifier
from bot.settings import Settings
from bot.store import references
from bot.store.store import Store
from bot.store.tables import failures, metadata
from desk.keys import new_identity
from ground.vault import Vault, new_key

RESULTS = Path(__file__).parent.parent / "docs" / "assurance" / "codes.json"
CHATS, DAYS, REPORTS = 10_000, 30, 1_000_000
#: codes there are (selector and verifier) and PINs; the check digits add nothing
CODES, PINS = 10**14, 10**6
#: the share of families that have the PIN guessers try first, as bad as we can imagine it behind the list of weak ones
WORST_PIN = 0.01
GOAL = 1e-6
BEGAN = int(datetime(2026, 5, 3, tzinfo=UTC).timestamp()) // 3600
#: Nothing changes within an hour: when so many in a row were refused, all others of that hour would be.
REFUSED_IN_A_ROW = 60

_Guess = Callable[[int, int], Attempt]


def guess(connection: Connection, gate: Gate, chats: int, days: int, attempt: _Guess) -> int:
    """How many tries are looked at. `attempt` names what a chat tries at its next try (chat, number of the try)."""
    looked_at, number = 0, 0
    for hour in range(BEGAN, BEGAN + 24 * days):
        refused = 0
        for step in range(chats * 6):
            if refused >= REFUSED_IN_A_ROW:
                break
            chat = (number + step) % chats
            tried = enter(connection, gate.named(attempt(chat, number + step)), hour)
            refused = 0 if tried else refused + 1
            looked_at += tried is not None
        number += looked_at
    return looked_at


def most_looked_at(days: int) -> int:
    """What the limits on everybody let through at most: each day its share, and the slow hours of the rest."""
    return days * (DAY.most + 24 * SLOW.most)


def enumeration(chats: int, days: int) -> dict[str, Any]:
    """Guessing at any code with any PIN."""
    counted = _simulated(chats, days, lambda chat, number: at_code(f"{chat:032}", f"{number % 10**7:07}"))
    code = REPORTS / CODES
    return {
        "chats": chats,
        "days": days,
        "reports": REPORTS,
        "tries_looked_at": counted,
        "tries_looked_at_at_most": most_looked_at(days),
        "expected_disclosures": counted * code / PINS,
        "expected_disclosures_at_most": most_looked_at(days) * code / PINS,
        "expected_disclosures_if_one_family_in_a_hundred_has_the_pin_they_try": most_looked_at(days) * code * WORST_PIN,
        "expected_disclosures_if_a_code_alone_opened": most_looked_at(days) * code,
    }


def one_code_known(chats: int, days: int) -> dict[str, Any]:
    """Somebody has a family's code and guesses at its PIN, from ten thousand chats; or has its telephone."""
    elsewhere = _simulated(chats, days, lambda chat, _: at_code(f"{chat:032}", "1234567"))
    home = _simulated(1, days, lambda chat, _: at_home(f"{chat:032}"))
    return {
        "tries_looked_at_elsewhere": elsewhere,
        "chance_elsewhere": elsewhere / PINS,
        "tries_looked_at_in_its_own_chat": home,
        "chance_in_its_own_chat": home / PINS,
    }


def _simulated(chats: int, days: int, attempt: _Guess) -> int:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        counted = guess(connection, Gate(None, Keys.of(Vault(new_key()))), chats, days, attempt)  # type: ignore[arg-type]
    engine.dispose()
    return counted


async def at_once(scratch: Path, chats: int) -> dict[str, Any]:
    """All chats in the same moment, through the store."""
    keys, store = Keys.of(Vault(new_key())), Store(f"sqlite:///{scratch / 'at-once.sqlite3'}")
    store.open(keys)
    gate, at = Gate(store, keys), datetime(2026, 5, 3, 9, tzinfo=UTC)
    try:
        tries = await asyncio.gather(*(gate.enter(at_code(f"{n:032}", f"{n:07}"), at) for n in range(chats)))
    finally:
        store.close()
    return {"chats": chats, "tries_looked_at": sum(one is not None for one in tries), "goal": HOUR.most + SLOW.most}


PIN, SECOND, WRONG = "482917", "739164", "650283"


async def answers(scratch: Path, tries: int) -> dict[str, Any]:
    """Milliseconds that each kind of answer takes, interleaved: median of the wall's and of the processor's time."""
    recipients = [new_identity(scratch / f"{name}.key").recipient for name in ("team", "escrow")]
    profile = example(scratch, recipients)
    given: dict[str, Any] = {"token": "4242:codes", "bot_data": scratch, "profile": profile}
    engine = load_engine(Settings(_env_file=None, **given).form, read_profile(profile))
    keys, store = Keys.of(Vault(new_key())), Store(f"sqlite:///{scratch / 'answers.sqlite3'}")
    store.open(keys)
    try:
        code, report = Code("1234567", "7654321"), "a" * 32
        sealed = seal_verifier(keys, code)
        await store.write(lambda c: references.put(c, selector=code.selector, unhashed=sealed, report=report, day=1))
        await store.write(lambda c: references.hashed(c, code.selector, code.hashed(keys.pepper)))
        first = await pins.make(keys, report, PIN)
        await store.write(lambda c: references.guard(c, report, first.pin, first.duress))
        known = await store.write(lambda c: references.of(c, report))
        assert known is not None
        both = await pins.with_duress(keys, report, known, SECOND)
        assert both is not None
        await store.write(lambda c: references.guard(c, report, both.pin, both.duress))
        return await _timed(store, Bringing(store, keys, engine), code, report, tries)
    finally:
        store.close()


async def _timed(store: Store, bringing: Bringing, code: Code, report: str, tries: int) -> dict[str, Any]:
    chat, at = Chat("lane", 1, "en"), datetime(2026, 5, 3, 9, tzinfo=UTC)
    elsewhere = {
        "wrong_pin": f"{code.shown} {WRONG}",
        "second_pin": f"{code.shown} {SECOND}",
        "wrong_code": f"{Code('1234567', '7654322').shown} {PIN}",
        "unknown_code": f"{Code('7654321', '7654321').shown} {PIN}",
    }
    home: dict[str, tuple[str, str | None]] = {
        "wrong_pin": (WRONG, report),
        "second_pin": (SECOND, report),
        "nothing_sent": (PIN, None),
    }
    wall: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}

    async def one(name: str, asked: Callable[[], Any]) -> Any:
        await store.write(lambda c: c.execute(delete(failures)))
        began, used = time.perf_counter(), time.process_time()
        outcome = await asked()
        wall.setdefault(name, []).append(1000 * (time.perf_counter() - began))
        processor.setdefault(name, []).append(1000 * (time.process_time() - used))
        return outcome

    for _ in range(tries):
        for name, words in elsewhere.items():
            outcome = await one(f"elsewhere/{name}", lambda words=words: bringing.bring(chat, words, at))  # type: ignore[misc]
            assert isinstance(outcome, Refused)
            assert outcome.reason == "wrong"
        for name, (pin, of) in home.items():
            verdict = await one(f"own_chat/{name}", lambda pin=pin, of=of: bringing.prove(chat, of, pin, at))  # type: ignore[misc]
            assert verdict in ("wrong", "duress")
    return {
        "tries_of_each": tries,
        "wall_milliseconds": _medians(wall),
        "processor_milliseconds": _medians(processor),
        "slowest_to_fastest_by_processor": {
            place: round(max(found) / min(found), 3)
            for place in ("elsewhere", "own_chat")
            if (found := [statistics.median(times) for name, times in processor.items() if name.startswith(place)])
        },
    }


def _medians(times: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(statistics.median(found), 1) for name, found in times.items()}


async def measure(scratch: Path, *, chats: int = CHATS, days: int = DAYS, tries: int = 40) -> dict[str, Any]:
    """All figures."""
    return {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "machine": facts(),
        "goal": GOAL,
        "enumeration": enumeration(chats, days),
        "one_code_known": one_code_known(chats, days),
        "all_at_once": await at_once(scratch, chats),
        "answers": await answers(scratch, tries),
    }


def main() -> None:
    """Measure, print, write; exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = asyncio.run(measure(Path(scratch)))
    arguments.to.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))
    found = figures["enumeration"]
    worst = found["expected_disclosures_if_one_family_in_a_hundred_has_the_pin_they_try"]
    within = found["tries_looked_at"] <= found["tries_looked_at_at_most"]
    sys.exit(0 if within and max(found["expected_disclosures_at_most"], worst) <= GOAL else 1)


if __name__ == "__main__":
    main()
