"""Tells Telegram the bot's commands, in every language the bot speaks, so that the chat's menu can show them."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from telegram.error import TelegramError

from bot.api import Api
from flows.languages import SOURCE_LANGUAGE, say
from flows.notices import COMMANDS

log = structlog.get_logger()


async def introduce(api: Api, languages: Sequence[str]) -> None:
    """Set the commands; a refusal is logged and no reason to stop. Without a language they are for everybody else."""
    try:
        await api.call("setMyCommands", {"commands": _commands(SOURCE_LANGUAGE)})
        for language in languages:
            await api.call("setMyCommands", {"commands": _commands(language), "language_code": language})
    except TelegramError as error:
        log.warning("commands_not_set", error=type(error).__name__)


def _commands(language: str) -> list[dict[str, str]]:
    return [{"command": name, "description": say(phrase, language, {})} for name, phrase in COMMANDS.items()]
