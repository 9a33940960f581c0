"""What words mean by rule: whole messages that say one thing, and signs of distress or of a swindle anywhere in a message.

Pure, and quick enough to run on every message (well under a millisecond). The words are in `words.yml`; they come before
Rasa, because "stop" must work when Rasa is down, and because what a list decides can be read and argued about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows.meaning.intents import INTENTS
from flows.meaning.meaning import Meaning, by_rule

WORDS = Path(__file__).with_name("words.yml")
#: more of a message is not looked at
MOST_CHARACTERS = 600
#: up to three words between the parts of a phrase
_GAP = r"(?:\w+ ){0,3}"
#: a whole message is at most this long
_WHOLE = 60

_INVISIBLE = re.compile("[\u00ad\u061c\u0640\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_RUNS = re.compile(r"([^\W\d_])\1{2,}")
_NOT_WORDS = re.compile(r"[^\w\U0001F000-\U0001FAFF\u2600-\u27BF]+")
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "ء": ""}
)
_LATIN = str.maketrans({"ı": "i", "ß": "ss", "œ": "oe", "æ": "ae", "'": "", "’": "", "`": "", "ʼ": ""})


def folded(text: str) -> str:
    """The words of a text as two spellings of them share them, one space between; nothing else."""
    plain = _RUNS.sub(r"\1", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])))
    lower = plain.replace("İ", "i").translate(_ARABIC).casefold().translate(_LATIN)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", lower) if not unicodedata.combining(sign))
    return _NOT_WORDS.sub(" ", bare).strip()


def heard(text: str) -> Meaning | None:
    """What a message means by rule; None when no rule speaks.

    A sign of distress wins over everything, a sign of a swindle over every whole message: both may be meant by the way.
    """
    words = folded(text)
    if not words:
        return None
    for intent, pattern in _within().items():
        if pattern.search(words):
            return by_rule(intent)
    whole = _whole().get(words) if len(words) <= _WHOLE else None
    return by_rule(whole) if whole else None


def may_be_an_answer(text: str) -> bool:
    """Whether a whole message that is a command elsewhere may as well be a name or another answer."""
    return folded(text) in _also_answers()


def rule_first(ruled: Meaning | None, asked: Meaning | None) -> Meaning | None:
    """The rule's meaning with Rasa's other candidates behind it; Rasa's own when no rule speaks."""
    if ruled is None or asked is None:
        return ruled or asked
    others = tuple(row for row in asked.ranking if row[0] != ruled.intent)
    return Meaning(ruled.intent, 1.0, ((ruled.intent, 1.0), *others), "rule")


def whole_messages() -> Iterator[tuple[str, str, str]]:
    """(intent, language or "any", words) of every whole message that is known, as written."""
    for intent, languages in _read()["whole"].items():
        for language, messages in languages.items():
            for message in messages:
                yield intent, language, message


@cache
def _whole() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for intent, language, message in whole_messages():
        words = folded(message)
        if intent not in INTENTS or not words or found.get(words, intent) != intent:
            raise ValueError(f"{WORDS.name}: {intent} {language}: {message!r} is empty or already means something else")
        found[words] = intent
    return found


@cache
def _also_answers() -> frozenset[str]:
    return frozenset(folded(words) for words in _read()["also_answers"])


@cache
def _within() -> Mapping[str, re.Pattern[str]]:
    patterns = {}
    for intent, languages in _read()["within"].items():
        phrases = sorted({_phrase(phrase) for phrases in languages.values() for phrase in phrases})
        # "and" and "so" are written in one with the word they stand before.
        patterns[intent] = re.compile(rf"\b[وف]?(?:{'|'.join(phrases)})\b")
    return patterns


def _phrase(phrase: str) -> str:
    """`demand* .. money` as a pattern over folded words."""
    halves = (" ".join(map(_stem, half.split())) for half in phrase.split(" .. "))
    return f" {_GAP}".join(halves)


def _stem(word: str) -> str:
    return re.escape(folded(word.removesuffix("*"))) + (r"\w*" if word.endswith("*") else "")


@cache
def _read() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return content
