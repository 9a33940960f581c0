"""The SQL of reminders: what is due to whom, taken by one instance, said at most once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from bot.store.tables import NEW, broadcasts, chats, reminders
from flows.reminding.deciding import due
from flows.reminding.kinds import DIGEST_EVERY, KINDS
from flows.reminding.rhythm import Rhythm

#: Ids of outbox rows that say a reminder: beyond those of Telegram, of our own timers, and of letters (2**62, or 2**62 + 2**60
#: when one is taken back).
OF_REMINDERS = 2**62 + 2**61
SENDING, SAID, LOST, DROPPED = "sending", "said", "lost", "dropped"
#: A row as old as this tells nothing any more: no rule looks further back (minutes).
YEAR = 366 * 1440
#: One instance keeps what it took for so long (minutes).
LEASE = 5
_PLAN = insert(reminders)
_SAME = (
    reminders.c.lane == bindparam("whose"),
    reminders.c.kind == bindparam("what"),
    reminders.c.step == bindparam("nth"),
    reminders.c.about == bindparam("which"),
    reminders.c.state == NEW,
)
_REPLACE = delete(reminders).where(*_SAME)


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder to come. Moments are minutes since 1970."""

    kind: str
    about: str
    base: int
    due: int
    step: int = 0
    broadcast: int | None = None
    #: by whose clock an appointment was set, sealed
    clock: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is due, with what the rules ask about its chat. Moments are minutes since 1970, days days."""

    id: int
    lane: str
    kind: str
    step: int
    about: str
    base: int
    due: int
    broadcast: int | None
    quiet: bool
    reachable: bool
    reminded: bool
    digest: int
    held: int | None
    day: int
    rhythm: bytes | None = field(repr=False)
    language: str
    clock: bytes | None = field(repr=False)
    #: when we wrote by ourselves in the last year
    written: Sequence[int]


def put(connection: Connection, lane: str, planned: Planned) -> None:
    """Plan this; one of the same kind, step and matter that still waits is replaced."""
    connection.execute(_REPLACE, {"whose": lane, "what": planned.kind, "nth": planned.step, "which": planned.about})
    connection.execute(_PLAN, _values(lane, planned))


def plan(
    connection: Connection,
    lane: str,
    kind: str,
    about: str,
    *,
    base: int,
    now: int,
    rhythm: Rhythm,
    months: int = 0,
    clock: bytes | None = None,
) -> None:
    """Plan the first step of a reminder that is not past yet, in the transaction that gives it its cause.

    `about` is the conversation (32 hex digits); `base` is the cause's minute, or for an appointment its own, and `clock` (sealed)
    by whose clock it was set; what waits already for the same matter is replaced. Whatever hour comes of it, the rules are
    asked again when it is due.
    """
    cancel(connection, lane=lane, kinds=(kind,), about=about)
    planned = first(kind, about, base=base, now=now, rhythm=rhythm, months=months, clock=clock)
    if planned is not None:
        put(connection, lane, planned)


def first(
    kind: str,
    about: str,
    *,
    base: int,
    now: int,
    rhythm: Rhythm,
    months: int = 0,
    step: int = 0,
    clock: bytes | None = None,
) -> Planned | None:
    """The first step from `step` on that is not past; None when none is left. A digest needs its `months`."""
    rules = KINDS[kind]
    for number in range(step, len(rules.steps)):
        wanted = base + int((DIGEST_EVERY[months] if months else rules.steps[number]).total_seconds() // 60)
        if rules.before and wanted <= now:
            continue
        every = DIGEST_EVERY[months] if months else None
        at = due(rules, number, moment(base), rhythm, moment(now), every)
        return Planned(kind, about, base, minute(at), number, clock=clock)
    return None


def moment(minutes: int) -> datetime:
    """Minutes since 1970 as a moment."""
    return datetime.fromtimestamp(minutes * 60, UTC)


def minute(at: datetime) -> int:
    """A moment as minutes since 1970, rounded up so that it never comes too early."""
    return -int(-at.timestamp() // 60)


def cancel(
    connection: Connection, *, lane: str | None = None, about: str | None = None, kinds: Collection[str] | None = None
) -> int:
    """Strike what waits: for this chat, about this matter, of these kinds (each narrows it; one of the first two is needed).

    How many.
    """
    if lane is None and about is None:
        raise ValueError("whose?")
    gone = delete(reminders).where(reminders.c.state == NEW)
    if lane is not None:
        gone = gone.where(reminders.c.lane == lane)
    if about is not None:
        gone = gone.where(reminders.c.about == about)
    if kinds is not None:
        gone = gone.where(reminders.c.kind.in_(list(kinds)))
    return connection.execute(gone).rowcount


def follow(connection: Connection, about: Sequence[str], lane: str) -> None:
    """What waits about these matters is for this chat from now on; for none when `lane` is empty."""
    waits = (reminders.c.about.in_(list(about)), reminders.c.state == NEW)
    if lane:
        connection.execute(update(reminders).where(*waits).values(lane=lane, leased=None))
    else:
        connection.execute(delete(reminders).where(*waits))


def forget(connection: Connection, lane: str) -> None:
    """Nothing remains of what was planned for, or said by ourselves in, this chat."""
    connection.execute(delete(reminders).where(reminders.c.lane == lane))


def hold(connection: Connection, lane: str, until: int | None) -> None:
    """A person of the team has the word until this day (since 1970); None: they have closed their task."""
    connection.execute(update(chats).where(chats.c.lane == lane).values(held=until))


def lease(connection: Connection, now: int, limit: int) -> list[Due]:
    """Take what is due for a few minutes, so that no other instance works on it; the oldest first."""
    stopped = select(broadcasts.c.id).where(broadcasts.c.state != "running")
    found = (
        select(reminders.c.id)
        .where(
            reminders.c.state == NEW,
            reminders.c.due <= now,
            or_(reminders.c.leased.is_(None), reminders.c.leased < now),
            or_(reminders.c.broadcast.is_(None), reminders.c.kind == "trial", reminders.c.broadcast.not_in(stopped)),
        )
        .order_by(reminders.c.due, reminders.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=reminders)
    )
    ids = list(connection.execute(found).scalars())
    if not ids:
        return []
    connection.execute(update(reminders).where(reminders.c.id.in_(ids)).values(leased=now + LEASE))
    return read(connection, ids, now)


def alone(connection: Connection, id_: int) -> None:
    """Let no other instance take anything for the same chat until this transaction ends: caps count what was taken."""
    whose = select(reminders.c.lane).where(reminders.c.id == id_).scalar_subquery()
    connection.execute(select(chats.c.lane).where(chats.c.lane == whose).with_for_update())


def read(connection: Connection, ids: Sequence[int], now: int) -> list[Due]:
    """These reminders, as far as they still wait and their chats are still known."""
    columns = (
        *(reminders.c[name] for name in ("id", "lane", "kind", "step", "about", "base", "due", "broadcast", "clock")),
        *(chats.c[name] for name in ("quiet", "reachable", "reminded", "digest", "held", "day", "rhythm", "language")),
    )
    asked = (
        select(*columns)
        .select_from(reminders.join(chats, chats.c.lane == reminders.c.lane))
        .where(reminders.c.id.in_(ids), reminders.c.state == NEW)
        .order_by(reminders.c.due, reminders.c.id)
    )
    rows = connection.execute(asked).all()
    written = _written(connection, {row.lane for row in rows}, now)
    return [Due(**dict(row._mapping), written=written.get(row.lane, ())) for row in rows]


def _written(connection: Connection, lanes: Iterable[str], now: int) -> dict[str, list[int]]:
    """When we wrote to these chats by ourselves in the last year, as far as it counts."""
    said = select(reminders.c.lane, reminders.c.due).where(
        reminders.c.lane.in_(list(lanes)),
        reminders.c.state.in_((SENDING, SAID, LOST)),
        reminders.c.kind.not_in(("appointment", "trial")),
        reminders.c.due > now - YEAR,
    )
    found: dict[str, list[int]] = {}
    for lane, minute in connection.execute(said):
        found.setdefault(lane, []).append(minute)
    return found


def last_said(connection: Connection, lane: str, kind: str) -> int | None:
    """When one of this kind was last said in this chat; None when none was, or so long ago that it is not kept."""
    said = reminders.c.lane == lane, reminders.c.kind == kind, reminders.c.state == SAID
    return connection.execute(select(func.max(reminders.c.due)).where(*said)).scalar()


def was_tried(connection: Connection, lane: str, kind: str, but: int) -> bool:
    """Whether another of this kind than `but` (an id) was taken, and perhaps never arrived."""
    tried = reminders.c.lane == lane, reminders.c.kind == kind, reminders.c.state.in_((SENDING, LOST))
    return connection.execute(select(reminders.c.id).where(*tried, reminders.c.id != but).limit(1)).first() is not None


def take(connection: Connection, id_: int, now: int) -> bool:
    """From here on it counts as said, whatever happens. False when it was taken, moved or struck before."""
    mine = update(reminders).where(reminders.c.id == id_, reminders.c.state == NEW)
    return connection.execute(mine.values(state=SENDING, due=now, about="", clock=None, leased=None)).rowcount == 1


def move(connection: Connection, id_: int, due: int) -> None:
    """Not yet: due then."""
    mine = update(reminders).where(reminders.c.id == id_, reminders.c.state == NEW)
    connection.execute(mine.values(due=due, leased=None))


def drop(connection: Connection, id_: int) -> None:
    """Never."""
    mine = update(reminders).where(reminders.c.id == id_, reminders.c.state == NEW)
    connection.execute(mine.values(state=DROPPED, about="", clock=None, leased=None))


def mark(connection: Connection, became: Mapping[int, str]) -> None:
    """What became of reminders that were taken: said, lost, dropped."""
    for id_, state in became.items():
        mine = update(reminders).where(reminders.c.id == id_, reminders.c.state == SENDING)
        connection.execute(mine.values(state=state))


def of_lane(connection: Connection, lane: str) -> list[tuple[str, int, int]]:
    """What waits for this chat: (kind, step, due)."""
    waits = select(reminders.c.kind, reminders.c.step, reminders.c.due).where(
        reminders.c.lane == lane, reminders.c.state == NEW
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(waits.order_by(reminders.c.due))]


def counts(connection: Connection) -> dict[str, int]:
    """How many rows in each state."""
    found = connection.execute(select(reminders.c.state, func.count()).group_by(reminders.c.state))
    return {row[0]: row[1] for row in found}


def prune(connection: Connection, now: int) -> int:
    """Forget what was said more than a year ago, and what waits for chats that are gone."""
    old = delete(reminders).where(reminders.c.state != NEW, reminders.c.due < now - YEAR)
    homeless = delete(reminders).where(reminders.c.lane.not_in(select(chats.c.lane)))
    return connection.execute(old).rowcount + connection.execute(homeless).rowcount


def everybody(connection: Connection, kind: str, broadcast: int, now: int) -> int:
    """Plan a broadcast for every chat that may be written to and has no row of it yet; how many."""
    has = select(reminders.c.lane).where(reminders.c.broadcast == broadcast, reminders.c.kind == kind)
    wanted = and_(chats.c.reachable, chats.c.quiet.is_(False), chats.c.lane.not_in(has))
    lanes = list(connection.execute(select(chats.c.lane).where(wanted)).scalars())
    rows = [_values(lane, Planned(kind, f"broadcast.{broadcast}", now, now, broadcast=broadcast)) for lane in lanes]
    if rows:
        connection.execute(_PLAN, rows)
    return len(rows)


def renew(connection: Connection, broadcast: int, now: int) -> None:
    """What of a broadcast has waited through a pause is due now, not late."""
    waits = update(reminders).where(reminders.c.broadcast == broadcast, reminders.c.state == NEW, reminders.c.due < now)
    connection.execute(waits.values(due=now))


def _values(lane: str, planned: Planned) -> dict[str, object]:
    return {
        "lane": lane,
        "kind": planned.kind,
        "step": planned.step,
        "about": planned.about,
        "base": planned.base,
        "due": planned.due,
        "state": NEW,
        "leased": None,
        "broadcast": planned.broadcast,
        "clock": planned.clock,
    }
