"""The people who may sign in."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk import audit, passphrases
from desk.store import Store
from desk.tables import caseworkers, sessions
from ground.complaints import Complaint

FIRST = "caseworker"
_NAME = re.compile(r"\w(?:[\w .'-]{0,62}\w)?")


@dataclass(frozen=True, slots=True)
class Caseworker:
    """One of the people who work on the cases."""

    id: str
    name: str
    #: still has the passphrase somebody else chose
    must_change: bool


def add(store: Store, name: str) -> str:
    """Add a caseworker; gives the one-time passphrase, which is kept nowhere. A Complaint when the name is taken."""
    if not _NAME.fullmatch(name):
        raise Complaint("A caseworker's name is 1 to 64 letters, digits, spaces, dots, hyphens or apostrophes.")
    passphrase, person = passphrases.one_time(), uuid.uuid4().hex
    values = {"passphrase": passphrases.hashed(passphrase), "must_change": True, "added_at": store.now()}
    try:
        with store.engine.begin() as connection:
            connection.execute(insert(caseworkers).values(id=person, name=name, handle=name.casefold(), **values))
            audit.record(connection, store, audit.OPERATOR, audit.Action.CASEWORKER_ADDED, person)
    except IntegrityError:
        raise Complaint(f"There is a caseworker named {name} already. Choose another name.") from None
    return passphrase


def reset(store: Store, name: str) -> str:
    """A new one-time passphrase for this caseworker, whose sessions end."""
    passphrase = passphrases.one_time()
    kept = passphrases.hashed(passphrase)
    with store.engine.begin() as connection:
        person = connection.scalar(select(caseworkers.c.id).where(caseworkers.c.handle == name.casefold()))
        if person is None:
            raise Complaint(f"There is no caseworker named {name}. `wasl desk caseworker list` shows all names.")
        change = update(caseworkers).where(caseworkers.c.id == person)
        connection.execute(change.values(passphrase=kept, must_change=True))
        connection.execute(delete(sessions).where(sessions.c.caseworker == person))
        audit.record(connection, store, audit.OPERATOR, audit.Action.PASSPHRASE_RESET, person)
    return passphrase


def first(store: Store) -> str | None:
    """On a new desk, the first caseworker's one-time passphrase; None when there is somebody already."""
    with store.engine.begin() as connection:
        if connection.scalar(select(func.count()).select_from(caseworkers)):
            return None
    return add(store, FIRST)


def everyone(store: Store) -> list[Caseworker]:
    """All caseworkers by name."""
    with store.engine.begin() as connection:
        rows = connection.execute(select(caseworkers).order_by(caseworkers.c.handle))
        return [Caseworker(row.id, row.name, row.must_change) for row in rows]


def names(connection: Connection) -> dict[str, str]:
    """Id -> name of every caseworker."""
    return {row.id: row.name for row in connection.execute(select(caseworkers.c.id, caseworkers.c.name))}


def recognise(store: Store, name: str, passphrase: str) -> Caseworker | None:
    """The caseworker with this name and passphrase. Takes as long for a name that nobody has."""
    with store.engine.begin() as connection:
        row = connection.execute(select(caseworkers).where(caseworkers.c.handle == name.casefold())).first()
    if not passphrases.matches(row.passphrase if row else None, passphrase) or row is None:
        return None
    return Caseworker(row.id, row.name, row.must_change)


def change_passphrase(store: Store, person: str, passphrase: str) -> None:
    """Keep a caseworker's own new passphrase; all their sessions end."""
    kept = passphrases.hashed(passphrase)
    with store.engine.begin() as connection:
        change = update(caseworkers).where(caseworkers.c.id == person)
        connection.execute(change.values(passphrase=kept, must_change=False))
        connection.execute(delete(sessions).where(sessions.c.caseworker == person))
        audit.record(connection, store, person, audit.Action.PASSPHRASE_CHANGED, person)
