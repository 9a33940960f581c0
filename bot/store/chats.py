"""The SQL of chats and of the conversation each is in."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.store.rows import ChatRow
from bot.store.tables import chats, conversations

_CHAT = select(
    chats.c.lane,
    chats.c.handle,
    chats.c.language,
    chats.c.anchor,
    chats.c.below,
    chats.c.reachable,
    chats.c.day,
    conversations.c.id,
    conversations.c.version,
    conversations.c.key,
    conversations.c.body,
).select_from(chats.outerjoin(conversations, conversations.c.id == chats.c.conversation))
_LOAD = _CHAT.where(chats.c.lane == bindparam("which"))
_ANCHOR = update(chats).where(chats.c.lane == bindparam("which")).values(anchor=bindparam("at"))
_OF = chats.c.lane == bindparam("which")
_CHANGE = (
    update(chats)
    .where(_OF)
    .values(
        language=bindparam("tongue"),
        conversation=bindparam("talk"),
        below=bindparam("stands"),
        reachable=bindparam("open"),
        day=bindparam("today"),
    )
)
_REACH = update(chats).where(_OF).values(reachable=bindparam("open"))
_BELOW = update(chats).where(_OF).values(below=True)
_SAVE = (
    update(conversations)
    .where(conversations.c.id == bindparam("which"), conversations.c.version == bindparam("was"))
    .values(version=bindparam("now"), status=bindparam("stands"), body=bindparam("sealed"), day=bindparam("today"))
)
_REKEY = (
    update(conversations)
    .where(conversations.c.id == bindparam("which"), conversations.c.version == bindparam("was"))
    .values(
        version=bindparam("now"),
        status=bindparam("stands"),
        body=bindparam("sealed"),
        day=bindparam("today"),
        key=bindparam("wrapped"),
    )
)
_BEGIN = insert(conversations)
_ERASE = delete(conversations).where(conversations.c.id == bindparam("which"))


class Stale(Exception):  # noqa: N818
    """The conversation was changed by somebody else since it was loaded. Nothing was written; load it again."""


def load(connection: Connection, lane: str) -> ChatRow | None:
    """The chat of a lane with its conversation, None when we do not know it yet."""
    found = connection.execute(_LOAD, {"which": lane}).first()
    return None if found is None else ChatRow(*found)


def active(connection: Connection, since: int, limit: int) -> list[ChatRow]:
    """Reachable chats in a conversation that had a turn on that day or later (days since 1970)."""
    found = _CHAT.where(chats.c.day >= since, chats.c.reachable, chats.c.conversation.is_not(None)).limit(limit)
    return [ChatRow(*row) for row in connection.execute(found)]


def add(connection: Connection, **values: object) -> None:
    """A chat we did not know."""
    connection.execute(insert(chats), values)


def change(
    connection: Connection,
    lane: str,
    *,
    language: str,
    conversation: str | None,
    below: bool,
    reachable: bool,
    day: int,
) -> None:
    """What a turn changed about a chat."""
    values = {
        "which": lane,
        "tongue": language,
        "talk": conversation,
        "stands": below,
        "open": reachable,
        "today": day,
    }
    connection.execute(_CHANGE, values)


def anchor(connection: Connection, anchors: Iterable[tuple[str, int]]) -> None:
    """Where the anchors of these lanes stand now."""
    connection.execute(_ANCHOR, [{"which": lane, "at": message} for lane, message in anchors])


def reach(connection: Connection, lane: str, *, reachable: bool) -> None:
    """Whether we can write to the chat."""
    connection.execute(_REACH, {"which": lane, "open": reachable})


def something_below(connection: Connection, lane: str) -> None:
    """A message of the family could not be deleted and stands below the anchor."""
    connection.execute(_BELOW, {"which": lane})


def begin(connection: Connection, id_: str, lane: str, *, status: str, key: bytes, body: bytes, day: int) -> None:
    """A new conversation, at version 1."""
    connection.execute(
        _BEGIN, {"id": id_, "lane": lane, "status": status, "version": 1, "key": key, "body": body, "day": day}
    )


def save(
    connection: Connection, id_: str, *, was: int, status: str, body: bytes, day: int, key: bytes | None = None
) -> None:
    """The next version of a conversation, under a new key when one is given; `Stale` when `was` is not its version."""
    values = {"which": id_, "was": was, "now": was + 1, "stands": status, "sealed": body, "today": day}
    statement, more = (_SAVE, {}) if key is None else (_REKEY, {"wrapped": key})
    written = connection.execute(statement, values | more)
    if written.rowcount != 1:
        raise Stale


def erase(connection: Connection, id_: str) -> None:
    """The draft and its key, gone."""
    connection.execute(_ERASE, {"which": id_})
