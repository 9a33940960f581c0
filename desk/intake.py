"""The intake: asks the families' side what is waiting, opens it, stores it, and only then acknowledges it.

Kill it anywhere: what was not stored is listed again, what was stored is only acknowledged again.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import SQLAlchemyError

from desk import quarantine, reports
from desk.contact import Contact, Trouble
from desk.keys import Identity
from desk.opening import Opened, Parts, Reason, Refusal, open_envelope
from desk.quarantine import Listed
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
        return taken + await self._acknowledge_leftovers(set(waiting))

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
        if not await asyncio.to_thread(self._is_kept, listed):
            refusal = await self._fetch_and_admit(listed)
            if refusal:
                reason = refusal.reason.value
                log.warning("report_quarantined", report=listed.report, revision=listed.revision, reason=reason)
                return 0
        return await self._acknowledge(listed)

    async def _fetch_and_admit(self, listed: Listed) -> Refusal | None:
        try:
            parts = await self.source.fetch(listed)
        except Unfetchable:
            refusal = Refusal(Reason.UNFETCHABLE)
            await asyncio.to_thread(quarantine.hold, self.store, listed, refusal)
            return refusal
        return await asyncio.to_thread(self._admit, listed, parts)

    def _is_kept(self, listed: Listed) -> bool:
        with self.store.engine.begin() as connection:
            return reports.kept_digest(connection, listed.report, listed.revision) == listed.sealed_sha256

    def _admit(self, listed: Listed, parts: Parts | None) -> Refusal | None:
        """Open and store, or hold in quarantine; the refusal, if it was one."""
        outcome = self._open(listed, parts)
        if isinstance(outcome, Opened) and not reports.keep(self.store, outcome):
            outcome = Refusal(Reason.CHANGED)
        if isinstance(outcome, Refusal):
            quarantine.hold(self.store, listed, outcome, parts or quarantine.NOTHING)
            return outcome
        quarantine.release(self.store, listed)
        return None

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
