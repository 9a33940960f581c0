"""What this process knows of the chats that are active now: a mirror of committed rows, never ahead of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from bot.keys import DraftKey, Keys
from bot.pace import Bucket
from bot.store.rows import ChatRow
from flows.conversation import Conversation, restore, save
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
    conversation: Conversation | None = None
    version: int = 0
    key: DraftKey | None = field(default=None, repr=False)
    #: whether the chat has a row yet
    kept: bool = False
    #: the day of its last turn (days since 1970)
    day: int = 0
    #: turns and messages under way; a busy chat is not forgotten
    busy: int = 0
    #: how fast we may write to it; made by the sender
    bucket: Bucket | None = field(default=None, repr=False)


def read_chat(keys: Keys, row: ChatRow) -> Chat:
    """The chat of a row; `Unreadable` when it was damaged."""
    number = int(keys.handles.open(row.handle, table="chats", row=row.lane, column="handle"))
    chat = Chat(row.lane, number, row.language, row.anchor, row.below, row.reachable, kept=True, day=row.day)
    read_conversation(keys, row, chat)
    return chat


def read_conversation(keys: Keys, row: ChatRow, chat: Chat) -> None:
    """The row's conversation becomes the chat's."""
    chat.conversation, chat.key, chat.version = None, None, 0
    if row.conversation is not None and row.key is not None and row.body is not None:
        chat.key = DraftKey.unwrap(keys, row.conversation, row.key)
        chat.conversation = open_draft(chat.key, row.conversation, row.body)
        chat.version = row.version or 0


def seal_handle(keys: Keys, lane: str, number: int) -> bytes:
    """The chat's id as its row keeps it."""
    return keys.handles.seal(str(number).encode(), table="chats", row=lane, column="handle")


def seal_draft(key: DraftKey, conversation: Conversation) -> bytes:
    """The conversation as its row keeps it."""
    return key.vault.seal(pack(save(conversation)), table="conversations", row=conversation.id, column="body")


def open_draft(key: DraftKey, id_: str, body: bytes) -> Conversation:
    """The conversation `seal_draft` sealed."""
    return restore(unpack(key.vault.open(body, table="conversations", row=id_, column="body")))


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

    def _forget_one(self) -> None:
        for _ in range(8):
            lane, chat = next(iter(self._chats.items()))
            if not chat.busy:
                del self._chats[lane]
                return
            self._chats.move_to_end(lane)
