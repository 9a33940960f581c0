"""Who is signed in: a random token in the browser, only its hash here; ends when idle, and after a working day."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select, update

from desk import audit
from desk.caseworkers import Caseworker
from desk.store import Store
from desk.tables import caseworkers, sessions

#: A third sign-in ends the oldest session.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """When a session ends, in seconds."""

    idle: int
    absolute: int


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in caseworker. `csrf` is what every form of this session must send back."""

    caseworker: Caseworker
    token: str = field(repr=False)
    csrf: str = field(repr=False)


def start(store: Store, caseworker: Caseworker) -> str:
    """Sign a caseworker in; gives the token for the browser."""
    token, now = secrets.token_urlsafe(32), store.now()
    with store.engine.begin() as connection:
        mine = select(sessions.c.token_sha256).where(sessions.c.caseworker == caseworker.id)
        newest_first = mine.order_by(sessions.c.started_at.desc(), sessions.c.seen_at.desc())
        surplus = list(connection.scalars(newest_first.offset(_AT_ONCE - 1)))
        connection.execute(delete(sessions).where(sessions.c.token_sha256.in_(surplus)))
        values = {"token_sha256": _digest(token), "caseworker": caseworker.id, "started_at": now, "seen_at": now}
        connection.execute(insert(sessions).values(**values))
        audit.record(connection, store, caseworker.id, audit.Action.SIGNED_IN, caseworker.id)
    return token


def find(store: Store, token: str, limits: Limits) -> Session | None:
    """The session of this token, if it has not ended; being found keeps it from going idle."""
    now, digest = store.now(), _digest(token)
    with store.engine.begin() as connection:
        row = connection.execute(
            select(sessions, caseworkers.c.name, caseworkers.c.must_change)
            .join(caseworkers, caseworkers.c.id == sessions.c.caseworker)
            .where(sessions.c.token_sha256 == digest)
        ).first()
        if row is None:
            return None
        if now - row.seen_at > limits.idle or now - row.started_at > limits.absolute:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == digest))
            return None
        if now - row.seen_at >= 10:
            connection.execute(update(sessions).where(sessions.c.token_sha256 == digest).values(seen_at=now))
    return Session(Caseworker(row.caseworker, row.name, row.must_change), token, csrf_token(store, token))


def end(store: Store, session: Session) -> None:
    """Sign out."""
    with store.engine.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.token_sha256 == _digest(session.token)))
        person = session.caseworker.id
        audit.record(connection, store, person, audit.Action.SIGNED_OUT, person)


def csrf_token(store: Store, token: str) -> str:
    """Bound to the session, and worth nothing without it."""
    return store.vault.derive("csrf").pseudonym(token)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
