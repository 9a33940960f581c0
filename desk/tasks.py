"""Tasks for a person: told by the families' side, taken and closed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from desk import audit, sayings
from desk.store import Store
from desk.tables import tasks


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody should do this."""

    #: the number the families' side gave it
    id: int
    report: str | None
    #: one of the families' side's words
    reason: str
    times: str | None
    #: YYYY-MM-DD
    asked_on: str
    state: str
    caseworker: str | None
    changed_at: int


def sync(connection: Connection, store: Store, told: Sequence[Task], *, whole: bool) -> None:
    """What is open at the families' side; with `whole` nothing else is, so what we hold besides was done there."""
    known = {task.id: task for task in map(_task, connection.execute(select(tasks)))}
    for task in told:
        values = {"report": task.report, "reason": task.reason, "times": task.times, "changed_at": store.now()}
        held = known.get(task.id)
        if held is None:
            values |= {"id": task.id, "asked_on": task.asked_on, "state": "open", "caseworker": None}
            connection.execute(insert(tasks).values(**values))
        elif (held.report, held.reason, held.times) != (task.report, task.reason, task.times):
            connection.execute(update(tasks).where(tasks.c.id == task.id).values(**values))
    still = {task.id for task in told}
    gone = [task.id for task in known.values() if whole and task.state != "closed" and task.id not in still]
    if gone:
        done = update(tasks).where(tasks.c.id.in_(gone))
        connection.execute(done.values(state="closed", changed_at=store.now()))


def open_tasks(connection: Connection, report: str | None = None) -> list[Task]:
    """What is open, oldest first; of one report when it is given."""
    query = select(tasks).where(tasks.c.state == "open").order_by(tasks.c.id)
    if report is not None:
        query = query.where(tasks.c.report == report)
    return [_task(row) for row in connection.execute(query)]


def how_many(connection: Connection) -> int:
    """How many are open."""
    return int(connection.scalar(select(func.count()).select_from(tasks).where(tasks.c.state == "open")) or 0)


def take(connection: Connection, store: Store, id_: int, caseworker: str) -> bool:
    """This caseworker sees to it; False when it is not open."""
    taken = update(tasks).where(tasks.c.id == id_, tasks.c.state == "open")
    if not connection.execute(taken.values(caseworker=caseworker, changed_at=store.now())).rowcount:
        return False
    audit.record(connection, store, caseworker, audit.Action.TASK_TAKEN, str(id_))
    return True


def close(connection: Connection, store: Store, id_: int, caseworker: str) -> bool:
    """It is done, and the families' side is told so; False when it is not open."""
    closing = update(tasks).where(tasks.c.id == id_, tasks.c.state == "open")
    if not connection.execute(closing.values(state="closing", caseworker=caseworker, changed_at=store.now())).rowcount:
        return False
    sayings.propose(connection, store, caseworker, None, "task_closed", {"task": id_}, state="released")
    audit.record(connection, store, caseworker, audit.Action.TASK_CLOSED, str(id_))
    return True


def _task(row: object) -> Task:
    return Task(**row._mapping)  # type: ignore[attr-defined]
