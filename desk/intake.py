"""The intake: asks the families' side what is waiting, opens it, stores it, and only then acknowledges it.

Kill it anywhere: what was not stored is listed again, what was stored is only acknowledged again. Attachments wait on
disk as they came, sealed, in files without a name, until one transaction stores them with their report.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import SQLAlchemyError

from desk import erasure, quarantine, reports
from desk.contact import Contact, Trouble
from desk.keys import Identity
from desk.opening import Expected, Opened, Parts, Reason, Refusal, Refused, open_envelope, open_file
from desk.quarantine import Listed
from desk.returning import Returning
from desk.source import OutOfReach, Source, Unfetchable
from desk.store import Store

_AT_ONCE = 50
#: More lines than this no families' side gives at once.
_LONGEST_LIST = 500
_LONGEST_PAUSE = 300.0

log = structlog.get_logger()


@dataclass(slots=True)
class Intake:
    """One loop; there must be only one per store."""

    source: Source
    store: Store
    identity: Identity
    sender_key: Ed25519PublicKey = field(repr=False)
    contact: Contact
    poll_seconds: float
    #: what is said to families and heard of it; None where there is no way back
    returning: Returning | None = None
    #: set to look at once instead of after the pause
    nudge: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Go on until cancelled, more slowly while the families' side is out of reach."""
        failures = 0
        async with self.source:
            while True:
                taken = await self._try_round()
                failures = failures + 1 if taken is None else 0
                if not taken:
                    await self._pause(failures)

    async def round(self) -> int:
        """Take everything that is waiting once; gives how many were newly stored or acknowledged."""
        # What rests in quarantine stays at the head of the list for good, so look past it.
        held = await asyncio.to_thread(quarantine.how_many, self.store)
        waiting = await self.source.waiting(min(_AT_ONCE + held, _LONGEST_LIST))
        self.contact.good(self.store.now())
        taken = 0
        for listed in waiting:
            taken += await self._take(listed)
        taken += await self._acknowledge_leftovers(set(waiting))
        # Last, because an answer is told of after it lies in the list.
        return taken + (await self.returning.round() if self.returning else 0)

    async def _try_round(self) -> int | None:
        try:
            return await self.round()
        except OutOfReach as trouble:
            self.contact.bad(trouble.trouble, self.store.now())
            log.warning("families_side_out_of_reach", reason=trouble.trouble.value)
        except SQLAlchemyError as error:
            self.contact.bad(Trouble.OWN_STORE, self.store.now())
            log.critical("store_failed", error=type(error).__name__)
        return None

    async def _take(self, listed: Listed) -> int:
        """Store and acknowledge one envelope; 1 when that changed something at either side."""
        if await asyncio.to_thread(quarantine.is_resting, self.store, listed):
            return 0
        if not await asyncio.to_thread(self._is_settled, listed):
            refusal = await self._fetch_and_admit(listed)
            if refusal:
                reason = refusal.reason.value
                log.warning("report_quarantined", report=listed.report, revision=listed.revision, reason=reason)
                return 0
        return await self._acknowledge(listed)

    async def _fetch_and_admit(self, listed: Listed) -> Refusal | None:
        """Store one envelope with its attachments, or hold it in quarantine; the refusal, if it was one."""
        parts: Parts | None = None
        try:
            parts = await self.source.fetch(listed)
            outcome = await asyncio.to_thread(self._open, listed, parts)
            if isinstance(outcome, Opened):
                await self._store(listed, outcome)
                await asyncio.to_thread(quarantine.release, self.store, listed)
                return None
        except Unfetchable:
            outcome = Refusal(Reason.UNFETCHABLE)
        except Refused as refused:
            outcome = refused.refusal
        await asyncio.to_thread(quarantine.hold, self.store, listed, outcome, parts or quarantine.NOTHING)
        return outcome

    async def _store(self, listed: Listed, opened: Opened) -> None:
        """Fetch the attachments, then store everything in one transaction; `Refused` when anything is not as promised."""
        with ExitStack() as spools:
            fetched = [spools.enter_context(TemporaryFile()) for _ in opened.files]
            for expected, spool in zip(opened.files, fetched, strict=True):
                await self._fetch_file(listed, expected, spool)
            await asyncio.to_thread(self._keep, opened, fetched)

    async def _fetch_file(self, listed: Listed, expected: Expected, spool: IO[bytes]) -> None:
        try:
            await self.source.fetch_file(listed, expected.sealed, spool)
        except Unfetchable:
            raise Refused(Reason.FILE_UNFETCHABLE, expected.place) from None

    def _keep(self, opened: Opened, fetched: Sequence[IO[bytes]]) -> None:
        if not reports.keep(self.store, opened, map(self._content, opened.files, fetched)):
            raise Refused(Reason.CHANGED)

    def _content(self, expected: Expected, spool: IO[bytes]) -> bytes:
        spool.seek(0)
        return open_file(expected, spool.read(), self.identity)

    def _is_settled(self, listed: Listed) -> bool:
        with self.store.engine.begin() as connection:
            return reports.is_settled(connection, reports.Kept(listed.report, listed.revision, listed.sealed_sha256))

    def _open(self, listed: Listed, parts: Parts | None) -> Opened | Refusal:
        if parts is None:
            return Refusal(Reason.UNREADABLE)
        outcome = open_envelope(parts, self.identity, self.sender_key)
        if isinstance(outcome, Opened):
            inside = outcome.manifest
            if listed != Listed(inside.report, inside.revision, inside.sealed_sha256):
                return Refusal(Reason.NOT_AS_LISTED)
        return outcome

    async def _acknowledge(self, listed: Listed) -> int:
        if not await self.source.acknowledge(listed):
            log.warning("acknowledgement_refused", report=listed.report, revision=listed.revision)
            return 0
        kept = reports.Kept(listed.report, listed.revision, listed.sealed_sha256)
        await asyncio.to_thread(reports.acknowledged, self.store, kept)
        if await asyncio.to_thread(erasure.came_again, self.store, listed.report):
            log.info("erased_report_came_again", report=listed.report, revision=listed.revision)
            return 1
        log.info("report_taken", report=listed.report, revision=listed.revision)
        return 1

    async def _acknowledge_leftovers(self, listed: set[Listed]) -> int:
        """Stored here, no longer listed there: the desk stopped after the acknowledgement, before noting it."""
        acknowledged = 0
        for kept in await asyncio.to_thread(reports.unacknowledged, self.store):
            line = Listed(kept.report, kept.revision, kept.sealed_sha256)
            if line not in listed:
                acknowledged += await self._acknowledge(line)
        return acknowledged

    async def _pause(self, failures: int) -> None:
        pause = min(self.poll_seconds * 2 ** min(failures, 10), max(_LONGEST_PAUSE, self.poll_seconds))
        if failures:
            pause *= random.uniform(0.8, 1.2)  # noqa: S311  (so that many desks do not knock at once)
        try:
            await asyncio.wait_for(self.nudge.wait(), pause)
        except TimeoutError:
            return
        self.nudge.clear()
