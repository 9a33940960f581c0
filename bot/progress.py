"""How requests stand, sealed at rest; and everything of a chat that "is there any news?" is answered from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, select

from bot.chats import Chat, open_receipt
from bot.keys import Keys
from bot.store import letters, references, standings
from bot.store.tables import conversations
from flows.reminders import News
from flows.standing import Progress, Request
from ground.packing import pack, unpack


def seal_progress(keys: Keys, report: str, progress: Progress) -> bytes:
    """The progress of a request as its row keeps it."""
    noted = progress.noted.isoformat() if progress.noted else None
    plain = pack([progress.code, progress.since.isoformat(), progress.recipient, progress.reference, noted])
    return keys.returns.seal(plain, table="standings", row=report, column="body")


def open_progress(keys: Keys, report: str, body: bytes) -> Progress:
    """The progress `seal_progress` sealed."""
    saved = unpack(keys.returns.open(body, table="standings", row=report, column="body"))
    code, since, recipient, reference, *more = saved  # an earlier version did not keep the day it was said
    noted = date.fromisoformat(more[0]) if more and more[0] else None
    return Progress(code, date.fromisoformat(since), recipient, reference, noted)


def progress_of(connection: Connection, keys: Keys, report: str) -> Progress | None:
    """How a request stands; None when the team has not said anything yet."""
    body = standings.find(connection, report)
    return None if body is None else open_progress(keys, report, body)


def requests_of(connection: Connection, keys: Keys, lane: str, proved: str = "") -> tuple[Request, ...]:
    """Every request sent from this chat, oldest first; those with a PIN only where it was written (`proved`, a report)."""
    waiting: dict[str, list[str]] = {}
    for letter in letters.live(connection, lane):
        if letter.kind != "note":
            waiting.setdefault(letter.report, []).append(letter.tag)
    rows = connection.execute(
        select(conversations.c.id, conversations.c.receipt, conversations.c.erase_on).where(
            conversations.c.lane == lane, conversations.c.receipt.is_not(None)
        )
    ).all()
    shown = [row for row in rows if row.id == proved or not references.guarded(connection, row.id)]
    found = [_request(connection, keys, *row, tuple(waiting.get(row.id, ()))) for row in shown]
    return tuple(sorted(found, key=lambda one: (one.sent_on, one.tag)))


def guarded_of(connection: Connection, chat: Chat) -> str | None:
    """What a PIN written in this chat is about: the request that is talked about, else the newest with a PIN; None: nothing."""
    receipt = chat.receipt
    if receipt is not None and receipt.sent and references.guarded(connection, receipt.id):
        return receipt.id
    sent = select(conversations.c.id).where(conversations.c.lane == chat.lane, conversations.c.receipt.is_not(None))
    rows = connection.execute(sent.order_by(conversations.c.day.desc(), conversations.c.id)).scalars().all()
    return next((id_ for id_ in rows if references.guarded(connection, id_)), None)


def news_since(connection: Connection, keys: Keys, lane: str, day: date | None) -> News:
    """What a regular update may say has come since that day (None: since it was sent), of every request of this chat.

    No word of it is told, only that it is there, so what has a PIN counts as well; its PIN is asked for when it is opened.
    """
    if any(letter.kind != "note" for letter in letters.live(connection, lane)):
        return "letter"
    told = conversations.c.lane == lane, conversations.c.receipt.is_not(None), conversations.c.erase_on.is_(None)
    for id_ in connection.execute(select(conversations.c.id).where(*told)).scalars():
        progress = progress_of(connection, keys, id_)
        if progress is not None and progress.is_new_since(day or date.min):
            return "status"
    return "nothing"


def request_of(connection: Connection, keys: Keys, report: str) -> Request | None:
    """One request, as it may be told; None when nothing is known of it here."""
    row = connection.execute(
        select(conversations.c.id, conversations.c.receipt, conversations.c.erase_on).where(
            conversations.c.id == report, conversations.c.receipt.is_not(None)
        )
    ).first()
    return None if row is None else _request(connection, keys, *row, ())


def _request(
    connection: Connection, keys: Keys, id_: str, receipt: bytes, erase_on: int | None, waiting: tuple[str, ...]
) -> Request:
    sent = open_receipt(keys, id_, receipt)
    first = min((one.at for one in sent.sent), default=sent.started_at)
    erased = None if erase_on is None else (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=erase_on)).date()
    return Request(sent.tag, first.date(), progress_of(connection, keys, id_), waiting, erased)
