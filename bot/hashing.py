"""Hashes new reference codes, one after the other and out of the way: 30 ms and 19 MiB each must not hold up a family."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog

from bot.keys import Keys
from bot.reference import open_verifier
from bot.sender import backoff
from bot.store import references
from bot.store.store import Store
from bot.store.writer import StoreTrouble

#: Rows looked up at once.
_SOME = 32

log = structlog.get_logger()


class Hashing:
    """Rows are the truth: a code without a hash is found again after a crash. `wake` only saves the waiting."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys
        self._awake = asyncio.Event()
        self._awake.set()

    def wake(self) -> None:
        """There is a new code."""
        self._awake.set()

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        with ThreadPoolExecutor(1, "hashing", initializer=_step_back) as thread:
            while True:
                await self._awake.wait()
                self._awake.clear()
                try:
                    while await self._some(thread):
                        failures = 0
                except StoreTrouble:
                    failures += 1
                    await asyncio.sleep(backoff(failures))
                    self._awake.set()

    async def _some(self, thread: ThreadPoolExecutor) -> bool:
        loop = asyncio.get_running_loop()
        waiting = await self._store.write(lambda connection: references.unhashed(connection, _SOME))
        for selector, sealed in waiting:
            code = open_verifier(self._keys, selector, sealed)
            hashed = await loop.run_in_executor(thread, code.hashed, self._keys.pepper)
            await self._store.write_soon(partial(references.hashed, selector=selector, hash_=hashed))
        return bool(waiting)


def _step_back() -> None:
    """Let every other thread go first (on Linux a thread has a niceness of its own)."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
    except OSError:
        log.debug("no_priority")
