"""The bot process: opens everything, says it is ready, and closes within two seconds when asked to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import time

import structlog

from bot.engine import spoken
from bot.house import House, build
from bot.introduction import introduce
from bot.parcels import read_parcel
from bot.plans import today
from bot.settings import Settings
from bot.store import meta, outbox
from ground.complaints import Complaint
from ground.vault import Unreadable

#: How long turns, then calls, under way at the end may take (seconds).
GRACE = 0.7

#: Telegram forgets a pressed button after 150 seconds.
LONG_ABSENCE = 120
#: More chats than this are not woken: at 30 messages a second that takes three minutes.
MOST_WOKEN = 5000

log = structlog.get_logger()


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    house = build(settings)
    listener = listen(settings.handoff_host, settings.handoff_port)
    # A waiting thread asks for the interpreter after this long; the default (5 ms) is longer than a whole turn.
    sys.setswitchinterval(0.0005)
    # What is loaded now stays for good: the collector need not look at it again, nor look as often as by default.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    with listener:
        house.store.open(house.keys)
        try:
            _run(house, listener)
        finally:
            house.store.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; a Complaint when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise Complaint(
            f"The hand-off address {host}:{port} cannot be used ({os.strerror(error.errno or 0)}). Stop what uses it, "
            "or set WASL_HANDOFF_PORT."
        ) from None
    return listener


def _run(house: House, listener: socket.socket) -> None:
    import uvloop

    async def until_told() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await live(house, stop, listener)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_told())


async def live(house: House, stop: asyncio.Event, listener: socket.socket | None = None) -> None:
    """The bot's life from its first poll until `stop`, with its store open; without a listener, no hand-off API."""
    await house.api.open()
    say_again = await _resume(house)
    await _wake(house)
    drained = await house.intake.drain()
    polling = asyncio.create_task(house.intake.run())
    hashing = asyncio.create_task(house.hashing.run())
    beside = asyncio.create_task(_beside(house, listener))
    log.info("bot_ready", count=drained, kept=say_again, address=house.settings.bot_api)
    print(f"bot ready {house.settings.bot_api}", flush=True)  # noqa: T201
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((polling, hashing, beside, stopping), return_when=asyncio.FIRST_COMPLETED)
        for task in (polling, hashing, beside):
            if task.done():
                task.result()
    finally:
        await _end(house, polling, hashing, beside, stopping)


async def _resume(house: House) -> int:
    """Hand the sender what an earlier run did not say; how many."""
    rows = await house.store.write(outbox.waiting)
    for row in rows:
        chat = await house.worker.chat(row.lane)
        if chat is None:
            continue
        try:
            house.sender.put(chat, [read_parcel(house.keys, row)])
        except Unreadable:
            log.error("outbox_unreadable", update=row.update_id, ordinal=row.ordinal)
    return len(rows)


async def _wake(house: House) -> None:
    """After an absence long enough for pressed buttons to be lost, show active chats their question once more."""
    now = int(time.time())
    last = await house.store.write(meta.last_alive)
    await house.store.write(lambda connection: meta.alive(connection, now))
    if last is not None and now - last >= LONG_ABSENCE:
        woken = await house.worker.wake(today() - 1, MOST_WOKEN)
        log.info("woken", count=woken, seconds=now - last)


async def _beside(house: House, listener: socket.socket | None) -> None:
    """What need not be there for the first answer: the hand-off API and the clock, imported only now."""
    if listener is None:
        await asyncio.Event().wait()
        return
    await asyncio.sleep(0.05)
    from bot.clock import ticking
    from bot.handoff import serve_handoff
    from bot.returns import returns_of
    from flows.reading import places

    with ticking(house):
        await asyncio.gather(
            asyncio.to_thread(places.warm),
            introduce(house.api, spoken(house.profile)),
            serve_handoff(house.store, house.handoff_token, listener, returns_of(house)),
        )


async def _end(house: House, *tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await house.lanes.close(GRACE)
    await house.sender.close(GRACE)
    await house.understanding.close()
    await house.api.close_connections()
    log.info("bot_stopped")
