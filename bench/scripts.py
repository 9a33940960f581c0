"""What the families say: to the peers the ten questions word for word, to our own bot by its questions' keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bench.drive import Say, Script, Tap, Unexpected
from bench.peers.questions import QUESTIONS, THANKS
from bench.stage import Shown


def ten_questions(opening: str = "/start") -> Script:
    shown = yield Say(opening)
    for question in QUESTIONS:
        _expect(shown, question.text)
        labels = dict(question.choices)
        shown = yield Tap(labels[question.answer]) if labels else Say(question.answer)
    _expect(shown, THANKS)


def _expect(shown: Shown, text: str) -> None:
    if shown.text != text:
        raise Unexpected(f"{shown.text[:60]!r} instead of {text[:60]!r}")


#: Our form's questions in the order in which these answers meet them; the language and the consent come first.
OUR_FORM: tuple[tuple[str, Say | Tap], ...] = (
    ("language", Tap("English")),
    ("start", Tap("Start")),
    ("consent", Tap("I agree")),
    ("adult", Tap("I am 18")),
    # "Yes" has every typed answer deleted from the chat: one more call for each, which no peer makes.
    ("safe", Tap("No")),
    ("relationship", Tap("My daughter")),
    ("name", Say("Amal Khaled al-Ahmad")),
    ("father", Say("Khaled")),
    ("mother", Say("Samira Hassan")),
    ("birth", Say("1994")),
    ("category", Tap("Arrested")),
    ("when", Say("March 2014")),
    ("where", Tap("Ar-Raqqa")),
    ("tell", Say("She went to the market in the morning and did not come back.")),
    ("others", Tap("No")),
    ("my_name", Say("Jonas")),
    ("my_country", Tap("Germany")),
    ("share_icmp", Tap("Yes")),
    ("send", Tap("Send")),
)
OUR_END = re.compile(r"received")


def our_form(answers: Sequence[tuple[str, Say | Tap]] = OUR_FORM) -> Script:
    """Every question is checked by its key; messages that ask nothing (a receipt, a notice) are passed over."""
    before = shown = yield Say("/start")
    for key, answer in answers:
        while (asked := _asked(shown)) != key:
            if asked and shown.text != before.text:
                raise Unexpected(f"question {asked!r} instead of {key!r}")
            shown = yield None
        before = shown
        shown = yield answer
    while not OUR_END.search(shown.text):
        shown = yield None


def _asked(shown: Shown) -> str | None:
    """The key of the question that a message asks; our callback data holds it, as in `29381d.c:language:en`."""
    keys = [found[1] for _, data in shown.buttons if (found := re.search(r"\.(?:[bcs]:)?(\w{2,})", data))]
    return keys[0] if keys else None
