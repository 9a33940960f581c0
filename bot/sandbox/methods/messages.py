"""Bot API: text messages sent, edited, deleted, and taps answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.keyboards import inline_only, read_markup
from bot.sandbox.markup import Formatted, parse_html, plain
from bot.sandbox.params import Params
from bot.sandbox.phones import Phone
from bot.sandbox.refusals import BLOCKED, CHAT_NOT_FOUND, NOT_MODIFIED, QUERY_TOO_OLD, Refusal, bad_request
from bot.sandbox.wire import Json, utf16
from bot.sandbox.world import QUERY_SECONDS, TOUCHABLE_SECONDS, World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_ANSWER = 200
MOST_ENTITIES = 100
MOST_DELETED = 100
MADE = frozenset({"photo", "video", "voice", "video_note"})
ACTIONS = frozenset({f"{verb}_{what}" for verb in ("record", "upload") for what in MADE} - {"record_photo"}) | {
    "typing",
    "upload_document",
    "choose_sticker",
    "find_location",
}


def phone_of(world: World, params: Params) -> Phone:
    """The private chat that is meant; a phone that never pressed Start isn't known to the bot."""
    if params.values.get("chat_id") in (None, ""):
        raise bad_request("chat_id is empty")
    phone = world.phones.get(params.number("chat_id"))
    if phone is None or not phone.started:
        raise bad_request(CHAT_NOT_FOUND)
    return phone


def reachable(world: World, params: Params) -> Phone:
    """The same, for methods that write: 403 when the bot is blocked."""
    phone = phone_of(world, params)
    if phone.blocked:
        raise Refusal(403, BLOCKED)
    return phone


def formatted(params: Params, name: str) -> Formatted:
    """Text and entities of `text` or `caption`, by parse_mode or given entities."""
    source = params.text(name)
    mode = params.text("parse_mode")
    if mode.upper() == "HTML":
        result = parse_html(source)
    elif mode:
        raise bad_request("unsupported parse_mode: the sandbox speaks HTML only")
    else:
        given = params.objects("caption_entities" if name == "caption" else "entities")
        size = utf16(source)
        for entity in given:
            start, length = entity.get("offset"), entity.get("length")
            if not isinstance(start, int) or not isinstance(length, int) or start < 0 or not 0 < length <= size - start:
                raise bad_request("can't parse entities: entity beginning or end is out of the text")
        result = plain(source, given)
    return Formatted(result.text, result.entities[:MOST_ENTITIES])


def _text(params: Params) -> Formatted:
    text = formatted(params, "text")
    if not text.text:
        raise bad_request("message text is empty")
    if utf16(text.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return text


def caption(params: Params) -> Formatted:
    """A checked caption; may be empty."""
    words = formatted(params, "caption")
    if utf16(words.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return words


def begin(world: World, phone: Phone, params: Params) -> tuple[Json, Json | None]:
    """A new message of the bot with its reply, keyboard and protection, and the reply keyboard it sets."""
    markup = read_markup(params)
    reply = _replied(phone, params)
    world.floods.allow(phone.chat_id)
    message = world.new_message(phone, from_bot=True)
    if reply:
        message["reply_to_message"] = reply
    if params.flag("protect_content"):
        message["has_protected_content"] = True
    if markup and "inline_keyboard" in markup:
        if markup["inline_keyboard"]:
            message["reply_markup"] = markup
        markup = None
    return message, markup


def finish(world: World, phone: Phone, message: Json, keyboard: Json | None) -> Json:
    """Show the message, and the reply keyboard it sets or removes."""
    _count_repeated(world, phone, message)
    world.post(message)
    if keyboard and ("keyboard" in keyboard or keyboard.get("remove_keyboard")):
        world.set_keyboard(phone, keyboard if "keyboard" in keyboard else None)
    return message


def _count_repeated(world: World, phone: Phone, message: Json) -> None:
    last = phone.messages[next(reversed(phone.messages))] if phone.messages else None
    if last and last["from"]["is_bot"] and "text" in message and last.get("text") == message["text"]:
        world.tally.repeated_messages += last.get("reply_markup") == message.get("reply_markup")


def _replied(phone: Phone, params: Params) -> Json | None:
    given = params.mapping("reply_parameters")
    message_id = given.get("message_id") or params.number("reply_to_message_id")
    if not message_id:
        return None
    if not isinstance(message_id, int):
        raise bad_request("can't parse reply parameters: message_id must be a Number")
    replied = phone.messages.get(message_id)
    if replied is None:
        if given.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return {name: value for name, value in replied.items() if name != "reply_to_message"}


def _send_message(world: World, params: Params) -> Json:
    phone = reachable(world, params)
    text = _text(params)
    message, keyboard = begin(world, phone, params)
    message["text"] = text.text
    if text.entities:
        message["entities"] = text.entities
    return finish(world, phone, message, keyboard)


def _own(phone: Phone, params: Params) -> Json:
    message = phone.messages.get(params.number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message["from"]["is_bot"]:
        raise bad_request("message can't be edited")
    return message


def _edited(world: World, old: Json, new: Json) -> Json:
    compared = ("text", "entities", "caption", "caption_entities", "reply_markup")
    if all(old.get(name) == new.get(name) for name in compared):
        raise bad_request(NOT_MODIFIED)
    # A change of words is marked as edited; a change of buttons alone isn't.
    if any(old.get(name) != new.get(name) for name in compared[:-1]):
        new["edit_date"] = world.clock.now()
    world.change(new)
    return new


def _edit_message_text(world: World, params: Params) -> Json:
    phone = reachable(world, params)
    text = _text(params)
    markup = inline_only(params)
    old = _own(phone, params)
    if "text" not in old:
        raise bad_request("there is no text in the message to edit")
    new = {name: value for name, value in old.items() if name not in {"entities", "reply_markup"}}
    new["text"] = text.text
    if text.entities:
        new["entities"] = text.entities
    if markup:
        new["reply_markup"] = markup
    return _edited(world, old, new)


def _edit_message_caption(world: World, params: Params) -> Json:
    phone = reachable(world, params)
    words = caption(params)
    markup = inline_only(params)
    old = _own(phone, params)
    new = {name: old[name] for name in old if name not in {"caption", "caption_entities", "reply_markup"}}
    if words.text:
        new["caption"] = words.text
    if words.entities:
        new["caption_entities"] = words.entities
    if markup:
        new["reply_markup"] = markup
    return _edited(world, old, new)


def _edit_message_reply_markup(world: World, params: Params) -> Json:
    phone = reachable(world, params)
    markup = inline_only(params)
    old = _own(phone, params)
    new = {name: value for name, value in old.items() if name != "reply_markup"}
    if markup:
        new["reply_markup"] = markup
    return _edited(world, old, new)


def _deletable(world: World, phone: Phone, message_id: int) -> bool:
    message = phone.messages.get(message_id)
    if message is None:
        return False
    if message["date"] < world.clock.now() - TOUCHABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    return True


def _delete_message(world: World, params: Params) -> bool:
    phone = phone_of(world, params)
    message_id = params.number("message_id")
    if not _deletable(world, phone, message_id):
        raise bad_request("message to delete not found")
    world.erase(phone, [message_id])
    return True


def _delete_messages(world: World, params: Params) -> bool:
    phone = phone_of(world, params)
    ids = params.object("message_ids")
    if not ids:
        raise bad_request("message identifiers are not specified")
    if not isinstance(ids, list) or not all(isinstance(key, int) for key in ids):
        raise bad_request("expected an Array of message identifiers")
    if len(ids) > MOST_DELETED:
        raise bad_request("too many message identifiers specified")
    there = [key for key in dict.fromkeys(ids) if _deletable(world, phone, key)]
    if there:
        world.erase(phone, there)
    return True


def _answer_callback_query(world: World, params: Params) -> bool:
    text = params.text("text")
    if utf16(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query = world.queries.get(params.text("callback_query_id"))
    if query is None or query.at < world.clock.now() - QUERY_SECONDS:
        raise bad_request(QUERY_TOO_OLD)
    world.keep("answered", query.query_id)
    toast = {"query_id": query.query_id, "text": text, "show_alert": params.flag("show_alert")}
    if text and (phone := world.phones.get(query.chat_id)):
        phone.toasts.append({**toast, "date": world.clock.now()})
    if world.feed.heard:
        world.feed.tell({"event": "answered", "chat_id": query.chat_id, **toast})
    return True


def _send_chat_action(world: World, params: Params) -> bool:
    phone = reachable(world, params)
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.feed.tell({"event": "action", "chat_id": phone.chat_id, "action": action})
    return True


def _get_chat(world: World, params: Params) -> Json:
    return {**phone_of(world, params).chat(), "accent_color_id": 0, "max_reaction_count": 11}


METHODS: dict[str, Callable[[World, Params], Any]] = {
    "sendMessage": _send_message,
    "editMessageText": _edit_message_text,
    "editMessageCaption": _edit_message_caption,
    "editMessageReplyMarkup": _edit_message_reply_markup,
    "deleteMessage": _delete_message,
    "deleteMessages": _delete_messages,
    "answerCallbackQuery": _answer_callback_query,
    "sendChatAction": _send_chat_action,
    "getChat": _get_chat,
}
