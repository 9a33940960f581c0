"""Keyboards under messages and under the composer, checked as strictly as Telegram checks them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.params import Params
from bot.sandbox.refusals import Refusal, bad_request
from bot.sandbox.wire import Json, utf16

MOST_DATA_BYTES = 64
MOST_BUTTONS = 100
MOST_COPIED = 256
ACTIONS = ("callback_data", "copy_text", "url", "web_app", "switch_inline_query", "switch_inline_query_current_chat")


def read_markup(params: Params) -> Json | None:
    """The `reply_markup` of a call, checked; None when there is none."""
    markup = params.object("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline_keyboard")
        for row in rows:
            for button in row:
                _check_inline(button)
        return {"inline_keyboard": [row for row in rows if row]}
    if "keyboard" in markup:
        rows = [
            [{"text": key} if isinstance(key, str) else key for key in row]
            for row in _rows(markup["keyboard"], "keyboard")
        ]
        for row in rows:
            for button in row:
                _check_text(button)
        return {**markup, "keyboard": rows}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    return None


def inline_only(params: Params) -> Json | None:
    """The inline keyboard of an edit; None when there is none, or an empty one."""
    markup = read_markup(params)
    if markup is None:
        return None
    if "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup if markup["inline_keyboard"] else None


def _rows(rows: object, name: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    if not all(isinstance(button, dict | str) for row in rows for button in row):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return rows


def _check_text(button: Json) -> None:
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request("keyboard button text must be non-empty")


def _check_inline(button: Json | str) -> None:
    if isinstance(button, str):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    _check_text(button)
    actions = [name for name in ACTIONS if name in button]
    if len(actions) != 1:
        unallowed = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        raise bad_request("BUTTON_TYPE_INVALID" if actions else unallowed)
    given = button[actions[0]]
    match actions[0]:
        case "callback_data":
            if not isinstance(given, str) or not 1 <= len(given.encode(errors="replace")) <= MOST_DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
        case "copy_text":
            text = given.get("text") if isinstance(given, dict) else None
            if not isinstance(text, str) or not 1 <= utf16(text) <= MOST_COPIED:
                raise bad_request("BUTTON_COPY_TEXT_INVALID")
        case "url":
            if not isinstance(given, str) or not given.lower().startswith(("https://", "http://", "tg://")):
                raise bad_request("BUTTON_URL_INVALID")
        case _:
            raise Refusal(400, "Bad Request: the sandbox has no Mini Apps and no inline mode")
