"""The Bot API methods the sandbox speaks, by their names in lower case: Telegram doesn't mind the case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.methods import media, messages, polling, profile
from bot.sandbox.params import Params
from bot.sandbox.world import World

#: Returns the `result`; raises Refusal. getUpdates waits and is answered by `polling.get_updates`.
Method = Callable[[World, Params], Any]
POLL = "getUpdates"

#: sendmessage -> (its name as the documentation writes it, what it does)
METHODS: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method)
    for table in (messages.METHODS, media.METHODS, profile.METHODS, polling.METHODS)
    for name, method in table.items()
}
