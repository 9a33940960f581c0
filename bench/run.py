"""All bots under the same load, in alternating rounds: `python -m bench.run` writes `bench/results/<date>-bench.json`.

Rounds alternate between the bots so that a busy minute of the machine hits all of them; ratios are taken within a round
and their median is quoted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import uvloop

from bench import form
from bench.bots import CONTENDERS, Contender, Launch
from bench.drive import Load, Place, rss
from bench.machine import facts, today
from bench.results import write
from bench.sandbox import Sandbox
from bench.stage import Stage
from bench.venvs import NotHere

#: What a bot needs to settle after its first poll, before its idle memory is read.
SETTLE = 1.0


@dataclass(frozen=True)
class Plan:
    """What every bot is put through."""

    rounds: int
    chats: int
    warm_up_seconds: float
    window_seconds: float
    through: str
    """Where families meet the Telegram bots: the bare `stage`, or our `sandbox`, which checks every call."""


PLACES: dict[str, Callable[[], Place]] = {"stage": Stage, "sandbox": Sandbox}


async def measure(bot: Contender, launch: Launch, plan: Plan) -> dict[str, Any]:
    """Start a bot, measure its start, its idle memory and its figures under load, and stop it."""
    place: Place = (bot.place or PLACES[plan.through])()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        api = await place.open()
        process, began = await _start(launch, api, Path(scratch))
        try:
            ready = await _first_sign(place, process, bot.patience)
            await asyncio.sleep(SETTLE)
            watched = psutil.Process(process.pid)
            idle = rss(watched)
            load = Load(place, bot.script, plan.chats)
            figures = await load.run(plan.warm_up_seconds, plan.window_seconds, watched)
        except (TimeoutError, psutil.NoSuchProcess):
            last = (Path(scratch) / "log").read_text(errors="replace").strip().splitlines()[-1:]
            raise NotHere(f"it did not start, or did not stay up; its last words: {last}") from None
        finally:
            await _stop(process)
            await place.close()
    return {"cold_start_seconds": round(ready - began, 2), "idle_rss_mib": idle} | figures


async def _first_sign(place: Place, process: asyncio.subprocess.Process, patience: float) -> float:
    ready, ended = asyncio.create_task(place.ready()), asyncio.create_task(process.wait())
    done, pending = await asyncio.wait({ready, ended}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if ready not in done:
        raise TimeoutError
    return ready.result()


async def _start(launch: Launch, api: str, scratch: Path) -> tuple[asyncio.subprocess.Process, float]:
    """The bot's process and the moment it was started."""
    filled = {"{api}": api, "{port}": api.rpartition(":")[2], "{scratch}": str(scratch)}

    def fill(text: str) -> str:
        for name, value in filled.items():
            text = text.replace(name, value)
        return text

    async def start(command: tuple[str, ...]) -> asyncio.subprocess.Process:
        with (scratch / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *map(fill, command),
                cwd=launch.folder,
                env=os.environ | {name: fill(value) for name, value in launch.environment.items()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    if launch.before:
        await (await start(launch.before)).wait()
    began = time.monotonic()
    return await start(launch.command), began


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask, then insist: of its whole session, which is ours alone."""
    for order, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, order)
            await asyncio.wait_for(process.wait(), patience)
        except ProcessLookupError:
            return
        except TimeoutError:
            continue


async def all_rounds(
    launches: dict[str, Launch], missing: dict[str, str], plan: Plan
) -> dict[str, list[dict[str, Any]]]:
    """Every figure of every round; a bot that fails once is left out, and `missing` says why."""
    measured: dict[str, list[dict[str, Any]]] = {key: [] for key in launches}
    for number in range(1, plan.rounds + 1):
        for bot in (bot for bot in CONTENDERS if bot.key in measured):
            try:
                figures = await measure(bot, launches[bot.key], plan)
            except NotHere as reason:
                _leave_out(bot, reason, missing)
                del measured[bot.key]
                continue
            measured[bot.key].append(figures)
            print(f"round {number}  {bot.key:10}  {figures}", file=sys.stderr, flush=True)
    return measured


def prepare(keys: list[str]) -> tuple[dict[str, Launch], dict[str, str]]:
    launches: dict[str, Launch] = {}
    missing: dict[str, str] = {}
    for bot in CONTENDERS:
        if bot.key in keys:
            try:
                print(f"preparing {bot.key}", file=sys.stderr, flush=True)
                launches[bot.key] = bot.prepare()
            except NotHere as reason:
                _leave_out(bot, reason, missing)
    return launches, missing


def _leave_out(bot: Contender, reason: NotHere, missing: dict[str, str]) -> None:
    missing[bot.key] = str(reason)
    print(f"\n!!! {bot.title}: not measured here: {reason}\n", file=sys.stderr, flush=True)


def medians(rounds: list[dict[str, Any]]) -> dict[str, float]:
    numbers = [name for name, value in rounds[0].items() if isinstance(value, int | float)]
    return {name: round(median(figures[name] for figures in rounds), 2) for name in numbers}


def ratio(measured: dict[str, list[dict[str, Any]]], peer: str) -> float | None:
    """How many times the peer's updates per second ours are, each round by itself."""
    if "ours" not in measured or peer not in measured:
        return None
    pairs = zip(measured["ours"], measured[peer], strict=True)
    ratios: list[float] = [us["updates_per_second"] / them["updates_per_second"] for us, them in pairs]
    return round(median(ratios), 1)


def goals(measured: dict[str, list[dict[str, Any]]], form_ms: float | None) -> list[dict[str, Any]]:
    mine = medians(measured["ours"]) if "ours" in measured else {}
    return [
        _goal("times python-telegram-bot's ConversationHandler", "at least", 2.5, ratio(measured, "ptb")),
        _goal("times Rasa's form bot, both on SQLite and durable", "at least", 20, ratio(measured, "rasa")),
        _goal("MiB resident when idle", "at most", 150, mine.get("idle_rss_mib")),
        _goal("seconds from start to first poll", "at most", 2, mine.get("cold_start_seconds")),
        _goal("ms to evaluate the whole form", "at most", 0.5, form_ms),
    ]


def _goal(name: str, sense: str, wanted: float, found: float | None) -> dict[str, Any]:
    met = None if found is None else bool(found >= wanted if sense == "at least" else found <= wanted)
    return {"goal": f"{sense} {wanted:g} {name}", "measured": found, "met": met}


def main() -> None:
    keys = [bot.key for bot in CONTENDERS]
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", nargs="+", choices=keys, default=keys, metavar="BOT", help=", ".join(keys))
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--chats", type=int, default=64)
    options.add_argument("--warm-up", type=float, default=3.0, help="seconds")
    options.add_argument("--window", type=float, default=10.0, help="seconds")
    options.add_argument("--through", choices=PLACES, default="stage", help="where families meet the Telegram bots")
    chosen = options.parse_args()

    launches, missing = prepare(chosen.only)
    plan = Plan(chosen.rounds, chosen.chats, chosen.warm_up, chosen.window, chosen.through)
    load = asdict(plan) | {"machine_load_before": round(os.getloadavg()[0], 2)}
    measured = uvloop.run(all_rounds(launches, missing, plan))
    form_ms = form.milliseconds()
    found = goals(measured, form_ms)
    path = write(
        f"{today()}-bench" if plan.through == "stage" else f"{today()}-bench-{plan.through}",
        {
            "machine": facts(),
            "load": load,
            "bots": {
                bot.key: {"title": bot.title, "settings": bot.settings, "keeps": bot.keeps}
                | (
                    {
                        "versions": dict(launches[bot.key].versions),
                        "median": medians(measured[bot.key]),
                        "rounds": measured[bot.key],
                    }
                    if bot.key in measured
                    else {"missing": missing.get(bot.key, "left out of this run")}
                )
                for bot in CONTENDERS
            },
            "ours_times": {key: ratio(measured, key) for key in keys if key != "ours"},
            "form_ms": form_ms,
            "goals": found,
        },
    )
    for goal in found:
        verdict = {True: "met", False: "NOT MET", None: "not measured"}[goal["met"]]
        print(f"{verdict:12} {goal['goal']}: {goal['measured']}")
    print(f"written to {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
