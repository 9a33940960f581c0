"""The SQL of signed requests that were carried out already: a repeated one changes nothing."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from bot.store.tables import heard


def known(connection: Connection, id_: str) -> str | None:
    """The digest of what was asked under this id; None when nothing was."""
    return connection.execute(select(heard.c.sha256).where(heard.c.id == id_)).scalar_one_or_none()


def put(connection: Connection, id_: str, sha256: str, day: int) -> None:
    """Carried out now; the key refuses a second time."""
    connection.execute(insert(heard), {"id": id_, "sha256": sha256, "day": day})


def prune(connection: Connection, before: int) -> int:
    """Forget those from before this day (days since 1970); how many."""
    return connection.execute(delete(heard).where(heard.c.day < before)).rowcount
