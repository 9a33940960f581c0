"""The SQL of letters: what the team sends to one family, once, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from bot.store import reminders, signals
from bot.store.tables import NEW, conversations, letters
from bot.store.tables import reminders as reminders_table

#: States in which the family can still do something with it.
LIVE = ("new", "held", "waiting", "proof", "open")
#: Ids of updates that bring a letter to its chat: beyond Telegram's, and beyond those of our timers.
FIRST_UPDATE = 2**62


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter as its row keeps it."""

    seq: int
    id: str
    report: str
    lane: str
    kind: str
    state: str
    delivered: bool
    message: int | None
    body: bytes | None = field(repr=False)
    answers: bytes | None = field(repr=False)
    day: int

    @property
    def tag(self) -> str:
        """In the buttons of this letter; no conversation's tag begins with this letter of the alphabet."""
        return tag_of(self.id)


def tag_of(id_: str) -> str:
    """The tag of a letter's buttons."""
    return f"L{id_[:9]}"


_ROW = select(
    letters.c.seq,
    letters.c.id,
    letters.c.report,
    letters.c.lane,
    letters.c.kind,
    letters.c.state,
    letters.c.delivered,
    letters.c.message,
    letters.c.body,
    letters.c.answers,
    letters.c.day,
)


def put(
    connection: Connection, *, id_: str, report: str, lane: str, kind: str, body: bytes, day: int, state: str = "new"
) -> int:
    """A new letter; its number. The id refuses a second one."""
    values = {
        "id": id_,
        "report": report,
        "lane": lane,
        "kind": kind,
        "state": state,
        "delivered": False,
        "message": None,
        "body": body,
        "answers": None,
        "day": day,
    }
    made = connection.execute(insert(letters), values).inserted_primary_key
    assert made is not None  # noqa: S101
    return int(made[0])


def find(connection: Connection, id_: str) -> LetterRow | None:
    """A letter by its id."""
    return _one(connection, letters.c.id == id_)


def numbered(connection: Connection, seq: int) -> LetterRow | None:
    """A letter by its number."""
    return _one(connection, letters.c.seq == seq)


def tagged(connection: Connection, lane: str, tag: str) -> LetterRow | None:
    """A letter of this chat by the tag of its buttons."""
    starts = letters.c.id.startswith(tag[1:], autoescape=True)
    return _one(connection, (letters.c.lane == lane) & starts) if len(tag) == len(tag_of("0" * 32)) else None


def live(connection: Connection, lane: str) -> list[LetterRow]:
    """The letters of a chat that wait for its family, oldest first."""
    found = _ROW.where(letters.c.lane == lane, letters.c.state.in_(LIVE)).order_by(letters.c.seq)
    return [LetterRow(*tuple(row)) for row in connection.execute(found)]


def change(connection: Connection, id_: str, state: str, answers: bytes | None = None) -> None:
    """What a turn made of it; of a letter that is over nothing stays but that it was."""
    values: dict[str, object] = {"state": state, "answers": answers}
    if state not in LIVE:
        values |= {"body": None, "answers": None}
        reminders.cancel(connection, about=id_, kinds=("question",))  # an appointment stands when its letter is read
    connection.execute(update(letters).where(letters.c.id == id_).values(**values))


def move(connection: Connection, report: str, lane: str) -> None:
    """The request is talked about in another chat from now on (in none: an empty lane), and so are its letters and reminders."""
    reminders.follow(connection, _of(connection, report), lane)
    theirs = update(letters).where(letters.c.report == report)
    connection.execute(theirs.where(letters.c.state == "proof").values(state="waiting"))
    connection.execute(theirs.values(lane=lane, message=None))


def forget(connection: Connection, report: str) -> None:
    """Nothing remains of the letters about a request, nor of what was to remind of them."""
    reminders.follow(connection, _of(connection, report), "")
    connection.execute(delete(letters).where(letters.c.report == report))


def said(connection: Connection, shown: Iterable[tuple[str, int | None]], day: int) -> None:
    """(id, message) of letters that Telegram has shown; of each the team hears the first time."""
    for id_, message in shown:
        row = find(connection, id_)
        if row is None:
            continue
        values: dict[str, object] = {"delivered": True}
        if message is not None:
            values["message"] = message
        connection.execute(update(letters).where(letters.c.id == id_).values(**values))
        if not row.delivered and _is_the_teams(row):
            signals.put(connection, "letter_delivered", row.report, row.id, day)


def unreachable(connection: Connection, lane: str, day: int) -> None:
    """The chat cannot be written to: the team hears of every letter that has not reached it."""
    for row in live(connection, lane):
        if not row.delivered and _is_the_teams(row):
            signals.put(connection, "letter_unreachable", row.report, row.id, day)


def revoke(connection: Connection, row: LetterRow, day: int) -> None:
    """The team takes it back before it was answered."""
    change(connection, row.id, "revoked")
    reminders.cancel(connection, about=row.id)
    signals.put(connection, "letter_revoked", row.report, row.id, day)


def forget_chat(connection: Connection, lane: str, day: int) -> None:
    """The chat was emptied and is forgotten: nothing reaches it any more."""
    for row in live(connection, lane):
        if _is_the_teams(row):
            signals.put(connection, "letter_unreachable", row.report, row.id, day)
    connection.execute(delete(letters).where(letters.c.lane == lane))


def announced(connection: Connection, lane: str) -> set[int]:
    """Messages of this chat that only say that something waits: tidying leaves them."""
    found = select(letters.c.message).where(
        letters.c.lane == lane, letters.c.state == "waiting", letters.c.message.is_not(None)
    )
    return set(connection.execute(found).scalars())


def strike(connection: Connection, lane: str, messages: Iterable[int]) -> None:
    """These messages stand there no more."""
    gone = update(letters).where(letters.c.lane == lane, letters.c.message.in_(list(messages)))
    connection.execute(gone.values(message=None))


def is_leaving(connection: Connection, id_: str) -> bool:
    """Whether the family has asked that the request of this letter be deleted: nothing is said about it any more."""
    home = select(conversations.c.erase_on).join(letters, letters.c.report == conversations.c.id)
    return connection.execute(home.where(letters.c.id == id_)).scalar() is not None


def prune(connection: Connection, before: int) -> int:
    """Forget what was over before this day (days since 1970), appointments to come left out; how many."""
    to_come = select(reminders_table.c.about).where(reminders_table.c.state == NEW)
    over = delete(letters).where(letters.c.state.not_in(LIVE), letters.c.day < before, letters.c.id.not_in(to_come))
    return connection.execute(over).rowcount


def _is_the_teams(row: LetterRow) -> bool:
    """Neither a note of the family's own, nor what stands in a chat for a letter it must not know of any more."""
    return row.kind != "note" and bool(row.report)


def _of(connection: Connection, report: str) -> list[str]:
    return list(connection.execute(select(letters.c.id).where(letters.c.report == report)).scalars())


def _one(connection: Connection, where: object) -> LetterRow | None:
    row = connection.execute(_ROW.where(where)).first()  # type: ignore[arg-type]
    return None if row is None else LetterRow(*tuple(row))
