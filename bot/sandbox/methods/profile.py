"""Bot API: who the bot is, its commands, names and descriptions per language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.params import Params
from bot.sandbox.refusals import bad_request
from bot.sandbox.wire import Json, utf16
from bot.sandbox.world import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS = 100


def _get_me(world: World, params: Params) -> Json:
    return {
        **world.bot_card(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _scope_key(params: Params) -> str:
    """Commands are kept by scope and language: `default:ar`, `chat/500000001:`."""
    scope = params.mapping("scope")
    kind = scope.get("type", "default")
    if "chat_id" in scope:
        kind = f"{kind}/{scope['chat_id']}"
    return f"{kind}:{_language(params)}"


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


def _changed(world: World) -> bool:
    world.feed.tell({"event": "bot"})
    return True


def _set_my_commands(world: World, params: Params) -> bool:
    commands = params.objects("commands")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    clean = [{"command": str(c["command"]).removeprefix("/"), "description": c["description"]} for c in commands]
    world.keep("profile", "commands", _scope_key(params), clean)
    return _changed(world)


def _get_my_commands(world: World, params: Params) -> list[Json]:
    commands: list[Json] = world.profile.get("commands", {}).get(_scope_key(params), [])
    return commands


def _delete_my_commands(world: World, params: Params) -> bool:
    world.keep("profile", "commands", _scope_key(params), None)
    return _changed(world)


def _setter(what: str, longest: int) -> Callable[[World, Params], bool]:
    def set_it(world: World, params: Params) -> bool:
        text = params.text(what).strip()
        if utf16(text) > longest:
            raise bad_request(f"BOT_{'TITLE' if what == 'name' else 'ABOUT'}_INVALID")
        world.keep("profile", what, _language(params), text)
        return _changed(world)

    return set_it


def _getter(what: str) -> Callable[[World, Params], Json]:
    def get_it(world: World, params: Params) -> Json:
        values = world.profile.get(what, {})
        return {what: values.get(_language(params), values.get("", "Wasl" if what == "name" else ""))}

    return get_it


def _set_chat_menu_button(world: World, params: Params) -> bool:
    button = params.mapping("menu_button") or {"type": "default"}
    if str(button.get("type")) not in {"commands", "default"}:
        raise bad_request("the sandbox has no Mini Apps")
    world.keep("profile", "menu", str(params.number("chat_id") or ""), button)
    return _changed(world)


def _get_chat_menu_button(world: World, params: Params) -> Json:
    menus = world.profile.get("menu", {})
    button: Json = menus.get(str(params.number("chat_id") or ""), menus.get("", {"type": "commands"}))
    return button


def for_language(world: World, language: str, chat_id: int | None) -> Json:
    """What a phone of this language shows of the bot: name, descriptions, and the closest commands."""

    def best(what: str) -> Any:
        values = world.profile.get(what, {})
        return values.get(language) or values.get("", "")

    commands = world.profile.get("commands", {})
    scopes = [f"chat/{chat_id}", "all_private_chats", "default"]
    keys = [f"{scope}:{code}" for scope in scopes for code in (language, "")]
    return {
        "name": best("name") or "Wasl",
        "description": best("description"),
        "short_description": best("short_description"),
        "commands": next((commands[key] for key in keys if commands.get(key)), []),
    }


METHODS: dict[str, Callable[[World, Params], Any]] = {
    "getMe": _get_me,
    "setMyCommands": _set_my_commands,
    "getMyCommands": _get_my_commands,
    "deleteMyCommands": _delete_my_commands,
    "setMyName": _setter("name", 64),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description", 512),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description", 120),
    "getMyShortDescription": _getter("short_description"),
    "setChatMenuButton": _set_chat_menu_button,
    "getChatMenuButton": _get_chat_menu_button,
}
