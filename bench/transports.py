"""What python-telegram-bot's HTTP client costs: the same echo bot over httpx and over aiohttp, with and without uvloop.

`python -m bench.transports` prints a table and writes `bench/results/<date>-transports.json`. Each variant is a process
of its own; the rounds alternate between them, so that a busy minute of the machine hits all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from statistics import median
from typing import Any

import psutil
import uvloop

from bench.drive import Load, Say, Script, Unexpected
from bench.machine import facts, today
from bench.results import write
from bench.stage import Stage

CHATS = 64
#: client, event loop, how many messages are under way at once (stock python-telegram-bot: one)
VARIANTS = [
    ("httpx", "asyncio", 1),
    ("httpx", "uvloop", 1),
    ("aiohttp", "asyncio", 1),
    ("aiohttp", "uvloop", 1),
    ("httpx", "asyncio", CHATS),
    ("httpx", "uvloop", CHATS),
    ("aiohttp", "asyncio", CHATS),
    ("aiohttp", "uvloop", CHATS),
]
FIGURES = ["updates_per_second", "calls_per_second", "cpu_us_per_call", "p50_ms", "p95_ms"]


async def echo(api: str, client: str, in_flight: int) -> None:
    """The bot of this measurement: `Bot` alone, so that nothing but the client differs."""
    from telegram import Bot, Update
    from telegram.request import BaseRequest, HTTPXRequest

    from bot.transport import AiohttpRequest

    def request() -> BaseRequest:
        return HTTPXRequest() if client == "httpx" else AiohttpRequest()

    bot = Bot("4242:bench", f"{api}/bot", request=request(), get_updates_request=request())
    turns = asyncio.Semaphore(in_flight)

    async def answer(update: Update) -> None:
        async with turns:
            assert update.message is not None
            assert update.message.text is not None
            await bot.send_message(update.message.chat_id, update.message.text)

    offset = 0
    async with bot, asyncio.TaskGroup() as tasks:
        while True:
            for update in await bot.get_updates(offset, timeout=10):
                offset = update.update_id + 1
                if in_flight == 1:
                    await answer(update)
                else:
                    tasks.create_task(answer(update))


def echoes() -> Script:
    for number in range(10):
        text = f"Has anybody seen my brother? {number}"
        shown = yield Say(text)
        if shown.text != text:
            raise Unexpected(f"{shown.text!r} for {text!r}")


async def measure(client: str, loop: str, in_flight: int, window: float) -> dict[str, Any]:
    stage = Stage()
    api = await stage.open()
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.transports", "--echo", api, client, loop, str(in_flight)
    )
    try:
        await asyncio.wait_for(stage.ready(), 20)
        load = Load(stage, echoes, CHATS)
        warm_up = 1.0
        counting = asyncio.create_task(_count(stage, warm_up, window))
        figures = await load.run(warm_up, window, psutil.Process(bot.pid))
        calls = await counting
    finally:
        bot.kill()
        await bot.wait()
        await stage.close()
    per_update = calls / window / max(figures["updates_per_second"], 0.1)
    return figures | {
        "calls_per_second": round(calls / window, 1),
        "cpu_us_per_call": round((figures["cpu_us_per_update"] or 0) / per_update),
    }


async def _count(stage: Stage, warm_up: float, window: float) -> int:
    await asyncio.sleep(warm_up)
    before = stage.calls.total()
    await asyncio.sleep(window)
    return stage.calls.total() - before


async def compare(rounds: int, window: float) -> list[dict[str, Any]]:
    measured: dict[tuple[str, str, int], list[dict[str, Any]]] = {variant: [] for variant in VARIANTS}
    for number in range(rounds):
        for variant in VARIANTS:
            measured[variant].append(await measure(*variant, window))
            print(f"round {number + 1}  {' '.join(map(str, variant)):20} {measured[variant][-1]}", file=sys.stderr)
    return [
        {
            "client": client,
            "loop": loop,
            "in_flight": in_flight,
            "median": {name: median(figures[name] for figures in found) for name in FIGURES},
            "rounds": found,
        }
        for (client, loop, in_flight), found in measured.items()
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--window", type=float, default=4.0, help="seconds")
    options.add_argument("--echo", nargs=4, metavar=("API", "CLIENT", "LOOP", "IN_FLIGHT"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.echo:
        api, client, loop, in_flight = chosen.echo
        run = uvloop.run if loop == "uvloop" else asyncio.run
        run(echo(api, client, int(in_flight)))
        return
    found = uvloop.run(compare(chosen.rounds, chosen.window))
    path = write(
        f"{today()}-transports",
        {"machine": facts(), "chats": CHATS, "window_seconds": chosen.window, "load_before": os.getloadavg()[0]}
        | {"variants": found},
    )
    print("| client | event loop | in flight | " + " | ".join(FIGURES) + " |")
    print("|---|---|" + "---:|" * (1 + len(FIGURES)))
    for one in found:
        numbers = " | ".join(f"{one['median'][name]:.0f}" for name in FIGURES)
        print(f"| {one['client']} | {one['loop']} | {one['in_flight']} | {numbers} |")
    print(f"written to {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
