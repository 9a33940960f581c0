"""The SQL of silence: which chats have not been heard for how long, and what is past its time."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, or_, select, update

from bot.store import letters, reminders
from bot.store.tables import (
    KEY_AWAY,
    LOCKING,
    chats,
    conversations,
    envelopes,
    files,
    references,
    resumptions,
    standings,
)

#: A chat's last sign of life is kept to the minute (seconds), and only until its long silence is noticed.
GRAIN = 60


def grain(seconds: float) -> int:
    """A moment as `touched` keeps it: minutes since 1970."""
    return int(seconds // GRAIN)


def fallen(connection: Connection, now: float, short: float, long: float) -> list[tuple[str, int, bool]]:
    """Chats that fell silent since the last look, as (lane, touched, whether it is the short silence); noted as noticed."""
    short_ago, long_ago = int((now - short) // GRAIN), int((now - long) // GRAIN)
    rows = connection.execute(
        select(chats.c.lane, chats.c.touched, chats.c.rest).where(
            chats.c.touched.is_not(None),
            or_(
                and_(chats.c.rest == 0, chats.c.touched <= short_ago),
                and_(chats.c.rest < 2, chats.c.touched <= long_ago),
            ),
        )
    ).all()
    found = [(lane, touched, touched > long_ago) for lane, touched, _ in rows]
    for lane, touched, is_short in found:
        same = update(chats).where(chats.c.lane == lane, chats.c.touched == touched)
        connection.execute(same.values(rest=1 if is_short else 2))
    return found


def expire(connection: Connection, before: int) -> list[str]:
    """Erase drafts last touched before this day, additions to something sent included; their lanes."""
    old = and_(conversations.c.day < before, conversations.c.body.is_not(None))
    rows = connection.execute(
        select(conversations.c.id, conversations.c.lane, conversations.c.receipt).where(old)
    ).all()
    for id_, lane, receipt in rows:
        reminders.cancel(connection, about=id_, kinds=("unfinished", "erasure_near"))
        connection.execute(delete(resumptions).where(resumptions.c.conversation == id_))
        connection.execute(delete(files).where(files.c.conversation == id_, files.c.report.is_(None)))
        this = conversations.c.id == id_
        if receipt is None:
            connection.execute(delete(conversations).where(this))
            connection.execute(
                update(chats).where(chats.c.lane == lane, chats.c.conversation == id_).values(conversation=None)
            )
        else:
            gone = {
                "body": None,
                "key": None,
                "locked": 0,
                "status": "submitted",
                "version": conversations.c.version + 1,
            }
            connection.execute(update(conversations).where(this).values(**gone))
    return [lane for _, lane, _ in rows]


def give_up_keys(connection: Connection, before: int) -> int:
    """Keys that could not be brought into the family's button since before this day are erased; how many."""
    stuck = update(conversations).where(conversations.c.locked == LOCKING, conversations.c.day < before)
    return connection.execute(stuck.values(key=None, locked=KEY_AWAY)).rowcount


def carry_out_erasures(connection: Connection, today: int) -> list[str]:
    """Erase here what families asked to have erased by today: all but the notices on their way; the lanes concerned."""
    due = select(conversations.c.id, conversations.c.lane).where(conversations.c.erase_on <= today)
    rows = connection.execute(due).all()
    for id_, lane in rows:
        kept = (
            select(envelopes.c.revision).where(envelopes.c.report == id_).order_by(envelopes.c.revision.desc()).limit(1)
        )
        newest = connection.execute(kept).scalar()
        connection.execute(delete(files).where(files.c.conversation == id_))
        connection.execute(delete(envelopes).where(envelopes.c.report == id_, envelopes.c.revision != newest))
        connection.execute(delete(references).where(references.c.report == id_))
        connection.execute(delete(standings).where(standings.c.report == id_))
        letters.forget(connection, id_)
        connection.execute(delete(resumptions).where(resumptions.c.conversation == id_))
        connection.execute(delete(conversations).where(conversations.c.id == id_))
        reminders.cancel(connection, about=id_)
        connection.execute(
            update(chats).where(chats.c.lane == lane, chats.c.conversation == id_).values(conversation=None)
        )
    return [lane for _, lane in rows]
