"""A phone: one person, one private chat with the bot, and what its screen shows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bot.sandbox.wire import Json

#: How many answers to button taps a phone remembers.
TOASTS = 20


@dataclass(slots=True)
class Phone:
    """`messages` are Bot API `Message` objects by id, oldest first. `hidden` ones are gone from this screen only."""

    chat_id: int
    name: str
    language_code: str
    started: bool = False
    blocked: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    keyboard: Json | None = None
    toasts: deque[Json] = field(default_factory=lambda: deque(maxlen=TOASTS))

    def card(self) -> Json:
        """The person as the bot sees a `User`."""
        user: Json = {"id": self.chat_id, "is_bot": False, "first_name": self.name}
        if self.language_code:
            user["language_code"] = self.language_code
        return user

    def chat(self) -> Json:
        return {"id": self.chat_id, "type": "private", "first_name": self.name}

    def record(self) -> Json:
        """What the journal keeps beside the messages."""
        return {
            "chat_id": self.chat_id,
            "name": self.name,
            "language_code": self.language_code,
            "started": self.started,
            "blocked": self.blocked,
        }

    def shown(self, *, messages: bool = True) -> Json:
        """The phone as /sim and the page see it."""
        view = {**self.record(), "keyboard": self.keyboard, "toasts": list(self.toasts)}
        if messages:
            view["messages"] = [shown(message) for key, message in self.messages.items() if key not in self.hidden]
        return view


#: The parts of a message that are neither text nor keyboard, and are shown as they are.
MEDIA = ("photo", "document", "voice", "contact", "location")


def shown(message: Json) -> Json:
    """A message as the screen shows it: `keyboard` is a list of rows of buttons; a file is named by its id."""
    view: Json = {
        "message_id": message["message_id"],
        "from_bot": message["from"]["is_bot"],
        "date": message["date"],
        "edited": "edit_date" in message,
        "text": message.get("text", message.get("caption", "")),
        "entities": message.get("entities", message.get("caption_entities", [])),
        "keyboard": message.get("reply_markup", {}).get("inline_keyboard", []),
        "protected": message.get("has_protected_content", False),
    }
    if reply := message.get("reply_to_message"):
        view["reply_to"] = {"message_id": reply["message_id"], "text": reply.get("text", reply.get("caption", ""))}
    if "media_group_id" in message:
        view["media_group_id"] = message["media_group_id"]
    for name in MEDIA:
        if name in message:
            view["media"] = {"kind": name, **(message[name][-1] if name == "photo" else message[name])}
            break
    return view
