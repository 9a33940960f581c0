"""What pressing a button means, as a short token that fits into a chat's 64 bytes of button data with room for a tag.

c:relationship:son   choose        t:needs:papers   tick or untick (several choices)     d:needs   done ticking
s:birth:unknown      answer by status               e:birth   change this answer         b:birth   back from here
v  review   send  submit   p  pause   g  go on   h  a person, please   x / xx  delete, yes delete   n  new request
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Names of questions and choices: short, ASCII, stable. Two of them, a verb and a tag fit into 64 bytes.
NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
CHOICE = re.compile(r"[A-Za-z0-9_-]{1,24}")

#: verbs about a question and something said of it
_PAIRS = frozenset("cts")
#: verbs about a question
_SINGLES = frozenset("deb")
#: verbs about the whole conversation
PLAIN = frozenset({"v", "send", "p", "g", "h", "x", "xx", "n"})


@dataclass(frozen=True, slots=True)
class Press:
    """A token read: its verb, and the question and the word it speaks of (empty where there is none)."""

    verb: str
    question: str = ""
    word: str = ""


def press(verb: str, question: str = "", word: str = "") -> str:
    """The token for a button."""
    return ":".join(part for part in (verb, question, word) if part)


def read_press(token: str) -> Press | None:
    """The press a token stands for; None for anything that is none of ours (stale or forged)."""
    match token.split(":"):
        case [verb] if verb in PLAIN:
            return Press(verb)
        case [verb, question] if verb in _SINGLES and NAME.fullmatch(question):
            return Press(verb, question)
        case [verb, question, word] if verb in _PAIRS and NAME.fullmatch(question) and CHOICE.fullmatch(word):
            return Press(verb, question, word)
    return None
