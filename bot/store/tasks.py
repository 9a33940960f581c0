"""The SQL of tasks for a person of the team. Each change is also a signal, so that the team hears of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from bot.store import reminders, signals
from bot.store.tables import conversations, tasks


@dataclass(frozen=True, slots=True)
class Task:
    """What a person of the team should do."""

    id: int
    #: the request it is about; None when the family has not sent one
    report: str | None
    #: one of our own words
    reason: str
    #: when the family would like to be called: one of `flows.standing.TIMES`
    times: str | None
    day: int
    done: bool


def put(
    connection: Connection,
    *,
    update_id: int,
    ordinal: int,
    lane: str,
    conversation: str | None,
    reason: str,
    day: int,
    times: str | None = None,
    note: bytes | None = None,
) -> None:
    """A task, once per update and ordinal; `note` is sealed to the team."""
    values = {
        "update_id": update_id,
        "ordinal": ordinal,
        "lane": lane,
        "conversation": conversation,
        "reason": reason,
        "day": day,
        "done": False,
        "times": times,
        "note": note,
    }
    made = connection.execute(insert(tasks), values).inserted_primary_key
    assert made is not None  # noqa: S101
    _tell(connection, "task_opened", int(made[0]), day)


def wish(connection: Connection, lane: str, times: str, day: int) -> bool:
    """The family says when it would like to be called about the last task it asked for; False when none is open."""
    newest = (
        select(tasks.c.id).where(tasks.c.lane == lane, tasks.c.done.is_(False)).order_by(tasks.c.id.desc()).limit(1)
    )
    found = connection.execute(newest).scalar_one_or_none()
    if found is None:
        return False
    connection.execute(update(tasks).where(tasks.c.id == found).values(times=times))
    _tell(connection, "task_changed", found, day)
    return True


def close(connection: Connection, id_: int, day: int) -> bool:
    """Somebody has done it; False when there is no such task. Repeating it changes nothing."""
    open_ = update(tasks).where(tasks.c.id == id_, tasks.c.done.is_(False))
    if connection.execute(open_.values(done=True)).rowcount:
        _let_go(connection, id_)
        _tell(connection, "task_closed", id_, day)
        return True
    return connection.execute(select(tasks.c.id).where(tasks.c.id == id_)).first() is not None


def _let_go(connection: Connection, id_: int) -> None:
    """When nobody of the team has the word in this chat any more, it may be reminded again."""
    lane = connection.execute(select(tasks.c.lane).where(tasks.c.id == id_)).scalar_one()
    if (
        connection.execute(select(tasks.c.id).where(tasks.c.lane == lane, tasks.c.done.is_(False)).limit(1)).first()
        is None
    ):
        reminders.hold(connection, lane, None)


def find(connection: Connection, id_: int) -> Task | None:
    """One task."""
    row = connection.execute(_TASK.where(tasks.c.id == id_)).first()
    return None if row is None else Task(*row)


def waiting(connection: Connection, limit: int) -> list[Task]:
    """What is open, oldest first."""
    found = _TASK.where(tasks.c.done.is_(False)).order_by(tasks.c.id).limit(limit)
    return [Task(*row) for row in connection.execute(found)]


def open_count(connection: Connection) -> int:
    """How many wait for somebody."""
    found = connection.execute(select(func.count()).select_from(tasks).where(tasks.c.done.is_(False)))
    return int(found.scalar_one())


def notes(connection: Connection) -> list[tuple[int, str, bytes]]:
    """Open tasks with a note: number, reason, the note as an age file."""
    found = select(tasks.c.id, tasks.c.reason, tasks.c.note).where(tasks.c.done.is_(False), tasks.c.note.is_not(None))
    return [(number, reason, note) for number, reason, note in connection.execute(found.order_by(tasks.c.id))]


#: A draft's id says nothing to the team and is not told; a request's does once it was sent.
_TASK = select(tasks.c.id, conversations.c.id, tasks.c.reason, tasks.c.times, tasks.c.day, tasks.c.done).select_from(
    tasks.outerjoin(conversations, (conversations.c.id == tasks.c.conversation) & conversations.c.receipt.is_not(None))
)


def _tell(connection: Connection, kind: str, id_: int, day: int) -> None:
    task = find(connection, id_)
    signals.put(connection, kind, task.report if task else None, str(id_), day)
