"""A family at a sandbox phone that answers whatever is asked, until its report is sent."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox.phone import Phone

#: What this family answers where a button does not say it all.
WORDS = "Amal Khaled Haddad"
#: Buttons it prefers, in this order; then the first one.
WANTED = ("English", "Yes", "I agree", "Send", "Continue")
ASIDE = ("Back", "Pause", "Later", "A person", "Delete", "Change")


def labels(message: dict[str, Any]) -> list[str]:
    """The buttons of a message."""
    return [button["text"] for row in message["keyboard"] for button in row]


async def anchor(phone: Phone) -> dict[str, Any] | None:
    """The newest message with buttons, None before there is one."""
    return next((one for one in reversed(await phone.messages()) if one["from_bot"] and one["keyboard"]), None)


async def changed(phone: Phone, before: dict[str, Any] | None, seconds: float = 10) -> dict[str, Any]:
    """The anchor once it is another than `before`."""
    for _ in range(int(seconds / 0.02)):
        found = await anchor(phone)
        if found is not None and (before is None or (found["message_id"], found["text"], found["keyboard"]) != before):
            return found
        await asyncio.sleep(0.02)
    raise TimeoutError("The anchor does not change.")


def mark(message: dict[str, Any]) -> Any:
    """What tells one anchor from the next."""
    return (message["message_id"], message["text"], message["keyboard"])


async def report(phone: Phone, most: int = 120) -> list[dict[str, Any]]:
    """From /start to the code; every anchor seen on the way."""
    await phone.start()
    seen = [await changed(phone, None)]
    for _ in range(most):
        current = seen[-1]
        if any("1" <= one["text"][:1] for one in []):
            break
        if not await answer(phone, current):
            return seen
        seen.append(await changed(phone, mark(current)))
    raise AssertionError("The form has no end.")


async def answer(phone: Phone, message: dict[str, Any]) -> bool:
    """Answer one question; False when there is nothing left to answer."""
    offered = [label for label in labels(message) if not label.startswith(ASIDE)]
    print(message["text"][-60:], labels(message))
    if wanted := next((label for want in WANTED for label in offered if want in label), None):
        await phone.tap(wanted, message["message_id"])
    elif offered:
        await phone.tap(offered[0], message["message_id"])
    else:
        await phone.say(WORDS)
    return True
