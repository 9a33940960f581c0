"""The SQL of chats and of the conversation each is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.store.rows import ChatRow
from bot.store.tables import KEY_AWAY, LOCKING, chats, conversations

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
    conversations.c.receipt,
    conversations.c.locked,
    conversations.c.portable,
    chats.c.touched,
    chats.c.residue,
    chats.c.quiet,
    chats.c.discreet,
    chats.c.recording,
    chats.c.word,
    chats.c.rhythm,
    chats.c.reminded,
    chats.c.digest,
).select_from(chats.outerjoin(conversations, conversations.c.id == chats.c.conversation))
_LOAD = _CHAT.where(chats.c.lane == bindparam("which"))
_OF = chats.c.lane == bindparam("which")
_ANCHOR = update(chats).where(_OF).values(anchor=bindparam("at"))
_CHANGE = (
    update(chats)
    .where(_OF)
    .values(
        language=bindparam("tongue"),
        conversation=bindparam("talk"),
        below=bindparam("stands"),
        reachable=bindparam("open"),
        day=bindparam("today"),
        touched=bindparam("heard"),
        rest=bindparam("rests"),
        residue=bindparam("left"),
        quiet=bindparam("hushed"),
        discreet=bindparam("hidden"),
        recording=bindparam("played"),
        word=bindparam("chosen"),
        rhythm=bindparam("beats"),
        reminded=bindparam("asked"),
        digest=bindparam("months"),
    )
)
_REACH = update(chats).where(_OF).values(reachable=bindparam("open"))
_BELOW = update(chats).where(_OF).values(below=True)
_THIS = (conversations.c.id == bindparam("which"), conversations.c.version == bindparam("was"))
_SAVE = (
    update(conversations)
    .where(*_THIS)
    .values(version=bindparam("now"), status=bindparam("stands"), body=bindparam("sealed"), day=bindparam("today"))
)
_REWRITE = (
    update(conversations)
    .where(*_THIS)
    .values(
        version=bindparam("now"),
        status=bindparam("stands"),
        body=bindparam("sealed"),
        day=bindparam("today"),
        key=bindparam("wrapped"),
        receipt=bindparam("kept"),
        locked=bindparam("lock"),
        portable=bindparam("carried"),
        erase_on=bindparam("due"),
        lane=bindparam("home"),
    )
)
_ERASE = delete(conversations).where(conversations.c.id == bindparam("which"))
_LOCK = update(conversations).where(*_THIS, conversations.c.locked == LOCKING).values(key=None, locked=KEY_AWAY)


class Stale(Exception):  # noqa: N818
    """The conversation was changed by somebody else since it was loaded. Nothing was written; load it again."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A conversation as its row keeps it."""

    id: str
    lane: str
    status: str
    day: int
    body: bytes | None = field(repr=False)
    key: bytes | None = field(repr=False)
    receipt: bytes | None = field(default=None, repr=False)
    locked: int = 0
    portable: bool = False
    erase_on: int | None = None


def load(connection: Connection, lane: str) -> ChatRow | None:
    """The chat of a lane with its conversation, None when we do not know it yet."""
    found = connection.execute(_LOAD, {"which": lane}).first()
    return None if found is None else ChatRow(*tuple(found))


def active(connection: Connection, since: int, limit: int) -> list[ChatRow]:
    """Reachable chats in a conversation that had a turn on that day or later (days since 1970)."""
    found = _CHAT.where(chats.c.day >= since, chats.c.reachable, chats.c.conversation.is_not(None)).limit(limit)
    return [ChatRow(*tuple(row)) for row in connection.execute(found)]


def add(connection: Connection, **values: object) -> None:
    """A chat we did not know."""
    connection.execute(insert(chats), values)


def change(connection: Connection, lane: str, values: Mapping[str, object]) -> None:
    """What a turn changed about a chat; `values` as in `STATE`."""
    connection.execute(_CHANGE, {"which": lane, **{STATE[name]: value for name, value in values.items()}})


#: what a turn may change of a chat: column -> its name in the statement
STATE: Mapping[str, str] = {
    "language": "tongue",
    "conversation": "talk",
    "below": "stands",
    "reachable": "open",
    "day": "today",
    "touched": "heard",
    "rest": "rests",
    "residue": "left",
    "quiet": "hushed",
    "discreet": "hidden",
    "recording": "played",
    "word": "chosen",
    "rhythm": "beats",
    "reminded": "asked",
    "digest": "months",
}


def anchor(connection: Connection, anchors: Iterable[tuple[str, int]]) -> None:
    """Where the anchors of these lanes stand now."""
    connection.execute(_ANCHOR, [{"which": lane, "at": message} for lane, message in anchors])


def reach(connection: Connection, lane: str, *, reachable: bool) -> None:
    """Whether we can write to the chat."""
    connection.execute(_REACH, {"which": lane, "open": reachable})


def something_below(connection: Connection, lane: str) -> None:
    """A message of the family could not be deleted and stands below the anchor."""
    connection.execute(_BELOW, {"which": lane})


def residue(connection: Connection, lane: str) -> None:
    """A message could not be deleted; the family is to be told once."""
    connection.execute(update(chats).where(chats.c.lane == lane, chats.c.residue == 0).values(residue=1))


def vanish(connection: Connection, lane: str) -> None:
    """Forget that there was a chat, unless it has begun anew."""
    connection.execute(delete(chats).where(chats.c.lane == lane, chats.c.conversation.is_(None)))


def release(connection: Connection, lane: str, conversation: str) -> None:
    """The conversation is brought to another chat: this one knows nothing of it any more."""
    here = update(chats).where(chats.c.lane == lane, chats.c.conversation == conversation)
    connection.execute(here.values(conversation=None, touched=None, rest=2))


def begin(connection: Connection, draft: Draft) -> None:
    """A new conversation, at version 1."""
    values = {name: getattr(draft, name) for name in Draft.__slots__}
    connection.execute(insert(conversations), values | {"version": 1})


def save(connection: Connection, draft: Draft, *, was: int, whole: bool) -> None:
    """The next version of a conversation; only body, status and day unless `whole`. `Stale` when `was` is not its version."""
    values: dict[str, object] = {
        "which": draft.id,
        "was": was,
        "now": was + 1,
        "stands": draft.status,
        "sealed": draft.body,
        "today": draft.day,
    }
    if whole:
        values |= {
            "wrapped": draft.key,
            "kept": draft.receipt,
            "lock": draft.locked,
            "carried": draft.portable,
            "due": draft.erase_on,
            "home": draft.lane,
        }
    written = connection.execute(_REWRITE if whole else _SAVE, values)
    if written.rowcount != 1:
        raise Stale


def locked(connection: Connection, id_: str, version: int) -> bool:
    """The key is in the family's button now: erase it here, unless the conversation went on meanwhile. Whether it did."""
    return connection.execute(_LOCK, {"which": id_, "was": version}).rowcount == 1


def receive(connection: Connection, id_: str, receipt: bytes) -> None:
    """Something more was sent of a request, beside the draft that may be open or locked: only its receipt changes."""
    connection.execute(update(conversations).where(conversations.c.id == id_).values(receipt=receipt))


def home(connection: Connection, id_: str) -> tuple[str, bytes] | None:
    """(lane, receipt) of a request that was sent and whose chat can be written to; None when there is no such."""
    found = select(conversations.c.lane, conversations.c.receipt).where(
        conversations.c.id == id_,
        conversations.c.receipt.is_not(None),
        conversations.c.lane.in_(select(chats.c.lane)),
    )
    row = connection.execute(found).first()
    return None if row is None else (row[0], row[1])


def erase(connection: Connection, id_: str) -> None:
    """The conversation, its draft and its key, gone."""
    connection.execute(_ERASE, {"which": id_})


@dataclass(frozen=True, slots=True)
class Home:
    """Where something sent is: its chat (empty when no chat knows of it any more) and its row there."""

    lane: str
    version: int
    receipt: bytes = field(repr=False)
    #: an addition that is not sent; NULL when there is none. Without `key` only its button opens it
    body: bytes | None = field(repr=False)
    key: bytes | None = field(repr=False)
    portable: bool


def home_of(connection: Connection, report: str) -> Home | None:
    """Where something sent is; None when nothing is known of it here any more."""
    c = conversations.c
    found = select(c.lane, c.version, c.receipt, c.body, c.key, c.portable).where(
        c.id == report, c.receipt.is_not(None)
    )
    row = connection.execute(found).first()
    return None if row is None else Home(*row)


def unlink(connection: Connection, report: str) -> None:
    """No chat knows of what was sent any more, and what was not sent of it is gone; a code and a PIN bring it back."""
    home = home_of(connection, report)
    if home is None:
        return
    release(connection, home.lane, report)
    gone = {"lane": "", "body": None, "key": None, "locked": 0, "portable": False, "status": "submitted"}
    this = update(conversations).where(conversations.c.id == report)
    connection.execute(this.values(**gone, version=conversations.c.version + 1))


def sent_of(connection: Connection, lane: str, tag: str) -> tuple[str, int, bytes] | None:
    """(id, version, receipt) of something this chat has sent before, by the beginning of its id."""
    found = select(conversations.c.id, conversations.c.version, conversations.c.receipt).where(
        conversations.c.lane == lane,
        conversations.c.id.startswith(tag, autoescape=True),
        conversations.c.status == "submitted",
        conversations.c.receipt.is_not(None),
    )
    row = connection.execute(found).first()
    return None if row is None else (row[0], row[1], row[2])
