"""The audit trail: who did what and when, each row chained to the one before it by a keyed hash.

Actions are a closed vocabulary and objects are ids; nothing a family wrote gets in. The chain shows any change,
deletion, swap or insertion; a trail cut off at its end shows only against the checkpoints kept beside the database.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from desk.store import Store
from desk.tables import audit

_GENESIS = "0" * 64
#: A checkpoint is written when the trail is opened, and every so many rows.
_EVERY = 100

#: Who acts when it is no caseworker.
INTAKE = "intake"
OPERATOR = "operator"


class Action(StrEnum):
    """All that is ever audited."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    PASSPHRASE_CHANGED = "passphrase_changed"  # noqa: S105
    CASEWORKER_ADDED = "caseworker_added"
    PASSPHRASE_RESET = "passphrase_reset"  # noqa: S105
    REPORT_STORED = "report_stored"
    REPORT_QUARANTINED = "report_quarantined"
    REPORT_RELEASED = "report_released"
    RETRY_ASKED = "retry_asked"
    CASE_VIEWED = "case_viewed"
    CASE_EXPORTED = "case_exported"
    #: a photo, a recording or a paper was handed to a browser; the object is the report's id and the file's
    FILE_VIEWED = "file_viewed"
    #: a status, a question or a message to a family was written, passed by a second look, given up, taken back
    SAYING_PROPOSED = "saying_proposed"
    SAYING_RELEASED = "saying_released"
    SAYING_DROPPED = "saying_dropped"
    SAYING_REVOKED = "saying_revoked"
    #: the page of what is said to a family was opened
    TALK_VIEWED = "talk_viewed"
    TASK_TAKEN = "task_taken"
    TASK_CLOSED = "task_closed"
    REPORT_ERASED = "report_erased"
    #: something of an erased report came again; it was acknowledged and not stored
    ERASED_CAME_AGAIN = "erased_came_again"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the trail."""

    seq: int
    at: int
    actor: str
    action: str
    object: str
    mac: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the trail found: how many rows hold, and the first that does not."""

    rows: int
    #: mac of the last good row, to be kept elsewhere
    head: str
    broken_at: int | None = None
    #: a checkpoint that the trail no longer reaches or matches
    missing: int | None = None

    @property
    def holds(self) -> bool:
        return self.broken_at is None and self.missing is None


def record(connection: Connection, store: Store, actor: str, action: Action, about: str) -> None:
    """Add a row, in the caller's transaction, so that the deed and its record are one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    last = connection.execute(select(audit.c.seq, audit.c.mac).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.mac) if last else (1, _GENESIS)
    at = store.now()
    mac = _mac(store, previous, seq, at, actor, action, about)
    connection.execute(insert(audit).values(seq=seq, at=at, actor=actor, action=action, object=about, mac=mac))


def verify(store: Store, checkpoints: Iterable[tuple[int, str]] = ()) -> Verdict:
    """Walk the whole chain, and compare it with checkpoints `(seq, mac)` kept outside the database."""
    expected = dict(checkpoints)
    previous, rows = _GENESIS, 0
    for entry in _entries(store):
        mac = _mac(store, previous, rows + 1, entry.at, entry.actor, entry.action, entry.object)
        if entry.seq != rows + 1 or not hmac.compare_digest(mac, entry.mac):
            return Verdict(rows, previous, broken_at=entry.seq)
        if expected.pop(entry.seq, mac) != mac:
            return Verdict(rows, previous, missing=entry.seq)
        previous, rows = mac, rows + 1
    return Verdict(rows, previous, missing=min(expected, default=None))


def readers_of(connection: Connection, report: str) -> list[tuple[str, str, int, int]]:
    """Who viewed or exported this report or a file of it, newest first: `(actor, action, at, how often)`.

    The same deed of the same person within one minute is one line: a page with ten photos is eleven views.
    """
    minute, at, last = audit.c.at // 60, func.max(audit.c.at), func.max(audit.c.seq)
    rows = connection.execute(
        select(audit.c.actor, audit.c.action, at, func.count())
        .where(audit.c.object.between(report, f"{report}g"))  # "g" comes after every hex digit of a file's id
        .where(audit.c.action.in_([Action.CASE_VIEWED, Action.CASE_EXPORTED, Action.FILE_VIEWED, Action.TALK_VIEWED]))
        .group_by(audit.c.actor, audit.c.action, minute)
        .order_by(last.desc())
        .limit(50)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def checkpoint(store: Store, file: Path) -> None:
    """Note the trail's present end in a file outside the database, at most once for every hundred rows."""
    with store.engine.begin() as connection:
        last = connection.execute(select(audit.c.seq, audit.c.mac).order_by(audit.c.seq.desc()).limit(1)).first()
    if last is None:
        return
    noted = read_checkpoints(file)
    if noted and last.seq - noted[-1][0] < _EVERY:
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as lines:
        lines.write(f"{last.seq} {last.mac}\n")


def read_checkpoints(file: Path) -> list[tuple[int, str]]:
    """The checkpoints noted so far, oldest first."""
    if not file.exists():
        return []
    pairs = (line.split() for line in file.read_text().splitlines())
    return [(int(pair[0]), pair[1]) for pair in pairs if len(pair) == 2]


def _entries(store: Store) -> Iterator[Entry]:
    with store.engine.begin() as connection:
        for row in connection.execute(select(audit).order_by(audit.c.seq).execution_options(yield_per=1000)):
            yield Entry(**row._mapping)


def _mac(store: Store, previous: str, *fields: Any) -> str:
    line = json.dumps([previous, *fields], separators=(",", ":")).encode()
    return hmac.digest(store.vault.derive("audit").key, line, "sha256").hex()
