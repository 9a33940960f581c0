"""The SQL of broadcasts: what an operator says to all families, and how far that is."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, func, insert, select, update

from bot.store.tables import broadcasts, reminders


def add(connection: Connection, kind: str, texts: Mapping[str, str], day: int) -> int:
    """A broadcast that nobody gets yet; its number."""
    values = {"kind": kind, "state": NEW, "texts": json.dumps(dict(texts), ensure_ascii=False).encode(), "day": day}
    return int(connection.execute(insert(broadcasts).values(values).returning(broadcasts.c.id)).scalar_one())


#: Of a broadcast: not begun, going on, stopped for now.
NEW, RUNNING, PAUSED = "new", "running", "paused"


def kind_and_state(connection: Connection, number: int) -> tuple[str, str] | None:
    """What kind of broadcast it is and whether it goes on; None when there is none of this number."""
    found = connection.execute(select(broadcasts.c.kind, broadcasts.c.state).where(broadcasts.c.id == number)).first()
    return None if found is None else (found[0], found[1])


def texts(connection: Connection, number: int) -> dict[str, str]:
    """Language -> text."""
    found = connection.execute(select(broadcasts.c.texts).where(broadcasts.c.id == number)).scalar_one()
    texts: dict[str, str] = json.loads(found)
    return texts


def turn(connection: Connection, number: int, state: str) -> None:
    """It goes on, or stops for now; a message under way is not called back."""
    connection.execute(update(broadcasts).where(broadcasts.c.id == number).values(state=state))


def progress(connection: Connection, number: int) -> dict[str, int]:
    """How many rows in each state, tests left out."""
    asked = (
        select(reminders.c.state, func.count())
        .where(reminders.c.broadcast == number, reminders.c.kind != "trial")
        .group_by(reminders.c.state)
    )
    return {row[0]: row[1] for row in connection.execute(asked)}


def listed(connection: Connection) -> list[tuple[int, str, str]]:
    """(number, kind, state) of every broadcast."""
    asked = select(broadcasts.c.id, broadcasts.c.kind, broadcasts.c.state).order_by(broadcasts.c.id)
    return [(row[0], row[1], row[2]) for row in connection.execute(asked)]
