"""Small facts about the database, by name."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from bot.keys import Keys
from bot.store.tables import meta
from ground.complaints import Complaint
from ground.vault import Unreadable

_CHECK = "key-check"
_ALIVE = "alive"


def read(connection: Connection, name: str) -> bytes | None:
    """The fact, or None."""
    return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar_one_or_none()


def write(connection: Connection, name: str, value: bytes) -> None:
    """Replace the fact."""
    connection.execute(delete(meta).where(meta.c.name == name))
    connection.execute(insert(meta), {"name": name, "value": value})


def check_key(connection: Connection, keys: Keys) -> None:
    """A Complaint when this key is not the one the database was made with."""
    place = {"table": "meta", "row": _CHECK, "column": "value"}
    found = read(connection, _CHECK)
    if found is None:
        write(connection, _CHECK, keys.check.seal(b"wasl", **place))
        return
    try:
        keys.check.open(found, **place)
    except Unreadable:
        raise Complaint(
            "The root key does not belong to this database. Point WASL_KEY_FILE at the key it was made with."
        ) from None


def last_alive(connection: Connection) -> int | None:
    """When the bot last said it was alive (seconds since 1970)."""
    found = read(connection, _ALIVE)
    return None if found is None else int(found)


def alive(connection: Connection, at: int) -> None:
    """The bot is alive at this moment."""
    write(connection, _ALIVE, str(at).encode())
