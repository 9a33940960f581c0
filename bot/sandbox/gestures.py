"""What a person can do with the phone, and what the bot then hears of it.

Each gesture takes the world, the phone and a JSON object, and returns a JSON object; a phone that cannot do what is
asked (no such button, nothing to send) raises Refusal 400.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.markup import plain
from bot.sandbox.methods.media import described
from bot.sandbox.methods.messages import LONGEST_CAPTION, LONGEST_TEXT
from bot.sandbox.params import Upload
from bot.sandbox.phones import Phone
from bot.sandbox.refusals import Refusal
from bot.sandbox.wire import Json, utf16
from bot.sandbox.world import TOUCHABLE_SECONDS, World

Gesture = Callable[[World, Phone, Json], Json]


def impossible(why: str) -> Refusal:
    """400: the phone has no way to do this."""
    return Refusal(400, why)


def add_phone(world: World, given: Json) -> Phone:
    """A new phone `{name, language_code?, chat_id?}`; the bot isn't told until it presses Start."""
    name = str(given.get("name") or "").strip()[:64]
    if not name:
        raise impossible("A phone needs a name.")
    chat_id = given.get("chat_id") or world.next_chat
    if not isinstance(chat_id, int) or chat_id in world.phones:
        raise impossible("chat_id must be a whole number that no other phone has.")
    phone = Phone(chat_id, _utf8(name), str(given.get("language_code") or "")[:8])
    world.set_phone(phone)
    return world.phones[chat_id]


def _utf8(text: Any) -> str:
    words = str(text or "")
    try:
        words.encode()
    except UnicodeEncodeError:
        raise impossible("The text isn't valid Unicode.") from None
    return words


def _id(given: Json, name: str = "message_id") -> int:
    """The id of a message; 0 when none is named."""
    value = given.get(name) or 0
    if not isinstance(value, int):
        raise impossible(f"{name} is a whole number.")
    return value


def _place(given: Json, name: str, otherwise: float) -> float:
    value = given.get(name, otherwise)
    if not isinstance(value, int | float) or not -180 <= value <= 180:
        raise impossible(f"{name} is a number of degrees.")
    return float(value)


def _talkative(world: World, phone: Phone) -> None:
    """Whoever writes has pressed Start before, and isn't blocking."""
    if phone.blocked:
        raise impossible("This phone blocks the bot. Unblock it first.")
    if not phone.started:
        world.set_phone(phone, started=True)


def _send(world: World, phone: Phone, message: Json) -> Json:
    world.post(message)
    return {"message_id": message["message_id"], "update_id": world.queue("message", message)}


def _worded(given: Any, longest: int) -> Json:
    words = plain(_utf8(given))
    if utf16(words.text) > longest:
        raise impossible(f"At most {longest} characters fit in one message.")
    return {"text": words.text, "entities": words.entities}


def _new(world: World, phone: Phone, given: Json) -> Json:
    message = world.new_message(phone, from_bot=False)
    if reply_to := _id(given, "reply_to"):
        replied = phone.messages.get(reply_to)
        if replied is None:
            raise impossible("There is no such message to reply to.")
        message["reply_to_message"] = {key: value for key, value in replied.items() if key != "reply_to_message"}
    return message


def say(world: World, phone: Phone, given: Json) -> Json:
    """`{text, reply_to?}` -> `{message_id, update_id}`. Writing also presses Start, if nobody did."""
    words = _worded(given.get("text"), LONGEST_TEXT)
    if not words["text"]:
        raise impossible("There is nothing to say.")
    _talkative(world, phone)
    message = {**_new(world, phone, given), "text": words["text"]}
    if words["entities"]:
        message["entities"] = words["entities"]
    return _send(world, phone, message)


def start(world: World, phone: Phone, given: Json) -> Json:
    """`{payload?}`: press Start, or follow a deep link. Unblocks, as Telegram does."""
    if phone.blocked:
        unblock(world, phone, {})
    payload = str(given.get("payload") or "")
    return say(world, phone, {"text": f"/start {payload}".strip()})


def tap(world: World, phone: Phone, given: Json) -> Json:
    """Press a button: `{data}`, `{text}` or `{row, column}`, of `message_id` or else the newest message that has it.

    -> `{query_id, message_id, update_id}`; a copy button answers `{copied}`, a link `{opened}`; a key of the reply
    keyboard (by `text`) sends its words. `force` taps data that is no longer on the screen.
    """
    message, button = _button(phone, given)
    if message is None:
        return _press_key(world, phone, button)
    if "copy_text" in button:
        return {"copied": button["copy_text"]["text"]}
    if "url" in button:
        return {"opened": button["url"]}
    if phone.blocked:
        raise impossible("This phone blocks the bot. Unblock it first.")
    query_id = world.ask(phone)
    update_id = world.queue(
        "callback_query",
        {
            "id": query_id,
            "from": phone.card(),
            "message": message,
            "chat_instance": str(phone.chat_id * 1_000_003),
            "data": button["callback_data"],
        },
    )
    return {"query_id": query_id, "message_id": message["message_id"], "update_id": update_id}


def _button(phone: Phone, given: Json) -> tuple[Json | None, Json]:
    """The message and its button; no message for a key of the reply keyboard."""
    message_id = _id(given)
    ids = [message_id] if message_id else list(reversed(phone.messages))
    for candidate in ids:
        message = phone.messages.get(candidate)
        if message is None or candidate in phone.hidden:
            continue
        if given.get("force") and message_id:
            return message, {"callback_data": str(given.get("data"))}
        for row_number, row in enumerate(message.get("reply_markup", {}).get("inline_keyboard", [])):
            for column, button in enumerate(row):
                if _meant(button, given, row_number, column):
                    return message, button
    if not message_id and phone.keyboard:
        for row in phone.keyboard["keyboard"]:
            for key in row:
                if key["text"] == given.get("text"):
                    return None, key
    raise impossible("There is no such button on the screen.")


def _meant(button: Json, given: Json, row: int, column: int) -> bool:
    if "data" in given:
        return bool(button.get("callback_data") == given["data"])
    if "text" in given:
        return bool(button["text"] == given["text"])
    return bool(given.get("row") == row and given.get("column", 0) == column)


def _press_key(world: World, phone: Phone, key: Json) -> Json:
    if phone.keyboard and phone.keyboard.get("one_time_keyboard"):
        world.set_keyboard(phone, None)
    if key.get("request_contact"):
        return contact(world, phone, {})
    if key.get("request_location"):
        return location(world, phone, {})
    return say(world, phone, {"text": key["text"]})


def _own(phone: Phone, given: Json) -> Json:
    message = phone.messages.get(_id(given))
    if message is None or message["from"]["is_bot"]:
        raise impossible("There is no such message of this phone.")
    return message


def edit(world: World, phone: Phone, given: Json) -> Json:
    """`{message_id, text}`: correct one's own message (within 48 h) -> `{update_id}` of an `edited_message`."""
    old = _own(phone, given)
    if old["date"] < world.clock.now() - TOUCHABLE_SECONDS:
        raise impossible("A message can be edited for 48 hours.")
    name = "text" if "text" in old else "caption"
    if name == "caption" and not any(kind in old for kind in ("photo", "document", "voice")):
        raise impossible("This message has no words to edit.")
    words = _worded(given.get("text"), LONGEST_TEXT if name == "text" else LONGEST_CAPTION)
    if name == "text" and not words["text"]:
        raise impossible("There is nothing to say.")
    entities = "entities" if name == "text" else "caption_entities"
    new = {key: value for key, value in old.items() if key not in {name, entities}}
    new |= {name: words["text"], "edit_date": world.clock.now()}
    if words["entities"]:
        new[entities] = words["entities"]
    world.change(new)
    return {"update_id": world.queue("edited_message", new)}


def delete(world: World, phone: Phone, given: Json) -> Json:
    """`{message_id, for_both?}`: off this screen; `for_both` takes it from the bot too. The bot isn't told."""
    message_id = _id(given)
    if message_id not in phone.messages:
        raise impossible("There is no such message.")
    if given.get("for_both"):
        world.erase(phone, [message_id])
    else:
        world.hide(phone, [message_id])
    return {}


def clear(world: World, phone: Phone, given: Json) -> Json:
    """Empty the screen. The bot isn't told, and may still edit what is hidden."""
    world.hide(phone, [key for key in phone.messages if key not in phone.hidden])
    phone.toasts.clear()
    world.set_keyboard(phone, None)
    world.feed.tell({"event": "cleared", "chat_id": phone.chat_id})
    return {}


def contact(world: World, phone: Phone, given: Json) -> Json:
    """`{phone_number?, first_name?, user_id?}`: share a contact, one's own when nothing is given."""
    _talkative(world, phone)
    own = not given.get("first_name")
    card: Json = {
        "phone_number": _utf8(given.get("phone_number") or "+963900000000"),
        "first_name": _utf8(given.get("first_name") or phone.name),
    }
    if own or given.get("user_id"):
        card["user_id"] = given.get("user_id") or phone.chat_id
    return _send(world, phone, {**_new(world, phone, given), "contact": card})


def location(world: World, phone: Phone, given: Json) -> Json:
    """`{latitude?, longitude?}`: share a place, Damascus when nothing is given."""
    _talkative(world, phone)
    place = {"latitude": _place(given, "latitude", 33.5138), "longitude": _place(given, "longitude", 36.2765)}
    return _send(world, phone, {**_new(world, phone, given), "location": place})


def _membership(world: World, phone: Phone, *, blocked: bool) -> Json:
    if phone.blocked == blocked:
        return {"update_id": None}
    world.set_phone(phone, blocked=blocked)
    if not phone.started:
        return {"update_id": None}
    bot = {**world.bot_card()}
    member, kicked = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
    change = {
        "chat": phone.chat(),
        "from": phone.card(),
        "date": world.clock.now(),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }
    return {"update_id": world.queue("my_chat_member", change)}


def block(world: World, phone: Phone, given: Json) -> Json:
    """Block the bot; it hears of it by `my_chat_member`, and gets 403 from now on."""
    return _membership(world, phone, blocked=True)


def unblock(world: World, phone: Phone, given: Json) -> Json:
    """Let the bot write again."""
    return _membership(world, phone, blocked=False)


def rename(world: World, phone: Phone, given: Json) -> Json:
    """`{name?, language_code?}`: change what the bot sees of the person."""
    name = _utf8(given.get("name") or phone.name).strip()[:64]
    language = str(given.get("language_code") or phone.language_code)[:8]
    world.set_phone(phone, name=name, language_code=language)
    return {}


def upload(world: World, phone: Phone, kind: str, uploads: list[Upload], given: Json) -> Json:
    """Send files; several become an album, whose first one carries the caption."""
    if not uploads:
        raise impossible("There is no file to send.")
    if any(not one.body for one in uploads):
        raise impossible("The file is empty.")
    words = _worded(given.get("caption"), LONGEST_CAPTION)
    duration = str(given.get("duration") or 0)
    if not duration.isdecimal():
        raise impossible("duration is a whole number of seconds.")
    _talkative(world, phone)
    album = {"media_group_id": str(10**16 + world.next_message)} if len(uploads) > 1 else {}
    sent = []
    for number, one in enumerate(uploads):
        kept = world.store(kind, one)
        message = {**_new(world, phone, given), **album, kind: described(world, kept, int(duration))}
        if number == 0 and words["text"]:
            message["caption"] = words["text"]
            if words["entities"]:
                message["caption_entities"] = words["entities"]
        sent.append(_send(world, phone, message))
    return {"messages": sent}


GESTURES: dict[str, Gesture] = {
    "say": say,
    "start": start,
    "tap": tap,
    "edit": edit,
    "delete": delete,
    "clear": clear,
    "contact": contact,
    "location": location,
    "block": block,
    "unblock": unblock,
    "rename": rename,
}
