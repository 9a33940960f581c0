"""Envelopes that did not pass: kept as they came, tried again ever more rarely, shown to a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from desk import audit
from desk.opening import Parts, Refusal
from desk.store import Store
from desk.tables import quarantine

_FIRST_WAIT = 60
_LONGEST_WAIT = 24 * 60 * 60
#: For an envelope that never came.
NOTHING = Parts(b"", b"", b"")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the families' side's list: what it says is waiting."""

    report: str
    revision: int
    sealed_sha256: str


@dataclass(frozen=True, slots=True)
class Held:
    """One envelope in quarantine, as the console shows it. Moments are seconds since 1970."""

    id: int
    report: str
    revision: int
    reason: str
    place: str
    first_tried_at: int
    last_tried_at: int
    next_try_at: int
    tries: int
    sealed_bytes: int


def hold(store: Store, listed: Listed, refusal: Refusal, parts: Parts = NOTHING) -> None:
    """Keep the parts and why they were refused; the wait for the next try doubles each time."""
    now = store.now()
    values = {
        "reason": refusal.reason.value,
        "place": refusal.place[:200],
        "manifest": parts.manifest,
        "signature": parts.signature,
        "sealed": parts.sealed,
        "last_tried_at": now,
    }
    with store.engine.begin() as connection:
        tries = connection.scalar(select(quarantine.c.tries).where(_is(listed)))
        if tries is None:
            values |= {"report": listed.report, "revision": listed.revision, "sealed_sha256": listed.sealed_sha256}
            values |= {"first_tried_at": now, "next_try_at": now + _FIRST_WAIT, "tries": 1}
            connection.execute(insert(quarantine).values(**values))
            audit.record(connection, store, audit.INTAKE, audit.Action.REPORT_QUARANTINED, listed.report)
        else:
            wait = min(_FIRST_WAIT * 2 ** min(tries, 20), _LONGEST_WAIT)
            values |= {"next_try_at": now + wait, "tries": tries + 1}
            connection.execute(update(quarantine).where(_is(listed)).values(**values))


def is_resting(store: Store, listed: Listed) -> bool:
    """Whether this very envelope was refused and its next try is not yet due."""
    with store.engine.begin() as connection:
        due = connection.scalar(select(quarantine.c.next_try_at).where(_is(listed)))
    return due is not None and due > store.now()


def release(store: Store, listed: Listed) -> None:
    """Forget what was held of an envelope that passed after all, or is no longer wanted by anybody."""
    with store.engine.begin() as connection:
        if connection.execute(delete(quarantine).where(_is(listed))).rowcount:
            audit.record(connection, store, audit.INTAKE, audit.Action.REPORT_RELEASED, listed.report)


def try_again(store: Store, held: int, caseworker: str) -> bool:
    """Make the next try due now; False when nothing is held under this id."""
    with store.engine.begin() as connection:
        report = connection.scalar(select(quarantine.c.report).where(quarantine.c.id == held))
        if report is None:
            return False
        connection.execute(update(quarantine).where(quarantine.c.id == held).values(next_try_at=store.now()))
        audit.record(connection, store, caseworker, audit.Action.RETRY_ASKED, report)
    return True


def everything_held(connection: Connection) -> list[Held]:
    """All that is in quarantine, oldest first."""
    columns = [column for column in quarantine.c if column.name in Held.__dataclass_fields__]
    query = select(*columns, func.length(quarantine.c.sealed).label("sealed_bytes")).order_by(quarantine.c.id)
    return [Held(**row._mapping) for row in connection.execute(query)]


def holds(connection: Connection, report: str) -> bool:
    """Whether anything of this report is in quarantine."""
    return connection.scalar(select(quarantine.c.id).where(quarantine.c.report == report).limit(1)) is not None


def how_many(store: Store) -> int:
    """How many envelopes are in quarantine."""
    with store.engine.begin() as connection:
        return connection.scalar(select(func.count()).select_from(quarantine)) or 0


def _is(listed: Listed) -> ColumnElement[bool]:
    return (
        (quarantine.c.report == listed.report)
        & (quarantine.c.revision == listed.revision)
        & (quarantine.c.sealed_sha256 == listed.sealed_sha256)
    )
