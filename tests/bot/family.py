"""A family at a sandbox phone that answers whatever is asked, until its report is sent."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox.phone import Phone

#: What this family answers where a button does not say it all: planted so that it can be looked for.
WORDS = "Amal Qarqashandi آمال القلقشندي"
#: Buttons it prefers, in this order; then the first one.
WANTED = ("English", "Yes, or I am not sure", "Yes", "I agree", "Send", "Continue")
#: Of the question whether others were taken too, which would go on for ever.
ALONE = "somebody else who went missing"
ASIDE = (
    *("Back", "Pause", "Later", "I don't know", "I'd rather not say", "Talk", "Delete", "Change", "New search"),
    *("Add more", "I am here for something else"),
)
#: The anchor after a report was sent.
SENT = "New search request"


def labels(message: dict[str, Any]) -> list[str]:
    """The buttons of a message."""
    return [button["text"] for row in message["keyboard"] for button in row]


def mark(message: dict[str, Any]) -> Any:
    """What tells one anchor from the next."""
    return (message["message_id"], message["text"], message["keyboard"])


async def anchor(phone: Phone) -> dict[str, Any] | None:
    """The newest message with more than one button, None before there is one."""
    shown = [one for one in await phone.messages() if one["from_bot"] and len(labels(one)) > 1]
    return shown[-1] if shown else None


async def changed(phone: Phone, before: dict[str, Any] | None = None, seconds: float = 15) -> dict[str, Any]:
    """The anchor once it is another than `before`."""
    for _ in range(int(seconds / 0.02)):
        found = await anchor(phone)
        if found is not None and (before is None or mark(found) != mark(before)):
            return found
        await asyncio.sleep(0.02)
    raise TimeoutError("The anchor does not change.")


async def answer(phone: Phone, message: dict[str, Any]) -> str:
    """Answer one question; what was answered."""
    offered = [label for label in labels(message) if not label.startswith(ASIDE)]
    if ALONE in message["text"]:
        offered = [label for label in offered if label == "No"]
    wanted = next((label for want in WANTED for label in offered if label.startswith(want)), None)
    if wanted or offered:
        await phone.tap(wanted or offered[0], message["message_id"])
        return wanted or offered[0]
    await phone.say(WORDS)
    return WORDS


async def begin(phone: Phone) -> dict[str, Any]:
    """Press Start; the first anchor."""
    await phone.start()
    return await changed(phone)


async def report(phone: Phone, most: int = 120) -> list[str]:
    """From /start to the code; everything answered on the way."""
    current = await begin(phone)
    answered: list[str] = []
    for _ in range(most):
        if SENT in labels(current):
            return answered
        answered.append(await answer(phone, current))
        current = await changed(phone, current)
    raise AssertionError("The form has no end.")


async def copied(phone: Phone) -> str:
    """What the newest message of the bot's with something in code style offers to copy."""
    for message in reversed(await phone.messages()):
        spans = [one for one in message["entities"] or () if one["type"] == "code"] if message["from_bot"] else []
        for span in spans[:1]:
            cut = message["text"].encode("utf-16-le")[2 * span["offset"] : 2 * (span["offset"] + span["length"])]
            return str(cut.decode("utf-16-le"))
    raise AssertionError("There is nothing to copy.")
