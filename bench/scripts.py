"""What the families say: to the peers the ten questions word for word, to our own bot by rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

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


class Rule(NamedTuple):
    """When the message's text or one of its buttons matches, do this."""

    when: str
    act: Say | Tap


def by_rules(rules: Sequence[Rule], end: str, opening: str = "/start", most: int = 60) -> Script:
    """Answer by the first rule that matches, until `end` matches.

    A message that no rule matches (a receipt, a notice) is passed over, and so is the question just answered, which a
    bot may show again without its buttons. A conversation that does not end is an error.
    """
    shown = yield Say(opening)
    answered = ""
    for _ in range(most):
        if re.search(end, shown.text):
            return
        act = None if shown.text == answered else _first(rules, shown)
        answered = shown.text if act else answered
        shown = yield act
    raise Unexpected(f"no end after {most} messages, the last of which was {shown.text[:60]!r}")


def _first(rules: Sequence[Rule], shown: Shown) -> Say | Tap | None:
    seen = "\n".join([shown.text, *(label for label, _ in shown.buttons)])
    return next((rule.act for rule in rules if re.search(rule.when, seen)), None)
