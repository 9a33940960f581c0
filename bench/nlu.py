"""How well free text is understood, and how fast: `python -m bench.nlu [--peer [EPOCHS]]`, after `make nlu`.

Writes bench/results/.
Quality is counted by the bot's own policy on two sets of sentences: `nlu/acceptance`, by which the goals are judged and by
which nothing was chosen, and `nlu/tests`, harder, by which data, features and thresholds were. Speed and memory are those of
`wasl nlu serve`.
`--peer` also trains stock Rasa (DIET) on the same sentences. Its documented 100 epochs take more than an hour on two cores; with
fewer the result says how many. Without it the newest earlier figures of the peer are kept.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp
import psutil
import yaml

from bench.machine import facts, today
from bench.results import newest, write
from bot.nlu.build import train
from bot.nlu.measure import Case, read_cases, score
from bot.nlu.offline import rankings
from bot.nlu.rasa import ROOT, Rasa
from flows.meaning.meaning import Meaning
from flows.meaning.policy import ACT, CANDIDATES, OFFER, Place, candidates, decide
from flows.meaning.rules import heard, rule_first

LANGUAGES = ("ar", "ku", "tr", "en", "de", "fr", "ar-Latn")
#: those that decide about the goals come first
SETS = ("acceptance", "tests")
ANSWERS = ROOT / "nlu" / "tests" / "answers.yml"
PEER = ROOT / "bench" / "peers" / "rasa_nlu" / "config.yml"
#: as in that file
PEER_EPOCHS = 100
#: goal, what is measured, at least (or at most) how much
GOALS: tuple[tuple[str, str, bool, float], ...] = (
    ("macro-F1 over the six languages at least 0.80", "macro_f1", True, 0.80),
    ("macro-F1 in Kurmanji at least 0.72", "macro_f1_ku", True, 0.72),
    ("macro-F1 in Arabizi at least 0.60", "macro_f1_ar-Latn", True, 0.60),
    ("the right one among the first three at least 0.94", "top3", True, 0.94),
    ("right among what can be meant in the menu at least 0.85", "menu_top1", True, 0.85),
    ("right among what can be meant beside a question at least 0.85", "question_top1", True, 0.85),
    ("acted on wrongly at most 0.02", "acted_wrongly", False, 0.02),
    ("acted on at least 0.55", "acted", True, 0.55),
    ("what is none of our business acted on at most 0.10", "out_of_scope_acted", False, 0.10),
    ("distress noticed at least 0.95", "distress_noticed", True, 0.95),
    ("swindles noticed at least 0.95", "scam_noticed", True, 0.95),
    ("answers taken for a command at most 0.005", "answers_taken", False, 0.005),
    ("p95 at most 60 ms, one text at a time", "p95_ms", False, 60),
    ("at least 60 texts a second", "texts_per_second", True, 60),
    ("at most 1 GiB in all (MiB)", "memory_mib", False, 1024),
)

#: sentences by the name of their set
Sets = Mapping[str, Sequence[Case]]


def main() -> None:
    rasa = Rasa()
    sets = {
        name: [case for language in LANGUAGES for case in read_cases(ROOT / "nlu" / name / f"{language}.yml")]
        for name in SETS
    }
    asked = _asked(rasa, sets)
    peer = _peer(rasa, sets, _epochs(sys.argv)) if "--peer" in sys.argv else _earlier_peer()
    speed = asyncio.run(_speed(rasa, [case.text for case in sets["acceptance"] if case.language != "ar-Latn"]))
    quality = {name: _quality(cases, asked[name]) for name, cases in sets.items()}
    measured = {**quality["acceptance"], "answers_taken": _answers_taken(), **speed}
    result = {
        "machine": facts(),
        "sentences": {"learned": _learned(rasa), **{name: len(cases) for name, cases in sets.items()}},
        "thresholds": {"act": ACT, "offer": OFFER},
        "languages": {name: _languages(cases, asked[name]) for name, cases in sets.items()},
        "peer": peer,
        "measured": measured,
        "measured_on_tests": quality["tests"],
        "goals": [_goal(goal, name, measured.get(name), least, limit) for goal, name, least, limit in GOALS],
    }
    print(write(f"{today()}-nlu", result))


def _asked(rasa: Rasa, sets: Sets, model: Path | None = None) -> dict[str, list[Meaning | None]]:
    """What the model says of each set's sentences."""
    found = iter(rankings(rasa, [case.text for cases in sets.values() for case in cases], model=model))
    return {name: [next(found) for _ in cases] for name, cases in sets.items()}


def _goal(goal: str, name: str, found: float | None, least: bool, limit: float) -> dict[str, Any]:
    met = None if found is None else bool(found >= limit if least else found <= limit)
    return {"name": name, "goal": goal, "measured": found, "met": met}


def _learned(rasa: Rasa) -> int:
    return sum(len(read_cases(path)) for path in rasa.project.glob("data/*.yml"))


def _languages(cases: Sequence[Case], asked: Sequence[Meaning | None]) -> dict[str, Any]:
    found = {}
    for language in (*LANGUAGES, "the six"):
        chosen = [i for i, case in enumerate(cases) if _in(language)(case)]
        one = score([cases[i] for i in chosen], [asked[i] for i in chosen])
        found[language] = {"n": one.n, "top1": _3(one.accuracy), "macro_f1": _3(one.macro_f1), "top3": _3(one.top3)}
    return found


def _in(language: str) -> Callable[[Case], bool]:
    return lambda case: case.language == language or (language == "the six" and case.language != "ar-Latn")


def _quality(cases: Sequence[Case], asked: Sequence[Meaning | None]) -> dict[str, float]:
    languages = _languages(cases, asked)
    pairs = [
        (case, rule_first(heard(case.text), meaning))
        for case, meaning in zip(cases, asked, strict=True)
        if case.language != "ar-Latn"
    ]
    menu = [(case, meaning) for case, meaning in pairs if case.intent in CANDIDATES[Place.MENU]]
    decided = [(case, decide(meaning, Place.MENU)) for case, meaning in menu]
    inside = [(case, d) for case, d in decided if case.intent != "out_of_scope"]
    outside = [d for case, d in decided if case.intent == "out_of_scope"]
    acted = [(case, d) for case, d in inside if d.kind == "act"]
    return {
        "macro_f1": languages["the six"]["macro_f1"],
        "macro_f1_ku": languages["ku"]["macro_f1"],
        "macro_f1_ar-Latn": languages["ar-Latn"]["macro_f1"],
        "top3": languages["the six"]["top3"],
        "menu_top1": _first_right(pairs, Place.MENU),
        "question_top1": _first_right(pairs, Place.CHOICE),
        "yes_no_top1": _first_right(pairs, Place.YES_NO),
        "acted": _3(len(acted) / len(inside)),
        "acted_wrongly": _3(sum(d.intents[0] != case.intent for case, d in acted) / len(inside)),
        "offered_with_the_right_one": _3(
            sum(d.kind == "offer" and case.intent in d.intents for case, d in inside) / len(inside)
        ),
        "out_of_scope_acted": _3(sum(d.kind == "act" for d in outside) / len(outside)),
        "distress_noticed": _noticed(decided, "distress"),
        "care_shown_for_nothing": _3(
            sum(d.care for case, d in decided if case.intent != "distress")
            / sum(case.intent != "distress" for case, _ in decided)
        ),
        "scam_noticed": _noticed(decided, "report_scam"),
    }


def _first_right(pairs: Iterable[tuple[Case, Meaning | None]], place: Place) -> float:
    """How often the likeliest of what can be meant here is right, over the sentences that can be meant here."""
    here = [(case, meaning) for case, meaning in pairs if case.intent in CANDIDATES[place] and meaning is not None]
    right = 0
    for case, meaning in here:
        shares = candidates(meaning, place)
        right += bool(shares) and shares[0][0] == case.intent
    return _3(right / len(here))


def _noticed(decided: Iterable[tuple[Case, Any]], intent: str) -> float:
    """Acted on, offered, or (distress) help shown beside something else."""
    those = [d for case, d in decided if case.intent == intent]
    return _3(sum(intent in d.intents or (intent == "distress" and d.care) for d in those) / len(those))


def _answers_taken() -> float:
    rows = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    kinds = Counter(decide(heard(row["text"]), Place.WORDS, row["text"]).kind for row in rows)
    # In doubt the words are kept, and the family is asked.
    return _3(1 - (kinds["take"] + kinds["doubt"]) / len(rows))


def _epochs(arguments: Sequence[str]) -> int:
    """The number after `--peer`, or what Rasa's documentation proposes."""
    after = arguments[arguments.index("--peer") + 1 :]
    return int(after[0]) if after else PEER_EPOCHS


def _peer(rasa: Rasa, sets: Sets, epochs: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        model, config = Path(folder) / "peer.tar.gz", Path(folder) / "config.yml"
        documented = PEER.read_text(encoding="utf-8")
        config.write_text(documented.replace(f"epochs: {PEER_EPOCHS}", f"epochs: {epochs}"), encoding="utf-8")
        seconds = train(rasa, config=config, model=model)
        asked = _asked(rasa, sets, model)
    languages = {name: _languages(cases, asked[name]) for name, cases in sets.items()}
    return {"epochs": epochs, "train_seconds": round(seconds), "languages": languages}


def _earlier_peer() -> dict[str, Any] | None:
    try:
        peer: dict[str, Any] | None = newest("nlu")["peer"]
    except SystemExit:
        return None
    return peer


async def _speed(rasa: Rasa, texts: Sequence[str]) -> dict[str, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        token = Path(folder) / "token"
        environment = {**os.environ, "WASL_NLU_URL": url, "WASL_NLU_TOKEN_FILE": str(token)}
        started = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl", "nlu", "serve", env=environment, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                if line.startswith(b"nlu ready"):
                    break
            start = time.monotonic() - started
            chosen = list(texts)[:: max(1, len(texts) // 300)]
            alone, _ = await _ask(url, token.read_text().strip(), chosen, 1)
            busy, rate = await _ask(url, token.read_text().strip(), chosen, 8)
            return {
                "start_seconds": round(start, 1),
                "p50_ms": _1(quantiles(alone, n=100)[49]),
                "p95_ms": _1(quantiles(alone, n=100)[94]),
                "texts_per_second": _1(rate),
                "busy_p95_ms": _1(quantiles(busy, n=100)[94]),
                "memory_mib": _memory(process.pid),
            }
        finally:
            process.terminate()
            await process.wait()


async def _ask(url: str, token: str, texts: Sequence[str], at_once: int) -> tuple[list[float], float]:
    """Milliseconds of each text, and texts a second, with so many under way."""
    taken: list[float] = []
    waiting = iter(texts)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as session:

        async def ask() -> None:
            for text in waiting:
                began = time.perf_counter()
                async with session.post(f"{url}/parse", json={"text": text}) as answer:
                    await answer.read()
                taken.append((time.perf_counter() - began) * 1000)

        began = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(at_once)))
        return taken, len(taken) / (time.perf_counter() - began)


def _memory(pid: int) -> float:
    """Proportional set size of the process and its workers, MiB: what they share is counted once."""
    front = psutil.Process(pid)
    return _1(sum(one.memory_full_info().pss for one in [front, *front.children(recursive=True)]) / 2**20)


def _1(value: float) -> float:
    return round(value, 1)


def _3(value: float) -> float:
    return round(value, 3)


if __name__ == "__main__":
    main()
