"""What the desk says to families: proposed, looked at once more, released; then posted, and followed until it is answered.

Two rules are kept here and nowhere else. Nothing goes out that was not seen as the family will see it and released by hand. And
what may be about something only a person may tell (`grave`) is released by another caseworker than the one who proposed it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from desk import audit
from desk.store import Store
from desk.tables import sayings
from flows.letters import Letter, LetterKind
from flows.letters.moments import moment_of

#: What a caseworker can say of how a request stands: the public values that are not the families' side's own.
STATUSES = ("in_review", "registered", "no_news", "please_call", "handed_to", "closed_by_you")
#: States of a letter that its family may still answer.
UNDER_WAY = ("posted", "delivered", "held", "unreachable")


class NotAllowed(Exception):  # noqa: N818
    """This cannot be done with this saying now; the reason is one of our words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing said, or proposed to be said, to a family."""

    seq: int
    id: str
    report: str | None
    kind: str
    state: str
    body: dict[str, Any] = field(repr=False)
    proposed_by: str
    proposed_at: int
    released_by: str | None
    changed_at: int
    detail: str

    @property
    def grave(self) -> bool:
        """Whether it needs a second caseworker."""
        return bool(self.body.get("grave"))

    @property
    def letter(self) -> Letter | None:
        """The letter, where it is one."""
        if self.kind not in ("question", "message"):
            return None
        kind: LetterKind = "question" if self.kind == "question" else "message"
        body = self.body
        return Letter(
            self.id,
            str(self.report),
            kind,
            body["template"],
            body["values"],
            body["words"],
            body["person"],
            body.get("replaces", ""),
        )

    def is_past(self, now: int) -> bool:
        """Whether it speaks of a moment that is over (`now` in seconds since 1970)."""
        moment = moment_of(self.body.get("values", {}))
        return moment is not None and moment.timestamp() <= now


def propose(
    connection: Connection,
    store: Store,
    caseworker: str,
    report: str | None,
    kind: str,
    body: Mapping[str, Any],
    state: str = "proposed",
) -> str:
    """A new saying; its id."""
    id_, now = uuid.uuid4().hex, store.now()
    connection.execute(
        insert(sayings).values(
            id=id_,
            report=report,
            kind=kind,
            state=state,
            body=store.seal(dict(body), table="sayings", row=id_, column="body"),
            proposed_by=caseworker,
            proposed_at=now,
            released_by=caseworker if state == "released" else None,
            changed_at=now,
            detail="",
        )
    )
    if state == "proposed":
        audit.record(connection, store, caseworker, audit.Action.SAYING_PROPOSED, f"{report}{id_}")
    return id_


def release(connection: Connection, store: Store, id_: str, caseworker: str) -> Saying:
    """It was seen as the family will see it, and may go; `NotAllowed` when this caseworker may not let it go."""
    saying = _proposed(connection, store, id_)
    if saying.grave and saying.proposed_by == caseworker:
        raise NotAllowed("second_person")
    if saying.is_past(store.now()):
        raise NotAllowed("past")
    _change(connection, store, id_, state="released", released_by=caseworker)
    audit.record(connection, store, caseworker, audit.Action.SAYING_RELEASED, f"{saying.report}{id_}")
    return saying


def drop(connection: Connection, store: Store, id_: str, caseworker: str) -> Saying:
    """It is not said."""
    saying = _proposed(connection, store, id_)
    _change(connection, store, id_, state="dropped")
    audit.record(connection, store, caseworker, audit.Action.SAYING_DROPPED, f"{saying.report}{id_}")
    return saying


def revoke(connection: Connection, store: Store, id_: str, caseworker: str) -> Saying:
    """Take back a letter that is not answered; the families' side says whether that came in time."""
    saying = find(connection, store, id_)
    if saying is None or saying.letter is None or saying.state not in UNDER_WAY:
        raise NotAllowed("too_late")
    if saying.letter.replaces:  # what it made untrue does not become true again
        raise NotAllowed("changed_since")
    propose(connection, store, caseworker, saying.report, "revocation", {"letter": id_}, state="released")
    audit.record(connection, store, caseworker, audit.Action.SAYING_REVOKED, f"{saying.report}{id_}")
    return saying


def note_read(connection: Connection, store: Store, report: str, caseworker: str) -> None:
    """A caseworker opens a case of which nothing was said yet: its family may know that it is being read."""
    said = select(sayings.c.seq).where(sayings.c.report == report, sayings.c.kind == "status").limit(1)
    if connection.execute(said).first() is None:
        propose(connection, store, caseworker, report, "status", {"status": "in_review"}, state="released")


def of(connection: Connection, store: Store, report: str) -> list[Saying]:
    """Everything said, or proposed, about a report, newest first; not what was given up."""
    rows = connection.execute(
        select(sayings)
        .where(
            sayings.c.report == report,
            sayings.c.kind.in_(("status", "question", "message")),
            sayings.c.state != "dropped",
        )
        .order_by(sayings.c.seq.desc())
    )
    return [_opened(store, row) for row in rows]


def find(connection: Connection, store: Store, id_: str) -> Saying | None:
    """One saying."""
    row = connection.execute(select(sayings).where(sayings.c.id == id_)).first()
    return None if row is None else _opened(store, row)


def released(connection: Connection, store: Store, limit: int = 50) -> list[Saying]:
    """What is to be posted, in order."""
    rows = connection.execute(select(sayings).where(sayings.c.state == "released").order_by(sayings.c.seq).limit(limit))
    return [_opened(store, row) for row in rows]


def became(connection: Connection, store: Store, id_: str, state: str, detail: str = "") -> None:
    """What the families' side says of it."""
    _change(connection, store, id_, state=state, detail=detail[:64])


def current_status(said: Sequence[Saying]) -> Saying | None:
    """The newest status that was let go, of sayings newest first."""
    return next((one for one in said if one.kind == "status" and one.state in ("released", "posted")), None)


def _proposed(connection: Connection, store: Store, id_: str) -> Saying:
    saying = find(connection, store, id_)
    if saying is None or saying.state != "proposed":
        raise NotAllowed("not_proposed")
    return saying


def _change(connection: Connection, store: Store, id_: str, **values: object) -> None:
    connection.execute(update(sayings).where(sayings.c.id == id_).values(changed_at=store.now(), **values))


def _opened(store: Store, row: Any) -> Saying:
    held = dict(row._mapping)
    held["body"] = store.open(held["body"], table="sayings", row=held["id"], column="body")
    return Saying(**held)
