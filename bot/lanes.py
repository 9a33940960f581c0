"""Lanes: the updates of one chat strictly in order, chats side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that is committed to the inbox and waits for its turn."""

    update_id: int
    lane: str
    raw: Mapping[str, Any] = field(repr=False)
    tries: int = 0


class Lanes:
    """Hands each update to `work`, one at a time per lane."""

    def __init__(self, work: Callable[[Waiting], Awaitable[None]]) -> None:
        self._work = work
        self._queues: dict[str, deque[Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        #: ids that wait or are at work, so that no update is in a lane twice
        self._inside: set[int] = set()
        self._stopping = False

    @property
    def backlog(self) -> int:
        """How many updates wait or are at work."""
        return len(self._inside)

    def __contains__(self, update_id: int) -> bool:
        """Whether this update waits or is at work here."""
        return update_id in self._inside

    def put(self, updates: Iterable[Waiting]) -> None:
        """Queue these; one that is inside already is left out."""
        for update in updates:
            if update.update_id in self._inside:
                continue
            self._inside.add(update.update_id)
            queue = self._queues.get(update.lane)
            if queue is not None:
                queue.append(update)
                continue
            self._queues[update.lane] = deque([update])
            task = asyncio.create_task(self._walk(update.lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self, grace: float) -> None:
        """Let the turns at work end; what waits stays in the inbox."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _walk(self, lane: str) -> None:
        queue = self._queues[lane]
        while queue and not self._stopping:
            update = queue[0]
            try:
                await self._work(update)
            except Exception as error:
                # The row stays new and is found again within a minute; the lane goes on.
                log.error("lane_stumbled", lane=lane, update=update.update_id, error=type(error).__name__)
            finally:
                queue.popleft()
                self._inside.discard(update.update_id)
        del self._queues[lane]
