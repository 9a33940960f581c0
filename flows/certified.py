"""A receipt of what was sent, for the family to keep: asked for by a button or /receipt, told in a message of its own."""

from __future__ import annotations

from dataclasses import replace

from flows.conversation import Conversation
from flows.effects import Certify
from flows.phrases import Button, Phrase, Screen, day
from flows.presses import press
from flows.screens import CONTINUE, N_
from flows.turn import Here, Turn

RECEIPT_OF = N_("Receipt {number}")
YOUR_RECEIPT = N_(
    "Receipt of {day}, number {number}:\n{receipt}\nIt proves that something was sent that day and has not been changed since. "
    "It tells nobody what, and nothing about you. Anyone can check it without the internet; how: {verify}."
)
GOES_SOON = N_("It disappears from this chat in half an hour. Please keep it elsewhere if you need it.")
NOTHING_SENT = N_("There is no receipt: nothing has been sent from this chat.")
#: earlier receipts that are offered
EARLIER = 6


def asked(here: Here, which: str = "") -> Turn:
    """The receipt of one sending (`r2`), else of the last one."""
    sent = here.conversation.sent
    if not sent:
        return here.show(Screen((NOTHING_SENT,), ((Button(CONTINUE, press("g")),),)))
    number = int(which[1:]) if which[1:].isdecimal() else sent[-1].revision
    return Turn(
        here.conversation, (Certify(number if any(one.revision == number for one in sent) else sent[-1].revision),)
    )


def receipt_text(conversation: Conversation, revision: int) -> Phrase:
    """The receipt's message; the shell puts `{receipt}` in."""
    at = next(one.at for one in conversation.sent if one.revision == revision)
    return replace(YOUR_RECEIPT, values={"day": day(at.date()), "number": revision})


def receipt_screen(conversation: Conversation, revision: int, *, discreet: bool) -> Screen:
    """That message, with the other sendings under it."""
    others = [one for one in conversation.sent if one.revision != revision][-EARLIER:]
    buttons = tuple(
        (
            Button(
                replace(RECEIPT_OF, values={"number": one.revision}),
                press("rc", word=f"r{one.revision}"),
            ),
        )
        for one in others
    )
    return Screen((receipt_text(conversation, revision), *((GOES_SOON,) if discreet else ())), buttons)
