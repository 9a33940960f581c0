"""What this process knows of the chats that are active now: a mirror of committed rows, never ahead of them."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from bot.keys import DraftKey, Keys
from bot.pace import Bucket
from bot.store.rows import ChatRow
from bot.store.tables import LOCKING
from flows.conversation import Conversation, restore, save
from flows.reminding.rhythm import Rhythm
from ground.packing import pack, unpack


@dataclass(slots=True)
class Chat:
    """One chat. Changed only after the commit that changed its rows."""

    lane: str
    #: the chat's id at Telegram
    number: int = field(repr=False)
    language: str
    #: message id of the anchor; None before the first one was sent
    anchor: int | None = None
    #: whether something stands below the anchor (or there is none), so that the next show must be a new message
    below: bool = True
    reachable: bool = True
    #: what is talked about; None for a stranger, and while the draft is locked away
    conversation: Conversation | None = None
    version: int = 0
    key: DraftKey | None = field(default=None, repr=False)
    #: the locked draft: its id and sealed body; its key is in the family's button only
    locked: Locked | None = None
    #: whether the key of what is open is on its way into the button, so that the next turn takes a new one
    locking: bool = False
    #: whether a code and a PIN open the draft too; then its key stays the same
    portable: bool = False
    #: the conversation as it was when something of it was last sent; what an addition falls back to
    receipt: Conversation | None = None
    #: when the family was last heard, as `bot.store.silence.grain` has it; None at rest
    touched: int | None = None
    #: a message could not be deleted: 0 no, 1 not told yet, 2 told
    residue: int = 0
    quiet: bool = False
    discreet: bool = True
    #: the question whose recording was sent last
    recording: str | None = None
    #: whether a letter of the team's is open, so that what the family writes goes to it; None when that was not looked up yet
    answers: bool | None = None
    #: the tag and the verb the PIN was just written for: buttons under that screen need it no more. Kept in memory only
    opened: tuple[str, str] = ("", "")
    #: the word its family chose for our messages (`flows.words`); None when it was given one
    word: int | None = None
    #: time zones and weeks to leave out, sealed
    rhythm: bytes | None = field(default=None, repr=False)
    #: whether the family asked to be reminded
    reminded: bool = False
    #: months between two regular updates; 0 none
    digest: int = 0
    #: whether the chat has a row yet
    kept: bool = False
    #: the day of its last turn (days since 1970)
    day: int = 0
    #: turns and messages under way; a busy chat is not forgotten
    busy: int = 0
    #: how fast we may write to it; made by the sender
    bucket: Bucket | None = field(default=None, repr=False)

    @property
    def id_of_conversation(self) -> str | None:
        """What is talked about, locked or not."""
        if self.conversation is not None:
            return self.conversation.id
        return self.locked.id if self.locked else None

    def lock_away(self, conversation: str, version: int) -> None:
        """The key of this version is in the family's button now and nowhere else."""
        here = self.conversation
        if here is None or self.key is None or here.id != conversation or self.version != version:
            return
        self.locked = Locked(conversation, seal_draft(self.key, here))
        self.conversation, self.key, self.locking = None, None, False

    def forget_conversation(self) -> None:
        """As a stranger's, from now on."""
        self.conversation, self.key, self.locked, self.receipt = None, None, None, None
        self.version, self.locking, self.portable = 0, False, False


@dataclass(frozen=True, slots=True)
class Locked:
    """A draft that only its button opens."""

    id: str
    body: bytes = field(repr=False)

    @property
    def tag(self) -> str:
        return self.id[:6]


def read_chat(keys: Keys, row: ChatRow) -> Chat:
    """The chat of a row; `Unreadable` when it was damaged."""
    number = int(keys.handles.open(row.handle, table="chats", row=row.lane, column="handle"))
    chat = Chat(row.lane, number, row.language, row.anchor, row.below, row.reachable, kept=True, day=row.day)
    chat.touched, chat.residue, chat.quiet, chat.discreet = row.touched, row.residue, row.quiet, row.discreet
    chat.recording, chat.word, chat.rhythm = row.recording, row.word, row.rhythm
    chat.reminded, chat.digest = row.reminded, row.digest
    read_conversation(keys, row, chat)
    return chat


def read_conversation(keys: Keys, row: ChatRow, chat: Chat) -> None:
    """The row's conversation becomes the chat's."""
    chat.forget_conversation()
    if row.conversation is None:
        return
    chat.version, chat.portable = row.version or 0, bool(row.portable)
    if row.receipt is not None:
        chat.receipt = open_receipt(keys, row.conversation, row.receipt)
    if row.body is None:
        chat.conversation = chat.receipt
    elif row.key is None:
        chat.locked = Locked(row.conversation, row.body)
    else:
        chat.key = DraftKey.unwrap(keys, row.conversation, row.key)
        chat.conversation = aligned(open_draft(chat.key, row.conversation, row.body), chat.receipt)
        chat.locking = row.locked == LOCKING


def aligned(conversation: Conversation, sent: Conversation | None) -> Conversation:
    """A draft that adds to something sent, knowing of what was sent since it was put away (an answer to the team, say)."""
    if sent is None or sent.id != conversation.id or sent.revision <= conversation.revision:
        return conversation
    return replace(conversation, revision=sent.revision, sent=sent.sent)


def seal_handle(keys: Keys, lane: str, number: int) -> bytes:
    """The chat's id as its row keeps it."""
    return keys.handles.seal(str(number).encode(), table="chats", row=lane, column="handle")


#: What a turn writes into a chat's row, less what tells of the conversation and the moment.
_COLUMNS = (
    *(
        "language",
        "reachable",
        "day",
        "residue",
        "quiet",
        "discreet",
        "recording",
        "word",
        "rhythm",
        "reminded",
        "digest",
    ),
)


def columns(chat: Chat) -> dict[str, object]:
    """These columns as they are."""
    return {name: getattr(chat, name) for name in _COLUMNS}


def seal_rhythm(keys: Keys, lane: str, rhythm: Rhythm) -> bytes:
    """By which clocks the family lives, as its row keeps it."""
    return keys.handles.seal(pack(rhythm.saved()), table="chats", row=lane, column="rhythm")


def open_rhythm(keys: Keys, lane: str, sealed: bytes) -> Rhythm:
    """The rhythm `seal_rhythm` sealed."""
    return Rhythm.restored(unpack(keys.handles.open(sealed, table="chats", row=lane, column="rhythm")))


def seal_clock(keys: Keys, letter: str, zone: str) -> bytes:
    """By whose clock the appointment of a letter was set (an IANA zone), as the rows of its reminders keep it."""
    return keys.returns.seal(zone.encode(), table="reminders", row=letter, column="clock")


def open_clock(keys: Keys, letter: str, sealed: bytes) -> str:
    """The zone `seal_clock` sealed."""
    return keys.returns.open(sealed, table="reminders", row=letter, column="clock").decode()


def seal_draft(key: DraftKey, conversation: Conversation) -> bytes:
    """The conversation as its row keeps it."""
    return key.vault.seal(_folded(conversation), table="conversations", row=conversation.id, column="body")


def open_draft(key: DraftKey, id_: str, body: bytes) -> Conversation:
    """The conversation `seal_draft` sealed."""
    return _unfolded(key.vault.open(body, table="conversations", row=id_, column="body"))


def seal_receipt(keys: Keys, sent: Conversation) -> bytes:
    """What is known of something sent, as its row keeps it."""
    return keys.receipts.seal(_folded(sent), table="conversations", row=sent.id, column="receipt")


def open_receipt(keys: Keys, id_: str, receipt: bytes) -> Conversation:
    """The conversation `seal_receipt` sealed."""
    return _unfolded(keys.receipts.open(receipt, table="conversations", row=id_, column="receipt"))


def _folded(conversation: Conversation) -> bytes:
    """The conversation as bytes, compressed: a turn commits the whole draft, and a long one is a tenth of its length so."""
    return zlib.compress(pack(save(conversation)), level=1)


def _unfolded(plain: bytes) -> Conversation:
    """The conversation of `_folded`, or of an earlier version that did not compress: JSON does not begin with an x."""
    return restore(unpack(zlib.decompress(plain) if plain[:1] == b"x" else plain))


class Hot:
    """The chats used last, about `most` of them."""

    def __init__(self, most: int = 4096) -> None:
        self._chats: OrderedDict[str, Chat] = OrderedDict()
        self._most = most

    def get(self, lane: str) -> Chat | None:
        chat = self._chats.get(lane)
        if chat is not None:
            self._chats.move_to_end(lane)
        return chat

    def put(self, chat: Chat) -> Chat:
        self._chats[chat.lane] = chat
        if len(self._chats) > self._most:
            self._forget_one()
        return chat

    def drop(self, lane: str) -> None:
        """Read this one from its row next time."""
        self._chats.pop(lane, None)

    def _forget_one(self) -> None:
        for _ in range(8):
            lane, chat = next(iter(self._chats.items()))
            if not chat.busy:
                del self._chats[lane]
                return
            self._chats.move_to_end(lane)
